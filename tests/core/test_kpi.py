"""The arithmetic of planning: tables of what is known, and properties that hold for all numbers."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import median as known_median

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hubbub.core.kpi import (
    MEASURES,
    NOTHING,
    About,
    Better,
    Goal,
    State,
    Unit,
    Window,
    calendar_days,
    change,
    expected,
    last_days,
    median,
    reaches,
    share,
    standing,
    weeks,
    written,
    written_change,
)

NUMBERS = some.floats(0, 1e9, allow_nan=False)
DAYS = some.dates(date(2020, 1, 1), date(2030, 1, 1))
MENTIONS, WAIT, VOICE = MEASURES["mentions"], MEASURES["first_answer_hours"], MEASURES["share_of_voice"]


@pytest.mark.parametrize(
    ("values", "middle"), [([], None), ([3], 3), ([3, 1], 2), ([9, 1, 2], 2), ([4, 1, 100, 2], 3), ([0, 0], 0)]
)
def test_median(values: list[float], middle: float | None) -> None:
    assert median(values) == middle


@given(some.lists(NUMBERS, min_size=1))
def test_median_is_the_one_of_the_library(values: list[float]) -> None:
    assert median(values) == pytest.approx(known_median(values))
    assert min(values) <= (median(values) or 0) <= max(values)


@pytest.mark.parametrize(("part", "whole", "is_"), [(1, 4, 0.25), (0, 4, 0.0), (4, 4, 1.0), (0, 0, None), (3, 0, None)])
def test_share(part: float, whole: float, is_: float | None) -> None:
    assert share(part, whole) == is_


@pytest.mark.parametrize(
    ("now", "before", "is_"),
    [
        (15, 10, 0.5),
        (5, 10, -0.5),
        (0, 10, -1),
        (10, 10, 0),
        (10, 0, None),
        (0, 0, None),
        (None, 10, None),
        (3, None, None),
    ],
)
def test_change(now: float | None, before: float | None, is_: float | None) -> None:
    assert change(now, before) == is_


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (None, Unit.COUNT, NOTHING),
        (0, Unit.COUNT, "0"),
        (1204, Unit.COUNT, "1,204"),
        (23.34, Unit.COUNT, "23.3"),
        (0.2344, Unit.SHARE, "23.4 %"),
        (0, Unit.SHARE, "0.0 %"),
        (2.46, Unit.HOURS, "2.5 h"),
        (0.25, Unit.HOURS, "15 min"),
        (0.0, Unit.HOURS, "0 min"),
        (4.25, Unit.RATING, "4.2"),
    ],
)
def test_written(value: float | None, unit: Unit, words: str) -> None:
    assert written(value, unit).replace("\N{NO-BREAK SPACE}", " ") == words


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (None, NOTHING),
        (0.0, "±0 %"),
        (0.004, "±0 %"),
        (0.5, "+50 %"),
        (12.5, "+1,250 %"),
        (-0.25, "\N{MINUS SIGN}25 %"),
    ],
)
def test_written_change(part: float | None, words: str) -> None:
    assert written_change(part).replace("\N{NO-BREAK SPACE}", " ") == words


# ---- windows


@pytest.mark.parametrize(
    ("now", "start", "end"),
    [
        ("2026-11-22T17:30", "2026-11-15T18:00", "2026-11-22T18:00"),
        ("2026-11-22T17:00", "2026-11-15T18:00", "2026-11-22T18:00"),
        ("2026-03-01T23:59", "2026-02-23T00:00", "2026-03-02T00:00"),
    ],
)
def test_the_last_seven_days_are_whole_hours(now: str, start: str, end: str) -> None:
    window = last_days(7, datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert (f"{window.start:%Y-%m-%dT%H:%M}", f"{window.end:%Y-%m-%dT%H:%M}") == (start, end)


def test_calendar_days_include_both_ends() -> None:
    window = calendar_days(date(2026, 2, 27), date(2026, 3, 1))
    assert window.days() == [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)]
    assert window.before().days() == [date(2026, 2, 24), date(2026, 2, 25), date(2026, 2, 26)]


@given(DAYS, some.integers(0, 400))
def test_a_window_and_the_one_before_meet_and_are_as_long(first: date, more: int) -> None:
    window = calendar_days(first, first + timedelta(days=more))
    before = window.before()
    assert before.end == window.start
    assert before.length == window.length
    assert len(window.days()) == len(before.days()) == more + 1


def test_weeks_end_with_the_window_itself() -> None:
    window = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
    found = weeks(12, window)
    assert found[-1] == window
    assert len(found) == 12
    assert {later.start - earlier.start for earlier, later in pairwise(found)} == {timedelta(weeks=1)}


# ---- standing

START, END = date(2026, 1, 1), date(2026, 1, 11)  # ten days: a tenth of the way a day


@pytest.mark.parametrize(
    ("measure", "baseline", "target", "value", "today", "state", "wanted"),
    [
        (MENTIONS, 100.0, 200.0, 150.0, date(2026, 1, 6), State.ON_TRACK, 150),
        (MENTIONS, 100.0, 200.0, 149.0, date(2026, 1, 6), State.BEHIND, 150),
        (MENTIONS, 100.0, 200.0, 100.0, START, State.ON_TRACK, 100),
        (MENTIONS, 100.0, 200.0, 200.0, date(2026, 1, 2), State.MET, 110),
        (MENTIONS, 100.0, 200.0, 199.0, END, State.BEHIND, 200),
        (MENTIONS, 100.0, 200.0, 199.0, date(2026, 1, 12), State.MISSED, 200),
        (MENTIONS, 100.0, 200.0, 200.0, date(2026, 1, 12), State.MET, 200),
        (MENTIONS, 100.0, 200.0, None, date(2026, 1, 6), State.NO_DATA, 150),
        (MENTIONS, 100.0, 200.0, None, date(2026, 1, 12), State.NO_DATA, 200),
        (MENTIONS, None, 200.0, 20.0, date(2026, 1, 6), State.NO_DATA, None),
        (MENTIONS, None, 200.0, 20.0, date(2026, 1, 12), State.MISSED, 200),
        (MENTIONS, None, 200.0, 300.0, date(2026, 1, 6), State.MET, None),
        (MENTIONS, 0.0, 200.0, 0.0, date(2026, 1, 6), State.BEHIND, 100),
        (WAIT, 10.0, 4.0, 7.0, date(2026, 1, 6), State.ON_TRACK, 7),
        (WAIT, 10.0, 4.0, 7.1, date(2026, 1, 6), State.BEHIND, 7),
        (WAIT, 10.0, 4.0, 4.0, date(2026, 1, 6), State.MET, 7),
        (WAIT, 10.0, 4.0, 4.1, date(2026, 1, 12), State.MISSED, 4),
        (WAIT, 10.0, 4.0, 0.0, START, State.MET, 10),
    ],
)
def test_standing(
    measure: object,
    baseline: float | None,
    target: float,
    value: float | None,
    today: date,
    state: State,
    wanted: float | None,
) -> None:
    found = standing(Goal(baseline, target, START, END), value, today, measure)
    assert found.state is state
    assert found.expected == (wanted if wanted is None else pytest.approx(wanted))


def test_standing_says_why() -> None:
    goal = Goal(0.2, 0.3, START, END)
    says = standing(goal, 0.21, date(2026, 1, 6), VOICE).says.replace("\N{NO-BREAK SPACE}", " ")
    assert says == (
        "It is 21.0 %; the straight line from 20.0 % on 1 Jan 2026 to 30.0 % by 11 Jan 2026 asks for 25.0 % today."
    )


@given(
    some.one_of(some.none(), NUMBERS),
    NUMBERS,
    some.one_of(some.none(), NUMBERS),
    DAYS,
    DAYS,
    DAYS,
    some.sampled_from(Better),
)
def test_standing_holds_together(
    baseline: float | None, target: float, value: float | None, set_on: date, by_day: date, today: date, better: Better
) -> None:
    measure = MENTIONS if better is Better.UP else WAIT
    found = standing(Goal(baseline, target, set_on, by_day), value, today, measure)
    assert found.says
    assert (found.state is State.MET) == (value is not None and reaches(value, target, better))
    if value is None:
        assert found.state is State.NO_DATA
    if found.state is State.MISSED:
        assert today > by_day
    if found.state in {State.ON_TRACK, State.BEHIND}:
        assert today <= by_day
        assert found.expected is not None
        assert reaches(value or 0, found.expected, better) is (found.state is State.ON_TRACK)


@given(NUMBERS, NUMBERS, DAYS, some.integers(1, 1000), some.integers(0, 2000))
def test_the_line_runs_between_its_ends(baseline: float, target: float, set_on: date, length: int, gone: int) -> None:
    goal = Goal(baseline, target, set_on, set_on + timedelta(days=length))
    line = expected(goal, set_on + timedelta(days=gone))
    assert line is not None
    low, high = sorted((baseline, target))
    assert low - 1e-6 * (1 + high) <= line <= high + 1e-6 * (1 + high)
    assert expected(goal, set_on) == baseline
    assert expected(goal, goal.by_day) == target


# ---- the measures themselves: their keys are written in rows, so they stay

KEYS = """mentions people influential_people share_of_voice conversations answered_share first_answer_hours
replies_in_time conversations_done replies_sent removed_share mean_rating new_authors returning_authors complaints
negative_share net_sentiment advocates partners influencers"""


def test_keys_stay() -> None:
    assert list(MEASURES) == KEYS.split()
    assert all(key == measure.key and len(key) <= 30 for key, measure in MEASURES.items())


def test_less_is_better_only_where_it_is() -> None:
    assert {key for key, measure in MEASURES.items() if measure.better is Better.DOWN} == {
        "first_answer_hours",
        "removed_share",
        "complaints",
        "negative_share",
    }
    assert {measure.about for measure in MEASURES.values()} == set(About)
