"""Planned posts that cannot leave as they were planned: drafts again, and who minds them is told."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from . import approvals
from .audit import audit
from .models import Actor, NotificationKind, Planned, PlannedState, PlannedVersion, Source, VersionState
from .notifying import notify
from .planned import LOOP, follow, held, minders

STALE = timedelta(days=1)  # as long as the outbox tries: what is later than that is news of yesterday
UNSENT = (PlannedState.APPROVAL, PlannedState.PLANNED)
UNDERWAY = (*UNSENT, PlannedState.SENDING, PlannedState.FAILED)


def pass_over_one(now: datetime) -> bool:
    """What was to leave while nothing ran here, more than a day ago, does not leave now. False: there is none."""
    late = PlannedVersion.everywhere.filter(
        state=VersionState.READY, due__lt=now - STALE, planned__state=PlannedState.PLANNED
    )
    pk = late.order_by("due", "pk").values_list("planned", flat=True).first()
    if pk is None:
        return False
    with transaction.atomic():
        item = held(pk)
        if item is not None and late.filter(planned=item).exists():
            says = f"“{item.title}” could not leave at its moment: it is a draft again, choose another"
            _back(item, by=LOOP, why="its moment passed while nothing could leave", says=says)
    return True


def leave_with(source: Source, *, by: Actor) -> None:
    """The source is about to go, and takes its versions along: what was to leave there alone is a draft again. In the
    transaction in which the source goes."""
    versions = PlannedVersion.of(source.workspace).filter(source=source)
    rows = versions.filter(planned__state__in=UNDERWAY).order_by("planned").values_list("planned", flat=True)
    for pk in list(dict.fromkeys(rows)):
        item = held(pk)
        if item is None:
            continue
        versions.filter(planned=item).delete()
        left = item.versions.exclude(state=VersionState.DROPPED)
        item.due = left.aggregate(first=Min("due"))["first"] or item.due
        item.save(update_fields=["due"])
        if item.state in UNSENT and not left.exists():
            says = f"“{item.title}” goes nowhere any more, because {source} was removed: it is a draft again"
            _back(item, by=by, why=f"{source} was removed", says=says)
        elif item.state not in UNSENT:
            follow(item, timezone.now())


def _back(item: Planned, *, by: Actor, why: str, says: str) -> None:
    if item.state == PlannedState.APPROVAL:
        approvals.withdraw(item, by=by, why=why)
    before, item.state = item.state, PlannedState.DRAFT
    item.changed, item.revision = timezone.now(), item.revision + 1
    item.save(update_fields=["state", "changed", "revision"])
    audit(item, "draft", by=by, why=why, before={"state": before}, after={"state": item.state})
    notify(minders(item), NotificationKind.FAILED, says, about=item, key=f"lost {item.revision}")
