"""Reads about promises: the list in words, what a promise would apply to, what its hours make of a question."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from msgspec import Struct

from hubbub.core import hours as arithmetic
from hubbub.core import query as language
from hubbub.core.promises import written_length
from hubbub.store.hours import shape
from hubbub.store.models import Conversation, ConversationStatus, Holiday, Hours, Priority, Promise, Wait, Workspace
from hubbub.store.promises import Line, fitting, line_of

LOOKED_AT = 1_000  # conversations that a try is held against
CHUNK = 200


class Told(Struct, frozen=True):
    """One promise of the list."""

    promise: Promise
    about: str
    promised: str
    then: Sequence[str]  # what happens before and after it breaks
    waiting: str  # how many wait by it now
    slips: Sequence[language.Slip] = ()  # its query cannot be read any more


class Tried(Struct, frozen=True):
    """What a promise would apply to now."""

    fits: int
    earlier: int  # that fit, and fall under a promise before it
    looked_at: int
    all_: bool  # whether all that wait were looked at


class Example(Struct, frozen=True):
    """A question, and by when it would be answered."""

    asked: datetime
    length: timedelta
    due: datetime | None  # None: never

    @property
    def words(self) -> str:
        """The promised length."""
        return written_length(self.length)


def listed(workspace: Workspace, *, retired: bool = False) -> list[Told]:
    """Those that apply, in order, or those that were retired."""
    found = Promise.of(workspace).filter(retired__isnull=not retired)
    rows = found.select_related("hours", "tell_team", "give_to__user", "workspace").prefetch_related("tell__user")
    return [_told(row) for row in rows]


def _told(row: Promise) -> Told:
    slips: Sequence[language.Slip] = ()
    try:
        line_of(row)
    except language.QueryError as error:
        slips = error.slips
    running = Wait.of(row.workspace).filter(promise=row, ended=None).order_by()[:1_000].count()
    return Told(row, about(row), promised(row), _then(row), "999+" if running > 999 else str(running), slips)


def about(row: Promise) -> str:
    """Whom it is about, in words."""
    names = [Priority(one).label.lower() for one in row.priorities if one in Priority.values]
    parts = [f"priority {' or '.join(names)}" if names else "", f"those that match “{row.query}”" if row.query else ""]
    return " and ".join(part for part in parts if part) or "all conversations"


def promised(row: Promise) -> str:
    """How soon they are answered, in words."""
    parts = []
    for minutes, what in ((row.first_minutes, "first reply"), (row.next_minutes, "next replies")):
        if minutes:
            parts.append(f"{what} within {written_length(timedelta(minutes=minutes))}")
    return f"{', '.join(parts)}, {f'in the hours “{row.hours}”' if row.hours else 'round the clock'}"


def _then(row: Promise) -> list[str]:
    words = []
    if row.nudge_percent:
        words.append(f"those on it are told after {row.nudge_percent} % of the time")
    elif row.nudge_minutes:
        words.append(f"those on it are told {written_length(timedelta(minutes=row.nudge_minutes))} before")
    told = [str(one) for one in row.tell.all()]
    told += [f"the team {row.tell_team}"] if row.tell_team else []
    told += ["all managers"] if row.tell_managers else []
    if told:
        words.append(f"once broken, {', '.join(told)} are told")
    if row.raise_to in Priority.values:
        words.append(f"its priority becomes {Priority(row.raise_to).label.lower()}")
    if row.give_to:
        words.append(f"{row.give_to} looks after it then")
    if row.pauses_snoozed:
        words.append("its clock stands while snoozed, too")
    return words


def promise_of(workspace: Workspace, pk: int) -> Promise:
    """One of them, or 404."""
    return get_object_or_404(Promise.of(workspace).select_related("hours", "workspace"), pk=pk)


def hours_of(workspace: Workspace, pk: int) -> Hours:
    """Some of them, or 404."""
    return get_object_or_404(Hours.of(workspace).select_related("workspace"), pk=pk)


def all_hours(workspace: Workspace) -> QuerySet[Hours]:
    """The workspace's own first."""
    return Hours.of(workspace).order_by("-standard", "name").prefetch_related("promises", "holidays")


def holidays(hours: Hours, today: datetime) -> list[Holiday]:
    """Those to come and the yearly ones, and those of the last year."""
    since = today.date() - timedelta(days=365)
    return [one for one in hours.holidays.order_by("day", "yearly") if one.yearly or one.day >= since]


def try_out(line: Line, before: Sequence[Line], now: datetime) -> Tried:
    """How many of those who wait now it would apply to; the newest thousand are looked at."""
    workspace = line.promise.workspace
    waiting = Conversation.of(workspace).filter(unanswered__isnull=False).exclude(status=ConversationStatus.DONE)
    rows = list(waiting.filter(merged_into=None).order_by("-last_post", "-id")[: LOOKED_AT + 1])
    looked_at = rows[:LOOKED_AT]
    fits = earlier = 0
    for at in range(0, len(looked_at), CHUNK):
        chunk = looked_at[at : at + CHUNK]
        mine = fitting([line], chunk, now)
        taken = fitting(before, [row for row in chunk if row.pk in mine], now)
        fits, earlier = fits + len(mine) - len(taken), earlier + len(taken)
    return Tried(fits, earlier, len(looked_at), all_=len(rows) <= LOOKED_AT)


def examples(hours: Hours | None, lengths: Sequence[timedelta], now: datetime) -> list[Example]:
    """What is promised to who asks now, on a Friday evening, on a Sunday."""
    formed = shape(hours)
    zone = ZoneInfo(formed.zone)
    there = now.astimezone(zone).replace(second=0, microsecond=0)
    friday = _next(there, 4).replace(hour=16, minute=50)
    sunday = _next(there, 6).replace(hour=11, minute=0)
    found = [(there, lengths[0]), (friday, lengths[0]), (sunday, lengths[-1])]
    return [example(formed, asked, length) for asked, length in found]


def _next(there: datetime, weekday: int) -> datetime:
    return there + timedelta(days=(weekday - there.weekday()) % 7)


def example(hours: arithmetic.Hours, asked: datetime, length: timedelta) -> Example:
    """By when a question is answered."""
    try:
        due = arithmetic.add(hours, asked, length).astimezone(ZoneInfo(hours.zone))
    except arithmetic.NeverOpen:
        return Example(asked, length, None)
    return Example(asked, length, due)
