"""Putting something into the outbox: the only way in which anything leaves us."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from django.utils import timezone
from msgspec import Struct

from hubbub.core.post import PostState

from .models import (
    Actor,
    Attachment,
    Author,
    Conversation,
    Member,
    Outbox,
    OutboxState,
    Post,
    Source,
)

# verbs that decide how a post stands on its network, and how it stands after each of them
LEADS: Mapping[str, PostState] = {
    "approve": "visible",
    "restore": "visible",
    "hold": "pending",
    "hide": "hidden",
    "spam": "spam",
    "remove": "removed",
}
NOUN = "outbox"  # as approvals name its rows
ANSWERS = ("reply", "message")  # seen by all, and by their reader alone
OWN = (*ANSWERS, "edit", "delete")  # what we say in conversations, and do to what we said
UNSENT = (OutboxState.HELD, OutboxState.WAITING, OutboxState.FAILED, OutboxState.BROKEN)
LOST = (OutboxState.DROPPED, OutboxState.BROKEN)  # what answers nobody


class Timing(Struct, frozen=True):
    """When something leaves; nothing set: at once."""

    at: datetime | None = None  # the time that a person chose
    says: str = ""  # why then, in words
    seen: int | None = None  # the newest post of the conversation that its writer had seen: what comes later holds it
    delay: timedelta = timedelta()  # in which it can be called back, where it leaves at once


AT_ONCE = Timing()


def put(
    post: Post | None,
    verb: str,
    *,
    by: Actor,
    why: str = "",
    text: str = "",
    nonce: str = "",
    author: Author | None = None,
    label: str = "",
    until: datetime | None = None,
    was: str = "",
    source: Source | None = None,
    thread: str = "",
    title: str = "",
    timing: Timing = AT_ONCE,
    follows: Outbox | None = None,
    attachments: Iterable[Attachment] = (),
) -> Outbox:
    """A row that the loop will deliver: `verb` on `post`, or on its `author`, at its source.

    `post` None: a new post (or what follows one) at `source`, under `title`, in the place `thread`.
    `was`: how the post stands there until then, for a verb that changes that; so it stands on if the network refuses.
    `nonce` comes from the form that was sent: the same form sent twice (a double click, a reload) gives the same
    row. Must be called in the transaction of the act it belongs to."""
    place = post or source
    if place is None:
        raise ValueError("what leaves us goes to a post or to a source")
    now = timezone.now()
    row, made = Outbox.everywhere.get_or_create(
        key=key_of(place, verb, nonce) if nonce else secrets.token_hex(16),
        defaults={
            "workspace_id": place.workspace_id,
            "source_id": post.source_id if post else place.pk,
            "post": post,
            "verb": verb,
            "text": text,
            "author": author,
            "label": label,
            "until": until,
            "was": was,
            "thread": thread,
            "title": title,
            "follows": follows,
            "at": timing.at,
            "timing": timing.says[:200],
            "seen": timing.seen,
            "by_member": by if isinstance(by, Member) else None,
            "by_name": str(by)[:200],
            "why": why,
            "created": now,
            "due": timing.at or now + timing.delay,
        },
    )
    if made:
        row.attachments.set(attachments)
    return row


def key_of(place: Post | Source, verb: str, nonce: str) -> str:
    """The idempotency key of what a form asks for."""
    about = place.pk if isinstance(place, Post) else f"at {place.pk}"
    return sha256(f"{place.workspace_id} {about} {verb} {nonce}".encode()).hexdigest()[:32]


def stir(row: Outbox) -> None:
    """What is shown of its conversation may have changed: open pages are told."""
    if row.post is not None and row.post.conversation_id is not None:
        Conversation.of(row.workspace).filter(pk=row.post.conversation_id).update(stirred=True)


def hold_conversation(row: Outbox) -> None:
    """Lock the conversation that what we say belongs to: first of all, as whoever answers in it does. The post on the
    row is in that one from here on, wherever it was moved since the row was read."""
    if row.verb not in OWN or row.post_id is None or row.post is None:
        return
    where = Post.of(row.workspace).filter(pk=row.post_id).values_list("conversation", flat=True)
    while (talk := where.first()) is not None:
        Conversation.of(row.workspace).select_for_update(of=("self",), no_key=True).filter(pk=talk).first()
        if where.first() == talk:  # nearly always; else it was moved while the lock was waited for
            break
    if row.post.conversation_id != talk:
        row.post.conversation_id = talk
