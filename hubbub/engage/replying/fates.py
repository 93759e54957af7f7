"""What became of what left us, for people: when it goes, whether it stands there, what can still be done."""

from collections.abc import Iterable, Mapping

from django.utils import timezone
from msgspec import Struct

from hubbub.store.models import Approval, HeldFor, Outbox, OutboxState, Post
from hubbub.store.outbox import ANSWERS, NOUN, UNSENT

from .outbox_actions import CHANGED, may_be_dropped


class Fate(Struct, frozen=True):
    """Of one row."""

    calling_back: bool  # it leaves in a moment and can be called back
    scheduled: bool  # it leaves at a time that somebody chose
    approval: int = 0  # what it waits for
    overtaken: bool = False
    read_back: str = ""  # the address of the post of ours that it became, as we read it there
    seen: bool = False  # we read it there
    can_change: bool = False
    can_drop: bool = False
    can_edit: bool = False  # there, now that it is sent
    can_delete: bool = False
    waits_for_part: bool = False


def fate(
    row: Outbox, read: Mapping[tuple[int, str], Post] | None = None, waits: Mapping[int, int] | None = None
) -> Fate:
    """`read`: posts of ours by source and native id, and `waits`: see `asked`, where many rows are asked for at once.
    Needs `source` and `follows` loaded. What can be done to an answer in parts is done to the one that leaves first."""
    now, before = timezone.now(), row.follows
    waiting = row.state == OutboxState.WAITING and not row.tries
    own = _own(row, read) if row.state == OutboxState.SENT and row.verb in ANSWERS else None
    stands = row.state == OutboxState.SENT and row.verb in ANSWERS and bool(row.result_id)
    held = row.state == OutboxState.HELD
    follows = before is not None and before.state in UNSENT and row.verb in ANSWERS
    waits = asked([row]) if waits is None else waits
    return Fate(
        calling_back=waiting and row.at is None and row.due > now,
        scheduled=waiting and row.at is not None,
        approval=waits.get(row.pk, 0) if not follows else 0,
        overtaken=held and row.held_for == HeldFor.OVERTAKEN,
        read_back=own.url if own else "",
        seen=own is not None,
        can_change=row.state in UNSENT and row.verb in CHANGED and not follows,
        can_drop=row.state in UNSENT and may_be_dropped(row) and not follows,
        can_edit=stands and "edit" in row.source.can,
        can_delete=stands and "delete" in row.source.can,
        waits_for_part=follows and row.state in UNSENT,
    )


def _own(row: Outbox, read: Mapping[tuple[int, str], Post] | None) -> Post | None:
    if not row.result_id:
        return None
    if read is not None:
        return read.get((row.source_id, row.result_id))
    return Post.of(row.workspace).filter(source=row.source_id, native_id=row.result_id).first()


def asked(rows: Iterable[Outbox]) -> Mapping[int, int]:
    """Row → the approval that it waits for, in one query."""
    held = [row for row in rows if row.state == OutboxState.HELD and row.held_for == HeldFor.APPROVAL]
    if not held:
        return {}
    found = Approval.of(held[0].workspace).filter(noun=NOUN, noun_id__in=[row.pk for row in held])
    return dict(found.order_by("pk").values_list("noun_id", "pk"))  # the newest of each


def read_back(rows: Iterable[Outbox]) -> Mapping[tuple[int, str], Post]:
    """Posts of ours that these rows became, in one query."""
    sent = [row for row in rows if row.state == OutboxState.SENT and row.result_id and row.verb in ANSWERS]
    if not sent:
        return {}
    posts = Post.of(sent[0].workspace).filter(
        source__in={row.source_id for row in sent}, native_id__in={row.result_id for row in sent}
    )
    return {(post.source_id, post.native_id): post for post in posts}
