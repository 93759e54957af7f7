"""Posting times: the next free one, against looking at every minute."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.core.slots import Slot, coming, next_free, read_time, reordered

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 3, 23, 12, 0, tzinfo=UTC)  # the clocks go on the Sunday after
MORNINGS = [Slot(day, 540) for day in range(5)]


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ([], "2026-03-24 08:00"),
        (["2026-03-24T08:00+00:00"], "2026-03-25 08:00"),
        ([f"2026-03-{day}T08:00+00:00" for day in (24, 25, 26, 27)], "2026-03-30 07:00"),
    ],
)
def test_next_free(taken: list[str], expected: str) -> None:
    busy = [datetime.fromisoformat(one) for one in taken]
    found = next_free(MORNINGS, BERLIN, after=MONDAY, taken=busy)
    assert found is not None
    assert f"{found:%Y-%m-%d %H:%M}" == expected


@pytest.mark.parametrize(
    ("zone", "slots", "expected"),
    [
        # a time that the clocks skip is moved behind one that follows it
        ("Europe/Berlin", [(6, 121), (6, 180)], ["29 03:00", "29 03:01"]),
        ("Europe/Berlin", [(6, 120), (6, 180)], ["29 03:00"]),
        # in Nuuk the clocks go from 23:00 on Saturday to midnight
        ("America/Nuuk", [(5, 1410), (6, 10), (6, 50)], ["29 00:10", "29 00:30", "29 00:50"]),
    ],
)
def test_none_is_lost_to_a_time_that_the_clocks_skip(
    zone: str, slots: list[tuple[int, int]], expected: list[str]
) -> None:
    place = ZoneInfo(zone)
    found = coming([Slot(*one) for one in slots], place, after=MONDAY, until=MONDAY + timedelta(days=7))
    assert [f"{one.astimezone(place):%d %H:%M}" for one in found] == expected


def test_none_is_free_where_there_are_none_or_all_are_taken() -> None:
    assert next_free([], BERLIN, after=MONDAY, taken=[]) is None
    ahead = list(coming(MORNINGS, BERLIN, after=MONDAY, until=MONDAY + timedelta(weeks=30)))
    assert next_free(MORNINGS, BERLIN, after=MONDAY, taken=ahead) is None


@settings(max_examples=40)
@given(
    st.sets(st.builds(Slot, st.integers(0, 6), st.integers(0, 1439)), max_size=6),
    st.sampled_from([datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 10, 23, tzinfo=UTC), MONDAY]),
)
def test_all_that_come_are_found_by_looking_at_every_minute(slots: set[Slot], after: datetime) -> None:
    until = after + timedelta(days=5)
    found = list(coming(slots, BERLIN, after=after, until=until))
    shown: dict[tuple[object, int], datetime] = {}
    minute = after + timedelta(minutes=1)
    while minute <= until:
        here = minute.astimezone(BERLIN)
        shown.setdefault((here.date(), here.hour * 60 + here.minute), minute)  # of a time that comes twice the first
        minute += timedelta(minutes=1)
    wanted = {moment for (day, at), moment in shown.items() if Slot(day.weekday(), at) in slots}
    skipped = {one for one in found if one not in wanted}
    assert wanted <= set(found)
    assert all(2 <= one.astimezone(BERLIN).hour <= 3 for one in skipped)  # of a time that the clocks skip
    assert found == sorted(set(found))


def test_reordering_leaves_the_moments() -> None:
    at = [MONDAY + timedelta(days=number) for number in range(3)]
    assert reordered([at[2], at[0], at[1]], [7, 5, 6]) == {7: at[0], 5: at[1], 6: at[2]}


@pytest.mark.parametrize(
    ("text", "minute"),
    [
        ("9:00", 540),
        ("17.30", 1050),
        (" 7 ", 420),
        ("24:00", None),
        ("9:60", None),
        ("nine", None),
        ("-1", None),
        ("", None),
    ],
)
def test_times_of_day(text: str, minute: int | None) -> None:
    assert read_time(text) == minute
