"""When a rule is stopped: caps, and acts far above what is usual."""

import math

import pytest

from hubbub.core.breaker import BUSY, CHANCE, FLOOR_DAY, FLOOR_HOUR, Limits, most, stop

SOME = Limits(hour_cap=100, day_cap=300)
KNOWN = Limits(hour_cap=1_000, day_cap=5_000, rate=2.0, rate_from="its replay")


@pytest.mark.parametrize(
    ("hour", "day", "limits", "says"),
    [
        (0, 0, SOME, ""),
        (99, 299, SOME, ""),
        (100, 100, SOME, "acted 100 times in an hour, which is its cap"),
        (0, 300, SOME, "acted 300 times in a day, which is its cap"),
        (0, 0, Limits(hour_cap=0), "acted 0 times in an hour"),
        (1, 1, Limits(hour_cap=1), "acted once in an hour"),
        (most(2.0, FLOOR_HOUR) - 1, 40, KNOWN, ""),
        (most(2.0, FLOOR_HOUR), 40, KNOWN, "by its replay about 2 would be usual"),
        (0, most(48.0, FLOOR_DAY), KNOWN, "in a day; by its replay about 48 would be usual"),
        (FLOOR_HOUR - 1, FLOOR_HOUR, Limits(rate=0.0, rate_from="its past weeks"), ""),
        (FLOOR_HOUR, FLOOR_HOUR, Limits(rate=0.0, rate_from="its past weeks"), "less than one would be usual"),
        (499, 1_999, Limits(), ""),
    ],
)
def test_stop(hour: int, day: int, limits: Limits, says: str) -> None:
    found = stop(hour, day, limits)
    assert says in found
    assert bool(found) is bool(says)


@pytest.mark.parametrize("mean", [0.01, 0.5, 2, 10, 100, 500])
def test_a_usual_hour_stops_a_rule_less_often_than_once_in_a_million(mean: float) -> None:
    """Against the Poisson distribution itself, summed term by term."""
    expected, bound = BUSY * mean, most(mean, 0)
    terms = (math.exp(count * math.log(expected) - expected - math.lgamma(count + 1)) for count in range(bound))
    assert 1 - math.fsum(terms) < CHANCE
    assert bound < expected + 8 * math.sqrt(expected) + 10  # and far above it is seen


def test_more_is_usual_where_more_was_seen() -> None:
    bounds = [most(mean / 4, FLOOR_HOUR) for mean in range(400)]
    assert bounds == sorted(bounds)
    assert bounds[0] == FLOOR_HOUR
