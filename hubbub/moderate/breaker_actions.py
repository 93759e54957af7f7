"""Setting a rule's caps, and starting a stopped rule again."""

from django.db import transaction
from django.utils import timezone

from hubbub.store.audit import audit, changes
from hubbub.store.models import Actor, Breaker, Rule
from hubbub.ui.api import Refusal

MOST = 1_000_000


@transaction.atomic
def set_caps(rule: Rule, *, by: Actor, hour: int | None, day: int | None, why: str = "") -> Breaker:
    """How often it may act in any 60 minutes and any 24 hours; None: the usual caps."""
    for cap in (hour, day):
        if cap is not None and not 0 < cap <= MOST:
            raise Refusal(f"A cap is a number from 1 to {MOST:,}; to let a rule do nothing, make it a draft")
    row = _breaker(rule)
    before, after = changes(row, hour_cap=hour, day_cap=day)
    if after:
        row.save(update_fields=["hour_cap", "day_cap"])
        audit(rule, "set caps", by=by, why=why, before=before, after=after)
    return row


@transaction.atomic
def restart(rule: Rule, *, by: Actor, why: str) -> Breaker:
    """Let a stopped rule act again; what it did before no longer counts against it."""
    row = _breaker(rule)
    if row.stopped is None:
        raise Refusal(f"“{rule}” is not stopped: it acts")
    if not why.strip():
        raise Refusal("Say why it may act again: the reason stands in the log")
    before, after = changes(row, stopped=None, stopped_why="", restarted=timezone.now())
    row.save(update_fields=["stopped", "stopped_why", "restarted"])
    audit(rule, "start again", by=by, why=why.strip(), before=before, after=after)
    return row


@transaction.atomic
def keep_replayed(rule: Rule, version: int, acts_an_hour: float) -> None:
    """The rate that a replay found for this version: from now on its measure of what is usual."""
    row = _breaker(rule)
    row.replayed_rate, row.replayed_version = acts_an_hour, version
    row.save(update_fields=["replayed_rate", "replayed_version"])


def _breaker(rule: Rule) -> Breaker:
    made, _ = Breaker.of(rule.workspace).get_or_create(rule=rule, defaults={"workspace": rule.workspace})
    return Breaker.of(rule.workspace).select_for_update(of=("self",)).get(pk=made.pk)
