"""Ids as forms and addresses name them: whatever else stands there names no row."""

from collections.abc import Iterable

LONGEST = 19  # digits from which on a number fits no key


def id_of(text: str) -> int | None:
    """The id that a text names; None: it names none."""
    return int(text) if text.isdecimal() and len(text) < LONGEST else None


def ids_of(texts: Iterable[str]) -> list[int]:
    """The ids among these texts, in their order."""
    return [number for number in map(id_of, texts) if number is not None]
