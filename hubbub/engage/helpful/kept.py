"""What saved replies and articles have in common: checked, saved with a version, taken away and brought back."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from hubbub.store.audit import Plain, audit
from hubbub.store.models import Actor, Article, Member, SavedReply, Workspace
from hubbub.ui.api import Refusal

Kept = TypeVar("Kept", SavedReply, Article)

MOST = 2_000  # of each kind in one workspace


class Overtaken(Refusal):
    """Somebody else changed it meanwhile."""


def title_of(text: str, most: int) -> str:
    """A title, tidy. Raises Refusal."""
    title = " ".join(text.split())
    if not title:
        raise Refusal("Give it a title: it is found by that")
    if len(title) > most:
        raise Refusal(f"The title has {len(title)} characters; {most} is the most")
    return title


def make(model: type[Kept], workspace: Workspace, fields: Mapping[str, object], by: Actor, why: str) -> Kept:
    """A new row with its entry in the log. Raises Refusal where the title is taken."""
    if model.of(workspace).filter(gone__isnull=True).count() >= MOST:
        raise Refusal(f"There are {MOST:,} already; delete some that nobody uses")
    try:
        with transaction.atomic():
            row = model.everywhere.create(workspace=workspace, **fields, **_stamp(by))
    except IntegrityError:
        raise _taken(fields) from None
    audit(row, "create", by=by, why=why, after=_known(row))
    return row


def change(row: Kept, fields: Mapping[str, object], by: Actor, why: str, version: int | None) -> Kept:
    """Save it anew. `version`: the one that was read; where there is a newer one, Overtaken is raised."""
    model = type(row)
    fresh = model.of(row.workspace).select_for_update().get(pk=row.pk)
    if version is not None and fresh.version != version:
        raise Overtaken(f"{fresh.by or 'Somebody'} changed it meanwhile: look at theirs, then save again")
    if all(getattr(fresh, name) == value for name, value in fields.items()):
        return fresh
    before = _known(fresh)
    for name, value in {**fields, **_stamp(by), "version": fresh.version + 1}.items():
        setattr(fresh, name, value)
    try:
        with transaction.atomic():
            fresh.save()
    except IntegrityError:
        raise _taken(fields) from None
    audit(fresh, "change", by=by, why=why, before=before, after=_known(fresh))
    return fresh


@transaction.atomic
def delete(row: SavedReply | Article, *, by: Actor, why: str = "") -> None:
    """Take it out of all lists; it can be brought back."""
    if type(row).of(row.workspace).filter(pk=row.pk, gone__isnull=True).update(gone=timezone.now()):
        audit(row, "delete", by=by, why=why)


@transaction.atomic
def bring_back(row: SavedReply | Article, *, by: Actor, why: str = "") -> None:
    """Undo its deletion. Raises Refusal where another one has taken its title."""
    try:
        with transaction.atomic():
            back = type(row).of(row.workspace).filter(pk=row.pk, gone__isnull=False).update(gone=None)
    except IntegrityError:
        raise _taken({"title": row.title}) from None
    if back:
        audit(row, "bring back", by=by, why=why)


def count_use(row: SavedReply | Article, now: datetime) -> None:
    """Somebody put it into an answer. Not in the log: it changes no words."""
    type(row).of(row.workspace).filter(pk=row.pk).update(used=F("used") + 1, last_used=now)


def _known(row: SavedReply | Article) -> dict[str, Plain]:
    return {"title": row.title, "characters": len(row.text), "version": row.version}


def _stamp(by: Actor) -> dict[str, object]:
    return {"changed": timezone.now(), "by": by if isinstance(by, Member) else None}


def _taken(fields: Mapping[str, object]) -> Refusal:
    return Refusal(f"“{fields['title']}” is there already: choose another title")
