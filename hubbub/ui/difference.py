"""What changed from one text to the next, piece by piece, as pages about versions show it."""

import difflib
import re
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

MOST_COMPARED = 3_000  # pieces of two texts that are lined up; beyond, what is in one alone is told without its place

_PIECE = re.compile(r'"[^"]*"|\s+|[()]|[^\s()"]+|"')

Kind = Literal["same", "added", "removed"]


class Piece(Struct, frozen=True):
    """A run of a text, and whether the newer version has it, the older one, or both."""

    kind: Kind
    text: str


def difference(old: str, new: str) -> list[Piece]:
    """What was taken away and what was put in, in the order of the text. Words, phrases and brackets are
    compared as wholes; how they are spaced makes no difference."""
    left, right = _PIECE.findall(" ".join(old.split())), _PIECE.findall(" ".join(new.split()))
    if len(left) + len(right) > MOST_COMPARED:
        return _apart(left, right)
    found: list[Piece] = []
    for verb, i, j, k, m in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if verb == "equal":
            found.append(Piece("same", "".join(left[i:j])))
            continue
        found += [Piece("removed", "".join(left[i:j]))] if j > i else []
        found += [Piece("added", "".join(right[k:m]))] if m > k else []
    return found


def _apart(left: Sequence[str], right: Sequence[str]) -> list[Piece]:
    """Too long to be lined up: the pieces that only one of them has."""
    gone = [piece for piece in dict.fromkeys(left) if piece not in set(right)]
    came = [piece for piece in dict.fromkeys(right) if piece not in set(left)]
    found = [Piece("removed", " ".join(gone))] if gone else []
    return [*found, *([Piece("added", " ".join(came))] if came else [])]
