"""Reminders of next steps: whoever looks after a relationship is told on its day, once."""

from datetime import datetime

from django.db import transaction

from .models import NotificationKind, Relationship
from .notifying import notify

AT_ONCE = 50


def step(now: datetime) -> bool:
    """Remind of what is due, for the loop. False: nothing was."""
    # of who was merged away nobody is reminded; it stays due, for when they are parted again
    due = Relationship.everywhere.filter(remind_at__lte=now, person__merged_into=None).order_by("remind_at", "pk")
    rows = list(due.select_related("owner__user", "person")[:AT_ONCE])
    for row in rows:
        with transaction.atomic():
            mine = Relationship.everywhere.filter(pk=row.pk, remind_at=row.remind_at, person__merged_into=None)
            if not mine.update(remind_at=None) or row.ended is not None or row.owner is None:
                continue
            says = f"{row.person}: {row.next_step or 'a next step'}"
            notify([row.owner], NotificationKind.REMINDER, says, about=row, key=f"{row.next_on}")
    return bool(rows)
