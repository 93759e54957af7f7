"""What comes again: days against dateless rules written down by hand, moments across the change of clocks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.recurring import (
    Recurrence,
    Unreadable,
    days,
    in_words,
    moments,
    on_the_clock,
    read_rule,
    write_rule,
)

BERLIN, NEW_YORK, LORD_HOWE = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")
FIRST = date(2026, 1, 30)  # a Friday


def first(rule: str, most: int = 4, begin: date = FIRST) -> list[str]:
    found = []
    for day in days(read_rule(rule), begin):
        found.append(f"{day:%m-%d}")
        if len(found) == most:
            break
    return found


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=DAILY", ["01-30", "01-31", "02-01", "02-02"]),
        ("FREQ=DAILY;INTERVAL=10;COUNT=3", ["01-30", "02-09", "02-19"]),
        ("FREQ=DAILY;UNTIL=20260131", ["01-30", "01-31"]),
        ("FREQ=WEEKLY", ["01-30", "02-06", "02-13", "02-20"]),
        ("FREQ=WEEKLY;BYDAY=MO,FR", ["01-30", "02-02", "02-06", "02-09"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SA", ["01-31", "02-10", "02-14", "02-24"]),
        ("FREQ=MONTHLY", ["01-30", "03-30", "04-30", "05-30"]),  # February has no 30th
        ("FREQ=MONTHLY;BYMONTHDAY=-1", ["01-31", "02-28", "03-31", "04-30"]),
        ("FREQ=MONTHLY;BYMONTHDAY=15", ["02-15", "03-15", "04-15", "05-15"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", ["01-30", "02-27", "03-27", "04-24"]),
        ("FREQ=MONTHLY;BYDAY=2TU", ["02-10", "03-10", "04-14", "05-12"]),
        ("FREQ=MONTHLY;BYDAY=5FR", ["01-30", "05-29", "07-31", "10-30"]),
        ("FREQ=MONTHLY;INTERVAL=6;BYDAY=MO;COUNT=2", ["07-06", "07-13"]),
    ],
)
def test_days(rule: str, expected: list[str]) -> None:
    assert first(rule) == expected


@pytest.mark.parametrize(
    "rule",
    [
        "", "FREQ=YEARLY", "FREQ=WEEKLY;BYDAY=XX", "FREQ=WEEKLY;BYDAY=2MO", "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=2;UNTIL=20270101", "FREQ=MONTHLY;BYMONTHDAY=32", "FREQ=MONTHLY;BYMONTHDAY=-2",
        "FREQ=DAILY;BYDAY=MO",
        "FREQ=MONTHLY;BYDAY=1MO,2TU", "FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY;BYHOUR=3", "FREQ=DAILY;UNTIL=soon", "FREQ",
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_so(rule: str) -> None:
    with pytest.raises(Unreadable):
        read_rule(rule)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=DAILY", "every day"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH,MO;COUNT=10", "every 2 weeks on Monday and Thursday, 10 times"),
        ("FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20261231", "every month on the last Friday, until 31 December 2026"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "every month on the last day"),
    ],
)
def test_in_words(rule: str, words: str) -> None:
    assert in_words(read_rule(rule)) == words


rules = st.builds(
    Recurrence,
    every=st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"]),
    step=st.integers(1, 20),
    count=st.none() | st.integers(1, 30),
) | st.builds(
    Recurrence,
    every=st.just("WEEKLY"),
    step=st.integers(1, 5),
    weekdays=st.lists(st.integers(0, 6), min_size=1, unique=True).map(lambda found: tuple(sorted(found))),
)
zones = st.sampled_from([BERLIN, NEW_YORK, LORD_HOWE, ZoneInfo("Asia/Kolkata"), UTC])
dates = st.dates(date(2020, 1, 1), date(2035, 12, 31))
times = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@given(rules)
def test_written_and_read_it_is_the_same(rule: Recurrence) -> None:
    assert read_rule(write_rule(rule)) == rule


@given(rules, dates, times, zones)
def test_each_moment_shows_the_time_of_its_rule(rule: Recurrence, begin: date, at: time, zone: ZoneInfo) -> None:
    """On the clock of the place, on a day of the rule; later by the jump where clocks skip that time."""
    after = datetime.combine(begin, time(), tzinfo=zone) - timedelta(days=2)
    found = moments(rule, begin, at, zone, after=after, most=20)
    wanted = [day for day, _ in zip(days(rule, begin), range(20), strict=False)]
    assert len(found) == len(wanted)
    assert found == sorted(set(found))
    for moment, day in zip(found, wanted, strict=True):
        here = moment.astimezone(zone)
        if (here.date(), here.time().replace(fold=0)) != (day, at):
            # a time that the clocks skip: there is no moment at which they show it
            asked = datetime.combine(day, at, tzinfo=zone)
            assert asked.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != asked.replace(tzinfo=None)
            assert timedelta() < here.replace(tzinfo=None) - asked.replace(tzinfo=None) <= timedelta(hours=1)


@given(rules, dates, times, zones, st.integers(1, 10))
def test_going_on_after_one_gives_the_next(rule: Recurrence, begin: date, at: time, zone: ZoneInfo, cut: int) -> None:
    after = datetime.combine(begin, time(), tzinfo=zone) - timedelta(days=2)
    whole = moments(rule, begin, at, zone, after=after, most=15)
    if len(whole) > cut:
        assert moments(rule, begin, at, zone, after=whole[cut - 1], most=15 - cut) == whole[cut:]


@pytest.mark.parametrize(
    ("day", "at", "zone", "expected"),
    [
        (date(2026, 3, 29), time(2, 30), BERLIN, "01:30"),  # skipped: half past three, summer time
        (date(2026, 10, 25), time(2, 30), BERLIN, "00:30"),  # twice: the first
        (date(2026, 10, 26), time(9), BERLIN, "08:00"),
        (date(2026, 10, 24), time(9), BERLIN, "07:00"),
        (date(2026, 10, 4), time(2, 15), LORD_HOWE, "15:45"),  # clocks go on by half an hour
    ],
)
def test_the_clock_of_a_place(day: date, at: time, zone: ZoneInfo, expected: str) -> None:
    assert f"{on_the_clock(day, at, zone):%H:%M}" == expected
