"""What the calls about replies and the outbox take and answer with."""

from datetime import datetime

from ninja import Schema

from hubbub.store.models import Outbox
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
        )


class OutboxesOut(Schema):
    """A page, newest first; `before` asks for the next one, null at the end."""

    items: list[OutboxOut]
    before: str | None


class ReplyIn(Schema):
    """An answer to the post with this id (default: the newest that is not ours)."""

    text: str
    post: RowId | None = None
    nonce: str = ""  # send the same one again after a time-out, and it is still one reply
    status: str | None = None  # of the conversation from here on
    seen_row: RowId | None = None  # the newest reply in the outbox, and
    seen_post: RowId | None = None  # the newest post of ours, that the writer saw: refuse where a colleague was quicker
    sure: bool = False  # send nevertheless
    why: str = ""


class RetryIn(Schema):
    """Why, for the log."""

    why: str = ""
