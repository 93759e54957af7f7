"""Whose calendar a secret address shows."""

from datetime import datetime, timedelta

from .models import CalendarFeed
from .models.token import digest

USED_STEP = timedelta(minutes=10)  # a busy calendar program costs one write in that time


def opened(secret: str, now: datetime) -> CalendarFeed | None:
    """The feed of this secret; None where it is unknown, revoked, or its member may not look any more."""
    found = (
        CalendarFeed.everywhere.select_related("member__user", "workspace")
        .filter(hashed=digest(secret), revoked=False, member__active=True, member__user__is_active=True)
        .first()
    )
    if found and (found.last_used is None or now - found.last_used > USED_STEP):
        CalendarFeed.everywhere.filter(pk=found.pk).update(last_used=now)
    return found
