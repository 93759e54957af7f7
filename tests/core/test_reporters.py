"""Reporters: how often they were right, what they weigh, and when reports seem arranged."""

from datetime import datetime, timedelta

import pytest

from hubbub.core.queue import Suspicion, severity
from hubbub.core.reporters import MANY, Reporter, arranged
from tests.world import NOON


@pytest.mark.parametrize(
    ("right", "wrong", "vouched", "accuracy", "weight"),
    [
        (0, 0, True, 1 / 2, 1.0),
        (3, 0, True, 4 / 5, 1.6),
        (0, 3, True, 1 / 5, 0.4),
        (5, 5, True, 1 / 2, 1.0),
        (3, 0, False, 1 / 2, 1.0),  # a good name that anybody could borrow lifts nothing
        (0, 3, False, 1 / 5, 0.4),
    ],
)
def test_accuracy(right: int, wrong: int, vouched: bool, accuracy: float, weight: float) -> None:
    one = Reporter(right, wrong, vouched)
    assert one.accuracy == pytest.approx(accuracy)
    assert one.weight == pytest.approx(weight)


@pytest.mark.parametrize(
    ("weight", "number", "words"),
    [
        (3.0, 8 * 2.5, "Hate, 3 reports"),
        (4.8, 8 * 3.4, "Hate, 3 reports weighing 4.8"),
        (0.6, 8 * 1.3, "Hate, 3 reports weighing 0.6"),
        (20.0, 8 * 4.0, "Hate, 3 reports weighing 20.0"),
    ],
)
def test_reports_weigh_in_the_severity(weight: float, number: float, words: str) -> None:
    part = severity([Suspicion("Hate", 4)], reports=3, weight=weight)
    assert (part.number, part.words) == (pytest.approx(number), words)


def every(minutes: float, number: int, who: Reporter) -> list[tuple[datetime, Reporter]]:
    return [(NOON + timedelta(minutes=minutes * step), who) for step in range(number)]


@pytest.mark.parametrize(
    ("reports", "seems"),
    [
        (every(1, MANY, Reporter()), True),
        (every(1, MANY - 1, Reporter()), False),
        (every(1, MANY, Reporter(3, 0)), False),
        (every(1, MANY, Reporter(0, 2)), True),
        (every(11, 2 * MANY, Reporter()), False),
        (every(11, MANY, Reporter()) + every(2.5, MANY, Reporter(0, 1)), True),
        ([], False),
    ],
)
def test_reports_that_seem_arranged(reports: list[tuple[datetime, Reporter]], seems: bool) -> None:
    assert bool(arranged(reports)) is seems
