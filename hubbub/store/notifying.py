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
    named = _key(kind, about, key)
    rows = [
        Notification(
            workspace_id=about.workspace_id,
            member=member,
            kind=kind,
            says=says[:LONGEST],
            noun=about._meta.model_name or "",
            noun_id=about.pk,
            key=named,
            at=now,
        )
        for member in members
        if member.active and member.workspace_id == about.workspace_id
    ]
    known = set(
        Notification.everywhere.filter(member__in=[row.member_id for row in rows], key=named).values_list(
            "member_id", flat=True
        )
    )
    Notification.everywhere.bulk_create([row for row in rows if row.member_id not in known], ignore_conflicts=True)
    return len(rows) - len(known)


def past(members: Iterable[Member], kind: NotificationKind, *, about: Owned, key: str) -> None:
    """What they were told with a key that begins so needs nothing of them any more: it counts as read, and no channel
    tells it."""
    told = Notification.everywhere.filter(member__in=list(members), key__startswith=_key(kind, about, key), read=None)
    told.update(read=timezone.now())


def _key(kind: NotificationKind, about: Owned, key: str) -> str:
    return f"{kind} {about._meta.model_name} {about.pk} {key}"[:100]
