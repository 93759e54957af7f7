"""NEAR as other tools allow it: over brackets of AND, within one another, behind brackets as `(…)~n`."""

import re
from typing import Protocol

from .build import MOST_LOOSE
from .foreign_fields import Dialect
from .foreign_text import Part, Piece, Refused
from .lexer import FARTHEST, MOST_TERMS
from .reading import URL

_PLAIN_WORD = re.compile(r"[\w'’]+")  # noqa: RUF001
_WHY_SPREAD = "NEAR joins words, phrases, or an OR of those here: it was spread over what stands in the brackets."
_WHY_STEPS = "There the words between are counted, here the steps: neighbours are 1 step apart."
_WHY_FAR = f"NEAR reaches {FARTHEST} steps at most here"
_WHY_SPAN = "Sentences and paragraphs are not told apart here: a number of steps stands for them."


class Notes(Protocol):
    """Where notes are put."""

    def note(self, start: int, end: int, written: str, why: str, *, lost: bool = True) -> None:
        """Note what became of a part."""


def spread(part: Part, dialect: Dialect, notes: Notes) -> Part:
    """The same tree with every NEAR between two sides of words, and no `~` behind brackets."""
    return _Spreader(dialect, notes).tree(part)


def simple(part: Part) -> bool:
    """Whether our NEAR takes it for a side: a word or phrase, or an OR of those."""
    if part.kind == "leaf" and part.piece:
        return part.piece.type in ("word", "phrase", "exact", "loose") and not URL.match(part.piece.value)
    return part.kind in ("group", "or") and all(simple(inner) for inner in part.parts)


class _Spreader:
    """Walks through one tree."""

    def __init__(self, dialect: Dialect, notes: Notes) -> None:
        self.dialect = dialect
        self.notes = notes
        self.made = 0

    def tree(self, part: Part) -> Part:
        """A part and all below it. Depth is bounded by that of the brackets."""
        part.parts = [self.tree(inner) for inner in part.parts]
        if part.kind == "near" and part.piece:
            near = self._steps(part.piece)
            left, right = part.parts
            if simple(left) and simple(right):
                part.piece = near
                return part
            return _anew(self._near(left, right, near), part, _WHY_SPREAD, wider=True)
        if part.kind == "group" and part.piece and part.piece.number is not None:
            return self._loose(part, part.piece)
        return part

    def _steps(self, near: Piece) -> Piece:
        """NEAR with our count of steps; what was changed is noted."""
        number = 5 if near.number is None else near.number
        why, wider = "", None
        if near.value in ("SENTENCE", "PARAGRAPH"):
            why, wider = _WHY_SPAN, False
        elif self.dialect == "brandwatch" and near.number is not None:
            number, why = number + 1, _WHY_STEPS
        steps = min(max(number, 1), FARTHEST)
        if steps != number:
            why, wider = f"{_WHY_FAR}." if number > FARTHEST else _WHY_STEPS, None
        near = near._replace(number=steps)
        written = f"NEAR/{steps}{'f' if near.forward else ''}"
        if written != near.value:
            why = why or "The same, as it is written here."
            lost = wider is not None or steps < number
            self.notes.note(near.start, near.end, written, why, lost=lost)
        return near

    def _near(self, left: Part, right: Part, near: Piece) -> Part:
        """NEAR between any two parts, made of NEARs between words."""
        self.made += 1
        if self.made > MOST_TERMS:
            raise Refused(near.start, near.end, "NEAR over so many brackets would need too many terms here.")
        if simple(left) and simple(right):
            return Part("near", left.start, right.end, [left, right], piece=near)
        if not simple(left):
            return self._over(left, right, near, is_left=True)
        return self._over(right, left, near, is_left=False)

    def _over(self, part: Part, other: Part, near: Piece, *, is_left: bool) -> Part:
        """One side that is not simple, taken apart."""

        def again(inner: Part) -> Part:
            return self._near(inner, other, near) if is_left else self._near(other, inner, near)

        inner = _bare(part)
        if inner.kind == "and":
            plain = [one for one in inner.parts if not _is_condition(one)]
            rest = [one for one in inner.parts if _is_condition(one)]
            return _joined("and", [*map(again, plain), *([] if plain else [other]), *rest])
        if inner.kind == "or":
            words = [one for one in inner.parts if simple(one)]
            rest = [one for one in inner.parts if not simple(one)]
            whole = [_group(_joined("or", words))] if words else []
            return _group(_joined("or", [again(one) for one in [*whole, *rest]]))
        if inner.kind == "near":
            return _joined("and", [inner, again(_group(_joined("or", list(inner.parts))))])
        return _joined("and", [other, inner])  # a field, NOT, raw characters: a condition of its own

    def _loose(self, part: Part, close: Piece) -> Part:
        """`(a AND b)~n`: near one another."""
        number = close.number or 0
        part.piece = None
        inner = _bare(part)
        parts = inner.parts if inner.kind == "and" else []
        if not parts or not all(simple(one) for one in parts):
            part.why, part.wider = f"`~{number}` goes behind words joined by AND: it was left out.", True
            return part
        words = [one.piece.value for one in parts if one.kind == "leaf" and one.piece and one.piece.type == "word"]
        why = f"`(…)~{number}` is said by NEAR, or by `~` behind a phrase, here."
        if len(words) == len(parts) and 2 < len(words) <= MOST_LOOSE and all(map(_PLAIN_WORD.fullmatch, words)):
            phrase = Piece("phrase", part.start, part.end, " ".join(words), number)
            return Part("leaf", part.start, part.end, piece=phrase, why=why)
        steps = min(number + 1, FARTHEST)
        near = Piece("NEAR", close.start, close.end, f"NEAR/{steps}", steps)
        pairs = [self._near(_group(a), _group(b), near) for at, a in enumerate(parts) for b in parts[at + 1 :]]
        if len(pairs) > 1:
            why += " Each two were joined."
        return _anew(_joined("and", pairs), part, why, wider=len(pairs) > 1)


def _anew(made: Part, old: Part, why: str, *, wider: bool) -> Part:
    """What stands for a part now, in brackets where it would bind otherwise."""
    if made.kind in ("and", "or") or made.why:
        made = Part("group", old.start, old.end, [made])
    made.start, made.end, made.why, made.wider = old.start, old.end, why, wider
    return made


def _bare(part: Part) -> Part:
    while part.kind == "group":
        (part,) = part.parts
    return part


def _group(part: Part) -> Part:
    """Brackets around what would bind otherwise."""
    return Part("group", part.start, part.end, [part]) if part.kind in ("and", "or") else part


def _is_condition(part: Part) -> bool:
    """Whether a part of an AND stands for itself: NEAR says nothing of it."""
    bare = _bare(part)
    return bare.kind in ("not", "field") or (bare.kind == "leaf" and not simple(bare))


def _joined(kind: str, parts: list[Part]) -> Part:
    if len(parts) == 1:
        return parts[0]
    flat: list[Part] = []
    for part in parts:
        flat.extend(part.parts if part.kind == kind else [part])
    gap = " OR " if kind == "or" else " AND "
    return Part("or" if kind == "or" else "and", flat[0].start, flat[-1].end, flat, [gap] * (len(flat) - 1))
