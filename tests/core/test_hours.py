"""Business hours against a slow reference that looks at the clock on the wall, minute by minute."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hubbub.core.hours import (
    MIDNIGHT,
    ROUND_THE_CLOCK,
    Hours,
    HoursError,
    NeverOpen,
    Span,
    add,
    between,
    check,
    is_open,
    read_spans,
    write_spans,
)

MINUTE = timedelta(minutes=1)
OFFICE = read_spans("9:00-12:30, 13:30-17:00")
# zones with a moment around which the clock there does something
WATERSHEDS = [
    ("UTC", datetime(2026, 2, 27, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("Europe/Dublin", datetime(2026, 3, 29, 1, tzinfo=UTC)),  # whose summer time is its standard time
    ("Europe/Dublin", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),  # half an hour
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    ("Asia/Kathmandu", datetime(2026, 12, 31, 18, 15, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),  # there was no 30 December
    ("America/St_Johns", datetime(2010, 11, 7, 2, 31, tzinfo=UTC)),  # back over midnight
    ("America/Havana", datetime(2026, 3, 8, 5, tzinfo=UTC)),  # midnight does not exist
    ("America/Santiago", datetime(2026, 4, 5, 3, tzinfo=UTC)),
    ("Africa/Casablanca", datetime(2026, 2, 15, 2, tzinfo=UTC)),
    ("Antarctica/Troll", datetime(2026, 3, 29, 1, tzinfo=UTC)),  # two hours
    ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC)),
]


def open_by_the_wall(hours: Hours, moment: datetime) -> bool:
    """The meaning, as plainly as it can be said."""
    wall = moment.astimezone(ZoneInfo(hours.zone))
    minute = wall.hour * 60 + wall.minute
    today = any(span.opens <= minute < span.closes for span in hours.of(wall.date()))
    before = wall.date() - timedelta(days=1)
    return today or any(minute + MIDNIGHT < span.closes for span in hours.of(before))


def slow_between(hours: Hours, a: datetime, b: datetime) -> timedelta:
    minutes, total = a, timedelta()
    while minutes < b:
        total += MINUTE if open_by_the_wall(hours, minutes) else timedelta()
        minutes += MINUTE
    return total


def slow_add(hours: Hours, start: datetime, worked: timedelta) -> datetime:
    minutes, left = start, worked
    while left:
        left -= MINUTE if open_by_the_wall(hours, minutes) else timedelta()
        minutes += MINUTE
    return minutes


spans = st.builds(
    lambda opens, length: Span(opens, opens + length), st.integers(0, MIDNIGHT - 1), st.integers(1, MIDNIGHT)
)
days = st.lists(spans, max_size=3).map(tuple)


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Hours, datetime]:
    """Hours in some zone, and a whole minute not far from a moment at which the clock there is changed."""
    zone, watershed = draw(st.sampled_from(WATERSHEDS))
    week = tuple(draw(days) for _ in range(7))
    near = watershed.date()
    some = st.integers(-6, 9).map(lambda number: near + timedelta(days=number))
    own = draw(st.dictionaries(some, days, max_size=2))
    yearly = draw(st.dictionaries(some.map(lambda day: (day.month, day.day)), days, max_size=2))
    start = watershed + draw(st.integers(-5 * MIDNIGHT, 2 * MIDNIGHT)) * MINUTE
    return Hours(zone, week, own, yearly), start


@settings(max_examples=150)
@given(calendars(), st.integers(0, 12 * MIDNIGHT))
def test_time_between_is_what_the_clock_on_the_wall_says(given_: tuple[Hours, datetime], minutes: int) -> None:
    hours, start = given_
    end = start + minutes * MINUTE
    assert between(hours, start, end) == slow_between(hours, start, end)


@settings(max_examples=150)
@given(calendars(), st.integers(1, 3 * MIDNIGHT))
def test_added_time_ends_where_the_clock_on_the_wall_says(given_: tuple[Hours, datetime], minutes: int) -> None:
    hours, start = given_
    worked = minutes * MINUTE
    if any(not day for day in hours.week) or between(hours, start, start + timedelta(days=30)) < worked:
        return  # the reference would walk for hours
    assert add(hours, start, worked) == slow_add(hours, start, worked)


@settings(max_examples=150)
@given(calendars(), st.integers(1, 40 * 24 * 3600 * 10**6), st.integers(0, 10**9))
def test_both_agree_to_the_microsecond(given_: tuple[Hours, datetime], worked: int, later: int) -> None:
    hours, near = given_
    if not any(hours.week):
        return
    start, time = near + timedelta(microseconds=later), timedelta(microseconds=worked)
    end = add(hours, start, time)
    assert between(hours, start, end) == time
    assert between(hours, start, end - timedelta(microseconds=1)) == time - timedelta(microseconds=1)  # the first one


@settings(max_examples=60)
@given(calendars(), st.integers(0, 900), st.integers(0, 900))
@example((Hours("Europe/Berlin", (OFFICE,) * 7), datetime(2026, 3, 1, tzinfo=UTC)), 400, 20)
def test_weeks_that_are_skipped_are_counted_like_days(given_: tuple[Hours, datetime], some: int, more: int) -> None:
    hours, start = given_
    ends = [start + timedelta(days=number) for number in range(some + more + 1)]
    assert between(hours, start, ends[-1]) == sum((between(hours, a, b) for a, b in pairwise(ends)), timedelta())


def at(text: str, zone: str = "Europe/Berlin") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


BERLIN = Hours(
    "Europe/Berlin",
    (*(OFFICE,) * 5, (), ()),
    days={date(2026, 4, 3): (), date(2026, 12, 24): read_spans("9-12")},
    yearly={(12, 25): (), (12, 26): (), (1, 1): ()},
)
NIGHTS = Hours("Europe/Berlin", (read_spans("22:00-6:00"),) * 7, days={date(2026, 10, 31): ()})


@pytest.mark.parametrize(
    ("hours", "start", "worked", "end"),
    [
        (BERLIN, "2026-11-20 16:50", 30, "2026-11-23 09:20"),  # Friday evening, Monday morning
        (BERLIN, "2026-11-23 12:00", 60, "2026-11-23 14:00"),  # over lunch
        (BERLIN, "2026-11-23 12:00", 30, "2026-11-23 12:30"),  # up to lunch, not after it
        (BERLIN, "2026-11-22 03:00", 1, "2026-11-23 09:01"),  # asked on Sunday
        (BERLIN, "2026-04-02 16:00", 120, "2026-04-06 10:00"),  # over Good Friday
        (BERLIN, "2026-12-24 11:00", 120, "2026-12-28 10:00"),  # Christmas, short on its eve
        (BERLIN, "2026-12-31 16:30", 60, "2027-01-04 09:30"),
        (BERLIN, "2026-03-27 16:00", 120, "2026-03-30 10:00"),  # the clock is changed on the weekend between
        (NIGHTS, "2026-11-23 23:00", 120, "2026-11-24 01:00"),  # over midnight
        (NIGHTS, "2026-11-23 05:00", 120, "2026-11-23 23:00"),
        (NIGHTS, "2026-03-29 01:00", 60, "2026-03-29 03:00"),  # an hour that does not exist is not worked
        (NIGHTS, "2026-10-30 22:00", 9 * 60, "2026-11-01 23:00"),  # Friday's night runs into the day off
        (ROUND_THE_CLOCK, "2026-11-21 23:30", 60, "2026-11-22 00:30"),
    ],
)
def test_added(hours: Hours, start: str, worked: int, end: str) -> None:
    assert add(hours, at(start), worked * MINUTE) == at(end)


def test_an_hour_that_comes_twice_is_worked_twice() -> None:
    assert between(NIGHTS, at("2026-10-24 22:00"), at("2026-10-25 06:00")) == timedelta(hours=9)
    assert between(NIGHTS, at("2026-03-28 22:00"), at("2026-03-29 06:00")) == timedelta(hours=7)


def test_a_day_that_was_skipped_is_not_worked() -> None:
    apia = Hours("Pacific/Apia", (OFFICE,) * 7)
    assert add(apia, at("2011-12-29 16:00", "Pacific/Apia"), 2 * 60 * MINUTE) == at("2011-12-31 10:00", "Pacific/Apia")


@pytest.mark.parametrize(("when", "there"), [("2026-11-23 09:00", True), ("2026-11-23 17:00", False)])
def test_it_opens_at_the_minute_and_closes_at_the_minute(when: str, there: bool) -> None:
    assert is_open(BERLIN, at(when)) is there


def test_nothing_is_promised_where_nobody_is_ever_there() -> None:
    never = Hours("Europe/Berlin", ((),) * 7)
    with pytest.raises(NeverOpen, match="at least one day"):
        check(never, date(2026, 11, 23))
    with pytest.raises(NeverOpen, match="30 years"):
        add(never, at("2026-11-23 09:00"), MINUTE)
    check(BERLIN, date(2026, 11, 23))


def test_hours_that_are_only_on_days_that_are_off_end() -> None:
    only = Hours(
        "UTC", ((Span(0, 60),), *((),) * 6), yearly={(month, day): () for month in range(1, 13) for day in range(1, 32)}
    )
    with pytest.raises(NeverOpen):
        add(only, at("2026-11-23 09:00"), MINUTE)


def test_worked_time_before_the_start_is_nothing() -> None:
    assert between(BERLIN, at("2026-11-24 09:00"), at("2026-11-23 09:00")) == timedelta()
    assert add(BERLIN, at("2026-11-22 09:00"), timedelta()) == at("2026-11-22 09:00")


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("9:00-17:30", [(540, 1050)]),
        ("9-12:30, 13:30 \N{EN DASH} 17", [(540, 750), (810, 1020)]),
        ("900-1730", [(540, 1050)]),
        ("22:00 to 6:00", [(1320, 1800)]),
        ("9-12; 11-14", [(540, 840)]),
        ("9-12 and 13-17", [(540, 720), (780, 1020)]),
        ("0:00-24:00", [(0, 1440)]),
        ("all day", [(0, 1440)]),
        ("", []),
        ("closed", []),
    ],
)
def test_intervals_are_read_as_people_write_them(text: str, spans: list[tuple[int, int]]) -> None:
    found = read_spans(text)
    assert [(one.opens, one.closes) for one in found] == spans
    assert read_spans(write_spans(found)) == found


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("9:00", "“9:00” is no interval: write it like 9:00-17:30"),
        ("9-17, lunch", "“lunch” is no interval"),
        ("9-25", "from 0:00 to 24:00"),
        ("9:75-10", "from 0:00 to 24:00"),
        ("9-9", "ends when it begins"),
        ("24:00-2:00", "write 0:00 on the day after"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, says: str) -> None:
    with pytest.raises(HoursError, match=says):
        read_spans(text)


@pytest.mark.parametrize("text", ["9:00-17:00, 17:00-9:00", "9:00-17:00, 16:00-12:00", "0:00-24:00, 12:00-3:00"])
def test_what_runs_on_for_a_whole_day_could_not_be_written_again(text: str) -> None:
    """As “09:00-12:00” it would be read as three hours, as “09:00-09:00” not at all."""
    with pytest.raises(HoursError, match="all day"):
        read_spans(text)


def test_two_halves_of_a_day_are_the_day() -> None:
    assert write_spans(read_spans("0:00-12:00, 12:00-24:00")) == "all day"
