"""Writes about notifications: read, all read; where and how a member is told."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from zoneinfo import available_timezones

from django.db import transaction
from django.utils import timezone
from msgspec import Struct

from hubbub.connectors import apprise as services
from hubbub.core.failures import Broken, Retry
from hubbub.core.telling import next_at
from hubbub.store.audit import Plain, audit
from hubbub.store.keys import SealBroken
from hubbub.store.models import Address, Member, Notification, NotificationKind, Telling
from hubbub.store.telling import telling_of, zone_for
from hubbub.ui.api import Refusal
from hubbub.ui.door import allowed

MOST = 10  # addresses of a member


class Choice(Struct, frozen=True):
    """What a form says of how somebody is told."""

    mail: Mapping[str, str]  # kind → "now", "digest" or ""
    urgent: Collection[str]
    zone: str = ""
    quiet_from: int | None = None
    quiet_until: int | None = None
    digest_at: int | None = None


def read(member: Member, pks: Sequence[int]) -> int:
    """They have seen these. How many were unread; nothing of this is in the log: it changes nothing."""
    mine = Notification.of(member.workspace).filter(member=member, pk__in=pks, read=None)
    return mine.update(read=timezone.now())


def read_all(member: Member, until: int) -> int:
    """All up to the one with that id: what came while they looked stays unread."""
    return Notification.of(member.workspace).filter(member=member, pk__lte=until, read=None).update(read=timezone.now())


def unread(member: Member, pks: Sequence[int]) -> int:
    """Taken back."""
    return Notification.of(member.workspace).filter(member=member, pk__in=pks).update(read=None)


@transaction.atomic
def choose(member: Member, choice: Choice) -> Telling:
    """From now on; what is under way goes as it was."""
    unknown = (set(choice.mail) | set(choice.urgent)) - set(NotificationKind.values)
    if unknown:
        raise Refusal(f"There are no notifications “{min(unknown)}”")
    if choice.zone and choice.zone not in available_timezones():
        raise Refusal(f"“{choice.zone}” is no time zone: choose one like Europe/Berlin")
    if (choice.quiet_from is None) != (choice.quiet_until is None):
        raise Refusal("Quiet hours need a beginning and an end")
    row = telling_of(member)
    before = _told(row) if row.pk else {}
    row.mail = {kind: how for kind, how in choice.mail.items() if how in {"now", "digest"}}
    row.urgent = sorted(choice.urgent)
    row.zone, row.quiet_from, row.quiet_until = choice.zone, choice.quiet_from, choice.quiet_until
    if "digest" in row.mail.values() and choice.digest_at is None:
        raise Refusal("Say at what time the daily digest is to come")
    row.digest_at = choice.digest_at
    row.next_digest = None if row.digest_at is None else next_at(timezone.now(), zone_for(row), row.digest_at)
    row.save()
    if before != _told(row):
        audit(row, "choose", by=member, before=before, after=_told(row))
    return row


def _told(row: Telling) -> dict[str, Plain]:
    mail = ", ".join(f"{kind} {how}" for kind, how in sorted(row.mail.items()))
    quiet = "" if row.quiet_from is None else f"{row.quiet_from}-{row.quiet_until}"
    return {"mail": mail, "urgent": ", ".join(row.urgent), "zone": row.zone, "quiet": quiet, "digest": row.digest_at}


@transaction.atomic
def add_address(member: Member, name: str, url: str, kinds: Collection[str]) -> Address:
    """It is sealed, and never shown again."""
    if Address.of(member.workspace).filter(member=member).count() >= MOST:
        raise Refusal(f"{MOST} addresses are the most: remove one first")
    try:
        service = services.service_of(url)
    except Broken as no:
        raise Refusal(str(no)) from None
    row = Address(
        workspace_id=member.workspace_id, member=member, name=(name.strip() or service)[:100], service=service[:60]
    )
    row.kinds = _kinds(kinds)
    row.url = url.strip()
    row.save()
    audit(row, "add", by=member, after={"service": service, "kinds": ", ".join(row.kinds)})
    return row


@transaction.atomic
def change_address(row: Address, name: str, kinds: Collection[str]) -> None:
    """Another name, or other kinds. The address itself is entered anew."""
    before = {"name": row.name, "kinds": ", ".join(row.kinds)}
    row.name, row.kinds = (name.strip() or row.service)[:100], _kinds(kinds)
    row.save(update_fields=["name", "kinds"])
    audit(row, "change", by=row.member, before=before, after={"name": row.name, "kinds": ", ".join(row.kinds)})


def _kinds(kinds: Collection[str]) -> list[str]:
    return [kind for kind in NotificationKind.values if kind in kinds]


@transaction.atomic
def remove_address(row: Address) -> None:
    """What waits for it goes with it."""
    audit(row, "remove", by=row.member, before={"service": row.service})
    row.delete()


def test_address(row: Address, now: datetime) -> None:
    """Send a word there at once. Raises Refusal with what the service said; the page shows the same."""
    try:
        services.tell(row.url, "Hubbub", f"A test for {row.member}: notifications arrive here.", allow=allowed())
    except (Broken, Retry, SealBroken) as no:
        Address.of(row.workspace).filter(pk=row.pk).update(error=str(no)[:1_000], tried=now)
        raise Refusal(f"{row.name}: {no}") from None
    Address.of(row.workspace).filter(pk=row.pk).update(error="", tried=now)
