"""What the database is asked for one query over one workspace's stored posts."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from msgspec import Struct

from hubbub.core import query as language
from hubbub.core.query import narrow
from hubbub.core.query.errors import show
from hubbub.core.query.glob import glob
from hubbub.core.query.narrow import All, Any, But, Close, Need, Run, Wild

from . import fulltext, words
from .conditions import Conditions, span
from .fulltext.indexing import LONGEST
from .models import Post, Workspace
from .stretches import Span

MOST_EXPANDED = 2_000  # words behind one wildcard
MOST_NAMED = 500_000  # bytes of all words that are asked for; PostgreSQL takes a megabyte


class Narrowing(Struct, frozen=True):
    """How a query is narrowed."""

    workspace: Workspace
    few: Sequence[int] | None  # where all that match are among few posts: their ids
    words: Need | None  # None: the index cannot help
    fields: Need | None  # what columns are asked for; as a
    condition: Q | None  # on them; None: they cannot help
    exact: bool  # whether all that fulfils both matches, as far as it is indexed
    span: Span  # in which all that matches was published

    def hits(self, low: int, high: int, most: int) -> Sequence[int]:
        """Keys of the index under which the words are, see `fulltext.hits`."""
        # expanded anew each time, after the queue was read: the list may have grown since
        if self.words is None:
            return ()
        need = expand(self.words, self.workspace)
        if need is not None and _named(need) > MOST_NAMED:
            need = self.words  # more than a database can be asked for at once: the index then goes by beginnings alone
        return fulltext.hits(need, low, high, most)


def narrowed(workspace: Workspace, query: language.Query, *, now: datetime, prefix: str = "") -> Narrowing:
    """Work it out; `prefix` is how the list that is narrowed reaches a post ("post__")."""
    conditions = Conditions(workspace, now, prefix)
    found = narrow.narrow(query, conditions.knows)
    newest = Post.everywhere.order_by("-pk").values_list("pk", flat=True).first() or 0
    return Narrowing(
        workspace,
        conditions.few(found.fields),
        found.words if fulltext.indexable(workspace.pk, newest) else None,
        found.fields,
        None if found.fields is None else conditions.written(found.fields),
        found.exact,
        Span(*span(found.fields, now)),
    )


def too_wide(workspace: Workspace, query: language.Query) -> list[language.Slip]:
    """The wildcards of a query behind which too many words of the workspace stand to look all of them up."""
    return [
        _slip(query.text, pattern)
        for pattern in narrow.patterns(query)
        if len(words.expanded(workspace, pattern, MOST_EXPANDED)) > MOST_EXPANDED
    ]


def _slip(text: str, pattern: str) -> language.Slip:
    start = max(text.lower().find(pattern), 0)
    before = text[:start]
    line, column = before.count("\n") + 1, start - before.rfind("\n")
    says = f"More than {MOST_EXPANDED:,} words of your posts stand behind this wildcard."
    mend = f"Write more of the word before the {'*' if '*' in pattern else '?'}."
    return language.Slip(line, column, start, start + len(pattern), show(pattern), (), says, mend)


def expand(need: Need, workspace: Workspace) -> Need | None:
    """With the words of the workspace in place of wildcards that the index cannot follow. None: it holds no such
    words."""
    match need:
        case Wild(pattern, field) if pattern != glob(pattern).prefix + "*":
            found = words.expanded(workspace, pattern, MOST_EXPANDED)
            if len(found) > MOST_EXPANDED:
                return need  # the index finds what begins so, and the matcher looks at all of it
            whole = [Wild(f"{word}*", field) if len(word) == LONGEST else Run((word,), field) for word in found]
            return Any(tuple(whole)) if whole else None
        case All(parts):
            filled = [expand(part, workspace) for part in parts]
            kept = tuple(part for part in filled if part is not None)
            return All(kept) if len(kept) == len(parts) else None
        case Any(parts):
            filled = [expand(part, workspace) for part in parts]
            kept = tuple(part for part in filled if part is not None)
            return Any(kept) if kept else None
        case But(part, never):
            plain, without = expand(part, workspace), expand(never, workspace)
            return plain if plain is None or without is None else But(plain, without)
        case _:
            return need


def _named(need: Need) -> int:
    """How many bytes all words have."""
    match need:
        case Run(words, _):
            return sum(len(word.encode()) for word in words)
        case All(parts) | Any(parts) | Close(parts, _):
            return sum(map(_named, parts))
        case But(part, never):
            return _named(part) + _named(never)
        case _:
            return 0
