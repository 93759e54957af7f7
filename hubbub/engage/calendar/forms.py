"""What the calendar's forms send, read and checked; the actions say what is wrong with the words."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo

from django.http import QueryDict
from msgspec import Struct
from msgspec.structs import replace

from hubbub.core.recurring import NAMES, NTH, Every, Recurrence
from hubbub.core.slots import Slot, read_time
from hubbub.engage.replying import file_actions
from hubbub.store import attachments
from hubbub.store.models import (
    Attachment,
    Kpi,
    Member,
    Objective,
    Planned,
    PlannedVersion,
    Post,
    Topic,
    VersionState,
    Workspace,
)
from hubbub.ui.access import MemberRequest
from hubbub.ui.api import Refusal
from hubbub.ui.ids import id_of, ids_of

from .checking import Taken, taken
from .drafts import Draft, Wording
from .queries import parse_local, postable

LOCAL = "%Y-%m-%dT%H:%M"
MOST_FILES = 40


class Row(Struct, frozen=True):
    """One network in the editor: its version, or that it has none yet."""

    key: str  # before the names of its fields: "v12" a version, "s3" a source
    takes: Taken
    on: bool = False
    own: bool = False
    own_files: bool = False
    text: str = ""
    title: str = ""
    place: str = ""
    when: str = ""  # a moment of its own, as a field holds it
    fixed: str = ""  # why it can no longer be changed; "" where it can
    files: Sequence[Attachment] = ()


class Typed(Struct, frozen=True):
    """What the editor holds."""

    title: str = ""
    text: str = ""
    when: str = ""
    campaign: str = ""
    notes: str = ""
    tags: str = ""
    owner: int = 0
    topic: int = 0
    objective: int = 0
    kpi: int = 0
    rows: Sequence[Row] = ()
    files: Sequence[Attachment] = ()
    about: Sequence[Post] = ()


def blank(workspace: Workspace, owner: Member, zone: tzinfo, *, when: str = "", to: str = "") -> Typed:
    """For a new item, at that moment, for the source of that id."""
    first = parse_local(when, zone)
    rows = [Row(f"s{source.pk}", taken(source), on=str(source.pk) == to) for source in postable(workspace)]
    return Typed(owner=owner.pk, when=_local(first, zone), rows=rows)


def with_places(typed: Typed) -> Typed:
    """The same, with the places that are known by now."""
    return replace(typed, rows=[replace(row, takes=taken(row.takes.source)) for row in typed.rows])


def filled(item: Planned, zone: tzinfo) -> Typed:
    """For an item that is there."""
    versions = list(item.versions.select_related("source").order_by("pk"))
    there = {version.source_id for version in versions}
    rows = [_row(version, zone) for version in versions]
    rows += [Row(f"s{one.pk}", taken(one)) for one in postable(item.workspace) if one.pk not in there]
    shared = next((one.due for one in versions if not one.own_moment and one.due), None)
    return Typed(
        title=item.title,
        text=item.text,
        when=_local(shared or item.due, zone),
        campaign=item.campaign,
        notes=item.notes,
        tags=", ".join(item.tags.values_list("name", flat=True)),
        owner=item.owner_id or 0,
        topic=item.topic_id or 0,
        objective=item.objective_id or 0,
        kpi=item.kpi_id or 0,
        rows=rows,
        files=list(item.attachments.order_by("pk")),
        about=list(item.about.select_related("author").order_by("-published")),
    )


def _row(version: PlannedVersion, zone: tzinfo) -> Row:
    gone = version.state in {VersionState.SENDING, VersionState.POSTED}
    return Row(
        key=f"v{version.pk}",
        takes=taken(version.source),
        on=version.state != VersionState.DROPPED,
        own=not version.same or version.own_files,
        own_files=version.own_files,
        text=version.planned.text if version.same and version.own_files else version.text,
        title=version.title,
        place=version.place,
        when=_local(version.due, zone) if version.own_moment else "",
        fixed=VersionState(version.state).label if gone else "",
        files=list(version.attachments.order_by("pk")),
    )


def _local(moment: datetime | None, zone: tzinfo) -> str:
    return moment.astimezone(zone).strftime(LOCAL) if moment else ""


class Sent(Struct, frozen=True):
    """What came: the draft where it could be read, why not, and all that was typed."""

    draft: Draft | None
    error: str
    typed: Typed


def read_item(request: MemberRequest, item: Planned | None, zone: tzinfo) -> Sent:
    """The editor's form; new files are kept. Nothing of what was typed is lost where something is wrong."""
    workspace, given = request.workspace, request.POST
    before = filled(item, zone) if item else blank(workspace, request.member, zone)
    errors: list[str] = []
    rows = [_typed_row(row, given) for row in before.rows]
    files = _read_files(request, "", before.files, errors)
    files_of = {row.key: _read_files(request, f"{row.key}_", row.files, errors) for row in rows if row.on}
    about = ids_of(given.getlist("about"))
    typed = Typed(
        title=given.get("title", "")[:150],
        text=given.get("text", ""),
        when=given.get("when", ""),
        campaign=given.get("campaign", "")[:80],
        notes=given.get("notes", ""),
        tags=given.get("tags", ""),
        owner=id_of(given.get("owner", "")) or 0,
        topic=id_of(given.get("topic", "")) or 0,
        objective=id_of(given.get("objective", "")) or 0,
        kpi=id_of(given.get("kpi", "")) or 0,
        rows=[_with_files(row, files_of.get(row.key, row.files), row.files) for row in rows],
        files=files,
        about=list(Post.of(workspace).filter(pk__in=about[:50]).select_related("author")),
    )
    kept = {version.pk: version for version in item.versions.select_related("source")} if item else {}
    stands = {_local(moment, zone): moment for moment in _moments(item, kept.values()) if moment}
    due = _moment(typed.when, zone, stands, errors)
    wordings = tuple(_wording(row, typed.text, zone, stands, errors) for row in typed.rows if row.on)
    if errors:
        return Sent(None, " ".join(errors), typed)
    fixed = tuple(
        Wording(one.source, one.place)
        for one in kept.values()
        if one.state in {VersionState.SENDING, VersionState.POSTED}
    )
    draft = Draft(
        title=typed.title,
        text=typed.text,
        wordings=(*fixed, *(one for one in wordings if one is not None)),
        due=due,
        campaign=typed.campaign,
        notes=typed.notes[:20_000],
        owner=Member.of(workspace).filter(pk=typed.owner, active=True).first(),
        topic=Topic.of(workspace).filter(pk=typed.topic).first(),
        objective=Objective.of(workspace).filter(pk=typed.objective).first(),
        kpi=Kpi.of(workspace).filter(pk=typed.kpi).select_related("objective").first(),
        tags=tuple(part for part in typed.tags.split(",") if part.strip()),
        attachments=tuple(typed.files),
        about=tuple(typed.about),
    )
    return Sent(draft, "", typed)


def _typed_row(row: Row, given: QueryDict) -> Row:
    if row.fixed:
        return row
    key = row.key
    return Row(
        key=key,
        takes=row.takes,
        on=f"{key}_on" in given,
        own=f"{key}_own" in given,
        own_files=f"{key}_own_files" in given,
        text=given.get(f"{key}_text", ""),
        title=given.get(f"{key}_title", ""),
        place=given.get(f"{key}_place", ""),
        when=given.get(f"{key}_when", ""),
        files=row.files,
    )


def _with_files(row: Row, files: Sequence[Attachment], there: Sequence[Attachment]) -> Row:
    """New files for one network are its own, whether or not the box above them was ticked."""
    fresh = {one.pk for one in files} - {one.pk for one in there}
    return row if row.fixed else replace(row, files=files, own_files=row.own_files or bool(fresh))


def _moments(item: Planned | None, versions: Iterable[PlannedVersion]) -> list[datetime | None]:
    return [item.due, *(one.due for one in versions)] if item else []


def _wording(row: Row, text: str, zone: tzinfo, stands: Mapping[str, datetime], errors: list[str]) -> Wording | None:
    """`text`: the item's; the same words there follow it when it changes. Other breaks of lines are other words."""
    if row.fixed:
        return None
    return Wording(
        source=row.takes.source,
        place=row.place,
        text=row.text if row.own and row.text.strip().splitlines() != text.strip().splitlines() else None,
        title=row.title,
        due=_moment(row.when, zone, stands, errors),
        attachments=tuple(row.files) if row.own and row.own_files else None,
    )


def _moment(text: str, zone: tzinfo, stands: Mapping[str, datetime], errors: list[str]) -> datetime | None:
    """`stands`: moments as their fields showed them: what was left alone stays, also in an hour that comes twice."""
    if not text.strip():
        return None
    found = stands.get(text) or parse_local(text, zone)
    if found is None:
        errors.append(f"“{text[:30]}” is no day and time: write it as 2026-12-24T09:00.")
    return found


def _read_files(
    request: MemberRequest, prefix: str, there: Sequence[Attachment], errors: list[str]
) -> list[Attachment]:
    """Those that stay, with what is told of them, and those that came along. Files that came along with a form that
    was refused are named in it the next time (`kept`)."""
    given = request.POST
    dropped = set(ids_of(given.getlist(f"{prefix}drop_file")))
    named = ids_of(given.getlist(f"{prefix}file_id"))
    known = {one.pk: one for one in there}
    others = [pk for pk in named if pk not in known]
    known |= {one.pk: one for one in Attachment.of(request.workspace).filter(pk__in=others, by=request.member)}
    if {*named} - known.keys() - dropped:
        errors.append(file_actions.GONE)
    kept = [one for pk, one in known.items() if pk not in dropped]
    for one in kept:
        alt = given.get(f"alt_{one.pk}")
        if alt is not None:
            try:
                one.alt = attachments.told(alt, one.name)  # kept with the item: it is part of what is approved
            except attachments.Unfit as no:
                errors.append(str(no))
    came = request.FILES.getlist(f"{prefix}files")
    if len(came) > MOST_FILES:
        errors.append(f"{len(came)} files came at once; {MOST_FILES} is the most. Attach the others again.")
    for file in came[:MOST_FILES]:
        try:
            kept.append(file_actions.attach(request.workspace, file.name or "file", file, by=request.member))
        except Refusal as no:
            errors.append(str(no))
    return kept


def read_rule(given: Mapping[str, str]) -> Recurrence:
    """The form of a series. Raises Refusal."""
    words: Mapping[str, Every] = {"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY"}
    every = words.get(given.get("every", ""))
    if every is None:
        raise Refusal("Say how often it comes again: by day, week or month")
    weekdays = tuple(number for number in range(7) if given.get(f"day_{number}")) if every == "WEEKLY" else ()
    by = given.get("by", "")
    nth, month_day = 0, 0
    if every == "MONTHLY" and by == "last_day":
        month_day = -1
    elif every == "MONTHLY" and (found := re.fullmatch(r"nth_(-1|[1-5])_([0-6])", by)):
        nth, weekdays = int(found[1]), (int(found[2]),)
    return Recurrence(
        every=every,
        step=_number(given.get("step", "1") or "1", "Every so many"),
        weekdays=weekdays,
        nth=nth,
        month_day=month_day,
        count=_number(given["count"], "How many times") if given.get("count", "").strip() else None,
        until=_day(given["until"]) if given.get("until", "").strip() else None,
    )


def _number(text: str, what: str) -> int:
    if not (text.strip().isdecimal() and len(text.strip()) < 5):
        raise Refusal(f"{what}: “{text[:20]}” is no number")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refusal(f"“{text[:20]}” is no day: write it as 2026-12-24") from None


def nth_choices(day: date) -> list[tuple[str, str]]:
    """How a month's time can be told, seen from a first day."""
    number = (day.day - 1) // 7 + 1
    found = [
        ("", f"on day {day.day}"),
        (f"nth_{number}_{day.weekday()}", f"on the {NTH[number]} {NAMES[day.weekday()]}"),
    ]
    found.append((f"nth_-1_{day.weekday()}", f"on the last {NAMES[day.weekday()]}"))
    return [*found, ("last_day", "on the last day")]


def read_slots(given: QueryDict) -> list[Slot]:
    """A line of times for each weekday: "9:00, 17:30". Raises Refusal."""
    found = []
    for weekday in range(7):
        for part in given.get(f"times_{weekday}", "").replace(";", ",").split(","):
            if part.strip():
                minute = read_time(part)
                if minute is None:
                    raise Refusal(f"“{part.strip()[:20]}” is no time of day: write 9:00, 17:30")
                found.append(Slot(weekday, minute))
    return found


def slot_line(slots: Sequence[Slot], weekday: int) -> str:
    """The other way."""
    return ", ".join(f"{one.at:%H:%M}" for one in slots if one.weekday == weekday)
