"""Files of people on their way in: some lines in one transaction, by the loop, so that nobody waits for a whole file
and nothing of it comes twice; stopped, gone on with, taken back."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from hubbub.store import bulk
from hubbub.store.audit import audit
from hubbub.store.models import (
    Actor,
    ImportedLine,
    ImportState,
    LineFate,
    Member,
    PeopleImport,
    Role,
    System,
    Workspace,
)
from hubbub.ui.api import Refusal

from . import importing, taking_in
from .table import Table
from .taking_back import take_back_line

GOES_ON = (ImportState.RUNNING, ImportState.UNDOING)
LOOP = System("Hubbub")


@transaction.atomic
def start(table: Table, mapping: Mapping[str, str], *, workspace: Workspace, key: str, by: Member) -> PeopleImport:
    """Take a file in. `key`: of the file; sent twice it is one import. Raises Refusal."""
    importing.whole(mapping)
    row, fresh = PeopleImport.everywhere.get_or_create(
        workspace=workspace,
        key=key,
        defaults={"by_member": by, "by_name": str(by)[:200], "at": timezone.now(), "total": len(table.lines)},
    )
    if fresh:
        lines = [
            ImportedLine(
                workspace=workspace, imported=row, number=line.number, cells=importing.meant(line, mapping)
            )
            for line in table.lines
        ]  # fmt: skip
        ImportedLine.everywhere.bulk_create(lines, batch_size=500)
        audit(row, "import people", by=by, after={"lines": len(lines)})
    return row


def stop(row: PeopleImport, *, by: Actor, why: str = "") -> PeopleImport:
    """No further line is taken in, or taken back. Raises Refusal."""
    return _go(row, {ImportState.RUNNING, ImportState.UNDOING}, ImportState.STOPPED, "stop", by, why)


def go_on(row: PeopleImport, *, by: Member) -> PeopleImport:
    """The lines that wait are taken in. Raises Refusal."""
    if not row.lines.filter(fate=LineFate.WAITING).exists():
        raise Refusal("No line of it waits")
    return _go(row, {ImportState.STOPPED}, ImportState.RUNNING, "go on", by)


def take_back(row: PeopleImport, *, by: Member, why: str = "") -> PeopleImport:
    """All that it did, but for what was changed again since. Raises Refusal."""
    return _go(row, {ImportState.STOPPED, ImportState.DONE}, ImportState.UNDOING, "undo", by, why)


@transaction.atomic
def _go(row: PeopleImport, of: set[ImportState], to: ImportState, verb: str, by: Actor, why: str = "") -> PeopleImport:
    held = PeopleImport.of(row.workspace).select_for_update(of=("self",)).get(pk=row.pk)
    if held.state not in of:
        raise Refusal(f"That cannot be done with it now: {ImportState(held.state).label.lower()}")
    before, held.state, held.stopped_why = held.state, to, why[:200] if to == ImportState.STOPPED else ""
    held.ended = None if to in GOES_ON else timezone.now()
    if isinstance(by, Member) and to in GOES_ON:
        held.by_member, held.by_name = by, str(by)[:200]
    held.save(update_fields=["state", "stopped_why", "ended", "by_member", "by_name"])
    audit(held, verb, by=by, why=why, before={"state": before}, after={"state": to})
    return held


def work(row: PeopleImport, most: int) -> bool:
    """Up to so many lines of it. False: nothing of it is to be done, or another worker does it."""
    done = 0
    while done < most and (more := _some(row, most - done)):
        done += more
    return done > 0


def _some(given: PeopleImport, most: int) -> int:
    """Some lines, in one transaction with what became of them: what is taken back, line by line. 0: there is none."""
    with transaction.atomic():
        rows = PeopleImport.of(given.workspace).filter(pk=given.pk, state__in=GOES_ON)
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(of=("self",), skip_locked=True, no_key=True)
        row = rows.select_related("workspace").first()
        if row is None:
            return 0
        by = Member.of(row.workspace).select_related("user").filter(pk=row.by_member_id or 0, active=True).first()
        if by is None or not by.may(Role.MANAGER):
            stop(row, by=LOOP, why=f"{row.by_name} may no longer take people in: somebody else can go on with it")
            return 1
        forth = row.state == ImportState.RUNNING
        if forth:
            lines = list(row.lines.filter(fate=LineFate.WAITING).order_by("number")[:most])
        else:  # the last first: what two lines did to one person is taken back in turn
            lines = list(row.lines.filter(fate__in=[LineFate.MADE, LineFate.CHANGED]).order_by("-number")[:1])
        if not lines:
            _end(row, ImportState.DONE if forth else ImportState.UNDONE)
        elif forth:
            _take_in(lines, row, by)
        else:
            lines[0].workspace = row.workspace
            take_back_line(lines[0], by=by)
        return len(lines)


def _take_in(lines: Sequence[ImportedLine], row: PeopleImport, by: Member) -> None:
    found = taking_in.take_in([(line.number, line.cells) for line in lines], row.workspace, by, str(row))
    told: list[tuple[bulk.Cell, ...]] = []
    for line, done in zip(lines, found, strict=True):
        if isinstance(done, taking_in.Left):
            spoken_of = done.person.pk if done.person else None
            told.append((LineFate.LEFT, done.says[:300], spoken_of, bulk.json({}), bulk.json({}), line.pk))
            continue
        fate = LineFate.MADE if done.new else LineFate.CHANGED if done.changed else LineFate.SAME
        told.append((fate, "", done.person.pk, bulk.json(done.did), bulk.json({}), line.pk))
    bulk.update(ImportedLine, ("fate", "says", "person", "did", "cells"), told)


def _end(row: PeopleImport, state: ImportState) -> None:
    row.state, row.ended = state, timezone.now()
    row.save(update_fields=["state", "ended"])
    told: dict[str, Any] = {name: many for name, many in counts(row).items() if name and many}
    audit(row, "end", by=LOOP, after={"state": str(state), **told})


def counts(row: PeopleImport) -> dict[str, int]:
    """Fate → lines; "" those that wait."""
    fates = list(row.lines.order_by().values_list("fate", flat=True))
    return {str(fate.value): fates.count(fate.value) for fate in LineFate}
