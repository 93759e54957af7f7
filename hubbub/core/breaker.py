"""When a rule is stopped: how many acts in an hour and a day are too many. Pure arithmetic over counts."""

from math import ceil, log, sqrt

from msgspec import Struct

HOUR_CAP, DAY_CAP = 500, 2_000  # where nobody set other ones
BUSY = 3.0  # a place has busy hours: so many times the mean rate is still usual
CHANCE = 1e-6  # how seldom a usual hour may stop a rule
FLOOR_HOUR, FLOOR_DAY = 20, 60  # a rule that hardly ever acts may still act so often


class Limits(Struct, frozen=True):
    """What a rule may do. `rate`: acts an hour that are usual for it; None: nobody knows yet, then only caps hold."""

    hour_cap: int = HOUR_CAP
    day_cap: int = DAY_CAP
    rate: float | None = None
    rate_from: str = ""  # in words: "its replay"


def most(mean: float, floor: int) -> int:
    """The most events that are still usual where `mean` are expected, at least `floor`.

    An upper bound of a Poisson count with mean m = BUSY * `mean`: by Bernstein's inequality
    P(X ≥ m + √(2 m L) + L/3) ≤ exp(-L), here with L = ln(1/CHANCE). Exact quantiles would be a little lower.
    """
    expected, surprise = BUSY * mean, log(1 / CHANCE)
    return max(floor, ceil(expected + sqrt(2 * expected * surprise) + surprise / 3))


def stop(hour: int, day: int, limits: Limits) -> str:
    """Why the next act is one too many, in words, after `hour` acts in 60 minutes and `day` in 24 hours; "": it is
    not."""
    if hour >= limits.hour_cap:
        return f"it acted {_times(hour)} in an hour, which is its cap"
    if day >= limits.day_cap:
        return f"it acted {_times(day)} in a day, which is its cap"
    if limits.rate is None:
        return ""
    for count, mean, floor, span in (
        (hour, limits.rate, FLOOR_HOUR, "an hour"),
        (day, limits.rate * 24, FLOOR_DAY, "a day"),
    ):
        if count >= most(mean, floor):
            usual = "less than one" if mean < 1 else f"about {mean:,.0f}"
            return f"it acted {_times(count)} in {span}; by {limits.rate_from} {usual} would be usual"
    return ""


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"
