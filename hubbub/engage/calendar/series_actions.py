"""What comes again: a rule set for an item, changed for all times to come, ended."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from hubbub.core.recurring import Recurrence, Unreadable, check, moments, on_the_clock, write_rule
from hubbub.store.audit import audit
from hubbub.store.hours import zone_of
from hubbub.store.models import Member, Planned, PlannedSeries, PlannedState, VersionState
from hubbub.store.planned_approval import fingerprint, rule_for
from hubbub.store.planned_series import copy_version, extend, words_of
from hubbub.ui.api import Refusal

from . import writing
from .actions import held

MOST_VARIATIONS = 20
COPIED = ("title", "campaign", "topic_id", "objective_id", "kpi_id", "owner_id", "notes", "text")


@transaction.atomic
def repeat(
    item: Planned, rule: Recurrence, *, by: Member, variations: Sequence[str] = (), why: str = ""
) -> PlannedSeries:
    """From its moment on the item comes again by the rule; it is the first time itself. Each further one is an item of
    its own, made some weeks ahead, that can be changed or dropped alone. Raises Refusal."""
    row, now = held(item), timezone.now()
    try:
        check(rule)
    except Unreadable as no:
        raise Refusal(str(no)) from no
    if row.series is not None and row.series.ended is None:
        raise Refusal("It belongs to a series already: end that first")
    if row.state not in {PlannedState.DRAFT, PlannedState.PLANNED, PlannedState.APPROVAL}:
        raise Refusal(f"It cannot begin a series: {PlannedState(row.state).label.lower()}")
    if row.due is None or not row.versions.exclude(state=VersionState.DROPPED).exists():
        raise Refusal("Say first when it goes out, and to which networks")
    words = [text.strip() for text in variations if text.strip()]
    if len(words) > MOST_VARIATIONS or any(len(text) > writing.LONGEST for text in words):
        raise Refusal(f"At most {MOST_VARIATIONS} variations of at most {writing.LONGEST:,} characters are kept")
    zone = zone_of(row.workspace)
    here = row.due.astimezone(zone)
    series = PlannedSeries.everywhere.create(
        workspace_id=row.workspace_id,
        rule=write_rule(rule),
        first=here.date(),
        at=here.time().replace(second=0, microsecond=0, fold=0),
        zone=str(zone),
        variations=words,
        state=_begins(row, by, words),
        created=now,
    )
    if not moments(rule, series.first, series.at, zone, after=max(row.due, now), most=1):
        raise Refusal("By that rule it never comes again: choose a later end")
    pattern = _pattern_from(row, series, now)
    # the item is the time of its own moment, whether or not the rule names it
    row.series, row.occurrence = series, on_the_clock(series.first, series.at, zone)
    row.revision += 1
    row.save(update_fields=["series", "occurrence", "revision"])
    series.made_until = max(row.due, now)
    series.save(update_fields=["made_until"])
    made = extend(series, pattern, now)
    audit(row, "repeat", by=by, why=why, after={"rule": series.rule, "made": len(made)})
    return series


def _begins(row: Planned, by: Member, variations: Sequence[str]) -> str:
    """The state that further times begin in: planned where these very words may go out, else each is a draft."""
    if row.state != PlannedState.PLANNED:
        return PlannedState.DRAFT.value
    if rule_for(row, by) is not None and (variations or row.approved != fingerprint(row)):
        return PlannedState.DRAFT.value
    return PlannedState.PLANNED.value


def _pattern_from(row: Planned, series: PlannedSeries, now: datetime) -> Planned:
    pattern = Planned.everywhere.create(
        workspace_id=row.workspace_id,
        series=series,
        state=PlannedState.PATTERN,
        created=now,
        changed=now,
        **{name: getattr(row, name) for name in COPIED},
    )
    _copy_all(row, pattern)
    return pattern


def _copy_all(of: Planned, to: Planned) -> None:
    to.tags.set(of.tags.all())
    to.about.set(of.about.all())
    to.attachments.set(of.attachments.all())
    to.versions.filter(state=VersionState.READY).delete()
    there = set(to.versions.values_list("source", "place"))  # dropped for this time alone: so they stay
    for version in of.versions.exclude(state=VersionState.DROPPED).order_by("pk"):
        if (version.source_id, version.place) not in there:
            copy_version(version, to, to.due)


def pattern_of(series: PlannedSeries) -> Planned | None:
    """The item that each time is copied from."""
    return Planned.of(series.workspace).filter(series=series, state=PlannedState.PATTERN).first()


@transaction.atomic
def for_all(item: Planned, *, by: Member, why: str = "") -> int:
    """The item as it is now becomes the pattern: times to come that nobody changed follow it; gives how many. Raises
    Refusal."""
    row, now = held(item), timezone.now()
    series = row.series
    pattern = pattern_of(series) if series else None
    if series is None or pattern is None:
        raise Refusal("It belongs to no series")
    pattern = held(pattern)
    for name in COPIED:
        setattr(pattern, name, getattr(row, name))
    pattern.save()
    _copy_all(row, pattern)
    series.state = _begins(row, by, [str(text) for text in series.variations])
    series.save(update_fields=["state"])
    coming = Planned.of(row.workspace).filter(series=series, occurrence__gt=now, own_words=False).exclude(pk=row.pk)
    coming = coming.filter(state__in=[PlannedState.DRAFT, PlannedState.PLANNED, PlannedState.APPROVAL])
    followed = list(coming.order_by("pk").values_list("pk", flat=True))
    for pk in followed:
        _follow(held(Planned.of(row.workspace).get(pk=pk)), series, pattern, now)
    audit(row, "series", by=by, why=why or "for all times to come", after={"series": series.pk, "items": len(followed)})
    return len(followed)


def _follow(one: Planned, series: PlannedSeries, pattern: Planned, now: datetime) -> None:
    if one.state == PlannedState.APPROVAL:  # somebody reads these very words: they stay until that is answered
        return
    for name in COPIED:
        setattr(one, name, getattr(pattern, name))
    if one.occurrence:
        one.text = words_of(series, pattern, one.occurrence)
    one.state, one.approved, one.changed, one.revision = series.state, "", now, one.revision + 1
    one.save()
    _copy_all(pattern, one)


@transaction.atomic
def end(series: PlannedSeries, *, by: Member, drop: bool = True, why: str = "") -> int:
    """It comes no more. `drop`: the times that are planned already and that nobody changed go, too; gives how many."""
    pattern = pattern_of(series)
    if pattern is not None:
        held(pattern)
    if series.ended is not None:
        return 0
    now = timezone.now()
    series.ended = now
    series.save(update_fields=["ended"])
    dropped = 0
    if drop:
        coming = Planned.of(series.workspace).filter(series=series, due__gt=now, own_words=False)
        coming = coming.filter(state__in=[PlannedState.DRAFT, PlannedState.PLANNED])
        first = Planned.of(series.workspace).filter(series=series).exclude(state=PlannedState.PATTERN)
        begun = first.order_by("occurrence", "pk").values_list("pk", flat=True).first()
        for pk in list(coming.exclude(pk=begun or 0).order_by("pk").values_list("pk", flat=True)):
            row = held(Planned.of(series.workspace).get(pk=pk))
            if row.state not in {PlannedState.DRAFT, PlannedState.PLANNED}:
                continue
            before, row.state = row.state, PlannedState.DROPPED
            row.changed, row.revision = now, row.revision + 1
            row.save(update_fields=["state", "changed", "revision"])
            audit(row, "drop", by=by, why="its series ended", before={"state": before}, after={"state": row.state})
            dropped += 1
    audit(series, "end", by=by, why=why, after={"dropped": dropped})
    return dropped
