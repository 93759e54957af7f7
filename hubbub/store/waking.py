"""Conversations that slept until now: they are open again, and whoever looks after them is told."""

from datetime import datetime

from django.db import transaction

from .audit import audit
from .models import Conversation, ConversationStatus, NotificationKind, System
from .notifying import notify

AT_ONCE = 50
LOOP = System("Hubbub")
SNOOZED, OPEN = ConversationStatus.SNOOZED, ConversationStatus.OPEN


def step(now: datetime) -> bool:
    """Wake some of those whose time has come. False: there is none. Any number of workers may call it."""
    due = Conversation.everywhere.filter(status=SNOOZED, snoozed_until__lte=now)
    pks = list(due.order_by("snoozed_until", "pk").values_list("pk", flat=True)[:AT_ONCE])
    for pk in pks:
        _wake(pk, now)
    return bool(pks)


def _wake(pk: int, now: datetime) -> None:
    with transaction.atomic():
        # asked again in the UPDATE: of two workers that saw it, one wakes it; who snoozed it anew meanwhile, has it so
        asleep = Conversation.everywhere.filter(pk=pk, status=SNOOZED, snoozed_until__lte=now)
        until = asleep.values_list("snoozed_until", flat=True).first()
        if not asleep.update(status=OPEN, snoozed_until=None, stirred=True):
            return
        row = Conversation.everywhere.select_related("assignee__user", "team", "source", "author").get(pk=pk)
        before = {"status": str(SNOOZED), "snoozed_until": until}
        entry = audit(row, "wake", by=LOOP, why="Its time has come", before=before, after={"status": str(OPEN)})
        told = [row.assignee] if row.assignee else []
        if row.team and not row.assignee:
            told = list(row.team.members.select_related("user"))
        says = f"A conversation with {row.author or 'somebody'} on {row.source} is awake again"
        notify([one for one in told if one], NotificationKind.REMINDER, says, about=row, key=f"woke {entry.pk}")
