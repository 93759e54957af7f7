"""Planned posts that cannot leave as they were planned: drafts again, and who minds them is told."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min, QuerySet
from django.utils import timezone

from . import approvals
from .audit import audit
from .models import Actor, NotificationKind, Planned, PlannedState, PlannedVersion, Source, VersionState
from .notifying import notify
from .planned import LOOP, follow, held, minders, stop, wait
from .planned_approval import shown

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
    """The source is about to go, and takes its versions along: what was to leave there alone is a draft again, and what
    was written for it alone stays. In the transaction in which the source goes."""
    versions, why = PlannedVersion.of(source.workspace).filter(source=source), f"{source} was removed"
    told: set[int] = set()
    for item in _items(versions.exclude(planned__state=PlannedState.POSTED)):
        asked = shown(item)
        _keep_words(item, versions.filter(planned=item).order_by("pk"))
        versions.filter(planned=item).delete()
        left = item.versions.exclude(state=VersionState.DROPPED)
        item.due = left.aggregate(first=Min("due"))["first"] or item.due
        item.save(update_fields=["due", "notes", "text"])
        if item.state == PlannedState.PATTERN and not item.versions.exists():
            _end(item, by=by, why=why)
        elif item.state in UNSENT and not left.exists():
            says = f"“{item.title}” goes nowhere any more, because {why}: it is a draft again"
            _back(item, by=by, why=why, says=says, told=told)
        elif item.state == PlannedState.APPROVAL and shown(item) != asked:  # an approval is for what was shown
            says = f"“{item.title}” goes to one network less, because {why}: it is a draft again, have it approved anew"
            _back(item, by=by, why=why, says=says, told=told)
        elif item.state in UNSENT:
            _tell(item, f"“{item.title}” goes to one network less, because {why}", told)
        elif item.state in UNDERWAY:
            follow(item, timezone.now())


def leave_account(source: Source, was: str, *, by: Actor) -> None:
    """The source posts as another account from now on, or as none: nothing that was planned for the one before leaves
    as the other, unless somebody looks and plans it again. In the transaction in which the source changes."""
    why = f"{source} no longer posts as {was}"
    there = [VersionState.READY, VersionState.SENDING]
    versions = PlannedVersion.of(source.workspace).filter(source=source, state__in=there)
    told: set[int] = set()
    for item in _items(versions.filter(planned__state__in=[*UNDERWAY, PlannedState.PATTERN])):
        if item.state == PlannedState.PATTERN and item.series is not None:
            item.series.state = PlannedState.DRAFT.value  # what the rule makes from here on is looked at first
            item.series.save(update_fields=["state"])
        elif item.state in UNSENT:
            _back(item, by=by, why=why, says=f"“{item.title}” is a draft again, because {why}: look at it", told=told)
        else:
            for version in versions.filter(planned=item).select_related("source"):
                version.planned = item
                error = f"{why}: look whether it still fits, then try again"
                if version.state == VersionState.SENDING:
                    stop(version, error, timezone.now(), by=by)
                else:
                    wait(version, error, by=by)
            follow(item, timezone.now())


def _items(versions: QuerySet[PlannedVersion]) -> Iterator[Planned]:
    """Each of theirs, held."""
    for pk in sorted(set(versions.values_list("planned", flat=True))):
        item = held(pk)
        if item is not None:
            yield item


def _keep_words(item: Planned, versions: QuerySet[PlannedVersion]) -> None:
    """What somebody wrote for that network alone stands in the notes; as the words, if there are none. Unsaved."""
    others = item.versions.exclude(pk__in=versions.values("pk")).filter(same=True).exists()  # what they say stays
    for version in versions.filter(same=False).exclude(text="").exclude(state=VersionState.POSTED):
        if not item.text and not others:
            item.text = version.text
        elif version.text != item.text:
            item.notes = f"{item.notes}\n\nAs it was written for {version.source}:\n{version.text}".strip()


def _end(pattern: Planned, *, by: Actor, why: str) -> None:
    if pattern.series is not None and pattern.series.ended is None:
        pattern.series.ended = timezone.now()
        pattern.series.save(update_fields=["ended"])
        audit(pattern.series, "end", by=by, why=why)


def _back(item: Planned, *, by: Actor, why: str, says: str, told: set[int] | None = None) -> None:
    if item.state == PlannedState.APPROVAL:
        approvals.withdraw(item, by=by, why=why)
    before, item.state = item.state, PlannedState.DRAFT
    item.changed, item.revision = timezone.now(), item.revision + 1
    item.save(update_fields=["state", "changed", "revision"])
    audit(item, "draft", by=by, why=why, before={"state": before}, after={"state": item.state})
    _tell(item, says, set() if told is None else told)


def _tell(item: Planned, says: str, told: set[int]) -> None:
    """Whoever minds it; of a series, whose numbers are `told`, once."""
    if item.series_id is None or item.series_id not in told:
        notify(minders(item), NotificationKind.FAILED, says, about=item, key=f"lost {item.revision}")
    if item.series_id is not None:
        told.add(item.series_id)
