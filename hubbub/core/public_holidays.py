"""Days off out of a calendar file (.ics), as public calendars of holidays are handed out: RFC 5545, read."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from msgspec import Struct

LONGEST = 31  # days of one entry
MOST = 1_000  # days of one file
YEARLY = re.compile(r"FREQ=YEARLY", re.IGNORECASE)
# what makes "every year" mean another day each year: such rules are written out as single entries by those who publish
MOVES = re.compile(r"BY(DAY|EASTER|WEEKNO|YEARDAY|SETPOS)|INTERVAL=(?!1\b)|COUNT=|UNTIL=", re.IGNORECASE)


class DayOff(Struct, frozen=True, order=True):
    """One day."""

    day: date
    name: str
    yearly: bool = False


class CalendarError(ValueError):
    """The file is no calendar, or holds nothing to take; says what is wrong, and the mend."""


def read_days_off(text: str) -> list[DayOff]:
    """The days of all its entries that last whole days, in order. Entries with a time of day are passed over, and
    those that return by a rule which cannot be followed are taken on their first day alone.

    Raises CalendarError.
    """
    if "BEGIN:VCALENDAR" not in text.upper():
        raise CalendarError("This is no calendar file: it should begin with BEGIN:VCALENDAR. Save it as .ics.")
    found: dict[tuple[date, bool], DayOff] = {}
    for entry in _entries(text):
        for one in _days(entry):
            found.setdefault((one.day, one.yearly), one)
            if len(found) > MOST:
                raise CalendarError(f"The file has more than {MOST:,} days: take one country and fewer years")
    if not found:
        raise CalendarError("No entry of this file lasts a whole day: holidays do. Is it the right calendar?")
    return sorted(found.values())


def _entries(text: str) -> Iterator[dict[str, tuple[str, str]]]:
    """Name → (parameters, value) of each event; long lines are folded, the next one then begins with a space."""
    entry: dict[str, tuple[str, str]] | None = None
    for line in re.sub(r"\r?\n[ \t]", "", text).splitlines():
        head, mark, value = line.partition(":")
        name, _, parameters = head.partition(";")
        match name.strip().upper(), value.strip().upper():
            case "BEGIN", "VEVENT":
                entry = {}
            case "END", "VEVENT":
                if entry:
                    yield entry
                entry = None
            case _ if entry is not None and mark:
                entry.setdefault(name.strip().upper(), (parameters.upper(), value.strip()))


def _days(entry: dict[str, tuple[str, str]]) -> Sequence[DayOff]:
    first = _day(*entry.get("DTSTART", ("", "")))
    if first is None or entry.get("STATUS", ("", ""))[1].upper() == "CANCELLED":
        return ()
    after = _day(*entry.get("DTEND", ("", ""))) or first + timedelta(days=1)
    length = min(max(1, (after - first).days), LONGEST)
    rule = entry.get("RRULE", ("", ""))[1]
    yearly = bool(YEARLY.search(rule)) and not MOVES.search(rule)
    name = _words(entry.get("SUMMARY", ("", ""))[1])
    return [DayOff(first + timedelta(days=number), name, yearly) for number in range(length)]


def _day(parameters: str, value: str) -> date | None:
    if "VALUE=DATE-TIME" in parameters or not re.fullmatch(r"\d{8}", value):
        return None
    try:
        return date(int(value[:4]), int(value[4:6]), int(value[6:]))
    except ValueError:
        return None


def _words(value: str) -> str:
    plain = re.sub(r"\\([,;\\nN])", lambda found: " " if found[1] in "nN" else found[1], value)
    return " ".join(plain.split())[:100]
