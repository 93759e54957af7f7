"""Reads about notifications: the list, where each leads, what became of tellings."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, reverse
from msgspec import Struct

from hubbub.core.kpi import Window
from hubbub.store import figures
from hubbub.store.models import (
    Address,
    Approval,
    ApprovalState,
    Conversation,
    Delivery,
    DeliveryState,
    Member,
    Notification,
    NotificationKind,
    Wait,
    WaitEnd,
    Workspace,
)
from hubbub.store.search import Before

PAGE = 50
# model name of what a notification is about → the page that it leads to
LEADS = {
    "conversation": "engage:conversation",
    "approval": "engage:approval",
    "outbox": "engage:outbox",
    "person": "engage:person",
    "relationship": "engage:relation",
    "planned": "engage:planned",
}


class Page(Struct, frozen=True):
    """Some of a member's notifications: unread ones first, then the newest."""

    rows: Sequence[Notification]
    older: Before | None
    newest: int  # the id of the newest of all, for “all read”


def page(member: Member, kind: str = "", before: Before | None = None, *, only_read: bool = False) -> Page:
    """The unread ones are on the first page, as many as fit; those that were read follow, a page at a time."""
    mine = Notification.of(member.workspace).filter(member=member)
    newest = mine.order_by("-id").values_list("pk", flat=True).first() or 0
    if kind in NotificationKind.values:
        mine = mine.filter(kind=kind)
    rows = mine.order_by("-at", "-id")
    unread = [] if before or only_read else list(rows.filter(read=None)[:PAGE])
    rest = rows.filter(read__isnull=False)
    if before:
        rest = rest.filter(at__lte=before.published).exclude(at=before.published, id__gte=before.id)
    found = list(rest[: PAGE + 1 - len(unread)]) if len(unread) <= PAGE else []
    shown = [*unread, *found][:PAGE]
    more = len(unread) + len(found) > PAGE and found
    last = next((row for row in reversed(shown) if row.read), None)
    older = Before(last.at, last.pk) if more and last else None
    return Page(shown, older, newest)


def notification_of(member: Member, pk: int) -> Notification:
    """One of theirs, or 404."""
    return get_object_or_404(Notification.of(member.workspace).filter(member=member), pk=pk)


def address_of(member: Member, pk: int) -> Address:
    """One of theirs, or 404."""
    return get_object_or_404(Address.of(member.workspace).filter(member=member).select_related("member__user"), pk=pk)


def leads_to(row: Notification, slug: str) -> str:
    """The page of what it is about; the list itself where there is none."""
    name = LEADS.get(row.noun, "")
    for args in ([slug, row.noun_id], [slug]):
        try:
            return reverse(name, args=args) if name else reverse("team:notifications", args=[slug])
        except NoReverseMatch:
            continue
    return reverse("team:notifications", args=[slug])


def troubles(member: Member) -> list[Delivery]:
    """What could not be sent lately, newest first."""
    bad = (DeliveryState.BROKEN, DeliveryState.UNSURE, DeliveryState.FAILED)
    rows = Delivery.of(member.workspace).filter(member=member, state__in=bad).select_related("address", "notification")
    return list(rows.order_by("-id")[:10])


class Digest(Struct, frozen=True):
    """What a digest tells."""

    waiting: Sequence[tuple[str, int]]  # priority → open conversations of theirs or of nobody, most urgent first
    late: int  # promises that are broken, and still nobody answered
    approvals: int  # that wait for somebody
    opened: int  # conversations of yesterday
    answered: int
    kept: int
    broken: int
    told: Sequence[Notification]  # unread, of the kinds that come with the digest


def digest(member: Member, kinds: Sequence[str], now: datetime) -> Digest:
    """Numbers of the day that ends now; counts stop at a thousand."""
    workspace: Workspace = member.workspace
    day = Window(now - timedelta(days=1), now)
    answers = figures.answers(workspace, day)
    open_ = Conversation.of(workspace).filter(status="open", assignee__in=[member.pk])
    free = Conversation.of(workspace).filter(status="open", assignee=None)
    waiting = [
        (priority, open_.filter(priority=priority)[:1_000].count() + free.filter(priority=priority)[:1_000].count())
        for priority in ("urgent", "high", "normal", "low")
    ]
    decided = Wait.of(workspace).filter(started__gte=day.start, started__lt=day.end)
    told = Notification.of(member.workspace).filter(
        member=member, read=None, kind__in=kinds, at__gte=now - timedelta(days=7)
    )
    return Digest(
        waiting=[(name, number) for name, number in waiting if number],
        late=Wait.of(workspace).filter(end=WaitEnd.LATE, ended=None)[:1_000].count(),
        approvals=Approval.of(workspace).filter(state=ApprovalState.OPEN)[:1_000].count(),
        opened=answers.opened,
        answered=answers.answered,
        kept=decided.filter(end=WaitEnd.KEPT).count(),
        broken=decided.filter(end__in=[WaitEnd.BROKEN, WaitEnd.LATE]).count(),
        told=list(told.order_by("-at")[:20]),
    )
