"""Word lists: made, changed, filled from what is pasted or handed in. What cannot be an entry is named and kept."""

import csv
from collections.abc import Sequence
from io import StringIO

from django.db import IntegrityError, transaction
from msgspec import Struct

from hubbub.core import query as language
from hubbub.core.query.lists import MOST, folded, written
from hubbub.core.query.lists import WordList as Shape
from hubbub.store.audit import audit
from hubbub.store.models import Actor, Rule, WordList, Workspace
from hubbub.ui.api import Refusal

LARGEST = 2_000_000  # bytes of a file of words
SHOWN = 20  # bad entries that a message names


class ListDraft(Struct, frozen=True):
    """What a list is to be; `entries` one a line."""

    name: str
    entries: str = ""
    seen_through: bool = False
    about: str = ""


class BadEntry(Struct, frozen=True):
    """A line that cannot be an entry, and what to do about it."""

    line: int
    entry: str
    says: str
    mend: str


class Entries(Struct, frozen=True):
    """Lines, read: each entry once, and those that cannot be one."""

    good: Sequence[str]
    bad: Sequence[BadEntry]
    twice: int  # how many stood there more than once


class BadEntries(Refusal):
    """Some lines cannot be entries; all of them are named, and what was sent is still in the sender's hands."""

    def __init__(self, bad: Sequence[BadEntry]) -> None:
        self.bad = bad
        said = [f"Line {one.line}, “{one.entry}”: {one.says} {one.mend}".strip() for one in bad[:SHOWN]]
        more = f"\n… and {len(bad) - SHOWN} more" if len(bad) > SHOWN else ""
        super().__init__("Nothing was saved; mend these or take them out:\n" + "\n".join(said) + more)


def read_entries(text: str) -> Entries:
    """One entry a line; empty lines and loose spaces go, and so does what begins with # and a space."""
    good: dict[str, str] = {}
    bad: list[BadEntry] = []
    twice = 0
    for number, line in enumerate(text.splitlines(), start=1):
        entry = " ".join(line.split())
        if not entry or line.startswith("# "):
            continue
        if folded(entry) in good:
            twice += 1
        elif slip := _slip(entry):
            bad.append(BadEntry(number, entry[:80], *slip))
        else:
            good[folded(entry)] = entry
    return Entries(list(good.values()), bad, twice)


def _slip(entry: str) -> tuple[str, str] | None:
    """What is wrong with an entry and the mend; None: nothing is. A rule asks for it, as one would."""
    try:
        language.parse('list:"x"', language.Use.RULE, [Shape("x", (entry,))])
    except language.QueryError as error:
        slip = error.slips[0]
        said = slip.says.partition(" in it: ")[2] or slip.says
        return said, "Write a word, words in a row, #hashtag, @handle or rocket*, without signs around them."
    return None


def read_csv(content: bytes) -> str:
    """A file of words as lines: plain lines, or the column of a CSV that is called entry, word, term or phrase, else
    its first. Refusal where it is no text."""
    if len(content) > LARGEST:
        raise Refusal(f"The file has {len(content):,} bytes; {LARGEST:,} is the most")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal(f"The file is not UTF-8 (byte {error.start}): save it as UTF-8") from None
    first = text.partition("\n")[0]
    mark = next((one for one in (",", ";", "\t") if one in first), "")
    if not mark:
        lines = text.splitlines()
        named = lines and lines[0].strip().lower() in _HEADINGS
        return "\n".join(line.strip().strip('"') for line in (lines[1:] if named else lines))
    rows = [row for row in csv.reader(StringIO(text), delimiter=mark) if row]
    heads = [cell.strip().lower() for cell in rows[0]]
    at = next((number for number, head in enumerate(heads) if head in _HEADINGS), None)
    return "\n".join(row[at or 0] for row in rows[0 if at is None else 1 :] if len(row) > (at or 0))


_HEADINGS = frozenset({"entry", "entries", "word", "words", "term", "terms", "phrase", "phrases"})


def check_list(draft: ListDraft) -> ListDraft:
    """The draft, tidy. Raises Refusal; BadEntries names every line that cannot be an entry."""
    name = " ".join(draft.name.split())
    if not name or len(name) > 100:
        raise Refusal("A list needs a name of 100 characters at most")
    if '"' in name:
        raise Refusal("The name of a list cannot hold a quotation mark: rules write it between two")
    read = read_entries(draft.entries)
    if read.bad:
        raise BadEntries(read.bad)
    if len(read.good) > MOST:
        raise Refusal(f"The list has {len(read.good):,} entries, and {MOST:,} is the most: make two of it")
    return ListDraft(name, "\n".join(read.good), draft.seen_through, draft.about.strip())


@transaction.atomic
def make_list(workspace: Workspace, draft: ListDraft, *, by: Actor, why: str = "") -> WordList:
    """A new one. Raises Refusal."""
    tidy = check_list(draft)
    _refuse_taken(workspace, tidy.name, None)
    try:
        with transaction.atomic():
            row = WordList.everywhere.create(
                workspace=workspace, name=tidy.name, entries=tidy.entries, seen_through=tidy.seen_through,
                about=tidy.about,
            )  # fmt: skip
    except IntegrityError:
        raise Refusal(f"There is a list named “{tidy.name}” already") from None
    audit(row, "make", by=by, why=why, after={"entries": _count(tidy.entries), "seen_through": tidy.seen_through})
    workspace.plan_changed()
    return row


@transaction.atomic
def change_list(row: WordList, draft: ListDraft, *, by: Actor, version: int | None = None, why: str = "") -> WordList:
    """Change it. `version`: the one that was shown; where it is another now, Refusal."""
    tidy = check_list(draft)
    found = WordList.of(row.workspace).select_related("workspace").select_for_update(of=("self",)).get(pk=row.pk)
    if version is not None and found.version != version:
        raise Refusal("Somebody changed this list while you were writing: look at it, then make your change again")
    _refuse_taken(found.workspace, tidy.name, found)
    rules = naming(found)
    if folded(tidy.name) != folded(found.name) and rules:
        named = ", ".join(f"“{rule.name}”" for rule in rules[:5])
        raise Refusal(f"Rules ask for this list by its name ({named}): change those first, or keep the name")
    old, new = found.entries.splitlines(), tidy.entries.splitlines()
    same = (found.name, found.entries, found.seen_through, found.about)
    if same == (tidy.name, tidy.entries, tidy.seen_through, tidy.about):
        return found
    before = {"entries": len(old), "seen_through": found.seen_through}
    gone, came = [one for one in old if one not in set(new)], [one for one in new if one not in set(old)]
    found.name, found.entries, found.seen_through, found.about = (
        tidy.name, tidy.entries, tidy.seen_through, tidy.about,
    )  # fmt: skip
    found.version += 1
    found.save()
    told = {"added": _few(came), "taken out": _few(gone)}
    after: dict[str, str | int | bool | None] = {"entries": len(new), "seen_through": found.seen_through, **told}
    audit(found, "change", by=by, why=why, before=before, after=after)
    found.workspace.plan_changed()
    return found


def add_entries(row: WordList, text: str, *, by: Actor, replace: bool = False, why: str = "") -> tuple[int, int]:
    """Put lines into it beside, or in place of, what it holds; gives (new entries, entries then). Raises Refusal."""
    kept = "" if replace else row.entries
    before = {folded(one) for one in row.entries.splitlines()}
    read = read_entries(text)
    if read.bad:
        raise BadEntries(read.bad)
    draft = ListDraft(row.name, f"{kept}\n{text}", row.seen_through, row.about)
    changed = change_list(row, draft, by=by, version=row.version, why=why)
    now = changed.entries.splitlines()
    return sum(folded(one) not in before for one in now), len(now)


@transaction.atomic
def delete_list(row: WordList, *, by: Actor, why: str = "") -> None:
    """Away with it, where no rule names it. Raises Refusal."""
    rules = naming(row)
    if rules:
        named = ", ".join(f"“{rule.name}”" for rule in rules[:5])
        raise Refusal(f"Rules ask for this list: {named}. Change those first")
    audit(row, "delete", by=by, why=why, before={"entries": _count(row.entries)})
    workspace = row.workspace
    row.delete()
    workspace.plan_changed()


@transaction.atomic
def take_lists(workspace: Workspace, drafts: Sequence[ListDraft], *, by: Actor, why: str = "") -> int:
    """Make or change lists by their names; gives how many."""
    here = {folded(row.name): row for row in WordList.of(workspace).select_related("workspace")}
    for draft in drafts:
        known = here.get(folded(draft.name))
        if known is None:
            make_list(workspace, draft, by=by, why=why)
        else:
            given = ListDraft(known.name, draft.entries, draft.seen_through, draft.about or known.about)
            change_list(known, given, by=by, why=why)
    return len(drafts)


def naming(row: WordList) -> list[Rule]:
    """The rules that ask for the list."""
    asked = {written(row.name).casefold(), f'list:"{row.name}"'.casefold(), f"list:{row.name}".casefold()}
    rules = Rule.of(row.workspace).filter(when__icontains="list:").defer("because")
    return [rule for rule in rules if any(one in rule.when.casefold() for one in asked)]


def _refuse_taken(workspace: Workspace, name: str, row: WordList | None) -> None:
    for pk, known in WordList.of(workspace).values_list("pk", "name"):
        if folded(known) == folded(name) and (row is None or pk != row.pk):
            raise Refusal(f"There is a list named “{known}” already: choose another name")


def _count(entries: str) -> int:
    return len(entries.splitlines())


def _few(entries: Sequence[str]) -> str:
    return ", ".join(entries[:20]) + (f" and {len(entries) - 20} more" if len(entries) > 20 else "")
