"""Posting times of the coming days that nothing has taken yet."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo

from msgspec import Struct

from hubbub.core.slots import Slot, coming
from hubbub.store.models import PlannedVersion, PostingSlot, Source, VersionState, Workspace

from .moving import TAKING


class Free(Struct, frozen=True):
    """A slot that is free."""

    here: datetime  # by the workspace's clock
    source: Source


def free_by_day(
    workspace: Workspace, sources: Sequence[Source], zone: tzinfo, start: datetime, end: datetime
) -> Mapping[date, Sequence[Free]]:
    """From `start` up to `end`, in order; days without one are left out. Two queries, however many sources."""
    slots: dict[int, list[Slot]] = {}
    rows = PostingSlot.of(workspace).filter(source__in=sources)
    for source, weekday, minute in rows.values_list("source", "weekday", "minute"):
        slots.setdefault(source, []).append(Slot(weekday, minute))
    if not slots or start >= end:
        return {}
    there = PlannedVersion.of(workspace).filter(source__in=slots, due__gt=start, due__lt=end, state=VersionState.READY)
    taken = set(there.filter(planned__state__in=TAKING).values_list("source", "due"))
    found = [
        Free(moment.astimezone(zone), source)
        for source in sources
        for moment in coming(slots.get(source.pk, ()), zone, after=start, until=end)
        if moment < end and (source.pk, moment) not in taken
    ]
    days: dict[date, list[Free]] = {}
    for one in sorted(found, key=lambda one: (one.here, one.source.name)):
        days.setdefault(one.here.date(), []).append(one)
    return days
