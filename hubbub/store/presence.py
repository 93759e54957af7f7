"""Who has a conversation open, and who writes in it: short leases that every process sees, renewed by open pages.

They are not in the log: they change nothing and end by themselves.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from msgspec import Struct

from .models import Conversation, Member, Presence, Workspace

SEEING = timedelta(seconds=12)  # a page that is not heard of for so long is closed
WRITING = timedelta(seconds=6)  # who has not touched a key for so long has stopped
STEP = timedelta(seconds=4)  # a lease is renewed when so much of it is gone: one write for two or three questions
SWEPT = 500


class Here(Struct, frozen=True):
    """One member at one conversation."""

    conversation: int
    member: int
    name: str
    writing: bool
    until: datetime  # when their lease ends
    writing_until: datetime | None


def beat(conversation: Conversation, member: Member, now: datetime, *, writing: bool = False) -> bool:
    """This member has the conversation open. Whether something had to be written."""
    rows = Presence.of(member.workspace).filter(conversation=conversation, member=member)
    row = rows.first()
    wanted = now + WRITING if writing else None
    if row is None:
        try:
            with transaction.atomic():
                Presence.everywhere.create(
                    workspace_id=member.workspace_id,
                    conversation=conversation,
                    member=member,
                    until=now + SEEING,
                    writing_until=wanted,
                )
        except IntegrityError:  # another window of theirs was quicker
            return False
        return True
    if holds(row, now, writing=writing):
        return False
    # another window of theirs may be written in: only time ends that
    changed = {"until": now + SEEING} | ({"writing_until": wanted} if writing else {})
    return bool(rows.update(**changed))


def holds(row: Presence | Here, now: datetime, *, writing: bool = False) -> bool:
    """Whether a lease needs no `beat` yet."""
    wrote = not writing or (row.writing_until is not None and row.writing_until >= now + WRITING - STEP / 2)
    return wrote and row.until >= now + SEEING - STEP


def leave(conversation: Conversation, member: Member) -> None:
    """The page was closed. Another window of theirs says within two seconds that they are still there."""
    Presence.of(member.workspace).filter(conversation=conversation, member=member).delete()


def rest(conversation: Conversation, member: Member) -> None:
    """What was written has been sent or thrown away."""
    rows = Presence.of(member.workspace).filter(conversation=conversation, member=member)
    rows.filter(writing_until__isnull=False).update(writing_until=None)


def here(workspace: Workspace, now: datetime, *, conversations: Iterable[int] | None = None) -> list[Here]:
    """Who is where, by name; one query. `conversations`: only there."""
    rows = Presence.of(workspace).filter(until__gt=now)
    if conversations is not None:
        rows = rows.filter(conversation__in=list(conversations))
    # no rows are made of these: every open page asks every two seconds
    names = ("conversation", "member", "member__user__name", "member__user__email", "until", "writing_until")
    said = [
        Here(talk, member, name or address, bool(wrote and wrote > now), until, wrote)
        for talk, member, name, address, until, wrote in rows.values_list(*names)[:1_000]
    ]
    return sorted(said, key=lambda one: (one.conversation, one.name.casefold(), one.member))


def by_conversation(found: Iterable[Here], *, without: Member | None = None) -> Mapping[int, list[Here]]:
    """The same, conversation by conversation; `without` whoever looks."""
    places: dict[int, list[Here]] = {}
    for one in found:
        if without is None or one.member != without.pk:
            places.setdefault(one.conversation, []).append(one)
    return places


def sweep(now: datetime) -> bool:
    """For the loop: leases that ended a minute ago go. False: there are none."""
    ended = Q(until__lt=now - timedelta(minutes=1)) & (Q(writing_until=None) | Q(writing_until__lte=F("until") + STEP))
    pks = list(Presence.everywhere.filter(ended).values_list("pk", flat=True)[:SWEPT])
    if pks:
        Presence.everywhere.filter(pk__in=pks).delete()
    return bool(pks)
