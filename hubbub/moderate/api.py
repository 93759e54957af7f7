"""The room's calls for scripts; each does its thing through the same action as the page."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from msgspec.structs import replace
from ninja import File, Router, Status
from ninja.files import UploadedFile

from hubbub.core import query as language
from hubbub.store.models import Audit, Decision, Post, Role, Rule
from hubbub.ui.access import MemberRequest, call
from hubbub.ui.api import Refusal
from hubbub.ui.lists import before_of, write_before

from . import actions, queries, rules_actions, rules_file, rules_queries, shapes
from .api_deeds import router as deeds
from .api_policies import router as policies
from .api_queue import named
from .api_queue import router as queue
from .decisions import STATES
from .log import Asked
from .log import log as read_log

router = Router()
router.add_router("", policies)
router.add_router("", deeds)
router.add_router("", queue)


@router.get(
    "/posts/{pk}", response=shapes.PostRecordOut, summary="A post, what rules said of it, what was done with it"
)
@call(Role.VIEWER)
def post(request: MemberRequest, pk: int) -> shapes.PostRecordOut:
    """Everything that is needed to decide about it."""
    rows = Post.of(request.workspace).select_related("workspace", "author__person", "source", "conversation")
    found = get_object_or_404(rows, pk=pk)
    return shapes.PostRecordOut(
        post=shapes.CardOut.of(queries.cards([found])[0]),
        history=[shapes.EntryOut.of(row) for row in queries.history(found)],
    )


@router.post("/posts/{pk}/decide", response=shapes.DecidedOut, summary="Approve, hide or remove a post")
@call(Role.MODERATOR)
def decide(request: MemberRequest, pk: int, wish: shapes.DecisionIn) -> shapes.DecidedOut:
    """Here now, on the network through the outbox."""
    found = get_object_or_404(Post.of(request.workspace).select_related("workspace"), pk=pk)
    policy = named(request.workspace, wish.policy)
    done = actions.decide(found, _decision(wish.decision), by=request.member, why=wish.why, was=wish.was, policy=policy)
    return shapes.DecidedOut.of(done)


@router.post("/decide", response=shapes.DecidedManyOut, summary="Approve, hide or remove many posts")
@call(Role.MODERATOR)
def decide_many(request: MemberRequest, wish: shapes.DecisionsIn) -> shapes.DecidedManyOut:
    """In one transaction. What others decided meanwhile is left alone and told of; unknown ids are passed over."""
    decision = _decision(wish.decision)
    policy, posts = named(request.workspace, wish.policy), wish.posts
    done = actions.decide_many(
        request.workspace, posts, decision, by=request.member, why=wish.why, was=wish.was, policy=policy
    )
    return shapes.DecidedManyOut.of(done)


def _decision(wanted: str) -> Decision:
    if wanted not in STATES:
        raise Refusal(f"{wanted!r} is no decision: say approved, hidden or removed")
    return Decision(wanted)


@router.post("/undo", response=shapes.DecidedOut, summary="Take a decision back")
@call(Role.MODERATOR)
def undo(request: MemberRequest, wish: shapes.EntryIn) -> shapes.DecidedOut:
    """The post stands as before; the network is asked for that, unless it was never told."""
    act = get_object_or_404(Audit.of(request.workspace).select_related("workspace"), pk=wish.entry)
    return shapes.DecidedOut.of(actions.undo(act, by=request.member))


@router.get("/rules", response=list[shapes.ListedRuleOut], summary="Rules, and how often each held")
@call(Role.VIEWER)
def rules(request: MemberRequest) -> list[shapes.ListedRuleOut]:
    """In the order in which they are tried."""
    listed = rules_queries.rules(request.workspace, timezone.now())
    return [shapes.ListedRuleOut.of_listed(one) for one in listed]


@router.post("/rules", response={201: shapes.RuleOut}, summary="Make a rule")
@call(Role.MANAGER)
def make_rule(request: MemberRequest, wish: shapes.RuleIn) -> Status[shapes.RuleOut]:
    """A new one, tried last; a draft unless it says otherwise."""
    draft = rules_actions.Draft(**wish.dict())
    return Status(201, shapes.RuleOut.of(rules_actions.make(request.workspace, draft, by=request.member)))


@router.post("/rules/try", response=shapes.RuleTriedOut, summary="Try a rule's condition on the newest posts")
@call(Role.MANAGER)
def try_rule(request: MemberRequest, wish: shapes.ConditionIn) -> shapes.RuleTriedOut:
    """Nothing is saved, nothing is done."""
    query = language.parse(wish.when, language.Use.RULE)
    return shapes.RuleTriedOut.of(rules_queries.tried(request.workspace, query, timezone.now()))


@router.get("/rules/file", summary="All rules as rules.toml")
@call(Role.VIEWER)
def rules_toml(request: MemberRequest) -> HttpResponse:
    """In the order in which they are tried; POST takes the same file."""
    text = rules_file.write_rules(Rule.of(request.workspace))
    return HttpResponse(text, content_type="application/toml; charset=utf-8")


@router.post("/rules/file", response=shapes.ImportedOut, summary="Make or change rules from a rules.toml")
@call(Role.MANAGER)
def import_rules(request: MemberRequest, file: File[UploadedFile]) -> shapes.ImportedOut:
    """By their names, all or none; they come after those that the file does not name. Sent as multipart/form-data."""
    drafts = rules_file.read_rules(file.read(rules_file.LARGEST + 1))
    made, changed = rules_actions.take_all(request.workspace, drafts, by=request.member, why=f"from {file.name}")
    return shapes.ImportedOut(made=made, changed=changed, unchanged=len(drafts) - made - changed)


def _rule(request: MemberRequest, pk: int) -> Rule:
    return get_object_or_404(Rule.of(request.workspace).select_related("workspace"), pk=pk)


@router.get("/rules/{pk}", response=shapes.RuleOut, summary="A rule")
@call(Role.VIEWER)
def rule(request: MemberRequest, pk: int) -> shapes.RuleOut:
    """One rule."""
    return shapes.RuleOut.of(_rule(request, pk))


@router.patch("/rules/{pk}", response=shapes.RuleOut, summary="Change a rule, or its place in the order")
@call(Role.MANAGER)
def change_rule(request: MemberRequest, pk: int, wish: shapes.RuleChange) -> shapes.RuleOut:
    """What is left out stays; `position` counts from 0, beyond the end means the end."""
    found = _rule(request, pk)
    given = wish.dict(exclude_none=True)
    version, position = given.pop("version", None), given.pop("position", None)
    draft = replace(rules_actions.draft_of(found), **given)
    found = rules_actions.change(found, draft, by=request.member, version=version)
    if position is not None:
        rules_actions.place(found, position, by=request.member)
    return shapes.RuleOut.of(_rule(request, pk))


@router.get("/rules/{pk}/hits", response=shapes.HitsOut, summary="The posts that a rule held for")
@call(Role.VIEWER)
def rule_hits(request: MemberRequest, pk: int, before: str = "") -> shapes.HitsOut:
    """Newest first, in shadow as well."""
    found = rules_queries.hits(_rule(request, pk), before_of(before))
    return shapes.HitsOut(
        items=[shapes.HitOut.of_hit(row) for row in found.verdicts],
        before=write_before(found.older) if found.older else None,
    )


@router.delete("/rules/{pk}", response={204: None}, summary="Delete a rule")
@call(Role.MANAGER)
def delete_rule(request: MemberRequest, pk: int, why: str = "") -> Status[None]:
    """What it said of posts stays to be read."""
    rules_actions.delete(_rule(request, pk), by=request.member, why=why)
    return Status(204, None)


@router.get("/log", response=shapes.LogOut, summary="The audit log: every write in every room")
@call(Role.VIEWER)
def log(
    request: MemberRequest,
    who: str = "",
    verb: str = "",
    noun: str = "",
    noun_id: str = "",
    before: str = "",
) -> shapes.LogOut:
    """Newest first. `who`: "m" and a member's id, "rule", "system"; `noun`, `noun_id`: one thing."""
    found = read_log(request.workspace, Asked(who, verb, noun, noun_id), before_of(before))
    return shapes.LogOut(
        items=[shapes.EntryOut.of(entry.row) for entry in found.entries],
        before=write_before(found.older) if found.older else None,
    )
