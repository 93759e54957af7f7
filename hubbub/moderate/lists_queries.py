"""What the pages about word lists read, and what a list would find in a text."""

from collections.abc import Sequence

from django.utils import timezone
from msgspec import Struct

from hubbub.core import query as language
from hubbub.core.facts import Facts
from hubbub.core.post import Place, Post
from hubbub.core.query.lists import WordList as Shape
from hubbub.core.query.lists import written
from hubbub.store.models import Rule, WordList, Workspace

from .lists_actions import naming, read_entries

LONGEST = 10_000  # characters of a text to try


class Listed(Struct, frozen=True):
    """A list, how long it is, and who asks for it."""

    row: WordList
    entries: int
    written: str  # how a query asks for it
    rules: Sequence[Rule]


class Tried(Struct, frozen=True):
    """Where a list's words stand in a text."""

    text: str
    spans: Sequence[tuple[str, int, int]]
    found: Sequence[str]  # the pieces of the text


def lists(workspace: Workspace) -> list[Listed]:
    """All of them, by name."""
    return [listed(row) for row in WordList.of(workspace).select_related("workspace")]


def listed(row: WordList) -> Listed:
    """One of them."""
    return Listed(row, len(row.entries.splitlines()), written(row.name), naming(row))


def tried(entries: str, text: str, *, seen_through: bool) -> Tried:
    """Where the entries stand in the text, in disguise where the list sees through that; bad entries are left out."""
    text = text[:LONGEST]
    good = tuple(read_entries(entries).good)
    if not good or not text.strip():
        return Tried(text, (), ())
    query = language.parse('list:"x"', language.Use.RULE, [Shape("x", good, seen_through)])
    now = timezone.now()
    reading = language.read(Post(id="", text=text), Place(), read_at=now)
    spans = language.spans(query, reading, Facts(), now=now)
    places = [(span.field, span.start, span.end) for span in spans]
    return Tried(text, places, [text[start:end] for _, start, end in places])
