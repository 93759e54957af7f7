"""Days off out of calendar files."""

from datetime import date

import pytest

from hubbub.core.public_holidays import CalendarError, DayOff, read_days_off


def calendar(*entries: str) -> str:
    events = "\r\n".join(
        f"BEGIN:VEVENT\r\nUID:{number}\r\n{entry}\r\nEND:VEVENT" for number, entry in enumerate(entries)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}\r\nEND:VCALENDAR\r\n"


MONTHS = (f"DTSTART;VALUE=DATE:{year}0101\r\nDTEND;VALUE=DATE:{year}0301" for year in range(2000, 2040))
MANY = calendar(*MONTHS)


@pytest.mark.parametrize(
    ("entry", "days"),
    [
        ("DTSTART;VALUE=DATE:20261225\r\nSUMMARY:Christmas Day", [DayOff(date(2026, 12, 25), "Christmas Day")]),
        ("DTSTART:20261225\r\nSUMMARY:Christmas", [DayOff(date(2026, 12, 25), "Christmas")]),
        (
            "DTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261227\r\nSUMMARY:Both",
            [DayOff(date(2026, 12, 25), "Both"), DayOff(date(2026, 12, 26), "Both")],
        ),
        (
            "DTSTART;VALUE=DATE:20260501\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Labour Day",
            [DayOff(date(2026, 5, 1), "Labour Day", yearly=True)],
        ),
        (
            "DTSTART;VALUE=DATE:20260525\r\nRRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO\r\nSUMMARY:Memorial Day",
            [DayOff(date(2026, 5, 25), "Memorial Day")],  # another day every year
        ),
        (
            "SUMMARY:A long na\r\n me\\, with a comma\r\nDTSTART;VALUE=DATE:20260101",
            [DayOff(date(2026, 1, 1), "A long name, with a comma")],
        ),
        ("dtstart;value=date:20260101\r\nsummary:Small", [DayOff(date(2026, 1, 1), "Small")]),
    ],
)
def test_whole_days_are_taken(entry: str, days: list[DayOff]) -> None:
    assert read_days_off(calendar(entry)) == days


def test_the_same_day_is_taken_once() -> None:
    twice = ["DTSTART;VALUE=DATE:20261225\r\nSUMMARY:Christmas", "DTSTART;VALUE=DATE:20261225\r\nSUMMARY:Noël"]
    assert [one.name for one in read_days_off(calendar(*twice))] == ["Christmas"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Monday,closed", "no calendar file"),
        (calendar(), "No entry of this file lasts a whole day"),
        (calendar("DTSTART:20261225T090000Z\r\nSUMMARY:Meeting"), "No entry"),
        (calendar("DTSTART;VALUE=DATE:20261331\r\nSUMMARY:Never"), "No entry"),
        (calendar("DTSTART;VALUE=DATE:20261225\r\nSTATUS:CANCELLED"), "No entry"),
        (MANY, "more than 1,000 days"),
    ],
)
def test_what_cannot_be_taken_is_said(text: str, says: str) -> None:
    with pytest.raises(CalendarError, match=says):
        read_days_off(text)
