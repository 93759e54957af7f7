"""Calls for replies and the outbox; each does its thing through the same action as the page."""

from datetime import timedelta
from typing import Literal

from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile

from hubbub.core import awake
from hubbub.engage.thread import thread
from hubbub.store.hours import zone_of
from hubbub.store.models import Conversation, ConversationStatus, Outbox, Post, Replying, Role
from hubbub.ui.access import MemberRequest, call
from hubbub.ui.api import Refusal
from hubbub.ui.lists import before_of, write_before

from . import actions, composer, composing, file_actions, outbox_actions, own_actions, queries, settings_actions, shapes

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
    target, at, says = _target(found, wish.post), wish.at, f"chosen by {request.member}" if wish.at else ""
    if wish.awake:
        moment = _awake(found, target)
        at, says = (moment.at if moment.at > timezone.now() else None), moment.says
    asked = actions.Wish(
        wish.text,
        verb=wish.verb,
        at=at,
        timing=says,
        delay=timedelta(seconds=wish.delay),
        files=wish.files,
        in_parts=wish.in_parts,
        nonce=wish.nonce,
        seen_row=wish.seen_row,
        seen_post=wish.seen_post,
        seen=wish.seen,
        sure=wish.sure,
        then=_status(wish.status) if wish.status else None,
    )
    row = actions.say(found, target, asked, by=request.member, why=wish.why)
    return Status(202, shapes.OutboxOut.of(row))


def _target(found: Conversation, asked: int | None) -> Post:
    posts = found.posts.select_related("author")
    target = thread(found, now=timezone.now()).answer_to if asked is None else get_object_or_404(posts, pk=asked)
    if target is None:
        raise Refusal("There is nobody to reply to: every post in this conversation is yours")
    return target


def _awake(found: Conversation, target: Post) -> awake.Moment:
    set_up = settings_actions.replying_of(found.workspace)
    usual = (set_up.awake_from, set_up.awake_to)
    return composer.awake_moment(target.author, timezone.now(), usual, zone_of(found.workspace))


@router.post("/conversations/{pk}/reply/measure", response=shapes.MeasuredOut, summary="How long words are there")
@call(Role.RESPONDER)
def measure(request: MemberRequest, pk: int, wish: shapes.TextIn) -> shapes.MeasuredOut:
    """As the network counts, and in which parts they would go."""
    found = _find(request, pk)
    target, words = _target(found, wish.post), wish.text.strip()
    measured = composing.measure(found.source, target, words)
    parts = [words] if measured.fits else list(composing.in_parts(found.source, target, words))
    return shapes.MeasuredOut(
        length=measured.length, most=measured.most, unit=measured.unit, fits=measured.fits, parts=parts
    )


@router.get("/conversations/{pk}/awake", response=shapes.AwakeOut, summary="When they are awake")
@call(Role.VIEWER)
def awake_at(request: MemberRequest, pk: int) -> shapes.AwakeOut:
    """From the hours in which whoever gets the reply wrote before."""
    found = _find(request, pk)
    moment = _awake(found, _target(found, None))
    return shapes.AwakeOut(at=moment.at, known=moment.known, hours=moment.hours, says=moment.says)


@router.post("/files", response={201: shapes.FileOut}, summary="Attach a file")
@call(Role.RESPONDER)
def attach(request: MemberRequest, file: File[UploadedFile], alt: Form[str] = "") -> Status[shapes.FileOut]:
    """As multipart/form-data; then name its id in a reply. What goes out with nothing is deleted after a day."""
    row = file_actions.attach(request.workspace, file.name or "", file, by=request.member, alt=alt)
    return Status(201, shapes.FileOut.of(row))


@router.get("/replying", response=shapes.ReplyingOut, summary="How replies leave")
@call(Role.VIEWER)
def replying(request: MemberRequest) -> shapes.ReplyingOut:
    """Seconds in which they can be called back; hours in which people are taken to be awake."""
    return _replying(settings_actions.replying_of(request.workspace))


@router.put("/replying", response=shapes.ReplyingOut, summary="Set how replies leave")
@call(Role.MANAGER)
def set_replying(request: MemberRequest, wish: shapes.ReplyingIn) -> shapes.ReplyingOut:
    """All of it at once."""
    return _replying(
        settings_actions.set_replying(
            request.workspace,
            undo_seconds=wish.undo_seconds,
            awake_from=wish.awake_from,
            awake_to=wish.awake_to,
            by=request.member,
            why=wish.why,
        )
    )


def _replying(row: Replying) -> shapes.ReplyingOut:
    return shapes.ReplyingOut(undo_seconds=row.undo_seconds, awake_from=row.awake_from, awake_to=row.awake_to)


@router.get("/outbox", response=shapes.OutboxesOut, summary="The outbox: what leaves us, and what became of it")
@call(Role.VIEWER)
def outbox(
    request: MemberRequest,
    state: Literal["", "held", "scheduled", "waiting", "sent", "failed", "broken", "dropped"] = "",
    before: str = "",
) -> shapes.OutboxesOut:
    """Newest first; scheduled ones by their time."""
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


@router.post("/outbox/{pk}/change", response=shapes.OutboxOut, summary="Change what has not left yet")
@call(Role.RESPONDER)
def change(request: MemberRequest, pk: int, wish: shapes.ChangeIn) -> shapes.OutboxOut:
    """Other words or another time; changed words need approval again."""
    row = _row(request, pk)
    delay = timedelta(seconds=wish.delay)
    return shapes.OutboxOut.of(
        outbox_actions.change(row, wish.text, wish.at, by=request.member, delay=delay, why=wish.why)
    )


@router.post("/outbox/{pk}/send", response=shapes.OutboxOut, summary="Send what was overtaken")
@call(Role.RESPONDER)
def send(request: MemberRequest, pk: int, wish: shapes.RetryIn) -> shapes.OutboxOut:
    """It was held because the conversation went on after it was written."""
    return shapes.OutboxOut.of(outbox_actions.send_after_all(_row(request, pk), by=request.member, why=wish.why))


@router.post("/outbox/{pk}/edit", response={202: shapes.OutboxOut}, summary="Edit a reply that was sent")
@call(Role.RESPONDER)
def edit(request: MemberRequest, pk: int, wish: shapes.EditIn) -> Status[shapes.OutboxOut]:
    """Where the network allows it; gives the row that does it."""
    made = own_actions.edit(_row(request, pk), wish.text, by=request.member, why=wish.why, nonce=wish.nonce)
    return Status(202, shapes.OutboxOut.of(made))


@router.post("/outbox/{pk}/delete", response={202: shapes.OutboxOut}, summary="Delete a reply that was sent")
@call(Role.RESPONDER)
def delete(request: MemberRequest, pk: int, wish: shapes.DeleteIn) -> Status[shapes.OutboxOut]:
    """Where the network allows it; it cannot be put back."""
    made = own_actions.delete(_row(request, pk), by=request.member, why=wish.why, nonce=wish.nonce)
    return Status(202, shapes.OutboxOut.of(made))
