"""Files of people on their way in: each line in a transaction of its own, by the loop, so that nobody waits for a whole
file and nothing of it comes twice; stopped, gone on with, taken back."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

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

from . import importing
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
    while done < most and _one(row):
        done += 1
    return done > 0


def _one(given: PeopleImport) -> bool:
    """One line, in one transaction with what became of it. False: there is none."""
    with transaction.atomic():
        rows = PeopleImport.of(given.workspace).filter(pk=given.pk, state__in=GOES_ON)
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(of=("self",), skip_locked=True, no_key=True)
        row = rows.select_related("workspace").first()
        if row is None:
            return False
        by = Member.of(row.workspace).select_related("user").filter(pk=row.by_member_id or 0, active=True).first()
        if by is None or not by.may(Role.MANAGER):
            stop(row, by=LOOP, why=f"{row.by_name} may no longer take people in: somebody else can go on with it")
            return True
        forth = row.state == ImportState.RUNNING
        if forth:
            line = row.lines.filter(fate=LineFate.WAITING).order_by("number").first()
        else:  # the last first: what two lines did to one person is taken back in turn
            line = row.lines.filter(fate__in=[LineFate.MADE, LineFate.CHANGED]).order_by("-number").first()
        if line is None:
            _end(row, ImportState.DONE if forth else ImportState.UNDONE)
            return False
        line.workspace = row.workspace
        _take_in(line, row, by) if forth else take_back_line(line, by=by)
        return True


def _take_in(line: ImportedLine, row: PeopleImport, by: Member) -> None:
    try:
        with transaction.atomic():  # a savepoint: what is refused leaves nothing behind
            done = importing.take_in(line.number, line.cells, row.workspace, by, str(row))
    except (Refusal, IntegrityError) as slip:
        line.fate = LineFate.LEFT
        said = str(slip) if isinstance(slip, Refusal) else "Their network brought them at this moment: take it in again"
        line.says = said[:300]
    else:
        line.person, line.did = done.person, dict(done.did)
        line.fate = LineFate.MADE if done.new else LineFate.CHANGED if done.changed else LineFate.SAME
    line.cells = {}
    line.save(update_fields=["fate", "says", "person", "did", "cells"])


def _end(row: PeopleImport, state: ImportState) -> None:
    row.state, row.ended = state, timezone.now()
    row.save(update_fields=["state", "ended"])
    told: dict[str, Any] = {name: many for name, many in counts(row).items() if name and many}
    audit(row, "end", by=LOOP, after={"state": str(state), **told})


def counts(row: PeopleImport) -> dict[str, int]:
    """Fate → lines; "" those that wait."""
    fates = list(row.lines.order_by().values_list("fate", flat=True))
    return {str(fate.value): fates.count(fate.value) for fate in LineFate}
