"""Planned posts from a CSV file: tried first, with what is wrong line by line, then taken in, all or none."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from django.db import transaction
from msgspec import Struct

from hubbub.store.hours import zone_of
from hubbub.store.models import Member, Planned, Source, Topic, Workspace
from hubbub.ui import sheets
from hubbub.ui.api import Refusal

from . import actions
from .drafts import Draft, Wording
from .queries import parse_local

COLUMNS = ("title", "text", "when", "sources", "campaign", "tags", "owner", "topic", "post_title", "notes")
MOST = 500  # lines
LARGEST = 5_000_000  # bytes


class Line(Struct, frozen=True):
    """One line of the file: what it would become, or why it cannot."""

    number: int  # as editors count them, the heading is 1
    title: str
    draft: Draft | None
    error: str = ""


class Known(Struct, frozen=True):
    """What a line may name, by its name in small letters."""

    sources: Mapping[str, Source]
    owners: Mapping[str, Member]
    topics: Mapping[str, Topic]


def read(workspace: Workspace, data: bytes) -> list[Line]:
    """Every line, read against what there is. Raises Refusal where it is no such file."""
    sheet = sheets.read(data, largest=LARGEST, most=MOST)
    names = [name.casefold() for name in sheet.columns]
    if "text" not in names and "title" not in names:
        raise Refusal(f"The first line must name the columns: {', '.join(COLUMNS)}")
    if unknown := [name for name in names if name not in COLUMNS]:
        raise Refusal(f"There is no column “{unknown[0]}”; there are {', '.join(COLUMNS)}")
    known, zone = _known(workspace), zone_of(workspace)
    lines = [(number, {name.casefold(): cell.strip() for name, cell in cells.items()}) for number, cells in sheet.rows]
    found = [_line(number, given, known, zone) for number, given in lines]
    if not found:
        raise Refusal("The file holds no lines below its heading")
    return found


def _known(workspace: Workspace) -> Known:
    members = Member.of(workspace).filter(active=True).select_related("user")
    return Known(
        {one.name.casefold(): one for one in Source.of(workspace)},
        {one.user.email.casefold(): one for one in members},
        {one.name.casefold(): one for one in Topic.of(workspace)},
    )


def _line(number: int, given: Mapping[str, str], known: Known, zone: tzinfo) -> Line:
    errors: list[str] = []
    due = parse_local(given["when"], zone) if given.get("when") else None
    if given.get("when") and due is None:
        errors.append(f"“{given['when'][:30]}” is no day and time: write it as 2026-12-24T09:00")
    wordings = []
    for name in dict.fromkeys(part.strip() for part in given.get("sources", "").split("|") if part.strip()):
        source = known.sources.get(name.casefold())
        if source is None:
            errors.append(f"there is no source “{name}”")
        elif "post" not in source.can:
            errors.append(f"{source} takes no posts of ours with the settings it has")
        else:
            wordings.append(Wording(source, title=given.get("post_title", "")))
    owner, topic = (
        known.owners.get(given.get("owner", "").casefold()),
        known.topics.get(given.get("topic", "").casefold()),
    )
    if given.get("owner") and owner is None:
        errors.append(f"no member has the address {given['owner']}")
    if given.get("topic") and topic is None:
        errors.append(f"there is no topic “{given['topic']}”")
    if not given.get("text") and not given.get("title"):
        errors.append("it has neither a text nor a title")
    title = given.get("title") or given.get("text", "")[:60]
    if errors:
        return Line(number, title[:150], None, "; ".join(errors))
    tags = tuple(part for part in given.get("tags", "").split("|") if part.strip())
    draft = Draft(
        title=given.get("title", ""), text=given.get("text", ""), wordings=tuple(wordings), due=due,
        campaign=given.get("campaign", ""), notes=given.get("notes", ""), owner=owner, topic=topic, tags=tags,
    )  # fmt: skip
    return Line(number, title[:150], draft)


@transaction.atomic
def take_in(workspace: Workspace, lines: Sequence[Line], *, plan: bool, by: Member) -> list[Planned]:
    """All lines as drafts, or planned at once; all or none. Raises Refusal, naming the line."""
    made: list[Planned] = []
    for line in lines:
        if line.draft is None:
            raise Refusal(f"Line {line.number}: {line.error}")
        try:
            item = actions.create(workspace, line.draft, by=by, why=f"line {line.number} of a file")
            made.append(actions.plan(item, by=by) if plan else item)
        except Refusal as no:
            raise Refusal(f"Line {line.number}: {no}") from no
    return made


def tried(workspace: Workspace, lines: Sequence[Line], *, plan: bool, by: Member) -> list[Line]:
    """The lines with what would go wrong with each; nothing is kept."""
    found: list[Line] = []
    with transaction.atomic():
        for line in lines:
            try:
                with transaction.atomic():
                    take_in(workspace, [line], plan=plan, by=by)
            except Refusal as no:
                said = str(no).removeprefix(f"Line {line.number}: ")
                found.append(Line(line.number, line.title, None, said))
            else:
                found.append(line)
        transaction.set_rollback(True)
    return found
