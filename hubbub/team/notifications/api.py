"""Calls about notifications: the token's member's own."""

from datetime import datetime

from ninja import Router, Schema

from hubbub.store.models import Notification, Role
from hubbub.ui.access import MemberRequest, call
from hubbub.ui.api import RowId
from hubbub.ui.lists import before_of, write_before

from . import actions, queries

router = Router()


class NotificationOut(Schema):
    """What somebody is told, and what it is about."""

    id: int
    kind: str
    says: str
    noun: str
    noun_id: int
    at: datetime
    read: datetime | None

    @classmethod
    def of(cls, row: Notification) -> "NotificationOut":
        """From the row."""
        return cls(
            id=row.pk, kind=row.kind, says=row.says, noun=row.noun, noun_id=row.noun_id, at=row.at, read=row.read
        )


class NotificationsOut(Schema):
    """A page: unread ones first, then the newest; `before` asks for the next one, null at the end."""

    items: list[NotificationOut]
    before: str | None


class ReadNotificationsIn(Schema):
    """Which were seen."""

    notifications: list[RowId]


class ReadNotificationsOut(Schema):
    """How many of them were unread."""

    read: int


@router.get("/notifications", response=NotificationsOut, summary="What waits for you")
@call(Role.VIEWER)
def notifications(request: MemberRequest, kind: str = "", before: str = "") -> NotificationsOut:
    """The token's member's own; perhaps of one kind."""
    found = queries.page(request.member, kind, before_of(before))
    return NotificationsOut(
        items=[NotificationOut.of(row) for row in found.rows],
        before=write_before(found.older) if found.older else None,
    )


@router.post("/notifications/read", response=ReadNotificationsOut, summary="Mark notifications as read")
@call(Role.VIEWER)
def notifications_read(request: MemberRequest, wish: ReadNotificationsIn) -> ReadNotificationsOut:
    """Those of others are passed over."""
    return ReadNotificationsOut(read=actions.read(request.member, wish.notifications))
