"""Calls about relationships and their suggestions; each does its thing through the same action as the page."""

from collections.abc import Sequence
from typing import Literal

from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Status

from hubbub.store import relations as stored
from hubbub.store.models import Audit, Member, Person, Relationship, Role, Stage, Suggestion
from hubbub.ui.access import MemberRequest, call
from hubbub.ui.api import Refusal

from . import actions, queries, shapes, suggestions_actions
from .queries import Wanted

router = Router()


def find(request: MemberRequest, pk: int) -> Relationship:
    """One of this workspace's, with all that an answer shows."""
    return get_object_or_404(Relationship.of(request.workspace).select_related(*queries.WITH), pk=pk)


def _out(request: MemberRequest, pk: int) -> shapes.RelationOut:
    today = stored.today(request.workspace, timezone.now())
    return shapes.RelationOut.of(queries.lines(request.workspace, [find(request, pk)], today)[0])


def _stage(request: MemberRequest, pk: int) -> Stage:
    found = Stage.of(request.workspace).filter(pk=pk).first()
    if found is None:
        raise Refusal(f"There is no stage {pk}: GET /relationship-stages lists them")
    return found


def _owner(request: MemberRequest, wanted: str | None) -> Member | None:
    if not wanted:
        return None
    if wanted == "me":
        return request.member
    found = Member.of(request.workspace).select_related("user").filter(user__email__iexact=wanted).first()
    if found is None:
        raise Refusal(f"No member of this workspace has the address {wanted}")
    return found


def _acts(acts: Sequence[Audit]) -> shapes.ActsOut:
    return shapes.ActsOut(changed=len(acts), entries=[act.pk for act in acts])


@router.get("/relationships", response=shapes.RelationsOut, summary="What people are to us")
@call(Role.VIEWER)
def relationships(
    request: MemberRequest,
    kind: str = "",
    stage: int = 0,
    owner: str = "",
    tag: str = "",
    person: int = 0,
    overdue: bool = False,
    ended: bool = False,
    active: bool = False,
    sort: Literal["next", "touch", "reach"] = "next",
    after: str = "",
) -> shapes.RelationsOut:
    """By kind, stage, owner (“me”, “nobody” or a member's id), tag or person; in the order of `sort`."""
    if kind:
        actions.kind_named(kind)
    wanted = Wanted(
        kind=kind, stage=min(stage, 2**62), owner=owner, tag=tag, overdue=overdue, person=min(person, 2**62),
        ended=ended, active=active, sort=sort, after=after,
    )  # fmt: skip
    found = queries.listed(request.workspace, wanted, request.member, timezone.now())
    return shapes.RelationsOut(items=shapes.lines_out(found.lines), after=found.next or None)


@router.post("/relationships", response={201: shapes.RelationOut}, summary="Begin a relationship")
@call(Role.RESPONDER)
def begin(request: MemberRequest, wish: shapes.BeginIn) -> Status[shapes.RelationOut]:
    """In the first stage of its pipeline, where none is named."""
    person = get_object_or_404(Person.of(request.workspace).select_related("workspace"), pk=wish.person)
    row = actions.begin(
        person,
        wish.kind,
        by=request.member,
        stage=_stage(request, wish.stage) if wish.stage is not None else None,
        owner=_owner(request, wish.owner),
        since=wish.since,
        why=wish.why,
    )
    return Status(201, _out(request, row.pk))


@router.post("/relationships/move", response=shapes.ActsOut, summary="Move many relationships into a stage")
@call(Role.RESPONDER)
def move_many(request: MemberRequest, wish: shapes.MovesIn) -> shapes.ActsOut:
    """All or none; those of another pipeline, ended and unknown ones are passed over."""
    stage = _stage(request, wish.stage)
    return _acts(actions.move_all(request.workspace, wish.relationships, stage, by=request.member, why=wish.why))


@router.post("/relationships/give", response=shapes.ActsOut, summary="Give many relationships to a member")
@call(Role.RESPONDER)
def give_many(request: MemberRequest, wish: shapes.OwnersIn) -> shapes.ActsOut:
    """By e-mail address, to “me”, or (null) to nobody."""
    owner = _owner(request, wish.owner)
    return _acts(actions.give_all(request.workspace, wish.relationships, owner, by=request.member, why=wish.why))


@router.post("/relationships/undo", response=shapes.TakenBackOut, summary="Take back acts upon relationships")
@call(Role.RESPONDER)
def undo(request: MemberRequest, wish: shapes.TakeBackIn) -> shapes.TakenBackOut:
    """By their entries in the log; what was changed again since is left alone."""
    return shapes.TakenBackOut(undone=actions.undo(request.workspace, wish.entries, by=request.member))


@router.get("/relationships/suggestions", response=shapes.SuggestionsOut, summary="Whom to turn to, and why")
@call(Role.VIEWER)
def suggestions(
    request: MemberRequest,
    state: Literal["open", "later", "taken", "passed", "over"] = "open",
    kind: Literal["", "review", "answer", "silent", "brand", "helped"] = "",
    after: str = "",
) -> shapes.SuggestionsOut:
    """The strongest first; with what came of all of them."""
    now = timezone.now()
    rows, rest = queries.suggested(request.workspace, state, kind, after, now)
    return shapes.SuggestionsOut(
        items=[shapes.SuggestionOut.of(row) for row in rows],
        after=rest or None,
        outcomes=[shapes.OutcomeOut.of(one) for one in queries.outcomes(request.workspace, now)],
    )


@router.post("/relationships/suggestions/{suggestion_id}", response=shapes.SuggestionOut, summary="Answer a suggestion")
@call(Role.RESPONDER)
def answer(request: MemberRequest, suggestion_id: int, wish: shapes.AnswerSuggestionIn) -> shapes.SuggestionOut:
    """take, pass, later or reopen."""
    rows = Suggestion.of(request.workspace).select_related("workspace", "person")
    row = get_object_or_404(rows, pk=suggestion_id)
    match wish.answer:
        case "take":
            suggestions_actions.take(row, by=request.member, why=wish.why)
        case "pass":
            suggestions_actions.leave(row, by=request.member, why=wish.why)
        case "later":
            suggestions_actions.put_off(row, by=request.member, days=wish.days, why=wish.why)
        case "reopen":
            suggestions_actions.reopen(row, by=request.member)
        case _:
            raise Refusal(f"{wish.answer!r} is no answer: say take, pass, later or reopen")
    return shapes.SuggestionOut.of(rows.get(pk=row.pk))


@router.get("/relationships/people/{person_id}", response=shapes.RegardOut, summary="What a person is to us")
@call(Role.VIEWER)
def regard(request: MemberRequest, person_id: int) -> shapes.RegardOut:
    """With their level and influence, and how those come about."""
    person = get_object_or_404(Person.of(request.workspace).select_related("workspace"), pk=person_id)
    return shapes.RegardOut.of(queries.regard(person, timezone.now()))


@router.get("/relationships/{relationship_id}", response=shapes.RelationOut, summary="One relationship")
@call(Role.VIEWER)
def relationship(request: MemberRequest, relationship_id: int) -> shapes.RelationOut:
    """As it stands."""
    return _out(request, relationship_id)


@router.post("/relationships/{relationship_id}/move", response=shapes.RelationOut, summary="Move into a stage")
@call(Role.RESPONDER)
def move(request: MemberRequest, relationship_id: int, wish: shapes.MoveIn) -> shapes.RelationOut:
    """Of the same pipeline."""
    row = find(request, relationship_id)
    actions.move(row, _stage(request, wish.stage), by=request.member, why=wish.why)
    return _out(request, relationship_id)


@router.post("/relationships/{relationship_id}/give", response=shapes.RelationOut, summary="Give to a member")
@call(Role.RESPONDER)
def give(request: MemberRequest, relationship_id: int, wish: shapes.OwnerIn) -> shapes.RelationOut:
    """By e-mail address, to “me”, or (null) to nobody."""
    row = find(request, relationship_id)
    actions.give(row, _owner(request, wish.owner), by=request.member, why=wish.why)
    return _out(request, relationship_id)


@router.post("/relationships/{relationship_id}/plan", response=shapes.RelationOut, summary="Plan the next step")
@call(Role.RESPONDER)
def plan(request: MemberRequest, relationship_id: int, wish: shapes.PlanIn) -> shapes.RelationOut:
    """Its owner is reminded at nine o'clock on that day."""
    row = find(request, relationship_id)
    actions.plan(row, wish.next_step, wish.next_on, by=request.member, why=wish.why)
    return _out(request, relationship_id)


@router.post(
    "/relationships/{relationship_id}/touch", response=shapes.RelationOut, summary="Say when you were in touch"
)
@call(Role.RESPONDER)
def touch(request: MemberRequest, relationship_id: int, wish: shapes.TouchIn) -> shapes.RelationOut:
    """Where Hubbub could not see it; an older touch changes nothing."""
    actions.touched(find(request, relationship_id), wish.at, by=request.member, why=wish.why)
    return _out(request, relationship_id)


@router.patch("/relationships/{relationship_id}", response=shapes.RelationOut, summary="Describe a relationship")
@call(Role.RESPONDER)
def describe(request: MemberRequest, relationship_id: int, wish: shapes.DescribeIn) -> shapes.RelationOut:
    """Worth, notes, since when."""
    row = find(request, relationship_id)
    actions.describe(row, by=request.member, worth=wish.worth, notes=wish.notes, since=wish.since)
    return _out(request, relationship_id)


@router.post("/relationships/{relationship_id}/end", response=shapes.RelationOut, summary="End a relationship")
@call(Role.RESPONDER)
def end(request: MemberRequest, relationship_id: int, wish: shapes.RelationWhyIn) -> shapes.RelationOut:
    """With a reason; it stays in the person's history."""
    actions.end(find(request, relationship_id), by=request.member, why=wish.why)
    return _out(request, relationship_id)


@router.post("/relationships/{relationship_id}/resume", response=shapes.RelationOut, summary="Let an ended one go on")
@call(Role.RESPONDER)
def resume(request: MemberRequest, relationship_id: int, wish: shapes.RelationWhyIn) -> shapes.RelationOut:
    """As it stood."""
    actions.resume(find(request, relationship_id), by=request.member, why=wish.why)
    return _out(request, relationship_id)
