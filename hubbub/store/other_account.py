"""What waits to leave as an account of ours that its source has no more: it leaves as no other, unless a person looks.

What is planned: `planned_lost.leave_account`.
"""

from django.utils import timezone

from . import approvals, bulk, parts
from .audit import audit
from .claim import unleased
from .models import Actor, Conversation, HeldFor, Member, NotificationKind, Outbox, OutboxState, Role, Source
from .notifying import notify
from .outbox import ANSWERS, stir


def hold(source: Source, was: str, *, by: Actor) -> None:
    """In the transaction in which the source changes, before its row is locked. `was`: the account that it posted as,
    as people know it."""
    why = f"{source} no longer posts as {was}"
    there = Outbox.of(source.workspace).filter(source=source, verb__in=ANSWERS)
    unsent = there.filter(unleased(timezone.now()), state__in=[OutboxState.WAITING, OutboxState.FAILED])
    asked = there.filter(state=OutboxState.HELD, held_for=HeldFor.APPROVAL, by_member__isnull=False)
    # conversations first, as whoever answers in them does
    talks = Conversation.of(source.workspace).filter(pk__in=(unsent | asked).values("post__conversation"))
    list(bulk.held(talks).values_list("pk"))
    for row in asked.order_by("pk"):
        _not_asked(row, why, by)
    held: set[int] = set()
    for row in bulk.held(unsent.select_related("workspace", "post", "by_member")).order_by("pk"):
        row.state, row.held_for = OutboxState.HELD, HeldFor.OVERTAKEN
        if row.follows_id not in held:  # of an answer in parts once
            _tell(row, f"{why}: look whether the reply there still fits")
        held.add(row.pk)
        row.error = f"{why}: look whether it still fits"
        row.save(update_fields=["state", "held_for", "error"])
        audit(row, str(row.state), by=by, why=why)
        stir(row)


def _not_asked(row: Outbox, why: str, by: Actor) -> None:
    """Nobody is asked to approve it any more: with all its parts it is a draft of its writer again."""
    found = parts.of(row, lock=True)
    if found.first.state != OutboxState.HELD:  # with the part before it
        return
    approvals.withdraw(found.first, by=by, why=why)
    parts.not_sent(found, why, by=by)
    audit(found.first, str(found.first.state), by=by, why=why)
    _tell(found.first, f"{why}: a reply there that waited for approval is a draft of its writer again")
    stir(found.first)


def _tell(row: Outbox, says: str) -> None:
    writer = row.by_member
    leaders = Member.of(row.workspace).filter(active=True, role__in=[Role.MANAGER, Role.ADMIN])
    about = row.post.conversation if row.post and row.post.conversation else row
    told = [writer] if writer and writer.active else list(leaders)
    notify(told, NotificationKind.FAILED, says, about=about, key=f"account {row.pk}")
