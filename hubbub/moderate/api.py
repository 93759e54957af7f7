"""The room's calls for scripts; each does its thing through the same action as the page."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from msgspec.structs import replace
from ninja import Router, Status

from hubbub.core import query as language
from hubbub.store.models import Audit, Decision, Post, Role, Rule
from hubbub.ui.access import MemberRequest, call
from hubbub.ui.api import Refusal
from hubbub.ui.lists import before_of, write_before

from . import actions, queries, rules_actions, shapes
from .log import Asked
from .log import log as read_log

router = Router()


@router.get("/queue", response=shapes.QueueOut)
@call(Role.VIEWER)
def queue(request: MemberRequest, q: str = "", after: str = "") -> shapes.QueueOut:
    """What waits for a person, oldest first; `after` as answered."""
    query = language.parse(q, language.Use.VIEW) if q.strip() else None
    found = queries.queue(request.workspace, query, now=timezone.now(), after=before_of(after))
    return shapes.QueueOut(
        items=[shapes.CardOut.of(card) for card in found.cards],
        after=write_before(found.after) if found.after else None,
        looked_at=found.looked_at,
    )


@router.post("/posts/{pk}/decide", response=shapes.DecidedOut)
@call(Role.MODERATOR)
def decide(request: MemberRequest, pk: int, wish: shapes.DecisionIn) -> shapes.DecidedOut:
    """Approve, hide or remove: here now, on the network through the outbox."""
    post = get_object_or_404(Post.of(request.workspace).select_related("workspace"), pk=pk)
    if wish.decision not in Decision.values:
        raise Refusal(f"{wish.decision!r} is no decision: say approved, hidden or removed")
    done = actions.decide(post, Decision(wish.decision), by=request.member, why=wish.why, was=wish.was)
    return shapes.DecidedOut.of(done)


@router.post("/undo", response=shapes.DecidedOut)
@call(Role.MODERATOR)
def undo(request: MemberRequest, wish: shapes.UndoIn) -> shapes.DecidedOut:
    """Take a decision back."""
    act = get_object_or_404(Audit.of(request.workspace).select_related("workspace"), pk=wish.entry)
    return shapes.DecidedOut.of(actions.undo(act, by=request.member))


@router.get("/rules", response=list[shapes.RuleOut])
@call(Role.VIEWER)
def rules(request: MemberRequest) -> list[shapes.RuleOut]:
    """In the order in which they are tried."""
    return [shapes.RuleOut.of(rule) for rule in Rule.of(request.workspace)]


@router.post("/rules", response={201: shapes.RuleOut})
@call(Role.MANAGER)
def make_rule(request: MemberRequest, wish: shapes.RuleIn) -> Status[shapes.RuleOut]:
    """A new one, tried last."""
    draft = rules_actions.Draft(**wish.dict())
    return Status(201, shapes.RuleOut.of(rules_actions.make(request.workspace, draft, by=request.member)))


def _rule(request: MemberRequest, pk: int) -> Rule:
    return get_object_or_404(Rule.of(request.workspace).select_related("workspace"), pk=pk)


@router.get("/rules/{pk}", response=shapes.RuleOut)
@call(Role.VIEWER)
def rule(request: MemberRequest, pk: int) -> shapes.RuleOut:
    """One rule."""
    return shapes.RuleOut.of(_rule(request, pk))


@router.patch("/rules/{pk}", response=shapes.RuleOut)
@call(Role.MANAGER)
def change_rule(request: MemberRequest, pk: int, wish: shapes.RuleChange) -> shapes.RuleOut:
    """Change what is named, or its place."""
    found = _rule(request, pk)
    given = wish.dict(exclude_none=True)
    version, position = given.pop("version", None), given.pop("position", None)
    draft = replace(rules_actions.draft_of(found), **given)
    found = rules_actions.change(found, draft, by=request.member, version=version)
    if position is not None:
        rules_actions.place(found, position, by=request.member)
    return shapes.RuleOut.of(_rule(request, pk))


@router.delete("/rules/{pk}", response={204: None})
@call(Role.MANAGER)
def delete_rule(request: MemberRequest, pk: int) -> Status[None]:
    """Away with it; what it said of posts stays."""
    rules_actions.delete(_rule(request, pk), by=request.member)
    return Status(204, None)


@router.get("/log", response=shapes.LogOut)
@call(Role.VIEWER)
def log(
    request: MemberRequest,
    who: str = "",
    verb: str = "",
    noun: str = "",
    noun_id: str = "",
    before: str = "",
) -> shapes.LogOut:
    """Every write, newest first. `who`: "m" and a member's id, "rule", "system"; `noun`, `noun_id`: one thing."""
    found = read_log(request.workspace, Asked(who, verb, noun, noun_id), before_of(before))
    return shapes.LogOut(
        items=[shapes.EntryOut.of(entry.row) for entry in found.entries],
        before=write_before(found.older) if found.older else None,
    )
