"""Writes about hours and their holidays. Each leaves an audit row, and has all that waits settled anew."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import available_timezones

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from msgspec import Struct

from hubbub.core.hours import HoursError, NeverOpen, check, read_spans, write_spans
from hubbub.core.public_holidays import CalendarError, read_days_off
from hubbub.store.audit import Plain, audit, changes
from hubbub.store.hours import shape
from hubbub.store.models import Actor, Holiday, Hours, Workspace
from hubbub.store.promises import changed
from hubbub.ui.api import Refusal

LARGEST = 1_000_000  # bytes of a calendar file
MOST = 50  # hours of a workspace
MOST_DAYS = 2_000  # different days of one's hours


class HoursDraft(Struct, frozen=True):
    """What a form says of hours."""

    name: str
    zone: str
    week: tuple[str, ...]  # seven texts, Monday first
    standard: bool = False


@transaction.atomic
def add_hours(workspace: Workspace, draft: HoursDraft, *, by: Actor, why: str = "") -> Hours:
    """The first ones are the workspace's own, and give its time zone."""
    if Hours.of(workspace).count() >= MOST:
        raise Refusal(f"A workspace has {MOST} hours at most: change some that are there")
    first = not Hours.of(workspace).filter(standard=True).exists()
    row = Hours(workspace=workspace)
    _fill(row, draft)
    row.standard = False
    row.save()
    if first or draft.standard:
        _make_standard(row)
    audit(row, "add", by=by, why=why, after=_told(row))
    changed(workspace)
    return row


@transaction.atomic
def change_hours(row: Hours, draft: HoursDraft, *, by: Actor, why: str = "") -> None:
    """Promises that rest on them are due otherwise from now on, also those that run."""
    before = _told(row)
    _fill(row, draft)
    row.save(update_fields=["name", "zone", "week"])
    if draft.standard and not row.standard:
        _make_standard(row)
    if before != _told(row):
        audit(row, "change", by=by, why=why, before=before, after=_told(row))
        changed(row.workspace)


def _fill(row: Hours, draft: HoursDraft) -> None:
    name = draft.name.strip()
    if not name:
        raise Refusal("The hours need a name: Office, Weekend shift …")
    if Hours.of(row.workspace).filter(name__iexact=name).exclude(pk=row.pk).exists():
        raise Refusal(f"There are hours called {name} already")
    if draft.zone not in available_timezones():
        raise Refusal(f"“{draft.zone}” is no time zone: choose one like Europe/Berlin")
    row.name, row.zone, row.week = name, draft.zone, _week(draft.week)
    try:
        check(shape(row, list(row.holidays.all()) if row.pk else []), timezone.now().date())
    except NeverOpen as never:
        raise Refusal(str(never)) from None


def _week(texts: Sequence[str]) -> list[str]:
    if len(texts) != 7:
        raise Refusal("A week has seven days, Monday first")
    return [_spans(text) for text in texts]


def _spans(text: str) -> str:
    try:
        spans = read_spans(text)
    except HoursError as slip:
        raise Refusal(str(slip)) from None
    return write_spans(spans) if spans else ""


def _make_standard(row: Hours) -> None:
    Hours.of(row.workspace).filter(standard=True).update(standard=False)
    row.standard = True
    row.save(update_fields=["standard"])


def _told(row: Hours) -> dict[str, Plain]:
    week = "; ".join(text or "closed" for text in row.week)
    return {"name": row.name, "zone": row.zone, "week": week, "standard": row.standard}


@transaction.atomic
def delete_hours(row: Hours, *, by: Actor, why: str = "") -> None:
    """Refused while a promise rests on them, and for the workspace's own."""
    if row.standard:
        raise Refusal("These are the workspace's own hours: make others the workspace's own first")
    audit(row, "delete", by=by, why=why, before=_told(row))
    try:
        row.delete()
    except ProtectedError:
        names = ", ".join(f"“{one}”" for one in row.promises.all()[:3])
        raise Refusal(f"Promises rest on these hours: {names}. Give those others first.") from None


@transaction.atomic
def add_holiday(
    hours: Hours, day: date, name: str, *, yearly: bool = False, spans: str = "", by: Actor, why: str = ""
) -> Holiday:
    """A day that is different; the same day again replaces what was there."""
    given = {"name": name.strip()[:100], "spans": _spans(spans)}
    if hours.holidays.count() >= MOST_DAYS:
        raise Refusal(f"These hours have {MOST_DAYS:,} different days already: remove some first")
    row, made = Holiday.everywhere.get_or_create(
        workspace=hours.workspace, hours=hours, day=day, yearly=yearly, defaults=given
    )
    before: dict[str, Plain] = {}
    if not made:
        old, _ = changes(row, **given)
        before = {key: str(value) for key, value in old.items()}
        row.save(update_fields=["name", "spans"])
    _still_open(hours)
    audit(hours, "holiday", by=by, why=why, before=before, after=_told_of(row))
    changed(hours.workspace)
    return row


def _still_open(hours: Hours) -> None:
    try:
        check(shape(hours, list(hours.holidays.all())), timezone.now().date())
    except NeverOpen:
        raise Refusal("With that day nobody would be there for a whole year") from None


@transaction.atomic
def remove_holiday(row: Holiday, *, by: Actor, why: str = "") -> None:
    """The day is like others of its weekday again."""
    hours, workspace = row.hours, row.workspace
    before = _told_of(row)
    row.delete()
    audit(hours, "holiday removed", by=by, why=why, before=before)
    changed(workspace)


def _told_of(row: Holiday) -> dict[str, Plain]:
    return {"holiday": str(row.day), "name": row.name, "yearly": row.yearly, "hours": row.spans or "closed"}


@transaction.atomic
def import_holidays(hours: Hours, content: bytes, *, by: Actor, why: str = "") -> int:
    """Take the days off of a calendar file; days that are there stay as they are. How many are new."""
    if len(content) > LARGEST:
        raise Refusal(f"The file has {len(content):,} bytes; {LARGEST:,} is the most. Take one country.")
    try:
        days = read_days_off(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Refusal(f"The file is not UTF-8 (byte {error.start}): is it a calendar, saved as .ics?") from None
    except CalendarError as slip:
        raise Refusal(str(slip)) from None
    there = set(hours.holidays.values_list("day", "yearly"))
    new = [one for one in days if (one.day, one.yearly) not in there]
    if len(there) + len(new) > MOST_DAYS:
        raise Refusal(f"With these there would be more than {MOST_DAYS:,} different days: take fewer years")
    Holiday.everywhere.bulk_create(
        Holiday(workspace=hours.workspace, hours=hours, day=one.day, yearly=one.yearly, name=one.name) for one in new
    )
    if new:
        _still_open(hours)
        audit(hours, "holidays", by=by, why=why, after={"days": len(new)})
        changed(hours.workspace)
    return len(new)
