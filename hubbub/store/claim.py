"""Claiming work that is due: by one conditional UPDATE, so that any number of workers get each row once."""

from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import Q, QuerySet

from .models import Outbox, OutboxState, Source, SourceState

LEASE = timedelta(minutes=5)  # longer than any fetch may take (`_http` ends it at two minutes)

Row = TypeVar("Row", Source, Outbox)


def claim_source(now: datetime) -> Source | None:
    """The source that has been due longest, leased to the caller, or None."""
    due = Source.everywhere.filter(state=SourceState.ACTIVE, due__lte=now)
    return _claim(due, now)


def claim_outbox(now: datetime) -> Outbox | None:
    """The outbox row that has been due longest, leased to the caller, or None."""
    due = Outbox.everywhere.filter(state__in=[OutboxState.WAITING, OutboxState.FAILED], due__lte=now)
    return _claim(due, now)


def _claim(due: QuerySet[Row], now: datetime) -> Row | None:
    free = due.filter(Q(lease_until__isnull=True) | Q(lease_until__lt=now))
    for pk in free.order_by("due", "pk").values_list("pk", flat=True)[:20]:
        # the condition is asked again in the UPDATE: of two workers that saw the same row, one gets 1, the other 0
        if free.filter(pk=pk).update(lease_until=now + LEASE):
            return due.model._default_manager.get(pk=pk)
    return None


def renew(row: Source | Outbox, now: datetime) -> bool:
    """Keep a lease through long work. False: it was lost to another worker, so the work must be let go."""
    held = type(row)._default_manager.filter(pk=row.pk, lease_until=row.lease_until)
    until = now + LEASE
    if not held.update(lease_until=until):
        return False
    row.lease_until = until
    return True
