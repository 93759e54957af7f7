"""The room's calls for scripts; each does its thing through the same action as the page."""

from django.shortcuts import get_object_or_404
from ninja import Router

from hubbub.store.models import Audit, Decision, Post, Role
from hubbub.ui.access import MemberRequest, call
from hubbub.ui.api import Refusal
from hubbub.ui.lists import before_of, write_before

from . import actions, queries, shapes
from .api_appeals import router as appeals
from .api_deeds import router as deeds
from .api_policies import router as policies
from .api_queue import named
from .api_queue import router as queue
from .api_replays import router as replays
from .api_rules import router as rules
from .api_strikes import router as strikes
from .decisions import STATES
from .log import Asked
from .log import log as read_log

router = Router()
router.add_router("", policies)
router.add_router("", deeds)
router.add_router("", queue)
router.add_router("", rules)
router.add_router("", replays)
router.add_router("", strikes)
router.add_router("", appeals)


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
