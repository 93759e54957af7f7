"""What the calls about replies and the outbox take and answer with."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import AwareDatetime, Field

from hubbub.store.models import Attachment, Outbox
from hubbub.ui.api import RowId


class OutboxOut(Schema):
    """One thing that leaves us, and what became of it."""

    id: int
    verb: str
    post: int | None
    text: str
    state: str
    by: str
    why: str
    created: datetime
    due: datetime
    tries: int
    error: str
    sent: datetime | None
    result_url: str
    at: datetime | None  # the time that somebody chose
    timing: str  # why then
    held_for: str  # approval, overtaken; "" where it is not held
    follows: int | None  # what must have been sent before it
    attachments: list[int]

    @classmethod
    def of(cls, row: Outbox) -> "OutboxOut":
        """From the row."""
        return cls(
            id=row.pk,
            verb=row.verb,
            post=row.post_id,
            text=row.text,
            state=row.state,
            by=row.by_name,
            why=row.why,
            created=row.created,
            due=row.due,
            tries=row.tries,
            error=row.error,
            sent=row.sent,
            result_url=row.result_url,
            at=row.at,
            timing=row.timing,
            held_for=row.held_for,
            follows=row.follows_id,
            attachments=[one.pk for one in row.attachments.all()],
        )


class OutboxesOut(Schema):
    """A page, newest first; `before` asks for the next one, null at the end."""

    items: list[OutboxOut]
    before: str | None


class ReplyIn(Schema):
    """A reply to the post with this id (default: the newest that is not ours)."""

    text: str
    post: RowId | None = None
    nonce: str = ""  # send the same one again after a time-out, and it is still one reply
    status: str | None = None  # of the conversation from here on
    seen_row: RowId | None = None  # the newest reply in the outbox, and
    seen_post: RowId | None = None  # the newest post of ours, that the writer saw: refuse where a colleague was quicker
    sure: bool = False  # send nevertheless
    why: str = ""
    verb: Literal["reply", "message"] = "reply"  # for all, or for its reader alone
    at: AwareDatetime | None = None  # when it goes; null: at once
    awake: bool = False  # it goes when they are awake
    delay: Annotated[int, Field(ge=0, le=60)] = 0  # seconds in which it can be called back, where it goes at once
    files: list[RowId] = []  # attached before: POST /files
    in_parts: bool = False  # what is too long goes as several answers
    seen: RowId | None = None  # the newest post of all that the writer saw: what comes later holds an answer that waits


class ChangeIn(Schema):
    """Other words, another time (null: now, after `delay` seconds)."""

    text: str
    at: AwareDatetime | None = None
    delay: Annotated[int, Field(ge=0, le=60)] = 0
    why: str = ""


class EditIn(Schema):
    """Other words for a reply that stands there, and why."""

    text: str
    why: str
    nonce: str = ""


class DeleteIn(Schema):
    """Why it goes."""

    why: str
    nonce: str = ""


class FileOut(Schema):
    """A file that can go out with a reply."""

    id: int
    name: str
    mime: str
    size: int  # bytes
    alt: str
    keeps: str  # what it may still tell of whoever made it, in words; "": nothing

    @classmethod
    def of(cls, row: Attachment) -> "FileOut":
        """From the row."""
        return cls(id=row.pk, name=row.name, mime=row.mime, size=row.size, alt=row.alt, keeps=row.keeps)


class TextIn(Schema):
    """Words to be looked at, as a reply to this post (default: the newest that is not ours)."""

    text: str
    post: RowId | None = None


class MeasuredOut(Schema):
    """How long words are there."""

    length: int
    most: int | None  # null: no limit is known
    unit: str
    fits: bool
    parts: list[str]  # as it would go


class AwakeOut(Schema):
    """When somebody is awake."""

    at: datetime
    known: bool  # from what they wrote
    hours: tuple[int, int]  # by the workspace's clock
    says: str


class ReplyingOut(Schema):
    """How replies leave: seconds in which they can be called back, hours in which people are awake, by the
    workspace's clock."""

    undo_seconds: int
    awake_from: int
    awake_to: int


class ReplyingIn(ReplyingOut):
    """All of it at once."""

    why: str = ""


class RetryIn(Schema):
    """Why, for the log."""

    why: str = ""
