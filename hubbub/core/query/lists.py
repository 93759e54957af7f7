"""Word lists: words, phrases and wildcards under one name, for `list:name` in a query."""

import hashlib
import re
from collections.abc import Sequence

from msgspec import Struct

from . import script
from .errors import show
from .tree import Disguised, Term

MOST = 10_000  # entries of a list
_PLAIN_NAME = re.compile(r"[\w@.'/][\w@.'/-]*")


class WordList(Struct, frozen=True):
    """One list. Its entries are read as terms of a query are: `acme`, `acme rockets` (in a row), `rocket*`."""

    name: str
    entries: tuple[str, ...] = ()
    seen_through: bool = False  # also found in disguise: v1agra, v i a g r a, viaaagra


class ListBroken(Exception):
    """A list that cannot be used; the text names the entry and what is wrong with it."""

    def __init__(self, entry: str, says: str) -> None:
        super().__init__(f"{show(entry)} in it: {says}" if entry else says)


def folded(name: str) -> str:
    """A name as names are compared."""
    return " ".join(script.fold(name).split())


def written(name: str) -> str:
    """How a query asks for the list of that name."""
    return f"list:{name}" if _PLAIN_NAME.fullmatch(name) else f'list:"{name}"'


def entries(given: WordList) -> list[str]:
    """The entries without loose spaces, none of them empty. Raises ListBroken where there are too many."""
    found = [" ".join(entry.split()) for entry in given.entries]
    found = [entry for entry in found if entry]
    if len(found) > MOST:
        raise ListBroken("", f"it has {len(found):,} entries, and {MOST:,} is the most")
    return found


def disguised(terms: Sequence[Term]) -> Disguised:
    """What looks for these terms in disguise."""
    found = tuple(tuple(cut.word for cut in term.tokens) for term in terms)
    sign = hashlib.sha256("\n".join(" ".join(words) for words in found).encode("utf-8", "surrogatepass")).hexdigest()
    return Disguised(f"list {sign[:16]}", found)
