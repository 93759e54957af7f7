"""When a break is suggested."""

import pytest

from hubbub.core.care import Stint, wants_a_break, went_on


@pytest.mark.parametrize(
    ("stint", "now", "becomes"),
    [
        (None, 100, Stint(100, 100, 1)),
        (Stint(0, 100, 4), 700, Stint(0, 700, 5)),
        (Stint(0, 100, 4), 701, Stint(701, 701, 1)),
        (Stint(0, 100, 4), 50, Stint(50, 50, 1)),  # a clock that was put back
    ],
)
def test_a_stint(stint: Stint | None, now: float, becomes: Stint) -> None:
    assert went_on(stint, now) == becomes


@pytest.mark.parametrize(
    ("stint", "now", "minutes", "posts", "says"),
    [
        (None, 0, 1, 1, False),
        (Stint(0, 2_700, 9), 2_700, 45, 0, True),
        (Stint(0, 2_699, 9), 2_699, 45, 0, False),
        (Stint(0, 2_700, 9), 3_301, 45, 0, False),  # resting already
        (Stint(0, 60, 150), 60, 45, 150, True),
        (Stint(0, 60, 149), 60, 45, 150, False),
        (Stint(0, 9_000, 900), 9_000, 0, 0, False),
    ],
)
def test_a_break_is_suggested(stint: Stint | None, now: float, minutes: int, posts: int, says: bool) -> None:
    assert wants_a_break(stint, now, minutes=minutes, posts=posts) is says
