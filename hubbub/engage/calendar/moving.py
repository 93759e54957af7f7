"""When things go out: moved in the calendar, into the queue of a source, before or after one another.

Whoever changes a queue holds its source first, then the items that wait in it, both in the order of their ids: so
nobody waits for another in a ring.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from hubbub.core.slots import Slot, next_free, reordered
from hubbub.store import bulk
from hubbub.store.audit import audit
from hubbub.store.hours import zone_of
from hubbub.store.models import (
    Member,
    Planned,
    PlannedState,
    PlannedVersion,
    PostingSlot,
    Source,
    VersionState,
    Workspace,
)
from hubbub.ui.api import Refusal

from . import writing
from .actions import chosen, do_all, held, plan_again

MOVABLE = (PlannedState.DRAFT, PlannedState.APPROVAL, PlannedState.PLANNED, PlannedState.FAILED, PlannedState.SENDING)
STILL_HERE = Q(state=VersionState.READY) | Q(state=VersionState.FAILED, outbox__isnull=True)  # as `movable` has it
MOST_SLOTS = 200  # of one source
TAKING = (PlannedState.DRAFT, PlannedState.APPROVAL, PlannedState.PLANNED, PlannedState.SENDING, PlannedState.FAILED)


@transaction.atomic
def move(item: Planned, due: datetime, *, by: Member, why: str = "") -> Planned:
    """To another moment: its versions keep their distance from one another; what has left stays. Raises Refusal."""
    row, now = held(item), timezone.now()
    if row.state not in MOVABLE:
        raise Refusal(f"It cannot be moved: {PlannedState(row.state).label.lower()}")
    if row.state != PlannedState.DRAFT and due < writing.just_now(now):
        raise Refusal("That moment lies in the past: choose another, or post it at once")
    ready = list(row.versions.filter(STILL_HERE).order_by("due"))
    if not ready and row.versions.exists():
        raise Refusal("All of it has left already")
    first = next((one.due for one in ready if one.due), None)
    before = row.due
    for version in ready:
        version.due = due if version.due is None or first is None else version.due + (due - first)
        version.queued, version.state, version.error = False, VersionState.READY, ""
        version.save(update_fields=["due", "queued", "state", "error"])
    plan_again(row, by=by)
    if ready:
        writing.settle_due(row)
    else:
        row.due = due
    row.changed, row.revision = now, row.revision + 1
    row.save(update_fields=["due", "changed", "revision"])
    audit(row, "move", by=by, why=why, before={"due": before}, after={"due": row.due})
    return row


@transaction.atomic
def set_slots(source: Source, slots: Sequence[Slot], *, by: Member, why: str = "") -> int:
    """The times of the week at which this source is posted to; gives how many. Raises Refusal."""
    wanted = sorted(set(slots))
    if len(wanted) > MOST_SLOTS:
        raise Refusal(f"A week has room for {MOST_SLOTS} slots at most")
    if any(not (0 <= one.weekday < 7 and 0 <= one.minute < 1440) for one in wanted):
        raise Refusal("A slot is a weekday and a time of day")
    there = PostingSlot.of(source.workspace).filter(source=source)
    before = there.count()
    there.delete()
    PostingSlot.everywhere.bulk_create(
        [
            PostingSlot(workspace_id=source.workspace_id, source=source, weekday=one.weekday, minute=one.minute)
            for one in wanted
        ]
    )
    audit(source, "slots", by=by, why=why, before={"slots": before}, after={"slots": len(wanted)})
    return len(wanted)


def slots_of(source: Source) -> list[Slot]:
    """In the order of the week."""
    rows = PostingSlot.of(source.workspace).filter(source=source)
    return sorted(Slot(weekday, minute) for weekday, minute in rows.values_list("weekday", "minute"))


def taken_at(source: Source, after: datetime) -> set[datetime]:
    """Moments at which something goes out there already."""
    rows = PlannedVersion.of(source.workspace).filter(source=source, due__gt=after, state=VersionState.READY)
    return {due for due in rows.filter(planned__state__in=TAKING).values_list("due", flat=True) if due}


def free_slot(source: Source, after: datetime) -> datetime:
    """Its next free slot. Raises Refusal where it has none."""
    slots = slots_of(source)
    if not slots:
        raise Refusal(f"{source} has no posting times yet: set some under Calendar, Queue")
    found = next_free(slots, zone_of(source.workspace), after=after, taken=taken_at(source, after))
    if found is None:
        raise Refusal(f"All posting times of {source} are taken for the next half year: add some")
    return found


@transaction.atomic
def enqueue(item: Planned, *, by: Member, why: str = "") -> Planned:
    """Each version takes the next free slot of its source. Raises Refusal."""
    sources = _lock(item.workspace, [item])
    row, now = held(item), timezone.now()
    if row.state not in MOVABLE:
        raise Refusal(f"It cannot be put into the queue: {PlannedState(row.state).label.lower()}")
    ready = list(row.versions.filter(STILL_HERE).select_related("source__workspace").order_by("pk"))
    if not ready:
        raise Refusal("Choose at least one network that it goes to")
    if not {version.source_id for version in ready} <= sources:
        raise Refusal("Somebody changed where it goes to at this moment: look again")
    for version in ready:  # one queue after another: two versions of one source take two slots
        version.due = None
        version.save(update_fields=["due"])
    for version in ready:
        version.due, version.queued, version.own_moment = free_slot(version.source, now), True, len(ready) > 1
        version.state, version.error = VersionState.READY, ""
        version.save(update_fields=["due", "queued", "own_moment", "state", "error"])
    plan_again(row, by=by)
    before = row.due
    writing.settle_due(row)
    row.changed, row.revision = now, row.revision + 1
    row.save(update_fields=["changed", "revision"])
    audit(row, "queue", by=by, why=why, before={"due": before}, after={"due": row.due})
    return row


@transaction.atomic
def enqueue_all(workspace: Workspace, pks: Sequence[int], *, by: Member) -> list[int]:
    """The same with many, all or none of them; gives their ids. Raises Refusal."""
    _lock(workspace, chosen(workspace, pks))
    return do_all(workspace, pks, lambda item: enqueue(item, by=by))


def _lock(workspace: Workspace, items: Sequence[Planned]) -> set[int]:
    """One after the other takes a slot of the sources of these: two who ask at once get two different ones."""
    versions = PlannedVersion.of(workspace).filter(STILL_HERE, planned__in=[item.pk for item in items])
    sources = bulk.held(Source.of(workspace).filter(pk__in=versions.values("source")))
    return set(sources.values_list("pk", flat=True))


def queue_of(source: Source, now: datetime) -> list[PlannedVersion]:
    """What waits in its slots, the next first."""
    rows = PlannedVersion.of(source.workspace).filter(source=source, queued=True, state=VersionState.READY, due__gt=now)
    rows = rows.filter(planned__state__in=TAKING).select_related("planned__owner__user", "source")
    return list(rows.order_by("due", "pk"))


@transaction.atomic
def reorder(source: Source, order: Sequence[int], *, by: Member, why: str = "") -> int:
    """The queue in this order (ids of its versions; those that are left out come last, as they stood): the moments
    stay, what goes out at them changes. Gives how many were moved. Raises Refusal."""
    Source.of(source.workspace).select_for_update(no_key=True).get(pk=source.pk)
    waiting = queue_of(source, timezone.now())
    known = {version.pk: version for version in waiting}
    asked = [pk for pk in dict.fromkeys(order) if pk in known]
    wanted = [*asked, *(pk for pk in known if pk not in set(asked))]
    return _set(known, reordered([one.due for one in waiting if one.due], wanted), by=by, why=why or "queue reordered")


@transaction.atomic
def swap(version: PlannedVersion, *, earlier: bool, by: Member) -> int:
    """Change places with the one before it in the queue, or after it. Raises Refusal where there is none."""
    order = [one.pk for one in queue_of(version.source, timezone.now())]
    if version.pk not in order:
        raise Refusal("It waits in no queue any more")
    at = order.index(version.pk)
    to = at - 1 if earlier else at + 1
    if not 0 <= to < len(order):
        raise Refusal("It is the first already" if earlier else "It is the last already")
    order[at], order[to] = order[to], order[at]
    return reorder(version.source, order, by=by, why="one place earlier" if earlier else "one place later")


@transaction.atomic
def skip(version: PlannedVersion, *, by: Member) -> PlannedVersion:
    """Leave its slot empty and take the next free one after it. Raises Refusal."""
    Source.of(version.workspace).select_for_update(no_key=True).get(pk=version.source_id)
    row = PlannedVersion.of(version.workspace).select_related("source__workspace", "planned").get(pk=version.pk)
    if row.due is None or row.state != VersionState.READY:
        raise Refusal("It waits in no queue any more")
    later = free_slot(row.source, max(row.due, timezone.now() + timedelta(minutes=1)))
    _set({row.pk: row}, {row.pk: later}, by=by, why="a slot was skipped")
    row.due = later
    return row


def _set(known: Mapping[int, PlannedVersion], moments: Mapping[int, datetime], *, by: Member, why: str) -> int:
    moved = 0
    other = [known[pk].planned_id for pk, due in moments.items() if known[pk].due != due]
    items = {item.pk: held(item) for item in Planned.of(by.workspace).filter(pk__in=other).order_by("pk")}
    for pk, due in moments.items():
        if known[pk].due == due:
            continue
        item = items[known[pk].planned_id]
        version = PlannedVersion.of(item.workspace).get(pk=pk)
        if version.state != VersionState.READY or version.due != known[pk].due:
            raise Refusal("One of them has left or was moved meanwhile: look again")
        before, version.due = version.due, due
        version.save(update_fields=["due"])
        writing.settle_due(item)
        item.changed, item.revision = timezone.now(), item.revision + 1
        item.save(update_fields=["changed", "revision"])
        audit(item, "move", by=by, why=why, before={"due": before}, after={"due": due})
        moved += 1
    return moved
