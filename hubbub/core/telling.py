"""When a member is told: quiet hours, and the hour of their digest. In their own zone, across changes of the clock."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from .hours import MIDNIGHT, Hours, Span, add, is_open

_TICK = timedelta(microseconds=1)


def held_until(now: datetime, zone: str, quiet_from: int | None, quiet_until: int | None) -> datetime:
    """When they may be told of what happens now: now, or at the end of their quiet hours.

    `quiet_from`, `quiet_until`: minutes from midnight on the clock there, over midnight where the second is smaller;
    None, or both the same: never quiet.
    """
    if quiet_from is None or quiet_until is None or quiet_from == quiet_until:
        return now
    closes = quiet_from if quiet_from > quiet_until else quiet_from + MIDNIGHT
    loud = Hours(zone, ((Span(quiet_until, closes),),) * 7)
    return now if is_open(loud, now) else add(loud, now, _TICK) - _TICK


def next_at(now: datetime, zone: str, minutes: int) -> datetime:
    """The next moment after `now` at which the clock there shows so many minutes from midnight; where it skips them,
    as much later as it skips."""
    there = ZoneInfo(zone)
    today = now.astimezone(there).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    for days in range(3):
        day = today.date() + timedelta(days=days)
        wall = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=there)
        moment = datetime.fromtimestamp(wall.timestamp(), tz=now.tzinfo)
        if moment > now:
            return moment
    raise ValueError(f"{minutes} minutes are no time of a day")
