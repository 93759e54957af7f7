"""How well a conversation fits: each part has its say, and the stored order is the order at every moment."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hubbub.core.fit import NEVER, Fit, Seen, Weights, fit, freshness, score

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
BEST = Seen(NOON, frozenset({"competitor"}), "negative", "complaint", True, 100_000, 50, "welcome", True)


def of(**more: object) -> Fit:
    return fit(replace(BEST, **more), Weights())


@pytest.mark.parametrize(
    "worse",
    [
        {"sentiment": "neutral", "intent": "other"},
        {"kinds": frozenset({"industry"})},
        {"asks": False, "intent": "other"},
        {"asks": False},
        {"followers": 10, "echo": 0},
        {"followers": None, "echo": None},
        {"place": ""},
        {"place": "answer"},
        {"place": "ask"},
        {"can_reply": False},
        {"published": NOON - timedelta(hours=1)},
    ],
)
def test_each_part_counts(worse: dict[str, object]) -> None:
    assert of(**worse).order < of().order


def test_the_best_is_a_hundred_and_says_why() -> None:
    best = of()
    assert best.static == pytest.approx(1.0, abs=0.01)
    assert [part.what for part in best.parts] == ["topic", "asks", "reach", "place", "door"]
    assert "unhappy" in best.parts[0].words


def test_where_businesses_may_not_speak_nothing_fits() -> None:
    assert (of(place="closed").static, of(place="closed").order) == (0.0, NEVER)


@pytest.mark.parametrize(("hours", "fresh"), [(0, 1.0), (24, 0.5), (48, 0.25), (-5, 1.0)])
def test_freshness(hours: int, fresh: float) -> None:
    assert freshness(NOON, NOON + timedelta(hours=hours), Weights()) == pytest.approx(fresh)


SEEN = st.builds(
    Seen,
    st.integers(0, 10_000).map(lambda minutes: NOON - timedelta(minutes=minutes)),
    st.sampled_from([frozenset({"competitor"}), frozenset({"industry"}), frozenset({"industry", "competitor"})]),
    st.sampled_from(["negative", "neutral", "positive", None]),
    st.sampled_from(["complaint", "question", "other", "promotion", None]),
    st.booleans(),
    st.none() | st.integers(0, 10**7),
    st.none() | st.integers(0, 10**5),
    st.sampled_from(["welcome", "answer", "ask", ""]),
    st.booleans(),
)


@given(SEEN, SEEN, st.integers(0, 20_000), st.floats(1, 100))
def test_the_stored_order_is_the_order_at_every_moment(one: Seen, other: Seen, minutes: int, half_life: float) -> None:
    weights = Weights(half_life=half_life)
    now = NOON + timedelta(minutes=minutes)
    first, second = fit(one, weights), fit(other, weights)
    if abs(first.order - second.order) > 1e-6:
        scores = score(first.static, one.published, now, weights), score(second.static, other.published, now, weights)
        assert (first.order > second.order) is (scores[0] >= scores[1])


@given(SEEN)
def test_it_lies_between_nothing_and_a_hundred(seen: Seen) -> None:
    found = fit(seen, Weights())
    assert 0 <= score(found.static, seen.published, NOON, Weights()) <= 100
    assert all(0 <= part.factor <= 1 for part in found.parts)
