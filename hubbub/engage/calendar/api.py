"""The calendar's calls for scripts; each does its thing through the same action as the page."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import File, Router, Status, UploadedFile

from hubbub.core.recurring import Unreadable, on_the_clock, read_rule
from hubbub.store import attachments
from hubbub.store.hours import zone_of
from hubbub.store.models import (
    Asked,
    Attachment,
    Kpi,
    Member,
    Objective,
    Planned,
    PlannedState,
    PlannedVersion,
    Post,
    Role,
    Source,
    Topic,
)
from hubbub.ui.access import MemberRequest, call
from hubbub.ui.api import Refusal

from . import actions, importing, moving, queries, series_actions, shapes
from .drafts import Draft, Wording
from .ideas import actions as idea_actions
from .ideas import queries as idea_queries
from .times import times

router = Router()
PAGE = 50
Named = TypeVar("Named")


def _item(request: MemberRequest, planned_id: int) -> Planned:
    return get_object_or_404(queries.item_of(request.workspace, planned_id))


def _out(request: MemberRequest, pk: int) -> shapes.PlannedPostOut:
    rows = queries.item_of(request.workspace, pk).prefetch_related("tags", "versions__post")
    return shapes.PlannedPostOut.of(rows.get())


@router.get("/planned", response=shapes.PlannedPostsOut, summary="The calendar: planned posts by their moments")
@call(Role.VIEWER)
def planned_posts(
    request: MemberRequest,
    state: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    after: int = 0,
) -> shapes.PlannedPostsOut:
    """From `since` up to `until`, the earliest first; those without a moment come last. `after` as answered."""
    if state and (state not in PlannedState.values or state == PlannedState.PATTERN):
        raise Refusal(f"{state!r} is no state: say draft, approval, planned, sending, posted, failed or dropped")
    rows = Planned.of(request.workspace).exclude(state=PlannedState.PATTERN)
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(due__gte=since) if since else rows
    rows = rows.filter(due__lt=until) if until else rows
    # looked for among all: the last of a page may be in another state by now, and reading must not begin anew
    last = Planned.of(request.workspace).filter(pk=after).first() if after else None
    if last is not None and last.due is not None:
        rows = rows.filter(Q(due__gt=last.due) | Q(due=last.due, pk__gt=last.pk) | Q(due__isnull=True))
    elif last is not None:
        rows = rows.filter(due__isnull=True, pk__gt=last.pk)
    dated = list(_whole(rows.filter(due__isnull=False)).order_by("due", "pk")[: PAGE + 1])
    if len(dated) <= PAGE:
        dated += list(_whole(rows.filter(due__isnull=True)).order_by("pk")[: PAGE + 1 - len(dated)])
    items = dated[:PAGE]
    return shapes.PlannedPostsOut(
        items=[shapes.PlannedPostOut.of(row) for row in items], after=items[-1].pk if len(dated) > PAGE else None
    )


def _whole(rows: "QuerySet[Planned]") -> "QuerySet[Planned]":
    return rows.select_related("owner__user").prefetch_related("tags", "versions__post")


@router.post("/planned", response={201: shapes.PlannedPostOut}, summary="Write a planned post")
@call(Role.RESPONDER)
def new_planned(request: MemberRequest, wish: shapes.PlannedPostIn) -> Status[shapes.PlannedPostOut]:
    """As a draft: POST …/plan plans it."""
    item = actions.create(request.workspace, _draft(request, wish), by=request.member)
    return Status(201, _out(request, item.pk))


@router.post("/planned/import", response={201: shapes.PlannedPostsOut}, summary="Take planned posts from a CSV file")
@call(Role.RESPONDER)
def import_planned(
    request: MemberRequest, file: File[UploadedFile], plan: bool = False
) -> Status[shapes.PlannedPostsOut]:
    """All lines or none; what is wrong is said line by line. `plan`: planned at once, else drafts."""
    lines = importing.read(request.workspace, file.read())
    tried = importing.tried(request.workspace, lines, plan=plan, by=request.member)
    if wrong := [line for line in tried if line.error]:
        raise Refusal(" ".join(f"Line {line.number}: {line.error}" for line in wrong[:20]))
    made = importing.take_in(request.workspace, lines, plan=plan, by=request.member)
    return Status(201, shapes.PlannedPostsOut(items=[_out(request, item.pk) for item in made[:PAGE]], after=None))


@router.get("/planned/{planned_id}", response=shapes.PlannedPostOut, summary="A planned post with what came of it")
@call(Role.VIEWER)
def planned_post(request: MemberRequest, planned_id: int) -> shapes.PlannedPostOut:
    """Each network's version says how it stands and where."""
    return _out(request, _item(request, planned_id).pk)


@router.put("/planned/{planned_id}", response=shapes.PlannedPostOut, summary="Change a planned post")
@call(Role.RESPONDER)
def change_planned(request: MemberRequest, planned_id: int, wish: shapes.PlannedPostIn) -> shapes.PlannedPostOut:
    """The whole item is set; versions that have left stay as they are. What was approved may need it again."""
    item = actions.change(_item(request, planned_id), _draft(request, wish), by=request.member)
    return _out(request, item.pk)


@router.post("/planned/{planned_id}/plan", response=shapes.PlannedPostOut, summary="Plan a draft")
@call(Role.RESPONDER)
def plan(request: MemberRequest, planned_id: int, wish: shapes.PlannedWhyIn) -> shapes.PlannedPostOut:
    """It leaves at its moment; where approval is needed it waits for that (see /approvals)."""
    return _out(request, actions.plan(_item(request, planned_id), by=request.member, why=wish.why).pk)


@router.post("/planned/{planned_id}/draft", response=shapes.PlannedPostOut, summary="Make a planned post a draft again")
@call(Role.RESPONDER)
def back_to_draft(request: MemberRequest, planned_id: int, wish: shapes.PlannedWhyIn) -> shapes.PlannedPostOut:
    """Before anything of it has left."""
    return _out(request, actions.back_to_draft(_item(request, planned_id), by=request.member, why=wish.why).pk)


@router.post("/planned/{planned_id}/now", response=shapes.PlannedPostOut, summary="Post it now")
@call(Role.RESPONDER)
def post_now(request: MemberRequest, planned_id: int, wish: shapes.PlannedWhyIn) -> shapes.PlannedPostOut:
    """The loop sends it within moments."""
    return _out(request, actions.post_now(_item(request, planned_id), by=request.member, why=wish.why).pk)


@router.post("/planned/{planned_id}/queue", response=shapes.PlannedPostOut, summary="Put it into the queue")
@call(Role.RESPONDER)
def enqueue(request: MemberRequest, planned_id: int, wish: shapes.PlannedWhyIn) -> shapes.PlannedPostOut:
    """Each version takes the next free posting time of its source."""
    return _out(request, moving.enqueue(_item(request, planned_id), by=request.member, why=wish.why).pk)


@router.post("/planned/{planned_id}/move", response=shapes.PlannedPostOut, summary="Move it to another moment")
@call(Role.RESPONDER)
def move(request: MemberRequest, planned_id: int, wish: shapes.PlannedMoveIn) -> shapes.PlannedPostOut:
    """Its versions keep their distance from one another."""
    due = _aware(request, wish.due) or wish.due
    return _out(request, moving.move(_item(request, planned_id), due, by=request.member, why=wish.why).pk)


@router.post("/planned/{planned_id}/drop", response=shapes.PlannedPostOut, summary="Drop a planned post")
@call(Role.RESPONDER)
def drop(request: MemberRequest, planned_id: int, wish: shapes.PlannedWhyIn) -> shapes.PlannedPostOut:
    """What has not left stays here; …/restore brings it back as a draft."""
    item = _item(request, planned_id)
    actions.drop(item, by=request.member, why=wish.why)
    return _out(request, item.pk)


@router.post("/planned/{planned_id}/restore", response=shapes.PlannedPostOut, summary="Bring a dropped post back")
@call(Role.RESPONDER)
def restore(request: MemberRequest, planned_id: int, wish: shapes.PlannedWhyIn) -> shapes.PlannedPostOut:
    """As a draft."""
    return _out(request, actions.bring_back(_item(request, planned_id), by=request.member, why=wish.why).pk)


@router.post("/planned/{planned_id}/repeat", response=shapes.PlannedPostOut, summary="Let it come again by a rule")
@call(Role.RESPONDER)
def repeat(request: MemberRequest, planned_id: int, wish: shapes.PlannedRepeatIn) -> shapes.PlannedPostOut:
    """Each time is an item of its own, made some weeks ahead."""
    item = _item(request, planned_id)
    try:
        rule = read_rule(wish.rule)
    except Unreadable as no:
        raise Refusal(str(no)) from no
    series_actions.repeat(item, rule, by=request.member, variations=wish.variations, why=wish.why)
    return _out(request, item.pk)


@router.post("/planned/{planned_id}/end", response=shapes.PlannedPostOut, summary="Let it come no more")
@call(Role.RESPONDER)
def end(request: MemberRequest, planned_id: int, wish: shapes.PlannedWhyIn) -> shapes.PlannedPostOut:
    """Planned times that nobody changed are dropped."""
    item = _item(request, planned_id)
    if item.series is None:
        raise Refusal("It belongs to no series")
    series_actions.end(item.series, by=request.member, why=wish.why)
    return _out(request, item.pk)


@router.post(
    "/planned/wordings/{wording_id}/retry", response=shapes.PlannedPostOut, summary="Send a failed version again"
)
@call(Role.RESPONDER)
def retry(request: MemberRequest, wording_id: int, wish: shapes.PlannedWhyIn) -> shapes.PlannedPostOut:
    """With its words as they are now; a try that arrived after all is found and not repeated."""
    version: PlannedVersion = get_object_or_404(queries.version_of(request.workspace, wording_id))
    actions.retry(version, by=request.member, why=wish.why)
    return _out(request, version.planned_id)


@router.get("/best-times", response=shapes.BestTimesOut, summary="When our own posts did best")
@call(Role.VIEWER)
def best_times(request: MemberRequest, source: int = 0) -> shapes.BestTimesOut:
    """Of one source, or of all that take posts of ours together."""
    sources = queries.postable(request.workspace)
    sources = [one for one in sources if one.pk == source] if source else sources
    zone = zone_of(request.workspace)
    found = times(request.workspace, sources, zone, timezone.now())
    suggestions = [shapes.BestTimeOut.of(one) for one in found.suggestions]
    return shapes.BestTimesOut(zone=str(zone), posts=found.posts, suggestions=suggestions)


@router.get("/asked", response=shapes.AskedQuestionsOut, summary="What people ask most")
@call(Role.VIEWER)
def asked(request: MemberRequest, away: bool = False) -> shapes.AskedQuestionsOut:
    """Counted once an hour from the last 30 days; `away`: those that were put away."""
    found = idea_queries.ideas(request.workspace, away=away)
    return shapes.AskedQuestionsOut(
        items=[shapes.AskedQuestionOut.of(one.asked) for one in found.ideas], counted=found.counted
    )


def _asked(request: MemberRequest, asked_id: int) -> Asked:
    return get_object_or_404(Asked.of(request.workspace).select_related("workspace"), pk=asked_id)


@router.post("/asked/{asked_id}/plan", response={201: shapes.PlannedPostOut}, summary="Plan a post about a question")
@call(Role.RESPONDER)
def plan_about(request: MemberRequest, asked_id: int, wish: shapes.PlannedWhyIn) -> Status[shapes.PlannedPostOut]:
    """A draft with the questions linked."""
    item = idea_actions.plan_about(_asked(request, asked_id), by=request.member)
    return Status(201, _out(request, item.pk))


@router.post("/asked/{asked_id}/away", response=shapes.AskedQuestionOut, summary="Put a question away")
@call(Role.RESPONDER)
def put_away(request: MemberRequest, asked_id: int, wish: shapes.PlannedWhyIn) -> shapes.AskedQuestionOut:
    """It is not shown again until it is brought back."""
    return shapes.AskedQuestionOut.of(idea_actions.put_away(_asked(request, asked_id), by=request.member, why=wish.why))


@router.post("/asked/{asked_id}/back", response=shapes.AskedQuestionOut, summary="Bring a question back")
@call(Role.RESPONDER)
def asked_back(request: MemberRequest, asked_id: int, wish: shapes.PlannedWhyIn) -> shapes.AskedQuestionOut:
    """It is shown again."""
    return shapes.AskedQuestionOut.of(
        idea_actions.bring_back(_asked(request, asked_id), by=request.member, why=wish.why)
    )


def _draft(request: MemberRequest, wish: shapes.PlannedPostIn) -> Draft:
    """What the call names, as rows of this workspace. Raises Refusal."""
    workspace = request.workspace
    sources = {one.pk: one for one in Source.of(workspace).filter(pk__in=[one.source for one in wish.wordings])}
    if missing := [one.source for one in wish.wordings if one.source not in sources]:
        raise Refusal(f"There is no source {missing[0]}")
    named = {*wish.attachments, *(pk for one in wish.wordings for pk in one.attachments or ())}
    files = attachments.shown_to(request.member, named).in_bulk() if named else {}
    owner = None
    if wish.owner:
        owner = Member.of(workspace).filter(user__email__iexact=wish.owner, active=True).first()
        if owner is None:
            raise Refusal(f"No member of this workspace has the address {wish.owner}")
    return Draft(
        title=wish.title[:150],
        text=wish.text,
        wordings=tuple(
            Wording(
                sources[one.source], one.place, one.text, one.title, _aware(request, one.due),
                None if one.attachments is None else _files(files, one.attachments),
            )
            for one in wish.wordings
        ),
        due=_aware(request, wish.due),
        campaign=wish.campaign,
        notes=wish.notes,
        owner=owner,
        topic=_named(Topic.of(workspace).filter(pk=wish.topic or 0).first(), wish.topic, "topic"),
        objective=_named(Objective.of(workspace).filter(pk=wish.objective or 0).first(), wish.objective, "objective"),
        kpi=_named(Kpi.of(workspace).filter(pk=wish.kpi or 0).select_related("objective").first(), wish.kpi, "KPI"),
        tags=tuple(wish.tags),
        attachments=_files(files, wish.attachments),
        about=tuple(Post.of(workspace).filter(pk__in=wish.about[:50])),
    )  # fmt: skip


def _aware(request: MemberRequest, when: datetime | None) -> datetime | None:
    if when is not None and not 2000 <= when.year < 2200:
        raise Refusal(f"{when.isoformat()} is no moment that can be planned: say one between 2000 and 2199")
    if when is None or when.tzinfo:
        return when
    return on_the_clock(when.date(), when.time(), zone_of(request.workspace))


def _named(row: Named | None, asked: int | None, noun: str) -> Named | None:
    if asked is not None and row is None:
        raise Refusal(f"There is no {noun} {asked}")
    return row


def _files(found: Mapping[int, Attachment], pks: Sequence[int]) -> tuple[Attachment, ...]:
    if missing := [pk for pk in pks if pk not in found]:
        raise Refusal(f"There is no file {missing[0]}")
    return tuple(found[pk] for pk in dict.fromkeys(pks))
