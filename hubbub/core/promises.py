"""Promises: by when somebody is to be answered, with the times in which the clock stands, and how that is said."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum

from msgspec import Struct

from .hours import Hours, NeverOpen, add, between

Stretch = tuple[datetime, datetime | None]  # from, and to; None: it goes on


class Turned(Struct, frozen=True):
    """A change of a conversation's status."""

    at: datetime
    was: str
    became: str


class Clock(Struct, frozen=True):
    """How a promise stands at a moment."""

    due: datetime | None  # when it breaks or broke; None: the clock stands, and it is not broken
    left: timedelta  # of worked time, nothing where it is broken
    took: timedelta  # of worked time, so far
    stood: timedelta  # as it went by


class State(Enum):
    """What is shown of a promise."""

    RUNNING = "running"
    SOON = "soon"  # less than an hour is left
    PAUSED = "paused"
    BROKEN = "broken"


SOON = timedelta(hours=1)


def pauses(turns: Sequence[Turned], status: str, pausing: frozenset[str], since: datetime) -> list[Stretch]:
    """When the clock stood after `since`: the times in a status that stops it. `turns` in order, those before `since`
    may be left out; `status` is the one that it has now."""
    stood: list[Stretch] = []
    began = since if (turns[0].was if turns else status) in pausing else None
    for turn in turns:
        if began is None and turn.became in pausing:
            began = max(turn.at, since)
        elif began is not None and turn.became not in pausing:
            if turn.at > began:
                stood.append((began, turn.at))
            began = None
    return [*stood, (began, None)] if began is not None else stood


def clock(hours: Hours, started: datetime, within: timedelta, stood: Sequence[Stretch], now: datetime) -> Clock:
    """Where a promise of `within` worked time stands that began at `started` and stood meanwhile (`stood`, in order,
    apart from each other). It breaks where exactly that time has been worked; answered then is answered in time.
    """
    took = used = paused = timedelta()
    due: datetime | None = None
    for begins, ends in _running(started, stood):
        until = now if ends is None else min(ends, now)
        if until > begins:
            took += between(hours, begins, until)
        if due is None:
            worked = within - used if ends is None else between(hours, begins, ends)
            if used + worked >= within:
                due = _reached(hours, begins, within - used)
            used += worked
    for begins, goes_on in stood:
        paused += max(timedelta(), (now if goes_on is None else min(goes_on, now)) - max(begins, started))
    return Clock(due, max(timedelta(), within - took), took, paused)


def _reached(hours: Hours, begins: datetime, worked: timedelta) -> datetime | None:
    """None where nobody is ever there again (of hours with special days alone, the last is over): the clock stands."""
    try:
        return add(hours, begins, worked)
    except NeverOpen:
        return None


def _running(started: datetime, stood: Sequence[Stretch]) -> list[Stretch]:
    """The other stretches: those in which the clock runs."""
    running: list[Stretch] = []
    at: datetime | None = started
    for begins, ends in stood:
        if at is not None and begins > at:
            running.append((at, begins))
        at = ends
        if at is None:
            return running
    return [*running, (at, None)] if at is not None else running


def nudged_at(
    hours: Hours, started: datetime, after: timedelta, stood: Sequence[Stretch], now: datetime
) -> datetime | None:
    """When `after` has been worked, as `clock` counts: the moment to tell those on it. None: the clock stands."""
    return started if after <= timedelta() else clock(hours, started, after, stood, now).due


def state(due: datetime | None, now: datetime) -> State:
    """How it is shown."""
    if due is None:
        return State.PAUSED
    if due < now:
        return State.BROKEN
    return State.SOON if due - now < SOON else State.RUNNING


_LENGTH = re.compile(r"(?:(\d+(?:\.\d+)?)\s*(?:h|hours?)\b\.?)?\s*(?:(\d+)\s*(?:m|min|minutes?)\b\.?)?")
LONGEST = 10_000  # hours that can be promised


class LengthError(ValueError):
    """No length; says what is wrong, and the mend."""


def read_length(text: str) -> timedelta | None:
    """A length of worked time as people write it: "30 min", "4 h", "1 h 30 min", "1.5h"; None for an empty text.

    Days are refused: a working day is as long as its hours. Raises LengthError.
    """
    text = text.strip().casefold()
    if not text:
        return None
    found = _LENGTH.fullmatch(text)
    if found is None or not (found[1] or found[2]):
        raise LengthError(f"“{text}” is no length of time: write it like 30 min, 4 h or 1 h 30 min")
    length = timedelta(minutes=round(float(found[1] or 0) * 60) + int(found[2] or 0))
    if not timedelta() < length <= timedelta(hours=LONGEST):
        raise LengthError(f"A promise is at least a minute long, and {LONGEST:,} hours at most")
    return length


def written_length(time: timedelta) -> str:
    """As `read_length` reads it, without days: "30 min", "40 h", "1 h 30 min"."""
    hours, minutes = divmod(round(time / timedelta(minutes=1)), 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{minutes} min" if minutes else "") if part)


def written(time: timedelta) -> str:
    """A length as people say it: "45 min", "1 h 20 min", "2 d 4 h"; at least a minute."""
    minutes = max(1, round(time / timedelta(minutes=1)))
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h" if hours and days < 10 else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes and hours < 10 else f"{hours} h"
    return f"{minutes} min"
