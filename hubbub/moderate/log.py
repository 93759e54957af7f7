"""The audit log: every write, newest first, filtered by who, what and which; also as CSV."""

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from msgspec import Struct, json

from hubbub.store.models import Audit, Member, Workspace
from hubbub.store.search import Before
from hubbub.ui import sheets

# what an undo needs and nobody reads; the CSV and the API have it
INSIDE = frozenset(
    {"decided", "outbox", "called_back", "policy_id", "opinion", "assignee", "note", "post", "conversation"}
)
LATELY = 5_000  # entries whose verbs and nouns are offered as choices

# what an entry is about → where it is shown, given its id
PAGES = {
    "conversation": "engage:conversation",
    "person": "engage:person",
    "planned": "engage:planned",
    "relationship": "engage:relation",
    "post": "moderate:post",
    "rule": "moderate:rule",
    "sanction": "moderate:sanction",
    "undoing": "moderate:undoing",
    "policy": "moderate:policy",
    "source": "listen:source",
    "topic": "listen:topic",
}
LISTS = {"outbox": "engage:outbox", "member": "team:members", "apitoken": "team:tokens", "objective": "plan:objectives"}


class Asked(Struct, frozen=True):
    """Which entries are wanted; empty: all."""

    who: str = ""  # "m12" for a member, "rule", "system"
    verb: str = ""
    noun: str = ""
    id: str = ""  # of one thing


class Entry(Struct, frozen=True):
    """One entry and where its thing is shown."""

    row: Audit
    url: str
    changes: Sequence[tuple[str, str, str]]  # field, before, after


class Log(Struct, frozen=True):
    """One page."""

    entries: Sequence[Entry]
    older: Before | None


def read_asked(request: HttpRequest) -> Asked:
    """From the address."""
    return Asked(*(request.GET.get(name, "").strip()[:40] for name in ("who", "verb", "noun", "id")))


def entries(workspace: Workspace, asked: Asked) -> QuerySet[Audit]:
    """What was asked for, newest first."""
    found = Audit.of(workspace).order_by("-id")
    if asked.who in ("rule", "system"):
        found = found.filter(by_kind=asked.who)
    elif asked.who.startswith("m") and asked.who[1:].isdecimal():
        found = found.filter(by_member=int(asked.who[1:]))
    if asked.verb:
        found = found.filter(verb=asked.verb)
    if asked.noun:
        found = found.filter(noun=asked.noun)
        if asked.id.isdecimal():
            found = found.filter(noun_id=int(asked.id))
    return found


def log(workspace: Workspace, asked: Asked, before: Before | None = None, size: int = 100) -> Log:
    """A page of it."""
    found = entries(workspace, asked)
    if before:
        found = found.filter(id__lt=before.id)
    page = list(found[: size + 1])
    last = page[size - 1] if len(page) > size else None
    return Log([entry(workspace, row) for row in page[:size]], Before(last.at, last.pk) if last else None)


def entry(workspace: Workspace, row: Audit) -> Entry:
    """The row as a page shows it."""
    fields = [*row.before, *(name for name in row.after if name not in row.before)]
    fields = [name for name in fields if name not in INSIDE]
    changed = [(name, _shown(row.before.get(name)), _shown(row.after.get(name))) for name in fields]
    return Entry(row, _url(workspace, row), changed)


def _shown(value: str | int | float | bool | None) -> str:
    return "nothing" if value is None or value == "" else str(value)


def _url(workspace: Workspace, row: Audit) -> str:
    try:
        if row.noun in PAGES:
            return reverse(PAGES[row.noun], args=[workspace.slug, row.noun_id])
        if row.noun in LISTS:
            return f"{reverse(LISTS[row.noun], args=[workspace.slug])}#row-{row.noun_id}"
    except NoReverseMatch:
        return ""
    return ""


class Choices(Struct, frozen=True):
    """What the filter offers."""

    who: Sequence[tuple[str, str]]
    verbs: Sequence[str]
    nouns: Sequence[str]


def choices(workspace: Workspace, asked: Asked) -> Choices:
    """All members, and the verbs and nouns of the latest entries."""
    members = Member.of(workspace).select_related("user").order_by("user__name", "user__email")
    lately = Audit.of(workspace).order_by("-id").values("verb", "noun")[:LATELY]
    pairs = {(row["verb"], row["noun"]) for row in lately}
    return Choices(
        who=[*((f"m{one.pk}", str(one)) for one in members), ("rule", "Rules"), ("system", "Hubbub and the networks")],
        verbs=sorted({verb for verb, _ in pairs} | ({asked.verb} - {""})),
        nouns=sorted({noun for _, noun in pairs} | ({asked.noun} - {""})),
    )


HEAD = ("id", "at", "by", "by_kind", "verb", "noun", "noun_id", "noun_name", "why", "before", "after")


def as_csv(workspace: Workspace, asked: Asked) -> Iterator[str]:
    """Line by line, newest first, however long it is."""
    yield _line(HEAD)
    before: int | None = None
    while True:
        found = entries(workspace, asked)
        rows = list((found.filter(id__lt=before) if before else found)[:1000])
        for row in rows:
            yield _line(
                (
                    row.pk,
                    row.at.isoformat(),
                    row.by_name,
                    row.by_kind,
                    row.verb,
                    row.noun,
                    row.noun_id,
                    row.noun_name,
                    row.why,
                    json.encode(row.before).decode(),
                    json.encode(row.after).decode(),
                )
            )
        if len(rows) < 1000:
            return
        before = rows[-1].pk


def _line(cells: Sequence[object]) -> str:
    return sheets.line(sheets.harmless(cell) if isinstance(cell, str) else cell for cell in cells)
