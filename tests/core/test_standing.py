"""A person's history: what counts, from when to when, and whose sites are whose."""

from datetime import UTC, datetime, timedelta

import pytest

from hubbub.core.owns import link_of, named_by, site_of
from hubbub.core.post import Author, Post
from hubbub.core.standing import Counted, Past, Record, Strike, promoting

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def past(hours: float, order: int = 0, text: str = "", **more: object) -> Past:
    """So many hours before now."""
    given = {name: more.pop(name) for name in ("url", "links", "author", "title") if name in more}
    return Past(Post(str(order), text, **given), NOW - hours * HOUR, order, **more)


def counted(*earlier: Past, text: str = "", strikes: tuple[Strike, ...] = (), **given: object) -> Counted:
    record = Record(earlier, strikes)
    here = Past(Post("here", text, **given), NOW, 1_000)
    record.add(here)
    return Counted(record, here, NOW, None)


def test_a_newcomer_has_a_history_of_zeros() -> None:
    new = counted(text="see https://a.example")
    assert (new.posts_24h, new.removed_share, new.same_links, new.self_promotion, new.strikes) == (0, 0.0, 0, 0.0, 0)
    assert (new.relationship, new.level, new.account_age) == ({"none"}, "newcomer", None)


@pytest.mark.parametrize(
    ("hours", "number"),
    [((1, 2, 3), 3), ((23.99,), 1), ((24,), 0), ((24.01,), 0), ((0,), 1), ((-1,), 0), ((-0.01, 0.01), 1)],
)
def test_posts_of_a_day(hours: tuple[float, ...], number: int) -> None:
    assert counted(*(past(one, at) for at, one in enumerate(hours))).posts_24h == number


def test_of_one_moment_the_one_read_first_is_earlier() -> None:
    record = Record([past(0, 1), past(0, 2), past(0, 3)])
    assert [Counted(record, one, NOW, None).posts_24h for one in record.posts] == [0, 1, 2]


@pytest.mark.parametrize(
    ("earlier", "share"),
    [
        ([past(1, 1, taken_away=True, decided=NOW - HOUR), past(2, 2)], 0.5),
        ([past(1, 1, taken_away=True, decided=NOW)], 1.0),
        ([past(1, 1, taken_away=True, decided=NOW + HOUR)], 0.0),  # not yet
        ([past(1, 1, taken_away=False, decided=NOW - HOUR)], 0.0),
        ([past(24 * 90, 1, taken_away=True, decided=NOW - HOUR), past(2, 2)], 0.0),  # too long ago
        ([past(24 * 90 - 1, 1, taken_away=True, decided=NOW - HOUR), past(2, 2)], 0.5),
    ],
)
def test_what_was_taken_away(earlier: list[Past], share: float) -> None:
    assert counted(*earlier).removed_share == share


def test_what_rules_take_away_counts_until_people_took_it_back() -> None:
    one = past(1, 1)
    record = Record([one])
    here = past(0, 2)
    record.add(here)
    record.rule(one)
    assert Counted(record, here, NOW, None).removed_share == 1.0
    record.rule(one, NOW)
    assert Counted(record, here, NOW - HOUR, None).removed_share == 1.0
    assert Counted(record, here, NOW, None).removed_share == 0.0
    one.taken_away, one.decided = False, NOW - 2 * HOUR  # a person's word stands above
    assert Counted(record, here, NOW - HOUR, None).removed_share == 0.0


@pytest.mark.parametrize(
    ("here", "number"),
    [
        ("https://acme.example/x", 2),
        ("http://www.ACME.example/x/?utm_source=me#top", 2),
        ("www.acme.example/x.", 2),
        ("https://acme.example/X", 0),
        ("https://acme.example/x?page=2", 0),
        ("none", 0),
    ],
)
def test_the_same_link(here: str, number: int) -> None:
    earlier = [
        past(1, 1, "https://acme.example/x"),
        past(2, 2, links=("https://www.acme.example/x/",)),
        past(3, 3, "x"),
    ]
    assert counted(*earlier, text=here).same_links == number


OWN = "https://mine.example/"
ANY = [past(number, number, "hello") for number in range(10, 14)]


@pytest.mark.parametrize(
    ("earlier", "share"),
    [
        ([past(n, n, OWN) for n in range(1, 4)], 0.0),  # three posts tell nothing
        ([past(n, n, f"{OWN}{n}") for n in range(1, 5)], 1.0),
        ([past(1, 1, OWN), past(2, 2, OWN), *ANY], 2 / 6),
        ([past(1, 1, OWN), *ANY], 0.0),  # once is no habit
        ([past(1, 1, OWN), past(2, 2, OWN), past(3, 3, "https://b.example"), past(4, 4, "https://b.example")], 1.0),
        ([past(1, 1, OWN), past(2, 2, OWN), past(3, 3, OWN), past(4, 4, "https://b.example"), *ANY], 3 / 8),
        ([past(n, n, "https://www.youtube.com/watch?v=1") for n in range(1, 6)], 0.0),  # everybody's
        ([past(n, n, "https://www.youtube.com/@acme/videos") for n in range(1, 6)], 1.0),
        ([past(n, n, OWN, url="https://mine.example/forum/1") for n in range(1, 6)], 0.0),  # the place itself
        ([past(1, 1, OWN), past(2, 2, OWN), past(3, 3, "I love Mine", praises=True), *ANY], 3 / 7),
        ([past(1, 1, OWN), past(2, 2, OWN), past(3, 3, "I hate Mine"), *ANY], 2 / 7),
        ([past(1, 1, OWN), past(2, 2, OWN), *(past(24 * 91, n) for n in range(10, 20))], 0.0),  # of the window only two
    ],
)
def test_self_promotion(earlier: list[Past], share: float) -> None:
    assert counted(*earlier).self_promotion == pytest.approx(share)


def test_a_site_that_the_profile_names_is_theirs() -> None:
    writer = Author("a", url="https://shop.example/about")
    at = "https://blog.example.org/1"
    earlier = [past(1, 1, "see https://shop.example/x", url=at, author=writer)]
    earlier += [past(n, n, "x", url=at, author=writer) for n in range(2, 5)]
    assert counted(*earlier, url=at, author=writer).self_promotion == 0.25
    home = Author("a", url="https://blog.example.org/@a")  # the network's own page says nothing
    assert (
        counted(*(past(n, n, "x", url=at, author=home) for n in range(1, 5)), url=at, author=home).self_promotion == 0
    )


def test_the_posts_that_were_counted_can_be_shown() -> None:
    record = Record([past(n, n, OWN if n < 3 else "x") for n in range(1, 7)])
    here = past(0, 9)
    assert [one.order for one in promoting(record, here)] == [2, 1]


@pytest.mark.parametrize(
    ("given", "until", "points"),
    [(-1, None, 2), (1, None, 0), (-2, -1, 0), (-2, 1, 2), (-2, 0, 0), (0, 1, 0)],
)
def test_strikes_count_until_they_expire(given: int, until: int | None, points: int) -> None:
    strike = Strike(2, NOW + given * HOUR, None if until is None else NOW + until * HOUR)
    assert counted(strikes=(strike,)).strikes == points


@pytest.mark.parametrize(
    ("url", "link", "site", "name"),
    [
        ("https://www.Acme.example/A/?b=1&utm_medium=x&fbclid=2#c", "acme.example/A?b=1", "acme.example", "acme"),
        ("http://shop.acme-rockets.co.uk/", "shop.acme-rockets.co.uk", "shop.acme-rockets.co.uk", "acme rockets"),
        ("https://youtu.be/xyz", "youtu.be/xyz", "", ""),
        ("https://github.com/acme/rocket", "github.com/acme/rocket", "github.com/acme", "acme"),
        ("https://en.wikipedia.org/wiki/Acme", "en.wikipedia.org/wiki/Acme", "", ""),
        ("https://ab.example/x", "ab.example/x", "ab.example", ""),
        ("nonsense", "nonsense", "", ""),
    ],
)
def test_whose_an_address_is(url: str, link: str, site: str, name: str) -> None:
    assert (link_of(url), site_of(url), named_by(site)) == (link, site, name)


def test_what_is_remembered_of_self_promotion_is_what_would_be_counted() -> None:
    texts = (OWN, "x", "x", f"{OWN}a", "x", "I love Mine", "x", "https://b.example", "x", "x", "https://b.example", "x")
    posts = [
        past(24.0 * (150 - 5 * number), number, text, praises="love" in text) for number, text in enumerate(texts * 2)
    ]
    record = Record()
    for one in posts:
        record.add(one)
        fresh = Record(posts[: one.order + 1])
        for asked in (record, record, fresh):  # twice: the second time it is remembered
            assert asked.promoted(one) == len(promoting(fresh, one))
