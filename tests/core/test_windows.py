"""What is counted from post to post is what a plain recount of all earlier posts says, whatever happens in between."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.core import recount
from hubbub.core.levels import Asks, Thresholds, level_of
from hubbub.core.post import Author, Post
from hubbub.core.standing import Counted, Past, Record

BEGAN = datetime(2026, 5, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
LOW = Thresholds(Asks(posts_90=1), Asks(posts_90=2, weeks=2, answers=1), Asks(posts_30=2, replied=3, removed_share=0.4))
PIECES = (
    *("hello", "great mineworks", "I love it", "mineworks and others"),
    *("https://mineworks.example/a?utm_source=x", "https://shop.mineworks.example/", "https://others.example/x"),
    *("https://others.example/x#y", "www.others.example/z", "https://youtu.be/1"),
)
hours = st.sampled_from((0, 0, 1, 5, 23, 24, 25, 24 * 30, 24 * 89, 24 * 90, 24 * 91))


class Written(NamedTuple):
    """One post, and what was done before it is judged. Numbers of posts are counted round."""

    hour: int  # after the one before it; negative: it comes late
    text: str
    links: tuple[str, ...]
    profile: str
    praises: bool
    own: bool
    replied: int
    decided: tuple[bool, int] | None  # whether it was taken away, and when, seen from when it was published
    ruled: int | None  # which post the rules take away after this one was judged,
    undone: int | None  # and when that is undone
    asked: tuple[int, ...]  # which posts are judged once more: what is there already is looked at in any order


profiles = st.sampled_from(
    ("", "", "", "https://mineworks.example", "https://others.example/me", "https://blog.example")
)
writings = st.lists(
    st.builds(
        Written,
        st.one_of(hours, hours, hours.map(lambda hour: -hour)),
        st.lists(st.sampled_from(PIECES), max_size=3).map(" ".join),
        st.sampled_from(((), (), ("https://others.example/x",), ("https://c.example", "https://mineworks.example/a"))),
        profiles,
        st.booleans(),
        st.sampled_from((True, True, False)),
        st.integers(0, 3),
        st.none() | st.tuples(st.booleans(), hours),
        st.none() | st.integers(0, 20),
        st.none() | hours,
        st.lists(st.integers(0, 20), max_size=2).map(tuple),
    ),
    max_size=20,
)


def past_of(one: Written, number: int, published: datetime) -> Past:
    author = Author("a", url=one.profile)
    post = Post(str(number), one.text, url="https://blog.example/1", author=author, links=one.links)
    past = Past(post, published, number, praises=one.praises, own=one.own, replied=one.replied)
    past.answering = one.replied != 2
    if one.decided is not None:
        past.taken_away, past.decided = one.decided[0], published + one.decided[1] * HOUR
    return past


def same(record: Record, past: Past, at: datetime) -> None:
    counted = Counted(record, past, at, None)
    posts = list(record.posts)
    assert counted.posts_24h == recount.posts_24h(posts, past)
    assert counted.removed_share == recount.removed_share(posts, past, at)
    assert counted.same_links == recount.same_links(posts, past)
    assert counted.self_promotion == recount.self_promotion(posts, past)
    doing = recount.doing(posts, past, at)
    assert record.doing(past, at) == doing
    assert counted.level == level_of(doing, LOW)


@settings(max_examples=400)
@given(written=writings, stored=st.integers(0, 20), early=st.integers(-2, 2))
def test_windows_count_what_a_recount_does(written: Sequence[Written], stored: int, early: int) -> None:
    moment, posts = BEGAN, []
    for number, one in enumerate(written):
        posts.append(past_of(one, number if number % 3 else 30 - number, moment + one.hour * HOUR))
        moment = max(moment, posts[-1].published)
    record = Record(posts[:stored], levels=LOW)  # as a replay has them, the others as a stream
    for number, (one, past) in enumerate(zip(written, posts, strict=True)):
        if number >= stored:
            record.add(past)
        same(record, past, past.published + early * HOUR)
        if one.ruled is not None:
            ruled = posts[one.ruled % (number + 1)]
            record.rule(ruled, None if one.undone is None else ruled.published + one.undone * HOUR)
        for again in one.asked:
            asked = posts[again % (number + 1)]
            same(record, asked, asked.published + one.hour * HOUR)
    assert [(one.published, one.order) for one in record.posts] == sorted((one.published, one.order) for one in posts)


@settings(max_examples=100)
@given(written=writings)
def test_what_is_never_asked_for_is_never_counted(written: Sequence[Written]) -> None:
    record, moment = Record(), BEGAN
    for number, one in enumerate(written):
        moment += abs(one.hour) * HOUR
        past = past_of(one, number, moment)
        record.add(past)
        assert Counted(record, past, moment, None).posts_24h == recount.posts_24h(record.posts, past)
    assert all(past._links is None and past._sites is None for past in record.posts)
