"""When a person is awake: habits on a circle of hours, and the next moment among them."""

from datetime import UTC, datetime, timedelta

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
    found = awake.habit(times)
    if hours is None and times and len(times) >= awake.ENOUGH and found:
        assert (found[1] - found[0]) % 24 >= 12
        return
    assert found == hours


@pytest.mark.parametrize(
    ("now", "at", "known", "says"),
    [
        (7, (0, 18, 5), True, "mostly writes 18 to 22 UTC; goes at 18:05 UTC"),
        (19, None, True, "mostly writes 18 to 22 UTC, that is now"),
        (23, (1, 18, 5), True, "goes at 18:05"),
    ],
)
def test_moment(now: int, at: tuple[int, int, int] | None, known: bool, says: str) -> None:
    moment = DAY + timedelta(hours=now)
    found = awake.moment(written(18, 19, 20, 21), moment, USUAL)
    expected = moment if at is None else DAY + timedelta(days=at[0], hours=at[1], minutes=at[2])
    assert (found.at, found.known) == (expected, known)
    assert says in found.says


def test_who_is_not_known_gets_the_usual_hours() -> None:
    found = awake.moment([], DAY + timedelta(hours=3), USUAL)
    assert (found.at, found.known) == (DAY + timedelta(hours=8, minutes=5), False)
    assert "too little is known" in found.says


hours = st.integers(0, 23)


@given(st.lists(st.tuples(st.integers(0, 40), hours), max_size=60), st.integers(0, 10_000), hours, hours)
def test_the_moment_is_near_and_in_the_hours(posts: list[tuple[int, int]], minutes: int, first: int, last: int) -> None:
    times = [DAY + timedelta(days=day, hours=hour) for day, hour in posts]
    now = DAY + timedelta(minutes=minutes)
    found = awake.moment(times, now, (first, last))
    assert now <= found.at <= now + timedelta(days=1)
    assert awake.within(found.at, found.hours)


@given(st.lists(st.tuples(st.integers(0, 40), hours), max_size=60), hours)
def test_turning_the_clock_turns_the_habit(posts: list[tuple[int, int]], by: int) -> None:
    """Where somebody lives changes when they write, not how long their day is."""
    times = [DAY + timedelta(days=3 * day, hours=hour) for day, hour in posts]
    turned = [time + timedelta(hours=by) for time in times]
    one, other = awake.habit(times), awake.habit(turned)
    assert (one is None) == (other is None) or len({time.date() for time in times}) < 30
    if one and other:
        assert (one[1] - one[0]) % 24 == (other[1] - other[0]) % 24
