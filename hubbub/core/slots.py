"""Posting slots: the times of a week at which a place is posted to, and the next one that is free."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo

from msgspec import Struct

from .recurring import on_the_clock

WEEKS = 26  # how far ahead a free slot is looked for


class Slot(Struct, frozen=True, order=True):
    """A time of the week, by the clock of the place."""

    weekday: int  # 0 is Monday
    minute: int  # since midnight

    @property
    def at(self) -> time:
        """The time of day."""
        return time(self.minute // 60, self.minute % 60)


def coming(slots: Collection[Slot], zone: tzinfo, *, after: datetime, until: datetime) -> Iterator[datetime]:
    """The moments of these slots later than `after` and not later than `until`, in order, in UTC, each once."""
    by_day: dict[int, set[Slot]] = {}
    for slot in slots:
        by_day.setdefault(slot.weekday, set()).add(slot)
    day = after.astimezone(zone).date() - timedelta(days=1)
    held: set[datetime] = set()  # a time that the clocks skip comes later than some that follow it, even a day later
    while by_day and day <= until.astimezone(zone).date() + timedelta(days=1):
        begins = on_the_clock(day, time(), zone)
        yield from sorted(moment for moment in held if moment < begins)
        held = {moment for moment in held if moment >= begins}
        moments = (on_the_clock(day, slot.at, zone) for slot in by_day.get(day.weekday(), ()))
        held |= {moment for moment in moments if after < moment <= until}
        day += timedelta(days=1)
    yield from sorted(held)


def next_free(
    slots: Collection[Slot], zone: tzinfo, *, after: datetime, taken: Collection[datetime]
) -> datetime | None:
    """The first moment of a slot that nothing else has. None: there are no slots, or all are taken for half a year."""
    busy = {moment.astimezone(UTC) for moment in taken}
    ahead = coming(slots, zone, after=after, until=after + timedelta(weeks=WEEKS))
    return next((moment for moment in ahead if moment not in busy), None)


def reordered(moments: Sequence[datetime], order: Sequence[int]) -> dict[int, datetime]:
    """Which of the queue's moments each item gets when the items (their ids) come in this order: the moments stay."""
    return dict(zip(order, sorted(moments), strict=True))


def read_time(text: str) -> int | None:
    """ "9:00", "17.30" or "9" as minutes since midnight; None where it is no time."""
    hour, _, minute = text.strip().replace(".", ":").partition(":")
    if not (hour.isascii() and hour.isdecimal() and (not minute or (minute.isascii() and minute.isdecimal()))):
        return None
    found = int(hour) * 60 + int(minute or 0)
    return found if int(hour) < 24 and int(minute or 0) < 60 else None
