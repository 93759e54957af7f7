"""Calls for replies and the outbox; each does its thing through the same action as the page."""

from typing import Literal

from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Status

from hubbub.engage.thread import thread
from hubbub.store.models import Conversation, ConversationStatus, Outbox, Role
from hubbub.ui.access import MemberRequest, call
from hubbub.ui.api import Refusal
from hubbub.ui.lists import before_of, write_before

from . import actions, outbox_actions, queries, shapes

router = Router()


def _find(request: MemberRequest, pk: int) -> Conversation:
    found = Conversation.of(request.workspace).select_related("workspace", "source", "author", "assignee__user")
    return get_object_or_404(found, pk=pk)


def _status(wanted: str) -> ConversationStatus:
    if wanted not in ConversationStatus.values:
        raise Refusal(f"{wanted!r} is no status: say open, waiting or done")
    return ConversationStatus(wanted)


@router.post("/conversations/{pk}/reply", response={202: shapes.OutboxOut}, summary="Reply to a conversation")
@call(Role.RESPONDER)
def reply(request: MemberRequest, pk: int, wish: shapes.ReplyIn) -> Status[shapes.OutboxOut]:
    """It is put into the outbox: GET /outbox says what became of it."""
    found = _find(request, pk)
    if wish.post is None:
        target = thread(found, now=timezone.now()).answer_to
    else:
        target = get_object_or_404(found.posts, pk=wish.post)
    if target is None:
        raise Refusal("There is nobody to answer: every post in this conversation is yours")
    then = _status(wish.status) if wish.status else None
    row = actions.reply(
        found,
        target,
        wish.text,
        by=request.member,
        nonce=wish.nonce,
        seen_row=wish.seen_row,
        seen_post=wish.seen_post,
        sure=wish.sure,
        then=then,
        why=wish.why,
    )
    return Status(202, shapes.OutboxOut.of(row))


@router.get("/outbox", response=shapes.OutboxesOut, summary="The outbox: what leaves us, and what became of it")
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


@router.post("/outbox/{pk}/retry", response=shapes.OutboxOut, summary="Try to send again now")
@call(Role.RESPONDER)
def retry(request: MemberRequest, pk: int, wish: shapes.RetryIn) -> shapes.OutboxOut:
    """Due now, with a fresh day before it is given up."""
    return shapes.OutboxOut.of(outbox_actions.retry(_row(request, pk), by=request.member, why=wish.why))


@router.post("/outbox/{pk}/drop", response=shapes.OutboxOut, summary="Call something back before it leaves")
@call(Role.RESPONDER)
def drop(request: MemberRequest, pk: int, wish: shapes.RetryIn) -> shapes.OutboxOut:
    """What was sent already stays sent: then this is refused."""
    return shapes.OutboxOut.of(outbox_actions.drop(_row(request, pk), by=request.member, why=wish.why))
