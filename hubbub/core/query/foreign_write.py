"""Writes the tree of a foreign query in our language; what cannot be said is left out, its place and effect noted."""

import unicodedata
from typing import NamedTuple

from msgspec import Struct

from .errors import QueryError
from .fields import FIELDS, Use
from .foreign_fields import FOREIGN, Dialect, Known
from .foreign_text import Part, Piece
from .parser import parse
from .reading import URL, host

_MORE, _FEWER = "The query finds more than there.", "The query finds fewer than there."
_LEFT_OUT = "It was left out."
_LOWER = frozenset({"and", "or", "not", "near"})


class Note(Struct, frozen=True):
    """One difference. `start` and `end` are code points in the text that was translated."""

    start: int
    end: int
    found: str  # as it stood there
    written: str  # what stands for it now; "" where it was left out
    why: str  # a sentence or two, with the effect on what is found
    lost: bool  # whether the query finds something else than there


class _Drop(NamedTuple):
    """A part left out, while it is not known yet what that does to the rest."""

    part: Part
    why: str


class _Written(NamedTuple):
    """A part in our language; "" where all of it was left out."""

    text: str
    drops: tuple[_Drop, ...] = ()


class Writer:
    """Writes one tree, and gathers the notes."""

    def __init__(self, text: str, dialect: Dialect) -> None:
        self.text = text
        self.dialect = dialect
        self._notes: dict[tuple[int, int, str, str], Note] = {}
        self._said: set[str] = set()  # what need not be said again where nothing was changed
        self._checked: dict[str, str] = {}

    @property
    def notes(self) -> list[Note]:
        """All notes, in the order they were made."""
        return list(self._notes.values())

    def note(
        self, start: int, end: int, written: str, why: str, *, lost: bool = True, wider: bool | None = None
    ) -> None:
        """Note what became of a part; `wider` says whether more or fewer posts are found than there."""
        if wider is not None:
            why = f"{why} {_MORE if wider else _FEWER}"
        found = self.text[start:end]
        if written == found and why in self._said:
            return
        self._said.add(why)
        self._notes.setdefault((start, end, written, why), Note(start, end, found, written, why, lost))

    def whole(self, tree: Part) -> str:
        """The whole tree; "" where nothing of it can be said."""
        text, drops = self._write(tree, None, positive=True)
        for drop in drops:
            self._left_out(drop, "Nothing is left to look for.")
        return text.strip()

    def _left_out(self, drop: _Drop, effect: str) -> None:
        self.note(drop.part.start, drop.part.end, "", f"{drop.why} {_LEFT_OUT} {effect}")

    def _write(self, part: Part, within: Known | None, *, positive: bool) -> _Written:
        written = self._written(part, within, positive=positive)
        if part.why and written.text:
            effect = (part.wider is positive) if part.wider else None
            self.note(part.start, part.end, written.text, part.why, lost=part.wider, wider=effect)
        return written

    def _written(self, part: Part, within: Known | None, *, positive: bool) -> _Written:
        if part.kind == "leaf" and part.piece:
            return self._leaf(part, part.piece, within, positive=positive)
        if part.kind == "group":
            text, drops = self._write(part.parts[0], within, positive=positive)
            return _Written(f"({text})" if text else "", drops)
        if part.kind == "not" and part.piece:
            return self._not(part, part.piece, within, positive=positive)
        if part.kind == "field" and part.piece:
            return self._field(part, part.piece, within, positive=positive)
        if part.kind == "near" and part.piece:
            return self._near(part, part.piece, within, positive=positive)
        return self._joined(part, within, positive=positive)

    def _joined(self, part: Part, within: Known | None, *, positive: bool) -> _Written:
        """AND and OR: what is left out of an AND widens it, what is left out of an OR narrows it."""
        written = [self._write(inner, within, positive=positive) for inner in part.parts]
        kept = [n for n, one in enumerate(written) if one.text]
        drops = tuple(drop for one in written for drop in one.drops)
        if not kept:
            return _Written("", drops)
        for drop in drops:
            self._left_out(drop, _MORE if (part.kind == "and") is positive else _FEWER)
        text = ""
        for n in kept:
            one = written[n].text
            if part.kind == "and" and part.parts[n].kind == "or" and len(kept) > 1:
                one = f"({one})"
            text += (part.gaps[n - 1] if text else "") + one
        return _Written(text)

    def _not(self, part: Part, sign: Piece, within: Known | None, *, positive: bool) -> _Written:
        text, drops = self._write(part.parts[0], within, positive=not positive)
        if not text:
            return _Written("", drops)
        if part.parts[0].kind in ("and", "or"):
            text = f"({text})"
        return _Written(("NOT " if sign.value == "NOT" else "-") + text)

    def _near(self, part: Part, near: Piece, within: Known | None, *, positive: bool) -> _Written:
        if within and not within.words:
            self.note(near.start, near.end, "AND", "NEAR has no meaning within this field.", wider=positive)
            return self._joined(Part("and", part.start, part.end, part.parts, [" AND "]), within, positive=positive)
        sides = [self._write(inner, within, positive=positive) for inner in part.parts]
        texts = [
            f"({one.text})" if inner.kind == "or" else one.text for one, inner in zip(sides, part.parts, strict=True)
        ]
        drops = tuple(drop for one in sides for drop in one.drops)
        if all(texts):
            return _Written(f"{texts[0]} NEAR/{near.number}{'f' if near.forward else ''} {texts[1]}")
        if any(texts):
            for drop in drops:
                self._left_out(drop, _MORE if positive else _FEWER)
            return _Written(texts[0] or texts[1])
        return _Written("", drops)

    # Fields

    def _field(self, part: Part, name: Piece, within: Known | None, *, positive: bool) -> _Written:
        value = part.parts[0]
        if within:
            return _Written("", (_Drop(part, "A field cannot stand within a field's brackets here."),))
        low = name.value.lower()
        if low == "raw" and value.piece and value.kind == "leaf":
            return self._checked_leaf(part, f'raw:"{_inside(value.piece.value)}"', "", positive=positive, wider=None)
        known = FOREIGN[self.dialect].get(low)
        if known is None:
            return self._other_field(part, name, value, positive=positive)
        if known.words:
            text, drops = self._write(value, known, positive=positive)
            ours = known.to.partition(":")[0]
            if text and ours != low:
                self.note(name.start, name.end, ours + ":", "The same, by the name it has here.", lost=False)
            return _Written(_fill(known.to, text) if text else "", drops)
        if value.kind == "leaf" and value.piece:
            return self._value(part, value.piece, known, positive=positive)
        return self._write(value, known, positive=positive)

    def _other_field(self, part: Part, name: Piece, value: Part, *, positive: bool) -> _Written:
        """A name that is no field there: one of ours, or just a word before a colon."""
        ours = FIELDS.get(name.value.lower())
        if ours and Use.TOPIC in ours.known and value.kind == "leaf" and value.piece:
            return self._value(part, value.piece, Known(ours.name + ":{}"), positive=positive)
        if value.kind == "leaf" and value.piece and value.piece.type in ("word", "phrase"):
            phrase = f'"{_inside(name.value + ":" + value.piece.value)}"'
            why = f"`{name.value}:` is no field that is known here; the words are looked for."
            return self._checked_leaf(part, phrase, why, positive=positive, wider=None)
        return _Written("", (_Drop(part, f"`{name.value}:` is no field that is known here."),))

    def _value(self, part: Part, value: Piece, known: Known, *, positive: bool) -> _Written:
        """`field:value`; `part` is all of it."""
        if known.choices:
            written = known.choices.get(value.value.strip("\"'").lower(), "")
            if not written:
                return _Written("", (_Drop(part, known.why or "This cannot be asked for here."),))
            linked = known.why if "site:" in written else "The same, as it is written here."
            return self._checked_leaf(
                part, written, linked, positive=positive, wider=True if "site:" in written else None
            )
        if not known.to:
            return _Written("", (_Drop(part, known.why),))
        several = value.type == "phrase" and len(value.value.split()) > 1
        form = known.phrase if several and known.phrase else known.to
        text = _as_value(value)
        if known.host and value.type in ("word", "phrase"):
            text = host(value.value.strip()) or text
        if known.bare:
            text = value.value.strip().lstrip("@#")
        why = known.why if not known.phrase or several else ""
        wider = True if known.wider or form.count("{}") > 1 else None
        text = _fill(form, text)
        same = "" if text == self.text[part.start : part.end] else "The same, by the name it has here."
        return self._checked_leaf(part, text, why or same, positive=positive, wider=wider)

    # Words

    def _leaf(self, part: Part, piece: Piece, within: Known | None, *, positive: bool) -> _Written:
        if within and not within.words:
            return self._value(part, piece, within, positive=positive)
        prefix = within.to.partition("{")[0] if within else ""
        text, why, wider = self._word(piece, within)
        return self._checked_leaf(part, text, why, positive=positive, wider=wider, prefix=prefix)

    def _word(self, piece: Piece, within: Known | None) -> tuple[str, str, bool | None]:
        """A term in our words, what is different, and whether that finds more (True) or fewer (False)."""
        value = piece.value
        if piece.type in ("phrase", "exact"):
            text = _as_value(piece)
            return text, *self._different(value)
        if piece.type == "raw":
            if value.isalnum() or within:
                return "{" + value + "}", "`++` is written in braces here.", None
            return f'raw:"{_inside(value)}"', "The characters as they stand are written raw: here.", None
        if piece.type == "loose":
            text = value if value.isalnum() else f'"{_inside(value)}"'
            return text, "`+`, characters in any case, is not known here; the words are looked for.", True
        if piece.type != "word":
            return "", "It stands behind no field.", None
        if URL.match(value):
            return f'links:"{_inside(value)}"', "Addresses are no words here: what links there is found.", None
        if value[0] in "$€£¥%" and len(value) > 1:
            return value, "Signs of currency are no part of a word here.", True
        if ":" in value or "\\" in value or "~" in value or value[-1:] in "&|+":
            return (value if self._slip(value) == "" else f'"{_inside(value)}"'), *self._different(value)
        return value, *self._different(value)

    def _different(self, value: str) -> tuple[str, bool | None]:
        if value in _LOWER:
            return f"`{value}` in lower case is a word. Write {value.upper()} if the operator is meant.", None
        if self.dialect == "brandwatch" and not value.isascii() and _has_accents(value):
            return "Accents make no difference here.", True
        return "", None

    def _checked_leaf(
        self, part: Part, text: str, why: str, *, positive: bool, wider: bool | None, prefix: str = ""
    ) -> _Written:
        """A leaf, if our parser reads it."""
        slip = self._slip(prefix + text) if text else why
        if slip or not text:
            return _Written("", (_Drop(part, slip or why),))
        if why:
            effect = None if wider is None else wider is positive
            self.note(part.start, part.end, text, why, lost=wider is not None, wider=effect)
        elif text != self.text[part.start : part.end] and not text.startswith('"'):
            self.note(part.start, part.end, text, "The same, as it is written here.", lost=False)
        return _Written(text)

    def _slip(self, text: str) -> str:
        """What our parser says of a leaf; "" where it reads it."""
        if text not in self._checked:
            try:
                parse(text, Use.VIEW)
                self._checked[text] = ""
            except QueryError as error:
                self._checked[text] = error.slips[0].says
        return self._checked[text]


def _fill(form: str, value: str) -> str:
    return form.replace("{}", value)


def _inside(value: str) -> str:
    """What may stand between quotes."""
    return value.replace("\\", " ").replace('"', " ")


def _as_value(piece: Piece) -> str:
    if piece.type == "phrase":
        return f'"{_inside(piece.value)}"' + (f"~{piece.number}" if piece.number is not None else "")
    if piece.type == "exact":
        return "{" + piece.value + "}"
    if piece.type == "range":
        return f"[{piece.value}]"
    if piece.type == "compare":
        return "".join(piece.value.split())
    return f'"{_inside(piece.value)}"' if piece.type in ("raw", "loose") else piece.value


def _has_accents(value: str) -> bool:
    return any(unicodedata.combining(char) for char in unicodedata.normalize("NFD", value) if char.isprintable())
