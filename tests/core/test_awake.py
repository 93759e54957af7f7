"""When a person is awake: habits on a circle of hours, and the next moment among them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core import awake

DAY = datetime(2026, 11, 2, tzinfo=UTC)
USUAL = (8, 20)


def written(*hours: int, days: int = 5) -> list[datetime]:
    return [DAY + timedelta(days=day, hours=hour, minutes=30) for day in range(days) for hour in hours]


@pytest.mark.parametrize(
    ("times", "hours"),
    [
        ([], None),
        (written(18, days=7), None),  # too few
        (written(18, 19, 20, 21, days=2), None),  # on too few days
        (written(*range(24)), None),  # at all hours
        (written(19), None),
        (written(19, 20), (18, 21)),
        (written(18, 19, 20, 21), (18, 22)),
        (written(23, 0), (22, 1)),  # over midnight
        (written(0, 12), None),  # at two times of the day: no one stretch
    ],
)
def test_habit(times: list[datetime], hours: awake.Hours | None) -> None:
    found = awake.habit(times, UTC)
    if hours is None and times and len(times) >= awake.ENOUGH and found:
        assert (found[1] - found[0]) % 24 >= 12
        return
    assert found == hours


@pytest.mark.parametrize(
    ("now", "at", "known", "says"),
    [
        (7, (0, 18, 5), True, "mostly writes 18 to 22 (UTC); goes at 18:05"),
        (19, None, True, "mostly writes 18 to 22 (UTC), that is now"),
        (23, (1, 18, 5), True, "goes at 18:05"),
    ],
)
def test_moment(now: int, at: tuple[int, int, int] | None, known: bool, says: str) -> None:
    moment = DAY + timedelta(hours=now)
    found = awake.moment(written(18, 19, 20, 21), moment, USUAL, UTC)
    expected = moment if at is None else DAY + timedelta(days=at[0], hours=at[1], minutes=at[2])
    assert (found.at, found.known) == (expected, known)
    assert says in found.says


def test_who_is_not_known_gets_the_usual_hours() -> None:
    found = awake.moment([], DAY + timedelta(hours=3), USUAL, UTC)
    assert (found.at, found.known) == (DAY + timedelta(hours=8, minutes=5), False)
    assert "too little is known" in found.says


hours = st.integers(0, 23)


@given(st.lists(st.tuples(st.integers(0, 40), hours), max_size=60), st.integers(0, 10_000), hours, hours)
def test_the_moment_is_near_and_in_the_hours(posts: list[tuple[int, int]], minutes: int, first: int, last: int) -> None:
    times = [DAY + timedelta(days=day, hours=hour) for day, hour in posts]
    now = DAY + timedelta(minutes=minutes)
    found = awake.moment(times, now, (first, last), UTC)
    assert now <= found.at <= now + timedelta(days=1)
    assert awake.within(found.at, found.hours, UTC)


# by their clocks: an hour and half an hour, at night and at midnight, never
ZONES = [ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut", "UTC")]


def minute_by_minute(now: datetime, hours: awake.Hours, zone: ZoneInfo) -> datetime:
    """The slow way: look at the clock until it shows one of the hours, then let five minutes pass."""
    wanted = {(hours[0] + number) % 24 for number in range((hours[1] - hours[0]) % 24 or 24)}
    at = now
    while at.astimezone(zone).hour not in wanted:
        at = at.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return now if at == now else at + timedelta(minutes=5)


@given(st.sampled_from(ZONES), st.integers(0, 366 * 1440), hours, hours, st.integers(0, 59))
def test_the_moment_is_that_of_who_looks_at_the_clock(
    zone: ZoneInfo, minutes: int, first: int, last: int, second: int
) -> None:
    now = DAY + timedelta(minutes=minutes, seconds=second)
    found = awake.moment([], now, (first, last), zone)
    assert found.at == minute_by_minute(now, (first, last), zone)


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_on_the_days_around_a_change_of_clocks(zone: ZoneInfo) -> None:
    """At each quarter, and for each hour alone, of the days on which the zone's clocks change."""
    day = timedelta(days=1)
    changes = [
        DAY + n * day
        for n in range(366)
        if (DAY + n * day).astimezone(zone).utcoffset() != (DAY + (n + 1) * day).astimezone(zone).utcoffset()
    ]
    for change in changes:
        for quarter in range(-8, 4 * 26, 3):
            now = change + quarter * timedelta(minutes=15) + timedelta(seconds=1)
            for first in range(0, 24, 2 if quarter % 2 else 3):
                hours = (first, (first + 1) % 24)
                assert awake.moment([], now, hours, zone).at == minute_by_minute(now, hours, zone)


def test_a_habit_stays_through_the_change_of_clocks() -> None:
    """Who writes from 18 to 22 by their clocks does so in summer and in winter."""
    berlin = ZoneInfo("Europe/Berlin")
    times = [
        datetime(2026, month, day, hour, 30, tzinfo=berlin)
        for month in (7, 12)
        for day in (1, 2, 3)
        for hour in (18, 19, 20, 21)
    ]
    assert awake.habit(times, berlin) == (18, 22)
    found = awake.moment(times, datetime(2026, 10, 24, 22, 0, tzinfo=berlin), USUAL, berlin)
    assert found.at == datetime(2026, 10, 25, 18, 5, tzinfo=berlin)
    assert found.says == "mostly writes 18 to 22 (Europe/Berlin); goes at 18:05"


@given(st.lists(st.tuples(st.integers(0, 40), hours), max_size=60), hours)
def test_turning_the_clock_turns_the_habit(posts: list[tuple[int, int]], by: int) -> None:
    """Where somebody lives changes when they write, not how long their day is."""
    times = [DAY + timedelta(days=3 * day, hours=hour) for day, hour in posts]
    turned = [time + timedelta(hours=by) for time in times]
    one, other = awake.habit(times, UTC), awake.habit(turned, UTC)
    assert (one is None) == (other is None) or len({time.date() for time in times}) < 30
    if one and other:
        assert (one[1] - one[0]) % 24 == (other[1] - other[0]) % 24


def test_the_moment_hangs_on_no_zone_in_which_now_is_told() -> None:
    """Ten to one there is five past seven in UTC."""
    now = datetime(2026, 11, 2, 12, 50, tzinfo=ZoneInfo("Asia/Kathmandu"))
    for hours, zone in (((13, 15), ZoneInfo("Asia/Kathmandu")), ((8, 20), UTC)):
        same = awake.moment([], now.astimezone(UTC), hours, zone)
        assert awake.moment([], now, hours, zone) == same
