"""A workspace's word lists, as queries take them."""

from hubbub.core import query as language
from hubbub.core.query.lists import WordList as Shape

from .models import WordList, Workspace


def of(workspace: Workspace) -> tuple[Shape, ...]:
    """All of them, by name; what `language.parse` is given where a query may name one."""
    return tuple(
        Shape(name, tuple(entries.splitlines()), seen_through)
        for name, entries, seen_through in WordList.of(workspace).values_list("name", "entries", "seen_through")
    )


def read(text: str, use: language.Use, workspace: Workspace) -> language.Query:
    """A query of the workspace, which may name its lists. Raises QueryError."""
    return language.parse(text, use, of(workspace) if "list:" in text.casefold() else ())
