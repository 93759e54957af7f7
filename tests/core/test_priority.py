"""The order of the inbox: what comes first, and that the stored number orders as the score does at every moment."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.core.priority import KINDS, PRIORITIES, Case, Weights, score, span

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PLAIN = Case(NOON - HOUR, NOON - HOUR)


def case(**known: object) -> Case:
    given: dict[str, object] = {"last": NOON - HOUR, "unanswered": NOON - HOUR, **known}
    return Case(**given)


# an unanswered complaint of an influential customer whose promise is about to break
GRAVE = case(
    kind="complaint",
    sentiment="negative",
    followers=40_000,
    relationship=("customer", 1.0),
    unanswered=NOON - 4 * HOUR,
    due=NOON + HOUR,
)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (case(kind="complaint"), case(kind="compliment")),
        (case(kind="question"), case()),
        (case(), case(kind="promotion")),
        (case(sentiment="negative"), case(sentiment="positive")),
        (case(followers=100_000), case(followers=100)),
        (case(views=5_000), case()),
        (case(interactions=30), case(interactions=1)),
        (case(relationship=("customer", 1.0)), case()),
        (case(priority="urgent"), case(priority="high", kind="complaint")),
        (case(priority="normal"), case(priority="low")),
        (case(unanswered=NOON - 3 * DAY), case()),
        (case(), case(unanswered=None)),
        (case(due=NOON + 5 * timedelta(minutes=1)), case(due=NOON + 9 * HOUR)),
        (case(due=NOON - HOUR), case(due=NOON + timedelta(minutes=1))),
        (GRAVE, case(priority="high")),
        (GRAVE, case(kind="complaint", unanswered=NOON - 9 * DAY)),
        (GRAVE, case(due=NOON - HOUR)),
        (GRAVE, case(kind="compliment", followers=1_000_000)),
    ],
)
def test_comes_first(first: Case, second: Case) -> None:
    one, other = score(first, Weights(), NOON), score(second, Weights(), NOON)
    assert one.place > other.place
    assert one.points > other.points


@pytest.mark.parametrize(
    ("known", "name", "words"),
    [
        ({"kind": "complaint"}, "Kind", "complaint"),
        ({"followers": 40_000}, "Reach", "40,000 followers"),
        ({"interactions": 1}, "Reach", "1 reaction"),
        ({"due": NOON - 2 * HOUR}, "Promise", "broken 2 h ago"),
        ({"due": NOON + timedelta(minutes=5)}, "Promise", "5 min left"),
        ({"relationship": ("press", 1.0)}, "Relationship", "press"),
        ({"priority": "urgent"}, "Priority", "set to urgent"),
        ({"unanswered": None}, "Replied", "nobody waits for us"),
        ({}, "Waiting", "waits 60 min"),
        ({"unanswered": NOON - 20 * DAY}, "Waiting", "waits 20 days, counted anew every 14 days"),
    ],
)
def test_says_why(known: dict[str, object], name: str, words: str) -> None:
    said = {part.name: part.words for part in score(case(**known), Weights(), NOON).parts}
    assert said[name] == words.replace("60 min", "1 h")


@pytest.mark.parametrize("name", ["kind", "sentiment", "reach", "relationship", "promise", "priority"])
def test_a_weight_of_nothing_makes_no_difference(name: str) -> None:
    grave = Case(**{**{f: getattr(GRAVE, f) for f in GRAVE.__struct_fields__}, "priority": "urgent"})
    parts = {part.name for part in score(grave, Weights(**{name: 0.0}), NOON).parts}
    assert name.capitalize() not in parts
    assert name.capitalize() in {part.name for part in score(grave, Weights(), NOON).parts}


@pytest.mark.parametrize(
    ("given", "until"),
    [
        (PLAIN, NOON - HOUR + 14 * DAY),
        (case(due=NOON + 7 * HOUR), NOON + 5 * HOUR),  # a quarter of eight hours before
        (case(due=NOON + HOUR, unanswered=NOON - 4 * HOUR), NOON + HOUR),
        (case(due=NOON - HOUR), NOON - HOUR + 14 * DAY),
    ],
)
def test_when_the_clock_changes_it(given: Case, until: datetime) -> None:
    assert score(given, Weights(), NOON).until == until


moments = st.integers(-60 * 24 * 60, 0).map(lambda minutes: NOON + timedelta(minutes=minutes))
cases = st.builds(
    Case,
    last=moments,
    unanswered=st.none() | moments,
    due=st.none() | st.integers(-5_000, 5_000).map(lambda minutes: NOON + timedelta(minutes=minutes)),
    kind=st.sampled_from(["", *KINDS]),
    sentiment=st.sampled_from([None, "negative", "neutral"]),
    followers=st.none() | st.integers(0, 10**8),
    interactions=st.integers(0, 10**5),
    relationship=st.none() | st.just(("fan", 0.5)),
    priority=st.sampled_from(list(PRIORITIES)),
)
weights = st.builds(
    Weights,
    **{
        name: st.floats(0, 5)
        for name in ("kind", "sentiment", "reach", "relationship", "promise", "priority")
    },
    doubling_hours=st.floats(1, 720),
    stale_days=st.floats(1, 365),
)  # fmt: skip


@settings(max_examples=400)
@given(cases, cases, weights, st.integers(0, 30 * 24 * 60), st.floats(0, 1))
def test_places_order_as_scores_do(one: Case, other: Case, given: Weights, later: int, share: float) -> None:
    """Both are settled at some moment; until the first boundary that either crosses, places order as points do."""
    settled = NOON + timedelta(minutes=later)
    places = [score(each, given, settled) for each in (one, other)]
    end = min(place.until for place in places if place.until)
    moment = settled + share * (end - settled - timedelta(milliseconds=1))
    now = [score(each, given, moment).points for each in (one, other)]
    assert abs((places[0].place - places[1].place) - (now[0] - now[1])) < 1e-6


@settings(max_examples=200)
@given(cases, weights, st.integers(0, 30 * 24 * 60))
def test_a_place_stands_still_until_its_boundary(one: Case, given: Weights, later: int) -> None:
    settled = NOON + timedelta(minutes=later)
    first = score(one, given, settled)
    assert first.until is not None
    assert first.until > settled
    just_before = score(one, given, first.until - timedelta(milliseconds=1))
    assert abs(first.place - just_before.place) < 1e-6
    assert just_before.until == first.until


@pytest.mark.parametrize(
    ("length", "words"),
    [(-HOUR, "0 min"), (59 * HOUR / 60, "59 min"), (HOUR, "1 h"), (47 * HOUR, "47 h"), (49 * HOUR, "2 days")],
)
def test_span(length: timedelta, words: str) -> None:
    assert span(length) == words
