"""Claiming work that is due: by one conditional UPDATE, so that any number of workers get each row once."""

from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from .models import Account, AccountState, Outbox, OutboxState, Replay, Source, SourceState

LEASE = timedelta(seconds=settings.LEASE_SECONDS)
SETTLE = timedelta(seconds=10)  # longer than a busy site takes to finish what it was sent

Row = TypeVar("Row", Source, Outbox)


def claim_source(now: datetime) -> Source | None:
    """The source that has been due longest, leased to the caller, or None."""
    due = Source.everywhere.filter(awake(now), state=SourceState.ACTIVE, due__lte=now)
    return _claim(due, now)


def awake(now: datetime, source: str = "pk") -> Q:
    """The condition that the source's account (`source` is the way to its key) neither rests nor is signed out.

    A subquery of its own, so that the condition on the lease stays in the UPDATE, where PostgreSQL asks it again.
    """
    named = Source.everywhere.filter(pk=OuterRef(source), our_account__isnull=False)
    refused = Q(signed_in=True, our_account__state=AccountState.REFUSED)
    return ~Q(Exists(named.filter(Q(our_account__resting_until__gt=now) | refused)))


def unleased(now: datetime) -> Q:
    """The condition that nobody has it in hand. Ask it in the UPDATE itself: a worker may take it at that moment."""
    return Q(lease_until__isnull=True) | Q(lease_until__lt=now)


def claim_outbox(now: datetime) -> Outbox | None:
    """The outbox row that has been due longest, leased to the caller, or None.

    What is asked for one post leaves in order: "restore" never overtakes the "hide" before it. What waits for a time
    that a person chose holds up nobody. What follows another row leaves once that one has arrived.
    """
    underway = Outbox.everywhere.filter(state__in=[OutboxState.WAITING, OutboxState.FAILED])
    earlier = underway.filter(Q(at=None) | Q(at__lte=now), post=OuterRef("post"), pk__lt=OuterRef("pk"))
    first = Outbox.everywhere.filter(pk=OuterRef("follows")).exclude(state=OutboxState.SENT)
    return _claim(underway.filter(~Exists(earlier), ~Exists(first), awake(now, "source"), due__lte=now), now)


def _claim(due: QuerySet[Row], now: datetime) -> Row | None:
    free = due.filter(unleased(now))
    for pk in free.order_by("due", "pk").values_list("pk", flat=True)[:20]:
        # the condition is asked again in the UPDATE: of two workers that saw the same row, one gets 1, the other 0
        if free.filter(pk=pk).update(lease_until=now + LEASE):
            return due.model._default_manager.get(pk=pk)
    return None


def free_leases(now: datetime) -> None:
    """End the leases of workers that were killed. Only for a worker that knows itself to be the only one.

    An act whose try was cut off waits a little: the network may still be busy with it, and would say that it never
    arrived.
    """
    Source.everywhere.filter(lease_until__isnull=False).update(lease_until=None)
    Account.everywhere.filter(lease_until__isnull=False).update(lease_until=None)
    Replay.everywhere.filter(lease_until__isnull=False).update(lease_until=None)
    held = Outbox.everywhere.filter(lease_until__isnull=False)
    held.filter(tries=0).update(lease_until=None)
    held.filter(tries__gt=0, lease_until__gt=now + SETTLE).update(lease_until=now + SETTLE)
