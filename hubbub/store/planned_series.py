"""Series of planned posts: the items of the coming weeks, made by the loop, each once."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Q

from hubbub.core.recurring import moments, read_rule

from .audit import audit
from .models import Planned, PlannedSeries, PlannedState, PlannedVersion
from .planned import LOOP, held

AHEAD = timedelta(days=60)  # items are made so far ahead
AGAIN = timedelta(hours=6)  # a series is looked at so often
STEP = 50  # items of one step


def extend_some(now: datetime) -> bool:
    """Make the coming items of one series. False: all of them are there."""
    short = PlannedSeries.everywhere.filter(
        Q(made_until__isnull=True) | Q(made_until__lt=now + AHEAD - AGAIN), ended__isnull=True
    )
    found = short.order_by(F("made_until").asc(nulls_first=True), "pk").first()
    if found is None:
        return False
    with transaction.atomic():
        pattern = _pattern(found)
        if pattern is None:
            PlannedSeries.everywhere.filter(pk=found.pk).update(ended=now)
            return True
        held(pattern.pk)  # one worker at a time, and nobody changes the pattern meanwhile
        extend(PlannedSeries.everywhere.get(pk=found.pk), pattern, now)
    return True


def _pattern(series: PlannedSeries) -> Planned | None:
    there = Planned.everywhere.filter(series=series, state=PlannedState.PATTERN)
    return there.filter(versions__isnull=False).first()  # without a network it would come again and go nowhere


def extend(series: PlannedSeries, pattern: Planned, now: datetime) -> list[Planned]:
    """The items from where they end to some weeks ahead; those that are there already are left alone. In the
    transaction of whoever holds the pattern."""
    zone, rule = ZoneInfo(series.zone), read_rule(series.rule)
    after = max(series.made_until or now, now)  # what passed while nothing ran here is not said afterwards
    due = moments(rule, series.first, series.at, zone, after=after, most=STEP)
    until = now + AHEAD
    due = [moment for moment in due if moment <= until]
    made = [_copy(series, pattern, moment, now) for moment in due]
    # a full step may have left some out: the next one goes on behind its last
    series.made_until = due[-1] if len(due) == STEP else until
    series.save(update_fields=["made_until"])
    return [one for one in made if one is not None]


def _copy(series: PlannedSeries, pattern: Planned, moment: datetime, now: datetime) -> Planned | None:
    item, fresh = Planned.everywhere.get_or_create(
        series=series,
        occurrence=moment,
        defaults={
            "workspace_id": pattern.workspace_id,
            "title": pattern.title,
            "campaign": pattern.campaign,
            "topic_id": pattern.topic_id,
            "objective_id": pattern.objective_id,
            "kpi_id": pattern.kpi_id,
            "owner_id": pattern.owner_id,
            "notes": pattern.notes,
            "text": words_of(series, pattern, moment),
            "state": series.state,
            "due": moment,
            "created": now,
            "changed": now,
        },
    )
    if not fresh:
        return None
    item.tags.set(pattern.tags.all())
    item.about.set(pattern.about.all())
    item.attachments.set(pattern.attachments.all())
    for version in pattern.versions.order_by("pk"):
        copy_version(version, item, moment)
    audit(item, "add", by=LOOP, why=f"comes again: {series.rule}", after={"due": moment, "series": series.pk})
    return item


def copy_version(version: PlannedVersion, item: Planned, moment: datetime | None) -> PlannedVersion:
    """The same words and files for another item, to go out at that moment."""
    made = PlannedVersion.everywhere.create(
        workspace_id=item.workspace_id,
        planned=item,
        source_id=version.source_id,
        place=version.place,
        same=version.same,
        own_files=version.own_files,
        text=version.text,
        title=version.title,
        due=moment,
    )
    made.attachments.set(version.attachments.all())
    return made


def words_of(series: PlannedSeries, pattern: Planned, moment: datetime) -> str:
    """The words of one time: the pattern's, or the next of its variations in turn."""
    words = [pattern.text, *(str(text) for text in series.variations)]
    zone, rule = ZoneInfo(series.zone), read_rule(series.rule)
    begin = datetime.combine(series.first, series.at, tzinfo=zone) - timedelta(days=1)
    place = next(
        (number for number, one in enumerate(moments(rule, series.first, series.at, zone, after=begin, most=2_000))
         if one >= moment),
        0,
    ) if len(words) > 1 else 0  # fmt: skip
    return words[place % len(words)]
