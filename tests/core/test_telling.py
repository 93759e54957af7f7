"""Quiet hours and the hour of a digest, on the member's own clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from hubbub.core.telling import held_until, next_at

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("now", "quiet", "until"),
    [
        ("2026-11-23 12:00", (22, 7), "2026-11-23 12:00"),
        ("2026-11-23 22:00", (22, 7), "2026-11-24 07:00"),
        ("2026-11-24 06:59", (22, 7), "2026-11-24 07:00"),
        ("2026-11-24 07:00", (22, 7), "2026-11-24 07:00"),
        ("2026-11-23 12:30", (12, 14), "2026-11-23 14:00"),
        ("2026-11-23 11:59", (12, 14), "2026-11-23 11:59"),
        ("2026-03-28 23:00", (22, 7), "2026-03-29 07:00"),  # an hour less
        ("2026-11-23 12:00", (None, None), "2026-11-23 12:00"),
        ("2026-11-23 12:00", (7, 7), "2026-11-23 12:00"),
    ],
)
def test_quiet_hours(now: str, quiet: tuple[int | None, int | None], until: str) -> None:
    begins, ends = (None if hour is None else hour * 60 for hour in quiet)
    assert held_until(at(now), "Europe/Berlin", begins, ends) == at(until)


@pytest.mark.parametrize(
    ("now", "hour", "then"),
    [
        ("2026-11-23 06:00", 8, "2026-11-23 08:00"),
        ("2026-11-23 08:00", 8, "2026-11-24 08:00"),
        ("2026-10-24 09:00", 8, "2026-10-25 08:00"),
        ("2026-03-28 09:00", 2, "2026-03-29 03:00"),  # two o'clock does not exist then
    ],
)
def test_the_next_digest(now: str, hour: int, then: str) -> None:
    assert next_at(at(now), "Europe/Berlin", hour * 60) == at(then)
