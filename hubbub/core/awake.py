"""When a person is awake: the hours of the day in which they write, and the next moment among them.

Posts say nothing of where somebody lives; the hours in which they wrote do. The day is a circle: who writes from 22 to
2 o'clock has one habit, not two.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from msgspec import Struct

ENOUGH = 8  # posts; fewer tell no habit
DAYS = 3  # different days on which they were written; one long evening is no habit either
SHARE = 0.7  # of what they write falls into the hours that are called theirs
LONGEST = 16  # hours; who writes at all hours has no habit
SETTLE = timedelta(minutes=5)  # after their first hour begins
QUARTER = timedelta(minutes=15)
KERNEL = (1, 2, 3, 2, 1)  # how far the hour of one post speaks for the hours beside it

# from the first hour to the one that is no longer theirs, by the clocks of a zone; (22, 2) goes over midnight
Hours = tuple[int, int]


class Moment(Struct, frozen=True):
    """When to write to somebody."""

    at: datetime  # aware, UTC; `now` where they are awake
    hours: Hours
    known: bool  # from what they wrote; else the hours that were given
    says: str  # why then: "mostly writes 17 to 22 (Europe/Berlin)"


def smoothed(times: Sequence[datetime], zone: tzinfo) -> tuple[float, ...]:
    """How much falls to each hour of the day (24 numbers that sum to 1, or all 0), each post spread a little."""
    counts = [0.0] * 24
    for time in times:
        hour = time.astimezone(zone).hour
        for offset, weight in enumerate(KERNEL, start=-(len(KERNEL) // 2)):
            counts[(hour + offset) % 24] += weight
    whole = sum(counts)
    return tuple(count / whole if whole else 0.0 for count in counts)


def habit(times: Sequence[datetime], zone: tzinfo) -> Hours | None:
    """The shortest stretch of the day in which they mostly write; None: too little is known, or there is no such."""
    if len(times) < ENOUGH or len({time.astimezone(zone).date() for time in times}) < DAYS:
        return None
    share = smoothed(times, zone)
    for length in range(1, LONGEST + 1):
        sums = [sum(share[(start + hour) % 24] for hour in range(length)) for start in range(24)]
        best = max(range(24), key=lambda start: (sums[start], -start))
        if sums[best] >= SHARE:
            return best, (best + length) % 24
    return None


def within(now: datetime, hours: Hours, zone: tzinfo) -> bool:
    """Whether clocks in the zone show one of these hours. The same hour twice is the whole day."""
    first, last = hours
    hour = now.astimezone(zone).hour
    return first == last or (hour - first) % 24 < (last - first) % 24


def moment(times: Sequence[datetime], now: datetime, usual: Hours, zone: tzinfo) -> Moment:
    """The next moment in the hours in which they write; in `usual`, where these are not known. Hours are those that
    clocks in the zone show: after they change, it is the same time of the day."""
    own = habit(times, zone)
    hours = own or usual
    told = f"{hours[0]:02} to {hours[1]:02} ({zone})"
    says = f"mostly writes {told}" if own else f"too little is known of when they write; {told} is taken"
    if within(now, hours, zone):
        return Moment(now, hours, own is not None, f"{says}, that is now")
    at = _begins(now, hours, zone) + SETTLE
    return Moment(at, hours, own is not None, f"{says}; goes at {at.astimezone(zone):%H:%M}")


def _begins(now: datetime, hours: Hours, zone: tzinfo) -> datetime:
    """When clocks show one of these hours next, in UTC. Clocks change, and hours begin, at whole quarters alone; an
    hour that they skip is looked for on the day after, unless the next one is theirs, too."""
    at = now.astimezone(UTC)
    at = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
    while at <= now or not within(at, hours, zone):
        at += QUARTER
    return at
