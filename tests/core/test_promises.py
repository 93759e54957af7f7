"""A promise's clock against a slow reference that walks minute by minute."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.core.hours import MIDNIGHT, ROUND_THE_CLOCK, Hours, read_spans
from hubbub.core.promises import (
    LengthError,
    State,
    Stretch,
    Turned,
    clock,
    nudged_at,
    pauses,
    read_length,
    state,
    written,
    written_length,
)
from tests.core.test_hours import calendars, open_by_the_wall

MINUTE = timedelta(minutes=1)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def stands(stood: list[Stretch], moment: datetime) -> bool:
    return any(begins <= moment and (ends is None or moment < ends) for begins, ends in stood)


def slow(hours: Hours, started: datetime, within: timedelta, stood: list[Stretch], now: datetime) -> tuple[object, ...]:
    """Took, stood, and when it broke, if that was by now."""
    took, still, due, moment = timedelta(), timedelta(), None, started
    while moment < now:
        if stands(stood, moment):
            still += MINUTE
        elif open_by_the_wall(hours, moment):
            took += MINUTE
        moment += MINUTE
        if took >= within and due is None:
            due = moment
    return took, still, due


@st.composite
def waits(draw: st.DrawFn) -> tuple[Hours, datetime, timedelta, list[Stretch], datetime]:
    hours, started = draw(calendars())
    now = started + draw(st.integers(0, 9 * MIDNIGHT)) * MINUTE
    steps = draw(st.lists(st.integers(1, 2 * MIDNIGHT), max_size=7))
    moment, edges = started + draw(st.integers(-300, 300)) * MINUTE, []
    for step in steps:
        edges.append(moment)
        moment += step * MINUTE
    ends: list[datetime | None] = [*edges[1:]]
    ends += [None] * (len(edges) - len(ends))
    stood = [(begins, end) for begins, end in list(zip(edges, ends, strict=True))[::2]]
    within = draw(st.integers(1, 2 * MIDNIGHT)) * MINUTE
    return hours, started, within, [(b, e) for b, e in stood if e is None or e > started], now


@settings(max_examples=250)
@given(waits())
def test_the_clock_is_what_somebody_with_a_watch_would_write_down(
    given_: tuple[Hours, datetime, timedelta, list[Stretch], datetime],
) -> None:
    hours, started, within, stood, now = given_
    if not any(hours.week):
        return
    found = clock(hours, started, within, stood, now)
    took, still, broke = slow(hours, started, within, stood, now)
    assert (found.took, found.stood, found.left) == (took, still, max(timedelta(), within - took))
    if broke is not None:
        assert found.due == broke
    else:
        assert found.due is None or found.due > now or found.due == broke


@settings(max_examples=100)
@given(waits(), st.integers(0, 5 * MIDNIGHT))
def test_what_is_due_later_is_due_at_the_same_moment_later(
    given_: tuple[Hours, datetime, timedelta, list[Stretch], datetime], later: int
) -> None:
    hours, started, within, stood, now = given_
    if any(hours.week):
        due = clock(hours, started, within, stood, now).due
        assert clock(hours, started, within, stood, now + later * MINUTE).due == due


OFFICE = Hours("Europe/Berlin", (*(read_spans("9-12:30, 13:30-17"),) * 5, (), ()))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("stood", "due"),
    [
        ([], "2026-11-23 10:30"),
        ([("2026-11-20 16:15", "2026-11-20 16:45")], "2026-11-23 11:00"),
        ([("2026-11-20 18:00", "2026-11-22 18:00")], "2026-11-23 10:30"),  # when nobody was there anyway
        ([("2026-11-20 16:30", "2026-11-23 12:00")], "2026-11-23 15:00"),  # half an hour before, half before lunch
        ([("2026-11-20 16:30", None)], None),
        ([("2026-11-23 10:30", None)], "2026-11-23 10:30"),  # broken before it was stopped
        ([("2026-11-23 10:29", None)], None),
        ([("2026-11-20 16:00", "2026-11-20 16:30"), ("2026-11-23 09:00", "2026-11-23 09:30")], "2026-11-23 11:30"),
    ],
)
def test_two_hours_from_friday_at_four(stood: list[tuple[str, str | None]], due: str | None) -> None:
    stretches = [(at(begins), at(ends) if ends else None) for begins, ends in stood]
    found = clock(OFFICE, at("2026-11-20 16:00"), timedelta(hours=2, minutes=30), stretches, at("2026-11-20 16:01"))
    assert found.due == (at(due) if due else None)


@pytest.mark.parametrize(
    ("turns", "status", "stood"),
    [
        ([], "open", []),
        ([], "waiting", [(0, None)]),
        ([(5, "open", "waiting")], "waiting", [(5, None)]),
        ([(5, "open", "waiting"), (9, "waiting", "open")], "open", [(5, 9)]),
        ([(9, "waiting", "open")], "open", [(0, 9)]),
        ([(5, "open", "waiting"), (7, "waiting", "snoozed"), (9, "snoozed", "open")], "open", [(5, 7)]),
        ([(-5, "open", "waiting"), (9, "waiting", "open")], "open", [(0, 9)]),
        ([(-5, "open", "waiting"), (-2, "waiting", "open")], "open", []),
    ],
)
def test_pauses_are_the_times_in_a_status_that_stops_the_clock(
    turns: list[tuple[int, str, str]], status: str, stood: list[tuple[int, int | None]]
) -> None:
    found = pauses(
        [Turned(NOON + number * MINUTE, was, became) for number, was, became in turns],
        status,
        frozenset({"waiting"}),
        NOON,
    )
    assert found == [(NOON + a * MINUTE, None if b is None else NOON + b * MINUTE) for a, b in stood]


@pytest.mark.parametrize(
    ("due", "shown"),
    [(None, State.PAUSED), (-1, State.BROKEN), (0, State.SOON), (59, State.SOON), (60, State.RUNNING)],
)
def test_state(due: int | None, shown: State) -> None:
    assert state(None if due is None else NOON + due * MINUTE, NOON) is shown


@pytest.mark.parametrize(
    ("minutes", "says"),
    [
        (0, "1 min"),
        (45, "45 min"),
        (80, "1 h 20 min"),
        (120, "2 h"),
        (700, "11 h"),
        (1500, "1 d 1 h"),
        (20_000, "13 d"),
    ],
)
def test_lengths_are_said_as_people_say_them(minutes: int, says: str) -> None:
    assert written(minutes * MINUTE) == says


def test_who_is_told_after_nothing_is_told_at_once() -> None:
    assert nudged_at(ROUND_THE_CLOCK, NOON, timedelta(), [], NOON) == NOON
    assert nudged_at(ROUND_THE_CLOCK, NOON, 30 * MINUTE, [], NOON) == NOON + 30 * MINUTE


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("30 min", 30), ("30m", 30), ("4 h", 240), ("4hours", 240), ("1 h 30 min", 90), ("1.5h", 90), ("40H", 2400)],
)
def test_lengths_are_read_as_people_write_them(text: str, minutes: int) -> None:
    found = read_length(text)
    assert found == minutes * MINUTE
    assert read_length(written_length(found)) == found


@pytest.mark.parametrize("text", ["soon", "2 days", "4", "0 min", "99999 h", "-3 h"])
def test_no_length(text: str) -> None:
    with pytest.raises(LengthError):
        read_length(text)


def test_no_text_is_no_length() -> None:
    assert read_length("  ") is None
