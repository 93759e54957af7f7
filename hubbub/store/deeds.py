"""Writing down what a batch does, in the transaction of the act itself, so that it can be taken back as a whole."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.utils import timezone

from .models import (
    Actor,
    Audit,
    Batch,
    BatchKind,
    Deed,
    Member,
    Outbox,
    Post,
    Rule,
    Sanction,
    SanctionState,
    Undoing,
    UndoingState,
    Workspace,
)


def begin(workspace: Workspace, kind: BatchKind, name: str, *, by: Actor, why: str = "") -> Batch:
    """A new batch by a person; `name` says in words what it does."""
    return Batch.everywhere.create(
        workspace=workspace,
        kind=kind,
        name=name[:200],
        by_member=by if isinstance(by, Member) else None,
        by_name=str(by)[:200],
        why=why,
        at=timezone.now(),
    )


def of_rule(rule: Rule, now: datetime) -> Batch:
    """The batch of what this version of the rule does on this day (UTC), made when it is first needed."""
    day = now.astimezone(UTC).date()
    made, _ = Batch.everywhere.get_or_create(
        rule=rule,
        rule_version=rule.version,
        day=day,
        defaults={
            "workspace_id": rule.workspace_id,
            "kind": BatchKind.RULE,
            "name": f"“{rule.name[:120]}”, version {rule.version}, on {day:%d %B %Y}",
            "by_name": rule.name[:200],
            "why": rule.because,
            "at": now,
        },
    )
    return made


def deed(
    batch: Batch,
    entry: Audit,
    *,
    verb: str,
    post: Post | None = None,
    sanction: Sanction | None = None,
    sent: Outbox | None = None,
) -> Deed:
    """One deed, not saved: see `save`."""
    return Deed(
        workspace_id=batch.workspace_id,
        batch=batch,
        post=post,
        sanction=sanction,
        rule_id=batch.rule_id,
        entry=entry,
        verb=verb,
        sent=sent,
        at=entry.at,
    )


def entry_of(sanction: Sanction) -> Audit:
    """The line of the log in which it began."""
    entries = Audit.of(sanction.workspace).filter(noun="sanction", noun_id=sanction.pk)
    return entries.earliest("pk")


def running() -> Undoing | None:
    """The oldest undoing that is under way, in any workspace, held until the transaction ends; None: none is free."""
    rows = Undoing.everywhere.select_related("workspace", "by_member").filter(state=UndoingState.RUNNING)
    return rows.select_for_update(of=("self",), skip_locked=True).order_by("pk").first()


def due(now: datetime) -> Sanction | None:
    """A sanction whose time is over, in any workspace, held until the transaction ends; None: none is free."""
    rows = Sanction.everywhere.select_related("source", "workspace").filter(state=SanctionState.DONE, until__lte=now)
    return rows.select_for_update(of=("self",), skip_locked=True).order_by("until").first()


def save(deeds: Sequence[Deed]) -> None:
    """Insert them."""
    Deed.everywhere.bulk_create(deeds, batch_size=200)
