"""Appeals, read: those that wait, those that were answered, one with all that is needed to answer it; rules' record."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from statistics import median

from django.db.models import Count, Q
from django.utils import timezone
from msgspec import Struct

from hubbub.store import capped
from hubbub.store.models import Appeal, AppealState, Audit, Member, Post, Workspace
from hubbub.store.search import Before
from hubbub.store.statements import notifying

from . import beside, notices
from .appeals_actions import may_answer
from .notices import Draft
from .statements import DAY, moment

PAGE = 50


class Line(Struct, frozen=True):
    """One in the list."""

    appeal: Appeal
    hours: float  # that it waited, or waits
    late: bool  # longer than the goal
    mine: bool  # whoever looks decided first


class Listed(Struct, frozen=True):
    """A page of appeals."""

    lines: Sequence[Line]
    older: Before | None


class Case(Struct, frozen=True):
    """One appeal and what is needed to answer it."""

    line: Line
    policy: object  # the guideline as it was worded then; None: it names none
    ground: str
    before: Sequence[Post]  # the thread around the post
    after: Sequence[Post]
    entry: Audit
    refused: str  # why this member may not answer it; "": they may
    drafts: Mapping[str, Draft]  # what the author would be told


class Times(Struct, frozen=True):
    """How fast appeals of a period were answered."""

    received: int
    open: int
    upheld: int
    overturned: int
    median_hours: float | None
    within_goal: int  # of those that were answered


def waiting(workspace: Workspace) -> int:
    """How many wait, 1,000 at most."""
    return capped.count(Appeal.of(workspace).filter(state=AppealState.OPEN))


def listed(
    workspace: Workspace,
    member: Member | None,
    *,
    state: str = "",
    since: date | None = None,
    until: date | None = None,
    before: Before | None = None,
) -> Listed:
    """Open ones (`state`="open") oldest first, all of them; others newest first, a page at a time."""
    rows = Appeal.of(workspace).select_related("workspace", "statement__post", "statement__source", "statement__author")
    if state in AppealState.values:
        rows = rows.filter(state=state)
    if since:
        rows = rows.filter(at__gte=moment(since))
    if until and until < date.max:
        rows = rows.filter(at__lt=moment(until + DAY))
    if before is not None:
        rows = rows.filter(Q(at__lt=before.published) | Q(at=before.published, pk__lt=before.id))
    goal = notifying(workspace).goal_hours
    if state == AppealState.OPEN:
        return Listed([_line(one, member, goal) for one in rows.order_by("at", "pk")[:200]], None)
    found = list(rows.order_by("-at", "-pk")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    older = Before(last.at, last.pk) if last else None
    return Listed([_line(one, member, goal) for one in found[:PAGE]], older)


def _line(appeal: Appeal, member: Member | None, goal: int) -> Line:
    hours = ((appeal.decided or timezone.now()) - appeal.at).total_seconds() / 3600
    mine = member is not None and appeal.statement.by_member_id == member.pk
    return Line(appeal, hours, hours > goal, mine)


def case(appeal: Appeal, member: Member, base: str) -> Case:
    """Of an appeal with its statement's post, source, author, entry and workspace."""
    statement, post = appeal.statement, appeal.statement.post
    earlier, later = beside.around(post) if post else ([], [])
    policy = notices.policy_of(statement)
    drafts = {}
    if appeal.state == AppealState.OPEN:
        for state in (AppealState.UPHELD, AppealState.OVERTURNED):
            told = Appeal(workspace=appeal.workspace, statement=statement, state=state, reason="…")
            drafts[str(state)] = notices.draft(statement, notices.KINDS[state], base=base, appeal=told)
    return Case(
        line=_line(appeal, member, notifying(appeal.workspace).goal_hours),
        policy=policy,
        ground=notices.ground(statement, policy, ""),
        before=earlier,
        after=later,
        entry=statement.entry,
        refused=may_answer(appeal, member),
        drafts=drafts,
    )


def times(workspace: Workspace, since: date, until: date) -> Times:
    """Of the appeals that came in a period (UTC, both days belong to it)."""
    rows = Appeal.of(workspace).filter(at__gte=moment(since), at__lt=moment(until + DAY))
    states = {AppealState.OPEN: 0, AppealState.UPHELD: 0, AppealState.OVERTURNED: 0}
    waits: list[float] = []
    for state, at, decided in rows.values_list("state", "at", "decided").iterator(chunk_size=2_000):
        states[AppealState(state)] += 1
        if decided:
            waits.append((decided - at).total_seconds() / 3600)
    goal = notifying(workspace).goal_hours
    hours = median(waits) if waits else None
    opened, upheld, overturned = states.values()
    return Times(sum(states.values()), opened, upheld, overturned, hours, sum(wait <= goal for wait in waits))


def overturned_by_rule(
    workspace: Workspace, rules: Sequence[int] = (), since: datetime | None = None
) -> dict[int, tuple[int, int]]:
    """Rule → (appeals against its decisions that were answered, of these overturned)."""
    rows = Appeal.of(workspace).exclude(state=AppealState.OPEN).exclude(statement__rule=None)
    if rules:
        rows = rows.filter(statement__rule__in=list(rules))
    if since:
        rows = rows.filter(statement__at__gte=since)
    wrong = Count("pk", filter=Q(state=AppealState.OVERTURNED))
    found = rows.order_by().values_list("statement__rule").annotate(answered=Count("pk"), wrong=wrong)
    return {rule: (answered, overturned) for rule, answered, overturned in found}
