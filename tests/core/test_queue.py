"""The order of the queue: the score that is shown and the moment that is stored say the same."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.queue import Score, Suspicion, Weights, due, reach, score, severity

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
HATE, SPAM = Suspicion("Hate: critical", 4), Suspicion("Spam: medium", 2)


@pytest.mark.parametrize(
    ("against", "reports", "number", "words"),
    [
        ([], 0, 1, "nothing speaks against it"),
        ([SPAM], 0, 2, "Spam: medium"),
        ([SPAM, HATE, SPAM], 0, 8, "Hate: critical"),
        ([SPAM], 1, 3, "Spam: medium, 1 report"),
        ([HATE], 2, 16, "Hate: critical, 2 reports"),
        ([SPAM], 6, 8, "Spam: medium, 6 reports"),
        ([SPAM], 600, 8, "Spam: medium, 600 reports"),
        ([Suspicion("beyond", 9)], 0, 8, "beyond"),
    ],
)
def test_severity(against: list[Suspicion], reports: int, number: float, words: str) -> None:
    part = severity(against, reports=reports)
    assert (part.number, part.words) == (number, words)


@pytest.mark.parametrize(
    ("seen", "number", "words"),
    [
        ({}, 1, "audience not known"),
        ({"followers": 0}, 1, "audience not known"),
        ({"followers": 1}, 1, "1 follower"),
        ({"followers": 1000}, 4, "1,000 followers"),
        ({"followers": 10, "views": 100}, 3, "100 views"),
        ({"views": 10, "interactions": 10}, 3, "10 reactions"),
        ({"interactions": 1}, 2, "1 reaction"),
    ],
)
def test_reach(seen: dict[str, int], number: float, words: str) -> None:
    part = reach(**seen)
    assert (part.number, part.words) == (pytest.approx(number), words)


@pytest.mark.parametrize(
    ("hours", "weights", "says"),
    [
        (0, Weights(), Score(4, 4, 0)),
        (12, Weights(), Score(4, 4, 1)),
        (-3, Weights(), Score(4, 4, 0)),
        (24, Weights(doubling_hours=24), Score(4, 4, 1)),
        (0, Weights(severity=2, reach=0), Score(16, 1, 0)),
        (6, Weights(severity=0, reach=0.5, doubling_hours=6), Score(1, 2, 1)),
    ],
)
def test_score(hours: float, weights: Weights, says: Score) -> None:
    assert score(NOON + timedelta(hours=hours), NOON, 4, 4, weights) == says


@pytest.mark.parametrize(
    ("says", "points", "total", "waiting"),
    [
        (Score(4, 4, 0), 4, 16, 1),
        (Score(4, 4, 1), 5, 32, 2),
        (Score(2, 1, 2_000), 2_001, 2.0**1000, 2.0**1000),  # by the quarter of an hour for three weeks
    ],
)
def test_a_score_in_numbers(says: Score, points: float, total: float, waiting: float) -> None:
    assert (says.points, says.total, says.waiting) == (points, total, waiting)


FACTORS = st.floats(1, 40)
WEIGHTS = st.builds(Weights, st.floats(0, 5), st.floats(0, 5), st.floats(0.25, 720))
POSTS = st.tuples(st.integers(0, 60 * 24 * 30), FACTORS, FACTORS)  # minutes waited, severity, reach


@given(POSTS, POSTS, WEIGHTS)
def test_who_is_due_first_has_the_higher_score(
    one: tuple[int, float, float], two: tuple[int, float, float], weights: Weights
) -> None:
    def place(post: tuple[int, float, float]) -> float:
        return due(NOON - timedelta(minutes=post[0]), post[1], post[2], weights)

    def points(post: tuple[int, float, float]) -> float:
        return score(NOON, NOON - timedelta(minutes=post[0]), post[1], post[2], weights).points

    if place(one) < place(two) - 1:  # a second: less is rounded away
        assert points(one) > points(two)
