"""Telling members what waits for them: a row now, in the act's own transaction; channels follow by the loop."""

from collections.abc import Iterable

from django.utils import timezone

from .models import Member, Notification, NotificationKind, Owned

LONGEST = 300  # characters of what it says


def notify(members: Iterable[Member], kind: NotificationKind, says: str, *, about: Owned, key: str) -> int:
    """Tell each of them once, however often this is called with the same `key`; gives how many are told anew.

    `about`: what the notification leads to. `says`: one line without the words of a post, which may be deleted.
    Nobody is told of what they did themselves: leave the one who acts out of `members`.
    """
    now = timezone.now()
    rows = [
        Notification(
            workspace_id=about.workspace_id,
            member=member,
            kind=kind,
            says=says[:LONGEST],
            noun=about._meta.model_name or "",
            noun_id=about.pk,
            key=f"{kind} {about._meta.model_name} {about.pk} {key}"[:100],
            at=now,
        )
        for member in members
        if member.active and member.workspace_id == about.workspace_id
    ]
    known = set(
        Notification.everywhere.filter(member__in=[row.member_id for row in rows], key__in={row.key for row in rows})
        .values_list("member_id", flat=True)
    )  # fmt: skip
    Notification.everywhere.bulk_create([row for row in rows if row.member_id not in known], ignore_conflicts=True)
    return len(rows) - len(known)
