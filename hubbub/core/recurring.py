"""What comes again: the part of RFC 5545's rules that a calendar of posts needs, on the clock of a place."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

from msgspec import Struct

Every = Literal["DAILY", "WEEKLY", "MONTHLY"]
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
EVERY: tuple[Every, ...] = ("DAILY", "WEEKLY", "MONTHLY")
BY_DAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
MOST_BETWEEN = 366  # days, weeks or months between two
FURTHEST = date(2200, 1, 1)  # nothing is worked out beyond


class Unreadable(ValueError):
    """A rule that cannot be read; says what would be right."""


class Recurrence(Struct, frozen=True):
    """How often, on which days, until when. Day and time of the first one are given beside it."""

    every: Every
    step: int = 1  # each, each second, …
    weekdays: tuple[int, ...] = ()  # 0 is Monday; of WEEKLY. Empty: the weekday of the first
    nth: int = 0  # of MONTHLY: the 1st to 5th, or -1 the last, of `weekdays`; 0: by the day of the month
    month_day: int = 0  # of MONTHLY: 1 to 31, or -1 the last; 0: the day of the first. What a month has not is left out
    count: int | None = None  # so many in all
    until: date | None = None  # none after this day


def read_rule(text: str) -> Recurrence:
    """ "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;COUNT=10" as a rule. Raises Unreadable."""
    parts = {}
    for part in text.strip().removeprefix("RRULE:").split(";"):
        name, sign, value = part.partition("=")
        if not sign or name.upper() in parts:
            raise Unreadable(f"“{part}” is not understood: write NAME=VALUE, each name once, with semicolons between")
        parts[name.upper()] = value.upper()
    every = next((one for one in EVERY if one == parts.get("FREQ")), None)
    if every is None:
        raise Unreadable("Say how often: FREQ=DAILY, FREQ=WEEKLY or FREQ=MONTHLY")
    if unknown := set(parts) - {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "COUNT", "UNTIL"}:
        raise Unreadable(f"{min(unknown)} is not known here: use FREQ, INTERVAL, BYDAY, BYMONTHDAY, COUNT and UNTIL")
    weekdays, nth = _by_day(parts.get("BYDAY", ""), every)
    rule = Recurrence(
        every=every,
        step=_number(parts.get("INTERVAL", "1"), "INTERVAL"),
        weekdays=weekdays,
        nth=nth,
        month_day=_number(parts.get("BYMONTHDAY", "0"), "BYMONTHDAY"),
        count=_number(parts["COUNT"], "COUNT") if "COUNT" in parts else None,
        until=_day(parts["UNTIL"]) if "UNTIL" in parts else None,
    )
    check(rule)
    return rule


def check(rule: Recurrence) -> None:
    """Raises Unreadable, in words, where the rule says what cannot be."""
    if not 1 <= rule.step <= MOST_BETWEEN:
        raise Unreadable(f"INTERVAL runs from 1 to {MOST_BETWEEN}, not {rule.step}")
    if rule.count is not None and not 1 <= rule.count <= 1_000:
        raise Unreadable(f"COUNT runs from 1 to 1000, not {rule.count}")
    if rule.count is not None and rule.until is not None:
        raise Unreadable("Say either COUNT (so many) or UNTIL (up to that day), not both")
    if rule.month_day and (rule.every != "MONTHLY" or rule.nth or not (rule.month_day == -1 or rule.month_day > 0)):
        raise Unreadable("BYMONTHDAY goes with FREQ=MONTHLY and without BYDAY: 1 to 31, or -1 for the last day")
    if rule.month_day > 31:
        raise Unreadable(f"No month has {rule.month_day} days: BYMONTHDAY runs from 1 to 31, or is -1 for the last day")
    if rule.weekdays and rule.every == "DAILY":
        raise Unreadable("BYDAY goes with FREQ=WEEKLY or FREQ=MONTHLY: for chosen weekdays say FREQ=WEEKLY")


def write_rule(rule: Recurrence) -> str:
    """The other way; the parts in one order."""
    parts = [f"FREQ={rule.every}"]
    if rule.step != 1:
        parts.append(f"INTERVAL={rule.step}")
    if rule.weekdays:
        parts.append("BYDAY=" + ",".join(f"{rule.nth or ''}{DAYS[day]}" for day in rule.weekdays))
    if rule.month_day:
        parts.append(f"BYMONTHDAY={rule.month_day}")
    if rule.count is not None:
        parts.append(f"COUNT={rule.count}")
    if rule.until is not None:
        parts.append(f"UNTIL={rule.until:%Y%m%d}")
    return ";".join(parts)


def in_words(rule: Recurrence) -> str:
    """ "every 2 weeks on Monday and Thursday, 10 times"."""
    unit = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month"}[rule.every]
    said = f"every {unit}" if rule.step == 1 else f"every {rule.step} {unit}s"
    names = [NAMES[day] for day in sorted(rule.weekdays)]
    listed = " and ".join(part for part in (", ".join(names[:-1]), names[-1] if names else "") if part)
    if rule.nth:
        said += f" on the {NTH[rule.nth]} {listed}"
    elif names:
        said += f" on {listed}"
    elif rule.month_day:
        said += " on the last day" if rule.month_day < 0 else f" on day {rule.month_day}"
    if rule.count is not None:
        said += f", {rule.count} times"
    return f"{said}, until {rule.until:%-d %B %Y}" if rule.until else said


NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}


def days(rule: Recurrence, first: date) -> Iterator[date]:
    """The days, in order, from the first one on, which counts if it fits the rule; the rule's end ends them."""
    last = min(rule.until or FURTHEST, FURTHEST)
    for given, day in enumerate(_unbounded(rule, first, last)):
        if day > last or (rule.count is not None and given >= rule.count):
            return
        yield day


def moments(rule: Recurrence, first: date, at: time, zone: tzinfo, *, after: datetime, most: int) -> list[datetime]:
    """At most `most` moments later than `after`, aware, in UTC: the rule's days at that time by the zone's clock."""
    found: list[datetime] = []
    for day in days(rule, first):
        if len(found) >= most:
            break
        if (moment := on_the_clock(day, at, zone)) > after:
            found.append(moment)
    return found


def on_the_clock(day: date, at: time, zone: tzinfo) -> datetime:
    """The moment, in UTC, when clocks there show that time. Of a time that comes twice on that day the first; one that
    clocks skip is as late after the change as it would have been, as RFC 5545 has it."""
    return datetime.combine(day, at.replace(fold=0, tzinfo=None), tzinfo=zone).astimezone(UTC)


def _unbounded(rule: Recurrence, first: date, last: date) -> Iterator[date]:
    match rule.every:
        case "DAILY":
            day = first
            while day <= last:
                yield day
                day += timedelta(days=rule.step)
        case "WEEKLY":
            monday = first - timedelta(days=first.weekday())
            wanted = sorted(set(rule.weekdays)) or [first.weekday()]
            while monday <= last:
                yield from (day for one in wanted if (day := monday + timedelta(days=one)) >= first)
                monday += timedelta(weeks=rule.step)
        case "MONTHLY":
            month = first.replace(day=1)
            while month <= last:
                yield from (day for day in _of_month(rule, month, first) if day >= first)
                month = _later(month, rule.step)


def _of_month(rule: Recurrence, month: date, first: date) -> list[date]:
    last = _later(month, 1) - timedelta(days=1)
    if rule.weekdays and rule.nth:
        return sorted(day for one in set(rule.weekdays) if (day := _nth(rule.nth, one, month, last)))
    if rule.weekdays:
        return [day for number in range(last.day) if (day := month + timedelta(days=number)).weekday() in rule.weekdays]
    wanted = last.day if rule.month_day == -1 else rule.month_day or first.day
    return [month.replace(day=wanted)] if wanted <= last.day else []


def _nth(nth: int, weekday: int, month: date, last: date) -> date | None:
    if nth < 0:
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    day = month + timedelta(days=(weekday - month.weekday()) % 7, weeks=nth - 1)
    return day if day <= last else None


def _later(month: date, by: int) -> date:
    number = month.year * 12 + month.month - 1 + by
    return date(number // 12, number % 12 + 1, 1)


def _by_day(text: str, every: Every) -> tuple[tuple[int, ...], int]:
    found: list[int] = []
    ordinals = set()
    for part in text.split(",") if text else ():
        match = BY_DAY.fullmatch(part)
        if match is None:
            raise Unreadable(f"“{part}” is no weekday: write MO, TU, WE, TH, FR, SA or SU; 2MO is the second Monday")
        ordinals.add(int(match[1] or 0))
        found.append(DAYS.index(match[2]))
    nth = ordinals.pop() if ordinals else 0
    if ordinals or (nth and every != "MONTHLY") or nth < -1:
        raise Unreadable("A number before a weekday goes with FREQ=MONTHLY, the same for all of them: 1 to 5, or -1")
    return tuple(found), nth


def _number(text: str, name: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,4}", text):
        raise Unreadable(f"{name}={text} is no whole number")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text[:8])
    except ValueError:
        raise Unreadable(f"UNTIL={text} is no day: write it as 20261231") from None
