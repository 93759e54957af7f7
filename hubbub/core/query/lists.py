"""Word lists: words, phrases and wildcards under one name, for `list:name` in a query."""

from msgspec import Struct


class WordList(Struct, frozen=True):
    """One list. Its entries are read as terms of a query are: `acme`, `acme rockets` (in a row), `rocket*`."""

    name: str
    entries: tuple[str, ...] = ()
    seen_through: bool = False  # also found in disguise: v1agra, v i a g r a, viaaagra
