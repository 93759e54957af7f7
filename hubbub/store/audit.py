"""Writing the audit log: one row an act, in the act's own transaction."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import models, transaction
from django.utils import timezone

from hubbub.core.post import PostState

from .models import (
    Actor,
    Approval,
    Audit,
    Conversation,
    Member,
    Note,
    Owned,
    Person,
    Planned,
    PlannedVersion,
    Post,
    Proposal,
    Relationship,
    Rule,
    Sanction,
    Strike,
    System,
)

Plain = str | int | float | bool | None | datetime | PostState


class NotInTransaction(Exception):
    """An audit row must stand or fall with what it tells of."""


def audit(
    noun: Owned,
    verb: str,
    *,
    by: Actor,
    why: str = "",
    before: Mapping[str, Plain] | None = None,
    after: Mapping[str, Plain] | None = None,
) -> Audit:
    """Add the row. `before` and `after` hold the fields that changed; never secrets, never whole texts."""
    row = entry(noun, verb, by=by, why=why, before=before, after=after)
    _within(row)
    row.save(force_insert=True)
    return row


def audit_all(rows: Iterable[Audit]) -> None:
    """Add what `entry` made, at once."""
    made = list(rows)
    for row in made[:1]:
        _within(row)
    Audit.everywhere.bulk_create(made)


def _within(row: Audit) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise NotInTransaction(f"{row.verb} {row.noun} must be written inside transaction.atomic()")


def entry(
    noun: Owned,
    verb: str,
    *,
    by: Actor,
    why: str = "",
    before: Mapping[str, Plain] | None = None,
    after: Mapping[str, Plain] | None = None,
) -> Audit:
    """A row of the log that is not in it yet. Of the noun, its id, its workspace's and its name are read."""
    return Audit(
        workspace_id=noun.workspace_id,
        at=timezone.now(),
        by_kind=_kind(by),
        by_member=by if isinstance(by, Member) else None,
        by_name=str(by)[:200],
        verb=verb,
        noun=noun._meta.model_name or "",
        noun_id=noun.pk,
        noun_name=_named(noun)[:200],
        why=why,
        before=_plain(before),
        after=_plain(after),
    )


def _named(noun: Owned) -> str:
    """What it is called in the log, which is never changed: what people said must not outlast its deletion there, nor
    their name their erasing."""
    match noun:
        case Post():  # some networks' own ids hold the name of who wrote
            return f"{noun.type} {noun.pk}"
        case Conversation() | Note() | Person() | Approval():
            return f"{noun._meta.model_name} {noun.pk}"
        case Planned():  # a title may name whom it answers
            return f"planned post {noun.pk}"
        case PlannedVersion():
            return f"planned post {noun.planned_id} on {noun.source}"
        case Sanction() | Proposal():
            return f"{noun.verb} person {noun.author.person_id}"
        case Strike():
            return f"{noun.points} point{'' if noun.points == 1 else 's'} for person {noun.author.person_id}"
        case Relationship():
            return f"{noun.get_kind_display()}: person {noun.person_id}"
    return str(noun)


def _kind(by: Actor) -> str:
    match by:
        case Member():
            return "member"
        case Rule():
            return "rule"
        case System():
            return "system"


def _plain(fields: Mapping[str, Plain] | None) -> dict[str, str | int | float | bool | None]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in (fields or {}).items()}


def changes(row: models.Model, **new: Plain) -> tuple[dict[str, Plain], dict[str, Plain]]:
    """Set the fields on `row` (unsaved) and say what they were and are, leaving out what stays the same."""
    before = {name: getattr(row, name) for name, value in new.items() if getattr(row, name) != value}
    for name in before:
        setattr(row, name, new[name])
    return before, {name: new[name] for name in before}
