"""Stages of pipelines: added, renamed, reordered, removed. Each act leaves an audit row."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from hubbub.core.relations import NAMES
from hubbub.store import relations
from hubbub.store.audit import audit, changes
from hubbub.store.models import Audit, Member, Relationship, Stage, Suggestion, Workspace
from hubbub.ui.api import Refusal

from .actions import kind_named

MOST = 12  # a board shows no more side by side
LONGEST = 40


def _named(workspace: Workspace, kind: str, name: str, but: int | None = None) -> str:
    words = " ".join(name.split())
    if not words:
        raise Refusal("The stage has no name: give it one")
    if len(words) > LONGEST:
        raise Refusal(f"A stage's name has {LONGEST} characters at most")
    others = Stage.of(workspace).filter(kind=kind, name__iexact=words)
    if any(one != but for one in others.values_list("pk", flat=True)):
        raise Refusal(f"There is a stage “{words}” in this pipeline already: choose another name")
    return words


@transaction.atomic
def add(workspace: Workspace, kind: str, name: str, *, by: Member, active: bool = False, why: str = "") -> Stage:
    """A stage more, behind the others. Raises Refusal."""
    there = relations.stages_of(workspace, kind_named(kind))
    if len(there) >= MOST:
        raise Refusal(f"A pipeline has {MOST} stages at most")
    row = Stage(workspace=workspace, kind=kind, name=_named(workspace, kind, name), active=active)
    row.place = max((one.place for one in there), default=-1) + 1
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # two at the same moment
        raise Refusal(f"There is a stage “{row.name}” in this pipeline already: choose another name") from None
    audit(row, "add", by=by, why=why, after={"kind": kind, "name": row.name, "active": active})
    return row


@transaction.atomic
def change(row: Stage, name: str, *, active: bool, by: Member, why: str = "") -> Audit | None:
    """Another name, or whether who stands there counts as won. None where nothing changed. Raises Refusal."""
    words = _named(row.workspace, row.kind, name, row.pk)
    before, after = changes(row, name=words, active=active)
    if not after:
        return None
    row.save(update_fields=["name", "active"])
    if after.get("active"):
        mine = Suggestion.of(row.workspace).filter(relationship__stage=row, won=None)
        mine.update(won=timezone.now())
    return audit(row, "change", by=by, why=why, before=before, after=after)


@transaction.atomic
def shift(row: Stage, by_places: int, *, by: Member) -> Audit | None:
    """Up (-1) or down (1) among the stages of its pipeline. None where it is at the end already."""
    there = list(relations.stages_of(row.workspace, row.kind))
    at = [one.pk for one in there].index(row.pk)
    to = min(max(at + by_places, 0), len(there) - 1)
    if at == to:
        return None
    there.insert(to, there.pop(at))
    return _ordered(row, there, at, to, by)


def _ordered(row: Stage, there: Sequence[Stage], at: int, to: int, by: Member) -> Audit:
    for place, one in enumerate(there):
        one.place = place
        one.save(update_fields=["place"])
    return audit(row, "reorder", by=by, before={"place": at}, after={"place": to})


@transaction.atomic
def remove(row: Stage, target: Stage, *, by: Member, why: str = "") -> int:
    """What stands there goes to another stage of the same pipeline. How many that were. Raises Refusal."""
    if target.pk == row.pk or target.kind != row.kind or target.workspace_id != row.workspace_id:
        raise Refusal(f"Choose another stage of {NAMES[row.kind].lower()}: what stands in “{row}” goes there")
    stood = Relationship.of(row.workspace).filter(stage=row)
    moved = stood.filter(ended=None).count()
    stood.update(stage=target, moved=timezone.now())
    if target.active:
        Suggestion.of(row.workspace).filter(relationship__stage=target, won=None).update(won=timezone.now())
    audit(
        row, "remove", by=by, why=why, before={"kind": row.kind, "name": row.name},
        after={"moved": moved, "to": target.pk, "to_name": target.name},
    )  # fmt: skip
    row.delete()
    return moved
