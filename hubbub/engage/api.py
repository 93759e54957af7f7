"""The room's calls for scripts; each does its thing through the same action as the page."""

from typing import Literal

from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Status

from hubbub.core import query as language
from hubbub.store.models import Conversation, ConversationStatus, Member, Outbox, Role
from hubbub.ui.access import MemberRequest, call
from hubbub.ui.api import Refusal
from hubbub.ui.lists import before_of, write_before

from . import actions, outbox_actions, queries, shapes
from .thread import thread

router = Router()
Tab = Literal["open", "waiting", "done", "mine", "unassigned"]


def _find(request: MemberRequest, pk: int) -> Conversation:
    found = Conversation.of(request.workspace).select_related("workspace", "source", "author", "assignee__user")
    return get_object_or_404(found, pk=pk)


def _out(request: MemberRequest, pk: int) -> shapes.ConversationOut:
    return shapes.ConversationOut.of(_find(request, pk))


def _status(wanted: str) -> ConversationStatus:
    if wanted not in ConversationStatus.values:
        raise Refusal(f"{wanted!r} is no status: say open, waiting or done")
    return ConversationStatus(wanted)


@router.get("/conversations", response=shapes.ConversationsOut)
@call(Role.VIEWER)
def conversations(
    request: MemberRequest, status: Tab = "open", q: str = "", before: str = ""
) -> shapes.ConversationsOut:
    """Newest first. `q` is held against each conversation's newest post that is not ours; `before` as answered."""
    query = language.parse(q, language.Use.VIEW) if q.strip() else None
    rows = queries.rows(request.member, status)
    found = queries.inbox(rows, query, now=timezone.now(), before=before_of(before), size=50)
    return shapes.ConversationsOut(
        items=[shapes.ConversationOut.of(row) for row in found.conversations],
        before=write_before(found.older) if found.older else None,
        looked_at=found.looked_at,
    )


@router.get("/conversations/{pk}", response=shapes.ThreadOut)
@call(Role.VIEWER)
def conversation(request: MemberRequest, pk: int, until: str = "") -> shapes.ThreadOut:
    """With its newest posts, or those before `until`."""
    found = _find(request, pk)
    read = thread(found, now=timezone.now(), until=before_of(until))
    return shapes.ThreadOut(
        conversation=shapes.ConversationOut.of(found),
        posts=[
            shapes.PostOut.of(
                item.post, [(str(field), int(str(start)), int(str(end))) for field, start, end in item.spans]
            )
            for item in read.items
            if item.post
        ],
        notes=[shapes.NoteOut.of(item.note) for item in read.items if item.note],
        replies=[shapes.OutboxOut.of(item.reply) for item in read.items if item.reply],
        until=write_before(read.earlier) if read.earlier else None,
    )


@router.post("/conversations/{pk}/status", response=shapes.ConversationOut)
@call(Role.RESPONDER)
def status(request: MemberRequest, pk: int, wish: shapes.StatusIn) -> shapes.ConversationOut:
    """Open, waiting or done."""
    actions.set_status(_find(request, pk), _status(wish.status), by=request.member, why=wish.why)
    return _out(request, pk)


@router.post("/conversations/{pk}/assign", response=shapes.ConversationOut)
@call(Role.RESPONDER)
def assign(request: MemberRequest, pk: int, wish: shapes.AssignIn) -> shapes.ConversationOut:
    """Give it to a member, or to nobody."""
    actions.assign(_find(request, pk), _member(request, wish.assignee), by=request.member, why=wish.why)
    return _out(request, pk)


def _member(request: MemberRequest, wanted: str | None) -> Member | None:
    if not wanted:
        return None
    if wanted == "me":
        return request.member
    found = Member.of(request.workspace).select_related("user").filter(user__email__iexact=wanted).first()
    if found is None:
        raise Refusal(f"No member of this workspace has the address {wanted}")
    return found


@router.post("/conversations/{pk}/note", response={201: shapes.NoteOut})
@call(Role.RESPONDER)
def note(request: MemberRequest, pk: int, wish: shapes.NoteIn) -> Status[shapes.NoteOut]:
    """A remark for colleagues; never sent."""
    return Status(201, shapes.NoteOut.of(actions.note(_find(request, pk), wish.text, by=request.member)))


@router.post("/conversations/{pk}/reply", response={202: shapes.OutboxOut})
@call(Role.RESPONDER)
def reply(request: MemberRequest, pk: int, wish: shapes.ReplyIn) -> Status[shapes.OutboxOut]:
    """Put an answer into the outbox; look there for what became of it."""
    found = _find(request, pk)
    if wish.post is None:
        target = thread(found, now=timezone.now()).answer_to
    else:
        target = get_object_or_404(found.posts, pk=wish.post)
    if target is None:
        raise Refusal("There is nobody to answer: every post in this conversation is yours")
    then = _status(wish.status) if wish.status else None
    row = actions.reply(found, target, wish.text, by=request.member, nonce=wish.nonce, then=then, why=wish.why)
    return Status(202, shapes.OutboxOut.of(row))


@router.get("/outbox", response=shapes.OutboxesOut)
@call(Role.VIEWER)
def outbox(
    request: MemberRequest,
    state: Literal["", "waiting", "sent", "failed", "broken", "dropped"] = "",
    before: str = "",
) -> shapes.OutboxesOut:
    """Newest first."""
    found = queries.outbox(request.workspace, state, before_of(before))
    return shapes.OutboxesOut(
        items=[shapes.OutboxOut.of(row) for row in found.rows],
        before=write_before(found.older) if found.older else None,
    )


def _row(request: MemberRequest, pk: int) -> Outbox:
    return get_object_or_404(Outbox.of(request.workspace).select_related("workspace"), pk=pk)


@router.post("/outbox/{pk}/retry", response=shapes.OutboxOut)
@call(Role.RESPONDER)
def retry(request: MemberRequest, pk: int, wish: shapes.RetryIn) -> shapes.OutboxOut:
    """Due now, with a fresh day before it is given up."""
    return shapes.OutboxOut.of(outbox_actions.retry(_row(request, pk), by=request.member, why=wish.why))


@router.post("/outbox/{pk}/drop", response=shapes.OutboxOut)
@call(Role.RESPONDER)
def drop(request: MemberRequest, pk: int, wish: shapes.RetryIn) -> shapes.OutboxOut:
    """Call it back before it leaves."""
    return shapes.OutboxOut.of(outbox_actions.drop(_row(request, pk), by=request.member, why=wish.why))
