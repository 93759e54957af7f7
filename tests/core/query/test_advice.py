"""What is advised about queries that can be read: the place, the mend, and nothing where nothing is amiss."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.query import QueryError, Use, parse
from hubbub.core.query.advice import Advice, Seen, advise, asked, exclusions, without_exclusions
from hubbub.core.query.format import format as canonical


def about(query: str, **seen: object) -> list[tuple[str, str, str | None]]:
    """(where, a word of what is said, the query once the mend is taken)."""
    found = advise(parse(query, Use.TOPIC), Seen(**seen))
    return [(query[one.start : one.end], one.says, mended(query, one)) for one in found]


def mended(query: str, one: Advice) -> str | None:
    return None if one.instead is None else query[: one.start] + one.instead + query[one.end :]


@pytest.mark.parametrize(
    ("query", "place", "says", "mend"),
    [
        ("acme or rocket", "or", "lower case", "acme OR rocket"),
        ("acme not jobs", "not", "lower case", "acme NOT jobs"),
        ("acme and (b OR c)", "and", "lower case", "acme AND (b OR c)"),
        ("acme near bad", "near", "lower case", "acme NEAR/5 bad"),
        ("acme or rocket OR shoes", "or", "", "acme OR rocket OR shoes"),  # the one remark
        ("acme OR Acme", " OR Acme", "already", "acme"),
        ("acme OR tea OR acme", " OR acme", "already", "acme OR tea"),
        ("rocket* OR tea OR rockets", " OR rockets", "`rocket*` finds all", "rocket* OR tea"),
        ("rockets OR rocket* OR tea", "rockets OR ", "`rocket*` finds all", "rocket* OR tea"),
        ("rocket* OR rockets*", " OR rockets*", "`rocket*` finds all", "rocket*"),
        ("acme OR #acme", " OR #acme", "`acme` finds all", "acme"),
        ('acme OR "acme rocket"', ' OR "acme rocket"', "`acme` finds all", "acme"),
        ("acme OR tea OR (acme NEAR/5 tea)", " OR (acme NEAR/5 tea)", "finds all", "acme OR tea"),
        ("acme OR title:acme", " OR title:acme", "finds all", "acme"),
        ("acme OR rocket shoes", "rocket shoes", "tighter", "acme OR (rocket shoes)"),
        ("acme OR rocket NOT jobs", "acme OR rocket", "`rocket` alone", "(acme OR rocket) NOT jobs"),
        ("acme OR red rocket NOT jobs", "acme OR red rocket", "`red rocket` alone", None),
    ],
)
def test_slips_of_writing(query: str, place: str, says: str, mend: str | None) -> None:
    found = [(where, after) for where, told, after in about(query) if says in told]
    assert found == [(place, mend)]
    if mend is not None:
        assert canonical(parse(mend, Use.TOPIC))


@pytest.mark.parametrize(
    "query",
    [
        "acme", "acme AND rocket", "acme OR rocket", '"rock and roll" OR acme', "(acme OR rocket) NOT jobs",
        "acme OR (rocket shoes)", "acme OR (rocket AND shoes)", "#acme OR @acme", '"acme rocket" OR #acmerocket',
        "acme NEAR/3 acme", "{Apple} OR apple", "name:acme OR acme", "or OR and", "title:(a OR a)",
        "acme NOT (jobs OR hiring)", "rocke? OR rocket*s",
    ],
)  # fmt: skip
def test_nothing_is_said_of_what_is_well(query: str) -> None:
    assert about(query) == []


@pytest.mark.parametrize(
    ("query", "seen", "place", "says", "mend"),
    [
        ("acme OR the", {"posts": 1000, "words": {"acme": 9, "the": 400}}, "the", "40%", None),
        ("the acme", {"posts": 1000, "words": {"acme": 9, "the": 400}}, None, "", None),
        ("acme OR the", {"posts": 100, "words": {"acme": 9, "the": 40}}, None, "", None),  # too few to tell
        ("ackme", {"posts": 1000, "words": {"ackme": 0}, "nearest": {"ackme": "acme"}}, "ackme", "no stored", "acme"),
        ("#Ackme", {"posts": 1000, "words": {"ackme": 0}, "nearest": {"ackme": "acme"}}, "Ackme", "no stored", "#acme"),
        ('"red roket" x', {"posts": 1000, "words": {"red": 5, "roket": 0, "x": 1}, "nearest": {"roket": "rocket"}},
         "roket", "no stored", '"red rocket" x'),
        ("acme NOT jobbs", {"posts": 1000, "words": {"acme": 9, "jobbs": 0}, "nearest": {"jobbs": "jobs"}},
         "jobbs", "left out", "acme NOT jobs"),
        ("ackme", {"posts": 1000, "words": {"ackme": 0}, "looked_at": 900}, "ackme", "so far", None),
        ("#acme", {"posts": 1000, "words": {"acme": 12}, "looked_at": 900}, "#acme", "12 stored posts", "acme"),
        ("#acme", {"posts": 1000, "words": {"acme": 12}, "looked_at": 900, "found": 3}, None, "", None),
        ("acme NOT jobs", {"rest": 30, "taken_away": {9: 30}}, "jobs", "everything", None),
        ("acme NOT jobs", {"rest": 30, "taken_away": {9: 0}}, "jobs", "none of the 30", None),
        ("acme NOT jobs", {"rest": 3, "taken_away": {9: 0}}, None, "", None),
        ("acme", {"looked_at": 1000, "found": 300}, "", "30%", None),
        ("acme", {"looked_at": 1000, "found": 0}, "", "none of the 1,000", None),
        ("acme", {"looked_at": 100, "found": 100}, None, "", None),
    ],
)  # fmt: skip
def test_what_stored_posts_tell(
    query: str, seen: dict[str, object], place: str | None, says: str, mend: str | None
) -> None:
    found = about(query, **seen)
    assert [(where, after) for where, told, after in found if says in told] == (
        [] if place is None else [(place, mend)]
    )


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ('acme "red rocket"~3 NOT jobs', {"acme", "red", "rocket", "jobs"}),
        ("rocket* title:tea author:jane lang:en", {"tea"}),
        ("(a OR #b) NEAR/3 {C}", {"a", "b"}),
    ],
)
def test_the_words_that_are_asked_for(query: str, words: set[str]) -> None:
    assert asked(parse(query, Use.TOPIC)) == words


@pytest.mark.parametrize(
    ("query", "away", "rest"),
    [
        ("acme", [], None),
        ("acme NOT jobs", ["jobs"], "acme"),
        ("acme rocket -jobs NOT (a OR b)", ["jobs", "(a OR b)"], "acme AND rocket"),
        ("acme OR rocket NOT jobs", [], None),
    ],
)
def test_exclusions(query: str, away: list[str], rest: str | None) -> None:
    read = parse(query, Use.TOPIC)
    assert [query[one.start : one.end] for one in exclusions(read)] == away
    left = without_exclusions(read)
    assert (canonical(left) if left else None) == rest


@given(st.text(alphabet='ab c()"*#@-ORNTAD/5:~{}', max_size=40))
def test_any_query_can_be_advised(text: str) -> None:
    try:
        query = parse(text, Use.RULE)
    except QueryError:
        return
    seen = Seen(1000, dict.fromkeys(asked(query), 0), dict.fromkeys(asked(query), "near"), 500, 0)
    for one in advise(query, seen):
        assert 0 <= one.start <= one.end <= len(text)


def test_the_longest_query_is_advised_at_once() -> None:
    words = " OR ".join(f"wor{number}*" if number % 2 else f"wor{number}" for number in range(1_600))
    assert len(advise(parse(words, Use.TOPIC))) == 12
