"""Until when a conversation can sleep: a few moments at hand, and any other that is written."""

from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

MORNING = time(9)
Preset = Literal["later", "tomorrow", "monday"]


class Choice(Struct, frozen=True):
    """One moment at hand."""

    key: Preset
    name: str
    at: datetime


def choices(now: datetime, zone: ZoneInfo) -> tuple[Choice, ...]:
    """In three hours; tomorrow and next Monday at nine by the clocks of the zone."""
    here = now.astimezone(zone)
    monday = 7 - here.weekday()  # on a Monday: the next one
    return (
        Choice("later", "in 3 hours", now + timedelta(hours=3)),
        Choice("tomorrow", "tomorrow at 9:00", _morning(here, 1, zone)),
        Choice("monday", "next Monday at 9:00", _morning(here, monday, zone)),
    )


def _morning(here: datetime, days: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(here.date() + timedelta(days=days), MORNING, zone).astimezone(UTC)


def read(text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """A choice's key, a moment as a form writes it (2026-11-30T09:00, by the zone's clocks) or with its offset; None:
    neither."""
    for choice in choices(now, zone):
        if text == choice.key:
            return choice.at
    try:
        when = datetime.fromisoformat(text.strip())
        return (when if when.tzinfo else when.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
