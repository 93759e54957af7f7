"""Calls about one conversation or many: priority, kind, team, tags, snooze, splitting, merging, history."""

from datetime import datetime

from django.shortcuts import get_object_or_404
from ninja import Router, Schema

from hubbub.store.models import Audit, Conversation, ConversationStatus, Kind, Priority, Role, Team
from hubbub.ui.access import MemberRequest, call
from hubbub.ui.api import Refusal, RowId
from hubbub.ui.lists import before_of, write_before

from . import actions, moving, shapes
from .history import history as read_history

router = Router()


class TalksIn(Schema):
    """Which conversations, at most 200, and why."""

    conversations: list[RowId]
    why: str = ""


class SnoozeIn(TalksIn):
    """Until when; a moment with its offset."""

    until: datetime


class PriorityIn(TalksIn):
    """low, normal, high or urgent."""

    priority: str


class KindIn(TalksIn):
    """complaint, compliment, question, request, review, lead, or "" for none of these."""

    kind: str


class TeamGivenIn(TalksIn):
    """A team's id, or null for nobody."""

    team: RowId | None


class TagsIn(TalksIn):
    """Names of tags to put on and to take off; new ones are made."""

    add: list[str] = []
    remove: list[str] = []


class SplitIn(Schema):
    """The posts that become a conversation of their own."""

    posts: list[RowId]
    why: str = ""


class MovedOut(Schema):
    """The conversation that came of it, and the entries of the log by which it can be taken back."""

    conversation: int
    entries: list[int]


class LineOut(Schema):
    """One entry of the log, in words."""

    id: int
    at: datetime
    by: str
    verb: str
    says: str
    why: str


class HistoryOut(Schema):
    """A page, newest first; `before` asks for the next one, null at the end."""

    items: list[LineOut]
    before: str | None


def _changed(acts: list[Audit]) -> shapes.ChangedOut:
    return shapes.ChangedOut(changed=len(acts), entries=[act.pk for act in acts])


def _find(request: MemberRequest, pk: int) -> Conversation:
    return get_object_or_404(Conversation.of(request.workspace).select_related("workspace", "source"), pk=pk)


@router.post("/conversations/snooze", response=shapes.ChangedOut, summary="Let conversations sleep until a moment")
@call(Role.RESPONDER)
def snooze(request: MemberRequest, wish: SnoozeIn) -> shapes.ChangedOut:
    """A new post of theirs wakes them at once."""
    if wish.until.tzinfo is None:
        raise Refusal("Say with its offset when it is to wake, as in 2026-11-30T09:00:00+01:00")
    by, until = request.member, wish.until
    snoozed = ConversationStatus.SNOOZED
    acts = actions.set_status_of(request.workspace, wish.conversations, snoozed, by=by, why=wish.why, until=until)
    return _changed(acts)


@router.post("/conversations/priority", response=shapes.ChangedOut, summary="Set how urgent conversations are")
@call(Role.RESPONDER)
def priority(request: MemberRequest, wish: PriorityIn) -> shapes.ChangedOut:
    """All or none; those that stood so already are passed over."""
    if wish.priority not in Priority.values:
        raise Refusal(f"{wish.priority!r} is no priority: say low, normal, high or urgent")
    wanted, by = Priority(wish.priority), request.member
    return _changed(
        actions.each(
            request.workspace, wish.conversations, lambda one: actions.set_priority(one, wanted, by=by, why=wish.why)
        )
    )


@router.post("/conversations/kind", response=shapes.ChangedOut, summary="Say what conversations are about")
@call(Role.RESPONDER)
def kind(request: MemberRequest, wish: KindIn) -> shapes.ChangedOut:
    """What was guessed is certain then."""
    if wish.kind not in Kind.values:
        raise Refusal(
            f"{wish.kind!r} is no kind: say complaint, compliment, question, request, review, lead or nothing"
        )
    wanted, by = Kind(wish.kind), request.member
    return _changed(
        actions.each(
            request.workspace, wish.conversations, lambda one: actions.set_kind(one, wanted, by=by, why=wish.why)
        )
    )


@router.post("/conversations/team", response=shapes.ChangedOut, summary="Give conversations to a team")
@call(Role.RESPONDER)
def team(request: MemberRequest, wish: TeamGivenIn) -> shapes.ChangedOut:
    """Or to nobody. All of the team are told."""
    to = get_object_or_404(Team.of(request.workspace), pk=wish.team) if wish.team is not None else None
    return _changed(actions.assign_all(request.workspace, wish.conversations, to, by=request.member, why=wish.why))


@router.post("/conversations/tags", response=shapes.ChangedOut, summary="Put tags on conversations, or take them off")
@call(Role.RESPONDER)
def tags(request: MemberRequest, wish: TagsIn) -> shapes.ChangedOut:
    """By their names."""
    by = request.member
    return _changed(
        actions.each(
            request.workspace,
            wish.conversations,
            lambda one: actions.tag(one, add=wish.add, remove=wish.remove, by=by, why=wish.why),
        )
    )


@router.post("/conversations/{pk}/split", response=MovedOut, summary="Split posts off into a conversation of their own")
@call(Role.RESPONDER)
def split(request: MemberRequest, pk: int, wish: SplitIn) -> MovedOut:
    """Replies to them follow."""
    made, entry = moving.split(_find(request, pk), wish.posts, by=request.member, why=wish.why)
    return MovedOut(conversation=made.pk, entries=[entry.pk])


@router.post("/conversations/{pk}/merge", response=MovedOut, summary="Merge other conversations into this one")
@call(Role.RESPONDER)
def merge(request: MemberRequest, pk: int, wish: TalksIn) -> MovedOut:
    """All on the same source; what is said in their threads later follows."""
    wanted = Conversation.of(request.workspace).filter(pk__in=wish.conversations[: moving.MOST + 1])
    others = list(wanted.select_related("workspace", "source"))
    entries = moving.merge(_find(request, pk), others, by=request.member, why=wish.why)
    return MovedOut(conversation=pk, entries=[entry.pk for entry in entries])


@router.get("/conversations/{pk}/history", response=HistoryOut, summary="Everything that was done with a conversation")
@call(Role.VIEWER)
def history(request: MemberRequest, pk: int, before: str = "") -> HistoryOut:
    """Who, when, why; also of what was merged into it and of what was sent from it."""
    read = read_history(_find(request, pk), before_of(before))
    return HistoryOut(
        items=[
            LineOut(id=one.id, at=one.at, by=one.by, verb=one.verb, says=one.says, why=one.why) for one in read.lines
        ],
        before=write_before(read.older) if read.older else None,
    )
