"""Business hours: when somebody is there, and how much worked time lies between two moments.

It is open whenever the clock on the wall shows a time inside an interval. So an hour that a change of the clock skips
is not worked, one that it repeats is worked twice, and worked time is always the time that really went by.
An interval belongs to the day on which it begins: what starts on Friday at 22:00 runs into a holiday on Saturday.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from msgspec import Struct

MIDNIGHT = 24 * 60  # minutes
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FARTHEST = 30  # years that are looked ahead for an open hour

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_WEEK = 7 * _DAY
_ZERO_DAY = date(1970, 1, 1).toordinal()

Stretch = tuple[int, int]  # from (in it) and to (not in it), in microseconds since 1970, UTC


class HoursError(ValueError):
    """What was written are no hours; says what is wrong, and the mend."""


class NeverOpen(HoursError):
    """Nothing is ever worked in these hours."""


class Span(Struct, frozen=True, order=True):
    """An interval of a day, in minutes from its midnight; beyond 24 hours it ends on the day after."""

    opens: int  # 0 to 1439
    closes: int  # after `opens`, at most 24 hours later

    def __str__(self) -> str:
        return f"{_clock(self.opens)}-{_clock(self.closes if self.closes <= MIDNIGHT else self.closes - MIDNIGHT)}"


class Hours(Struct, frozen=True):
    """Somebody's hours: a week, and the days that are different."""

    zone: str  # of the IANA database: "Europe/Berlin"
    week: tuple[tuple[Span, ...], ...]  # seven, Monday first
    days: Mapping[date, tuple[Span, ...]] = {}  # a day with hours of its own; empty: closed
    yearly: Mapping[tuple[int, int], tuple[Span, ...]] = {}  # (month, day) of every year, unless `days` says otherwise

    def of(self, day: date) -> tuple[Span, ...]:
        """The intervals that begin on that day."""
        found = self.days.get(day)
        if found is None:
            found = self.yearly.get((day.month, day.day))
        return self.week[day.weekday()] if found is None else found


ROUND_THE_CLOCK = Hours("UTC", ((Span(0, MIDNIGHT),),) * 7)


def between(hours: Hours, a: datetime, b: datetime) -> timedelta:
    """The worked time between two moments (with their zones); nothing where `b` is not after `a`."""
    return _Calendar.of(hours).between(_at(a), _at(b)) * _TICK


def add(hours: Hours, start: datetime, worked: timedelta) -> datetime:
    """The first moment (UTC) at which `worked` has been worked since `start`; `start` itself where that is nothing.

    Raises NeverOpen where that is not so within thirty years.
    """
    if worked <= timedelta():
        return start.astimezone(UTC)
    return _EPOCH + _Calendar.of(hours).add(_at(start), worked // _TICK) * _TICK


def is_open(hours: Hours, moment: datetime) -> bool:
    """Whether somebody is there at that moment."""
    at = _at(moment)
    return _Calendar.of(hours).between(at, at + 1) > 0


def check(hours: Hours, today: date) -> None:
    """Raises NeverOpen where no time of the coming year is worked: nothing could ever be promised in them."""
    start = datetime(today.year, today.month, today.day, tzinfo=UTC)
    if not between(hours, start, start + timedelta(days=366)):
        raise NeverOpen("Nobody is ever there in these hours: give at least one day of the week an interval")


def _at(moment: datetime) -> int:
    return (moment - _EPOCH) // _TICK


# ---- as people write them

_SPAN = re.compile(r"(\d{1,2})(?::?(\d{2}))?\s*(?:-|\u2013|\u2014|to)\s*(\d{1,2})(?::?(\d{2}))?")


def read_spans(text: str) -> tuple[Span, ...]:
    """The intervals of a day: "9:00-12:30, 13:30-17:00"; "22:00-6:00" runs over midnight; "all day"; empty: closed.

    Raises HoursError, which names the part that cannot be read.
    """
    text = text.strip().casefold()
    if text in {"", "closed", "none"}:
        return ()
    if text in {"all day", "24h", "24 h"}:
        return (Span(0, MIDNIGHT),)
    spans = merged(_read_span(part.strip()) for part in re.split(r"[,;]|\band\b", text))
    if any(span.closes - span.opens >= MIDNIGHT and span != Span(0, MIDNIGHT) for span in spans):
        raise HoursError(f"“{text}” runs on for a whole day: write “all day”, and what is left on the day after")
    return spans


def _read_span(part: str) -> Span:
    found = _SPAN.fullmatch(part)
    if found is None:
        raise HoursError(f"“{part}” is no interval: write it like 9:00-17:30, several with commas between")
    opens = _minutes(part, found[1], found[2])
    closes = _minutes(part, found[3], found[4])
    if opens == MIDNIGHT:
        raise HoursError(f"“{part}” begins at 24:00: write 0:00 on the day after")
    if opens == closes:
        raise HoursError(f"“{part}” ends when it begins: write “all day” for the whole day, nothing for a day off")
    return Span(opens, closes if closes > opens else closes + MIDNIGHT)


def _minutes(part: str, hour: str, minute: str | None) -> int:
    total = int(hour) * 60 + int(minute or 0)
    if int(minute or 0) > 59 or total > MIDNIGHT:
        raise HoursError(f"“{part}”: the clock goes from 0:00 to 24:00")
    return total


def write_spans(spans: Sequence[Span]) -> str:
    """As `read_spans` reads it; "closed" for none."""
    if list(spans) == [Span(0, MIDNIGHT)]:
        return "all day"
    return ", ".join(str(span) for span in spans) or "closed"


def merged(spans: Iterator[Span] | Sequence[Span]) -> tuple[Span, ...]:
    """In order, those that touch or overlap as one."""
    kept: list[Span] = []
    for span in sorted(spans):
        if kept and span.opens <= kept[-1].closes:
            kept[-1] = Span(kept[-1].opens, max(kept[-1].closes, span.closes))
        else:
            kept.append(span)
    return tuple(kept)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


# ---- the arithmetic: whole microseconds since 1970, so that nothing is ever rounded


class _Calendar:
    """Hours made ready to be counted with."""

    def __init__(self, hours: Hours) -> None:
        self.hours = hours
        self.zone = ZoneInfo(hours.zone)
        self.odd = sorted(day.toordinal() for day in hours.days)
        self.yearly = frozenset(hours.yearly)
        self.days: dict[int, tuple[Stretch, ...]] = {}
        plain, monday = Hours("UTC", hours.week), date(2001, 1, 1).toordinal()  # any: only lengths are taken from here
        days = (date.fromordinal(monday + number) for number in range(7))
        self.week = sum(end - start for day in days for start, end in _walls(plain, day)) * 60 * _SECOND

    @staticmethod
    @lru_cache(maxsize=256)
    def _kept(key: tuple[object, ...]) -> "_Calendar":
        zone, week, days, yearly = key
        return _Calendar(Hours(zone, week, dict(days), dict(yearly)))  # type: ignore[arg-type, call-overload]

    @classmethod
    def of(cls, hours: Hours) -> "_Calendar":
        """The one for these hours, kept with the days that it has worked out."""
        return cls._kept((hours.zone, hours.week, tuple(hours.days.items()), tuple(hours.yearly.items())))

    def between(self, a: int, b: int) -> int:
        total = 0
        while b - a >= _WEEK:
            total += self.week if self._is_plain(a) else self._sum(a, a + _WEEK)
            a += _WEEK
        return total + self._sum(a, b)

    def add(self, start: int, worked: int) -> int:
        for _ in range(FARTHEST * 53):
            if worked > self.week and self._is_plain(start):
                worked -= self.week
            else:
                for opens, closes in self._open(start, start + _WEEK):
                    if closes - opens >= worked:
                        return opens + worked
                    worked -= closes - opens
            start += _WEEK
        raise NeverOpen(f"So much is not worked in {FARTHEST} years in these hours")

    def _sum(self, a: int, b: int) -> int:
        return sum(closes - opens for opens, closes in self._open(a, b))

    def _is_plain(self, start: int) -> bool:
        """Whether the week from then on is like every other: the clock is not changed, and no day is different."""
        shift = self._offset(start)
        if any(self._offset(start + number * _DAY) != shift for number in range(1, 8)):
            return False
        first = _ZERO_DAY + (start + shift) // _DAY - 1  # its last interval may run into the week
        at = bisect_left(self.odd, first)
        if at < len(self.odd) and self.odd[at] <= first + 9:
            return False
        days = (date.fromordinal(first + number) for number in range(10)) if self.yearly else ()
        return not any((day.month, day.day) in self.yearly for day in days)

    def _open(self, a: int, b: int) -> list[Stretch]:
        """The open stretches within, in order."""
        if b <= a:
            return []
        ends = (self._offset(a), self._offset(b))
        first = _ZERO_DAY + (a + min(ends)) // _DAY - 1
        last = _ZERO_DAY + (b + max(ends)) // _DAY + 1
        found = [
            (max(a, opens), min(b, closes))
            for day in range(first, last + 1)
            for opens, closes in self._day(day)
            if opens < b and closes > a
        ]
        return sorted(found)  # a clock set back over midnight gives a day two parts, one of them after the next day

    def _day(self, ordinal: int) -> tuple[Stretch, ...]:
        """The stretches in which the calendar on the wall shows that day and the hours are open."""
        known = self.days.get(ordinal)
        if known is None:
            walls = _walls(self.hours, date.fromordinal(ordinal))
            known = tuple(stretch for start, end in walls for stretch in self._stretches(ordinal, start, end))
            self.days[ordinal] = known
        return known

    def _stretches(self, ordinal: int, start: int, end: int) -> Iterator[Stretch]:
        """When the wall shows minutes `start` to `end` of that day."""
        midnight = (ordinal - _ZERO_DAY) * _DAY
        low, high = midnight + start * 60 * _SECOND, midnight + end * 60 * _SECOND
        shifts = {self._shift(wall, fold) for wall in (low, high) for fold in (0, 1)}
        if len(shifts) == 1:
            shift = shifts.pop()
            yield low - shift, high - shift
            return
        turns = self._turns(low - max(shifts) - _SECOND, high - min(shifts) + _SECOND)
        for since, until in pairwise(turns):
            shift = self._offset(since)
            opens, closes = max(since, low - shift), min(until, high - shift)
            if opens < closes:
                yield opens, closes

    def _turns(self, low: int, high: int) -> list[int]:
        """`low`, the moments at which the clock is changed, `high`."""
        turns, step = [low], 3600 * _SECOND
        for before in range(low, high, step):
            after = min(before + step, high)
            if self._offset(before) != self._offset(after):
                turns.append(self._turn(before, after))
        return [*turns, high]

    def _turn(self, before: int, after: int) -> int:
        """Clocks are changed at whole seconds."""
        first, last, old = before // _SECOND, -(-after // _SECOND), self._offset(before)
        while last - first > 1:
            middle = (first + last) // 2
            if self._offset(middle * _SECOND) == old:
                first = middle
            else:
                last = middle
        return last * _SECOND

    def _offset(self, at: int) -> int:
        return self._ticks(datetime.fromtimestamp(at // _SECOND, self.zone))

    def _shift(self, wall: int, fold: int) -> int:
        return self._ticks((_EPOCH + wall * _TICK).replace(tzinfo=self.zone, fold=fold))

    @staticmethod
    def _ticks(moment: datetime) -> int:
        offset = moment.utcoffset()
        return offset // _TICK if offset else 0


def _walls(hours: Hours, day: date) -> list[Stretch]:
    """The minutes of that day that are open, in order, disjoint: its own intervals, and the ends of those before."""
    before = hours.of(date.fromordinal(day.toordinal() - 1))
    ends = [Span(0, span.closes - MIDNIGHT) for span in before if span.closes > MIDNIGHT]
    own = [Span(span.opens, min(span.closes, MIDNIGHT)) for span in hours.of(day)]
    return [(span.opens, span.closes) for span in merged([*ends, *own])]
