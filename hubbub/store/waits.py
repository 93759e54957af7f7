"""Promises whose moment has come, in all workspaces: claimed one by one, each once, whoever works."""

from datetime import datetime

from django.db.models import QuerySet

from . import answers
from .models import Wait, WaitEnd

WITH = (
    *("promise__tell_team", "promise__give_to__user", "promise__workspace"),
    *("conversation__author", "conversation__source", "conversation__workspace", "conversation__assignee__user"),
)


def _settled() -> QuerySet[Wait]:
    """What somebody still waits for, and is not about to be counted anew."""
    return Wait.everywhere.filter(ended=None, conversation__stirred=False)


def _nudges(now: datetime) -> QuerySet[Wait]:
    return _settled().filter(nudge__lte=now, nudged=None, due__gte=now)


def _breaks(now: datetime) -> QuerySet[Wait]:
    return _settled().filter(due__lt=now, escalated=None)


def nudges(now: datetime, most: int) -> list[int]:
    """The ids of those that are about to break, and nobody was told of."""
    return list(_nudges(now).order_by("nudge").values_list("pk", flat=True)[:most])


def claim_nudge(pk: int, now: datetime) -> Wait | None:
    """The wait, to be told of in this transaction; None: somebody else does, or it is over."""
    return _read(pk) if _nudges(now).filter(pk=pk).update(nudged=now) else None


def breaks(now: datetime, most: int) -> list[int]:
    """The ids of those that broke, and were not passed on."""
    return list(_breaks(now).order_by("due").values_list("pk", flat=True)[:most])


def claim_break(pk: int, now: datetime) -> Wait | None:
    """The wait, to be passed on in this transaction; None: somebody else does, or it is over. Its conversation is held
    first, as it is by whoever settles it."""
    answers.lock(Wait.everywhere.filter(pk=pk).values_list("conversation", flat=True).first() or 0)
    claimed = _breaks(now).filter(pk=pk).update(escalated=now, end=WaitEnd.LATE, nudge=None)
    return _read(pk) if claimed else None


def _read(pk: int) -> Wait:
    return Wait.everywhere.select_related(*WITH).get(pk=pk)
