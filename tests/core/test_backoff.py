"""How long to wait before the next try."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.backoff import wait

FIRST, MOST = timedelta(seconds=10), timedelta(hours=1)


@pytest.mark.parametrize(
    ("tries", "chance", "seconds"),
    [(1, 0, 5), (1, 1, 10), (2, 1, 20), (3, 0.5, 30), (9, 1, 2560), (10, 1, 3600), (500, 0, 1800)],
)
def test_wait(tries: int, chance: float, seconds: float) -> None:
    assert wait(tries, chance, first=FIRST, most=MOST) == timedelta(seconds=seconds)


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_never_less_than_half_the_first_nor_more_than_most(tries: int, chance: float) -> None:
    assert FIRST / 2 <= wait(tries, chance, first=FIRST, most=MOST) <= MOST
