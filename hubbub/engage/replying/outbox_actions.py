"""What people do with the outbox by hand: try again now, call back."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from hubbub.store.audit import audit
from hubbub.store.models import Actor, Outbox, OutboxState
from hubbub.ui.api import Refusal


@transaction.atomic
def retry(row: Outbox, *, by: Actor, why: str = "") -> Outbox:
    """Due now, with a fresh day before it is given up. `tries` stays: the network is asked first what it has."""
    now = timezone.now()
    return _move(
        row,
        (OutboxState.FAILED, OutboxState.BROKEN),
        "retry",
        by,
        why,
        state=OutboxState.WAITING,
        due=now,
        first_try=None,
        lease_until=None,
    )


@transaction.atomic
def drop(row: Outbox, *, by: Actor, why: str = "") -> Outbox:
    """Call it back before it leaves."""
    unsent = (OutboxState.WAITING, OutboxState.FAILED, OutboxState.BROKEN)
    return _move(row, unsent, "drop", by, why, state=OutboxState.DROPPED)


def _move(
    row: Outbox, allowed: tuple[OutboxState, ...], verb: str, by: Actor, why: str, *, state: OutboxState, **more: object
) -> Outbox:
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=timezone.now())
    # asked in the UPDATE itself: the loop may take the row in this very moment
    moved = Outbox.of(row.workspace).filter(free, pk=row.pk, state__in=[*allowed]).update(state=state, **more)
    fresh = Outbox.of(row.workspace).select_related("source", "post").get(pk=row.pk)
    if not moved:
        raise Refusal(_why_not(fresh, verb))
    audit(fresh, verb, by=by, why=why, before={"state": row.state}, after={"state": fresh.state})
    return fresh


def _why_not(row: Outbox, verb: str) -> str:
    wish = "tried again" if verb == "retry" else "called back"
    if row.lease_until and row.lease_until > timezone.now():
        return f"It is being sent right now and cannot be {wish}: look again in a moment"
    return f"It cannot be {wish}: {OutboxState(row.state).label.lower()}"
