"""Through which channels each notification goes: made from what its member chose, once, by the loop.

In the app everything is always there. Notifications never hold the words of a post, so that e-mails and services that
others run hold none either.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from hubbub.core.telling import held_until, next_at

from .hours import zone_of
from .models import Address, Delivery, DeliveryState, Member, Notification, NotificationKind, Telling

STEP = 100  # notifications sent out in one go
LEASE = timedelta(minutes=5)  # within which a try must be over

# who said nothing is written to of what is theirs to do, and reads the rest in the app
USUAL: Mapping[str, str] = {
    NotificationKind.ASSIGNED: "now",
    NotificationKind.MENTIONED: "now",
    NotificationKind.ESCALATED: "now",
    NotificationKind.APPROVAL: "now",
    NotificationKind.FAILED: "now",
}
URGENT: Sequence[str] = (NotificationKind.ESCALATED,)


def telling_of(member: Member) -> Telling:
    """What they chose; unsaved, where they chose nothing yet."""
    found = Telling.everywhere.filter(member=member).first()
    return found or Telling(
        workspace_id=member.workspace_id, member=member, mail=dict(USUAL), urgent=[str(kind) for kind in URGENT]
    )


def zone_for(telling: Telling) -> str:
    """The zone of their clock: their own, else the workspace's."""
    return telling.zone or zone_of(telling.member.workspace).key


def mail_works() -> bool:
    """Whether this installation can send e-mail at all."""
    return bool(settings.EMAIL_HOST) or not settings.EMAIL_BACKEND.endswith("console.EmailBackend")


def send_out(now: datetime) -> bool:
    """For the loop: put what was notified into its channels. False: all of it is."""
    rows = Notification.everywhere.filter(sent=None).order_by("at")
    found = list(rows.select_related("member__workspace", "member__user")[:STEP])
    known: dict[int, Telling] = {}
    for row in found:
        with transaction.atomic():
            if Notification.everywhere.filter(pk=row.pk, sent=None).update(sent=now):
                if row.member_id not in known:
                    known[row.member_id] = telling_of(row.member)
                _channels(row, known[row.member_id], now)
    return bool(found)


def _channels(row: Notification, telling: Telling, now: datetime) -> None:
    if row.read or not row.member.active or not row.member.user.is_active:
        return
    urgent = row.kind in telling.urgent
    due = now if urgent else held_until(now, zone_for(telling), telling.quiet_from, telling.quiet_until)
    to: list[Address | None] = [None] if telling.mail.get(row.kind) == "now" and mail_works() else []
    to += [one for one in Address.everywhere.filter(member=row.member) if row.kind in one.kinds]
    Delivery.everywhere.bulk_create(
        [
            Delivery(workspace_id=row.workspace_id, member=row.member, notification=row, address=one, made=now, due=due)
            for one in to
        ],
        ignore_conflicts=True,
    )


def begin_digests(now: datetime) -> bool:
    """For the loop: the digests whose hour has come; after a downtime one, not one for every day. False: none."""
    due = Telling.everywhere.filter(next_digest__lte=now)
    found = list(due.select_related("member__workspace", "member__user").order_by("next_digest")[:STEP])
    for row in found:
        after = None if row.digest_at is None else next_at(now, zone_for(row), row.digest_at)
        with transaction.atomic():
            if not due.filter(pk=row.pk, next_digest=row.next_digest).update(next_digest=after):
                continue
            if after is None or not mail_works() or not row.member.active or not row.member.user.is_active:
                continue
            day: date = now.astimezone(ZoneInfo(zone_for(row))).date()
            Delivery.everywhere.bulk_create(
                [Delivery(workspace_id=row.workspace_id, member=row.member, day=day, made=now, due=now)],
                ignore_conflicts=True,
            )
    return bool(found)


def claim(now: datetime) -> Delivery | None:
    """The next one that is due, counted as tried from now on; None: none is. Whoever was killed while sending leaves
    one that may have been sent: it is not sent again, and says so."""
    Delivery.everywhere.filter(state=DeliveryState.TRYING, lease_until__lt=now).update(
        state=DeliveryState.UNSURE,
        lease_until=None,
        error="Hubbub was stopped while sending it: it may have arrived, and is not sent a second time",
    )
    open_ = Q(state__in=[DeliveryState.WAITING, DeliveryState.FAILED])
    due = Delivery.everywhere.filter(open_, due__lte=now)
    for pk in due.order_by("due").values_list("pk", flat=True)[:5]:
        lease = now + LEASE
        if due.filter(pk=pk).update(state=DeliveryState.TRYING, lease_until=lease, tries=F("tries") + 1):
            with_ = ("member__user", "member__workspace", "notification", "address", "workspace")
            return Delivery.everywhere.select_related(*with_).get(pk=pk)
    return None


def settle(row: Delivery, state: DeliveryState, error: str = "", due: datetime | None = None) -> None:
    """What became of a try."""
    now = timezone.now()
    Delivery.everywhere.filter(pk=row.pk, state=DeliveryState.TRYING).update(
        state=state,
        error=error[:1_000],
        lease_until=None,
        due=due or row.due,
        sent=now if state == DeliveryState.SENT else None,
    )
    if row.address_id and state != DeliveryState.DROPPED:
        Address.everywhere.filter(pk=row.address_id).update(error=error[:1_000], tried=now)


def unread_of(member: Member) -> QuerySet[Notification]:
    """What they have not read yet."""
    return Notification.everywhere.filter(member=member, read=None)
