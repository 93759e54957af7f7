"""What is promised about conversations, worked out anew whenever they change: which promise fits, by when, what came
of it.

A clock starts when we first read what waits, not when it was published: nobody can answer what they cannot see. Nor
does it start before the promise was made.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import F, Min, Q
from msgspec import Struct

from hubbub.core import hours as arithmetic
from hubbub.core import query as language
from hubbub.core.promises import Clock, Stretch, Turned, clock, nudged_at, pauses

from . import word_lists
from .answers import STANDING
from .hours import shape
from .models import (
    Conversation,
    ConversationStatus,
    Outbox,
    OutboxState,
    Post,
    Promise,
    Resettling,
    Turn,
    Wait,
    WaitEnd,
    WaitKind,
    Workspace,
)
from .outbox import ANSWERS
from .search import matching, newest_of

STEP = 500  # conversations that are stirred at a time, after what is promised was changed
KEPT_UP = ("asked", "promise", "kind", "within", "due", "left", "end", "ended", "took", "paused", "by", "nudge")


class Line(Struct, frozen=True):
    """A promise ready to be held against conversations."""

    promise: Promise
    query: language.Query | None
    hours: arithmetic.Hours

    def within(self, kind: WaitKind) -> timedelta | None:
        """The worked time that is promised; None: nothing is."""
        minutes = self.promise.first_minutes if kind == WaitKind.FIRST else self.promise.next_minutes
        return timedelta(minutes=minutes) if minutes else None

    @property
    def pausing(self) -> frozenset[str]:
        """The statuses in which its clock stands."""
        waiting = {ConversationStatus.WAITING.value}
        return frozenset(waiting | {ConversationStatus.SNOOZED.value} if self.promise.pauses_snoozed else waiting)

    def nudges_after(self, within: timedelta) -> timedelta | None:
        """The worked time after which those on it are told; None: never."""
        if self.promise.nudge_percent is not None:
            return within * self.promise.nudge_percent / 100
        if self.promise.nudge_minutes is not None:
            return max(timedelta(), within - timedelta(minutes=self.promise.nudge_minutes))
        return None


def lines_of(workspace: Workspace) -> list[Line]:
    """What is promised there, in order. A promise whose query cannot be read any more fits nothing."""
    found = Promise.of(workspace).filter(retired=None).select_related("hours", "workspace")
    lines = []
    for promise in found.prefetch_related("hours__holidays"):
        try:
            lines.append(line_of(promise))
        except language.QueryError:
            continue  # its page says so
    return lines


def line_of(promise: Promise) -> Line:
    """One promise. Raises QueryError."""
    text = promise.query.strip()
    query = word_lists.read(text, language.Use.VIEW, promise.workspace) if text else None
    return Line(promise, query, shape(promise.hours))


def fitting(lines: Sequence[Line], rows: Sequence[Conversation], now: datetime) -> dict[int, Line]:
    """Conversation id → the first line that fits it; its query is held against the newest post that is not ours, as
    in the inbox. One match a query for all rows."""
    found: dict[int, Line] = {}
    newest = newest_of(rows) if any(line.query for line in lines) else []
    for line in lines:
        left = [row for row in rows if row.pk not in found and _has_priority(line, row)]
        if line.query and left:
            mine = {row.pk for row in left}
            caught = matching([post for post in newest if post.conversation_id in mine], line.query, now=now)
            hit = {post.conversation_id for post in newest if post.pk in caught}
            left = [row for row in left if row.pk in hit]
        found.update((row.pk, line) for row in left)
    return found


def _has_priority(line: Line, row: Conversation) -> bool:
    return not line.promise.priorities or row.priority in line.promise.priorities


def kind_of(row: Conversation) -> WaitKind:
    """Which answer somebody waits for."""
    asked = row.unanswered
    later = asked is not None and row.answered is not None and row.answered < asked
    return WaitKind.NEXT if later else WaitKind.FIRST


def settle(rows: Sequence[Conversation], now: datetime) -> None:
    """For `settling.SETTLERS`: set `due` and `promise`, and keep up the rows of `Wait`."""
    if not rows:
        return
    lines = lines_of(rows[0].workspace)
    known = _waits(rows)
    for row in rows:
        row.due, row.promise = None, None
    if not lines and not known:
        return
    waiting = [row for row in rows if _somebody_waits(row)]
    at_once = _answered_at_once(rows, lines, known)
    settling = _Settling(lines, known, fitting(lines, [*waiting, *at_once], now), [*waiting, *at_once], now)
    for row in waiting:
        settling.go_on(row)
    for row in at_once:
        settling.begin_ended(row)
    settling.end_others(rows)
    settling.save()


def _somebody_waits(row: Conversation) -> bool:
    return row.unanswered is not None and row.status != ConversationStatus.DONE and row.merged_into_id is None


def _waits(rows: Sequence[Conversation]) -> dict[int, list[Wait]]:
    """By conversation: those that are not ended, and the one of what waits now."""
    found: dict[int, list[Wait]] = defaultdict(list)
    mine = Wait.everywhere.filter(conversation__in=[row.pk for row in rows])
    now_waiting = [row.unanswered for row in rows if row.unanswered is not None]
    for wait in mine.filter(Q(ended=None) | Q(asked__in=now_waiting)).select_related("promise__hours"):
        found[wait.conversation_id].append(wait)
    return found


def _answered_at_once(
    rows: Sequence[Conversation], lines: Sequence[Line], known: Mapping[int, list[Wait]]
) -> list[Conversation]:
    """Those whose first post and our answer to it came between two looks, of which nothing is written down yet."""
    made = min((line.promise.made for line in lines if line.promise.first_minutes), default=None)
    if made is None:
        return []
    some = [
        row
        for row in rows
        if row.answered and row.opened >= made and row.pk not in known and not row.unanswered and not row.merged_into_id
    ]
    written = set(
        Wait.everywhere.filter(conversation__in=[row.pk for row in some]).values_list("conversation", flat=True)
    )
    return [row for row in some if row.pk not in written]


class _Settling:
    """One batch on its way."""

    def __init__(
        self,
        lines: Sequence[Line],
        known: dict[int, list[Wait]],
        fits: Mapping[int, Line],
        rows: Sequence[Conversation],
        now: datetime,
    ) -> None:
        self.known, self.fits, self.now = known, fits, now
        self.lines = {line.promise.pk: line for line in lines}
        self.before = {
            wait.pk: tuple(getattr(wait, name) for name in _COMPARED) for of in known.values() for wait in of
        }
        self.current: dict[int, Wait] = {}
        self.made: list[Wait] = []
        self.read = _first_read(rows)
        ids = {row.pk for row in rows} | set(known)
        self.turns = _turns(ids)

    def go_on(self, row: Conversation) -> None:
        """Somebody waits: their wait is begun or counted again."""
        line, kind, asked = self.fits.get(row.pk), kind_of(row), row.unanswered
        within = line.within(kind) if line else None
        if line is None or within is None or asked is None:
            return  # an open wait is ended with the others
        wait = self._of(row, asked)
        if wait is None:
            started = max(self.read.get(row.pk, asked), line.promise.made)
            wait = Wait(workspace_id=row.workspace_id, conversation=row, started=started)
            self.made.append(wait)
        wait.asked, wait.promise, wait.kind = asked, line.promise, kind
        wait.within = int(within.total_seconds())
        wait.ended = wait.took = wait.by = None  # it may have been closed and opened again
        self.current[row.pk] = wait
        stood = self._stood(row, line, wait)
        found = clock(line.hours, wait.started, within, stood, self.now)
        self._count(wait, found)
        wait.end = WaitEnd.LATE if found.due and found.due < self.now else WaitEnd.RUNNING
        after = line.nudges_after(within)
        # once it is passed on, nobody is told any more that it is about to break
        if after is None or wait.escalated:
            wait.nudge = None
        else:
            wait.nudge = nudged_at(line.hours, wait.started, after, stood, self.now)
        row.due, row.promise = found.due, line.promise

    def _of(self, row: Conversation, asked: datetime) -> Wait | None:
        """The row of this wait. What was found later and is older takes over the wait that runs."""
        waits = self.known.get(row.pk, [])
        for wait in waits:
            if wait.asked == asked:
                return wait
        return next((wait for wait in waits if wait.ended is None and wait.asked > asked), None)

    def begin_ended(self, row: Conversation) -> None:
        """The first answer came before anybody looked."""
        line = self.fits.get(row.pk)
        within = line.within(WaitKind.FIRST) if line else None
        if line is None or within is None or row.answered is None or row.opened < line.promise.made:
            return
        started = max(self.read.get(row.pk, row.opened), line.promise.made)
        wait = Wait(
            workspace_id=row.workspace_id,
            conversation=row,
            promise=line.promise,
            kind=WaitKind.FIRST,
            asked=row.opened,
            started=started,
            within=int(within.total_seconds()),
        )
        self.made.append(wait)
        self.known[row.pk] = [wait]

    def end_others(self, rows: Sequence[Conversation]) -> None:
        """Nobody waits there any more, or for something else: say how that ended."""
        ending = [
            (row, wait)
            for row in rows
            for wait in self.known.get(row.pk, ())
            if wait.ended is None and self.current.get(row.pk) is not wait
        ]
        if not ending:
            return
        answers = _answers([wait for _, wait in ending])
        for row, wait in ending:
            self._end(row, wait, _first(answers.get(row.pk, ()), wait))

    def _end(self, row: Conversation, wait: Wait, answer: "_Answer | None") -> None:
        line = self.lines.get(wait.promise_id) or Line(wait.promise, None, shape(wait.promise.hours))
        at = answer.at if answer else self._let_go(row, wait)
        within = timedelta(seconds=wait.within)
        found = clock(line.hours, wait.started, within, self._stood(row, line, wait), at)
        self._count(wait, found)
        late = found.due is not None and at > found.due
        wait.end = WaitEnd.BROKEN if late else WaitEnd.KEPT if answer else WaitEnd.DROPPED
        wait.ended, wait.took = at, int(found.took.total_seconds())
        wait.by_id = answer.by if answer else None
        wait.nudge = None if wait.nudged is None else wait.nudge

    def _let_go(self, row: Conversation, wait: Wait) -> datetime:
        closed = row.closed if row.status == ConversationStatus.DONE else None
        return max(wait.started, closed or self.now)

    @staticmethod
    def _count(wait: Wait, found: Clock) -> None:
        wait.due = found.due
        wait.left = None if found.due else int(found.left.total_seconds())
        wait.paused = int(found.stood.total_seconds())

    def _stood(self, row: Conversation, line: Line, wait: Wait) -> list[Stretch]:
        return pauses(self.turns.get(row.pk, ()), row.status, line.pausing, wait.started)

    def save(self) -> None:
        """Write what changed."""
        changed = [
            wait
            for of in self.known.values()
            for wait in of
            if wait.pk and self.before.get(wait.pk) != tuple(getattr(wait, name) for name in _COMPARED)
        ]
        Wait.everywhere.bulk_update(changed, KEPT_UP)
        Wait.everywhere.bulk_create(self.made)


_COMPARED = tuple(f"{name}_id" if name in {"promise", "by"} else name for name in KEPT_UP)


def _first_read(rows: Sequence[Conversation]) -> Mapping[int, datetime]:
    """By conversation: when we read the first of what waits there; where nothing does, the first that was said."""
    theirs = (
        Post.everywhere.filter(conversation__in=[row.pk for row in rows], ours=False).values("conversation").order_by()
    )
    opened = theirs.filter(published=F("conversation__opened")).annotate(read=Min("taken"))
    waiting = theirs.filter(waits=True, state__in=STANDING).annotate(read=Min("taken"))
    return {**dict(opened.values_list("conversation", "read")), **dict(waiting.values_list("conversation", "read"))}


def _turns(conversations: Iterable[int]) -> Mapping[int, list[Turned]]:
    found: dict[int, list[Turned]] = defaultdict(list)
    rows = Turn.everywhere.filter(conversation__in=list(conversations)).order_by("conversation", "at", "id")
    for pk, at, was, became in rows.values_list("conversation", "at", "was", "became"):
        found[pk].append(Turned(at, was, became))
    return found


class _Answer(Struct, frozen=True):
    """Something of ours in a conversation."""

    at: datetime
    by: int | None  # the member; None: it was written elsewhere
    sent: bool  # from here


def _answers(waits: Sequence[Wait]) -> Mapping[int, list[_Answer]]:
    """By conversation, in the order of time: what was said there by us since the first of these waits began."""
    since = min(min(wait.asked, wait.started) for wait in waits)
    ids = [wait.conversation_id for wait in waits]
    found: dict[int, list[_Answer]] = defaultdict(list)
    sent = Outbox.everywhere.filter(
        post__conversation__in=ids, verb__in=ANSWERS, state=OutboxState.SENT, sent__gte=since
    )
    known = set()
    for pk, at, by, native in sent.values_list("post__conversation", "sent", "by_member", "result_id"):
        found[pk].append(_Answer(at or since, by, sent=True))
        known.add((pk, native))
    ours = Post.everywhere.filter(conversation__in=ids, ours=True, published__gte=since)
    for pk, at, native in ours.values_list("conversation", "published", "native_id"):
        if (pk, native) not in known:
            found[pk].append(_Answer(at, None, sent=False))
    return {pk: sorted(some, key=lambda one: one.at) for pk, some in found.items()}


def _first(answers: Iterable[_Answer], wait: Wait) -> _Answer | None:
    """The one that ended the wait. What was sent from here before the post was read answered something else."""
    return next((one for one in answers if one.at >= (wait.started if one.sent else wait.asked)), None)


# ---- after what is promised was changed


def changed(workspace: Workspace) -> None:
    """Hours or promises are other than before: all that waits is settled anew, in steps, by the loop. Call it in the
    transaction of the change."""
    Resettling.everywhere.update_or_create(workspace=workspace, defaults={"after": 0})


def resettle(now: datetime) -> bool:
    """Stir the next conversations. False: there is nothing to do. One of `tending.TENDED`."""
    del now
    task = Resettling.everywhere.order_by("pk").first()
    if task is None:
        return False
    rows = Conversation.everywhere.filter(workspace_id=task.workspace_id, pk__gt=task.after).order_by("pk")
    pks = list(rows.filter(Q(unanswered__isnull=False) | Q(promise__isnull=False)).values_list("pk", flat=True)[:STEP])
    Conversation.everywhere.filter(pk__in=pks).update(stirred=True)
    mine = Resettling.everywhere.filter(pk=task.pk, after=task.after)  # else it was asked for anew meanwhile
    if len(pks) < STEP:
        mine.delete()
    else:
        mine.update(after=pks[-1])
    return True
