"""Reads a query of another tool into a tree of parts, forgiving what can be forgiven, so that it can be translated."""

import re
from itertools import pairwise
from typing import Literal, NamedTuple

from msgspec import Struct, field

from .foreign_fields import FOREIGN, Dialect

DEEPEST = 90  # brackets: ours allow 100, and a few are added on the way
LONGEST = 100_000

Kind = Literal["leaf", "and", "or", "not", "near", "group", "field"]
_COMMENT = re.compile(r"<<<.*?(?:>>>|\Z)", re.DOTALL)
_SPACE = re.compile(r"\s+")
_QUOTES = '"“”„‟«»'
_CLOSING = re.compile(r'["“”„‟«»]')
_RUN = re.compile(r'[^\s()"“”„‟«»{}\[\]]+')
_SLACK = re.compile(r"~\s?(\d{1,4})")
_NEAR = re.compile(r"(O?)NEAR(?:/(\d{1,4})(f?))?", re.IGNORECASE)
_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9_]*):")
_COMPARE = re.compile(r"[<>]=?\s*[^\s()]+")
_CLEAN = re.compile(r"\s*(?:AND|OR)?\s*")
_ONE_SIDED = "It has no two sides: it was passed over."
_SPANS = {"SENTENCE": 20, "PARAGRAPH": 100}


class Refused(Exception):
    """Nothing can be made of it: why, and where."""

    def __init__(self, start: int, end: int, why: str) -> None:
        super().__init__(why)
        self.start, self.end, self.why = start, end, why


class Piece(NamedTuple):
    """One terminal of theirs."""

    type: str  # word, phrase, exact, raw, range, compare, field, AND, OR, NOT, NEAR, (, )
    start: int
    end: int
    value: str
    number: int | None = None  # of ~n and NEAR/n
    forward: bool = False


class Part(Struct):
    """A part of the tree. `gaps` hold what stood before each part but the first."""

    kind: Kind
    start: int
    end: int
    parts: "list[Part]" = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    piece: Piece | None = None  # the leaf, the field's name, NOT, NEAR, the bracket that closes a group
    why: str = ""  # why it was built anew, where it was
    wider: bool = False  # whether it finds more since


class Slip(NamedTuple):
    """Something that was passed over."""

    start: int
    end: int
    why: str


class Cutter:
    """Cuts a text into pieces, linear in its length."""

    def __init__(self, text: str, dialect: Dialect) -> None:
        self.text = text
        self.dialect = dialect
        self.pieces: list[Piece] = []
        self.comments: list[tuple[int, int]] = []
        self.slips: list[Slip] = []

    def read(self) -> list[Piece]:
        """All pieces, in order."""
        at = 0
        while at < len(self.text):
            at = self._next(at)
        return self.pieces

    def _put(self, kind: str, start: int, end: int, value: str, number: int | None = None) -> int:
        self.pieces.append(Piece(kind, start, end, value, number))
        return end

    def _next(self, at: int) -> int:
        text, char = self.text, self.text[at]
        if char.isspace():
            return _SPACE.match(text, at).end()  # type: ignore[union-attr]
        if char == "<" and (comment := _COMMENT.match(text, at)):
            self.comments.append(comment.span())
            return comment.end()
        if char == "(":
            return self._put("(", at, at + 1, char)
        if char == ")":
            slack = _SLACK.match(text, at + 1)
            end = slack.end() if slack else at + 1
            return self._put(")", at, end, text[at:end], int(slack[1]) if slack else None)
        if char in _QUOTES:
            return self._quoted(at, at + 1, "phrase")
        if char == "{" or char == "[":
            return self._enclosed(at, char)
        if char in "<>" and (compared := _COMPARE.match(text, at)):
            return self._put("compare", at, compared.end(), compared[0])
        if char in "-\u2212\u2013" and not text[at + 1 : at + 2].isspace() and at + 1 < len(text):
            return self._put("NOT", at, at + 1, char)
        if char == "+" and self.dialect == "talkwalker":
            return self._plus(at)
        return self._word(at)

    def _quoted(self, at: int, inside: int, kind: str) -> int:
        close = _CLOSING.search(self.text, inside)
        if not close:
            self.slips.append(Slip(at, inside, "This quote is never closed: it was closed at the end."))
        end = close.start() if close else len(self.text)
        value, end = self.text[inside:end], end + bool(close)
        slack = _SLACK.match(self.text, end) if kind == "phrase" else None
        return self._put(kind, at, slack.end() if slack else end, value, int(slack[1]) if slack else None)

    def _enclosed(self, at: int, char: str) -> int:
        end = self.text.find("}" if char == "{" else "]", at)
        value = self.text[at + 1 : end if end >= 0 else len(self.text)]
        return self._put("exact" if char == "{" else "range", at, end + 1 if end >= 0 else len(self.text), value)

    def _plus(self, at: int) -> int:
        """`+"p&t"` is the characters in any case, `++"P&T"` in this one."""
        inside = at + 1 + (self.text[at + 1 : at + 2] == "+")
        kind = "raw" if inside == at + 2 else "loose"
        if self.text[inside : inside + 1] in _QUOTES and inside < len(self.text):
            return self._quoted(at, inside + 1, kind)
        run = _RUN.match(self.text, inside)
        return self._put(kind, at, run.end(), run[0]) if run else at + 1

    def _word(self, at: int) -> int:
        run = _RUN.match(self.text, at)
        if not run:
            return at + 1  # a bracket that closes nothing
        word, end = run[0], run.end()
        if word in ("AND", "OR", "NOT"):
            return self._put(word, at, end, word)
        near = _NEAR.fullmatch(word)
        if near and (word.isupper() or near[2]):
            steps = int(near[2]) if near[2] else None
            self.pieces.append(Piece("NEAR", at, end, word, steps, bool(near[1] or near[3])))
            return end
        if word in _SPANS and self.dialect == "talkwalker":
            return self._put("NEAR", at, end, word, _SPANS[word])
        name = _FIELD.match(word)
        if name and not word.startswith("//", name.end()):
            return self._field(at, name[1])
        return self._put("word", at, end, word)

    def _field(self, at: int, name: str) -> int:
        """The name and the colon; spaces behind it are passed over where the name is one of theirs."""
        colon = at + len(name) + 1
        known = name.lower() in FOREIGN[self.dialect] or name.lower() == "raw"
        gap = _SPACE.match(self.text, colon) if known else None
        end = gap.end() if gap else colon
        if end >= len(self.text) or self.text[end].isspace() or self.text[end] == ")":
            return self._put("word", at, colon, name)
        self._put("field", at, end, name)
        if self.text[end] in _QUOTES + "({[<>":
            return end
        run = _RUN.match(self.text, end)
        return self._put("word", end, run.end(), run[0]) if run else end


class Parser:
    """Makes the tree. Binding, tightest first: field, NEAR, NOT, AND (also the unwritten one), OR."""

    def __init__(self, text: str, pieces: list[Piece]) -> None:
        self.text = text
        self.pieces = pieces
        self.at = 0
        self.depth = 0
        self.slips: list[Slip] = []

    def read(self) -> Part | None:
        """The tree of the whole text; None where it holds nothing to look for."""
        parts: list[Part] = []
        while self.at < len(self.pieces):
            part = self._or()
            if part:
                parts.append(part)
            if self.at < len(self.pieces):  # a bracket that closes nothing
                self._slip("No bracket is open here: it was passed over.")
        return self._joined("and", parts) if parts else None

    def _type(self) -> str:
        return self.pieces[self.at].type if self.at < len(self.pieces) else ""

    def _slip(self, why: str) -> None:
        piece = self.pieces[self.at]
        self.slips.append(Slip(piece.start, piece.end, why))
        self.at += 1

    def _joined(self, kind: Kind, parts: list[Part]) -> Part:
        if len(parts) == 1:
            return parts[0]
        gaps = [self._gap(kind, a.end, b.start) for a, b in pairwise(parts)]
        return Part(kind, parts[0].start, parts[-1].end, parts, gaps)

    def _gap(self, kind: str, start: int, end: int) -> str:
        """What joins two parts, as it was written where that will do."""
        gap = self.text[start:end]
        word = gap.strip()
        if _CLEAN.fullmatch(gap) and gap and (word == "OR" if kind == "or" else word in ("", "AND")):
            return gap
        return " OR " if kind == "or" else " AND "

    def _or(self) -> Part | None:
        parts: list[Part] = []
        sign: Piece | None = None
        while True:
            part = self._and()
            if part:
                parts.append(part)
            if sign and not (part and len(parts) > 1):
                self.slips.append(Slip(sign.start, sign.end, _ONE_SIDED))
            if self._type() != "OR":
                return self._joined("or", parts) if parts else None
            sign = self.pieces[self.at]
            self.at += 1

    def _and(self) -> Part | None:
        parts: list[Part] = []
        sign: Piece | None = None  # an AND whose right side is due
        while self._type() not in ("", "OR", ")"):
            if self._type() != "AND":
                part = self._not()
                if part:
                    parts.append(part)
                    sign = None
                continue
            if sign or not parts:
                self._slip(_ONE_SIDED)
                continue
            sign = self.pieces[self.at]
            self.at += 1
        if sign:
            self.slips.append(Slip(sign.start, sign.end, _ONE_SIDED))
        return self._joined("and", parts) if parts else None

    def _not(self) -> Part | None:
        nots: list[Piece] = []
        while self._type() == "NOT":
            nots.append(self.pieces[self.at])
            self.at += 1
        part = self._near() if self._type() not in ("", "AND", "OR", ")") else None
        if part is None:
            if nots:
                self.slips.append(Slip(nots[0].start, nots[-1].end, "Nothing stands behind it: it was passed over."))
            return None
        return Part("not", nots[0].start, part.end, [part], piece=nots[0]) if len(nots) % 2 else part

    def _near(self) -> Part | None:
        sides: list[Part] = []
        nears: list[Piece] = []  # those with a side behind them
        if self._type() != "NEAR" and (first := self._item()):
            sides.append(first)
        while self._type() == "NEAR":
            piece = self.pieces[self.at]
            self.at += 1
            right = self._item() if self._type() not in ("", "AND", "OR", "NOT", ")", "NEAR") else None
            if right:
                sides.append(right)
            if right and len(sides) > 1:
                nears.append(piece)
            else:
                self.slips.append(Slip(piece.start, piece.end, _ONE_SIDED))
        found = [
            Part("near", a.start, b.end, [a, b], piece=near)
            for a, b, near in zip(sides, sides[1:], nears, strict=False)
        ]
        if len(found) > 1:
            why = "NEAR joins two sides here: each was joined to the next, by AND."
            self.slips.append(Slip(nears[1].start, nears[1].end, why))
            chain = Part("and", found[0].start, found[-1].end, found, [" AND "] * (len(found) - 1))
            return Part("group", chain.start, chain.end, [chain])
        return found[0] if found else (sides[0] if sides else None)

    def _item(self) -> Part | None:
        piece = self.pieces[self.at]
        self.at += 1
        if piece.type == "(":
            return self._group(piece)
        if piece.type != "field":
            return Part("leaf", piece.start, piece.end, piece=piece)
        if self._type() in ("", "AND", "OR", "NOT", "NEAR", ")", "field"):
            self.slips.append(Slip(piece.start, piece.end, "This field has no value: it was passed over."))
            return None
        value = self._item()
        return Part("field", piece.start, value.end, [value], piece=piece) if value else None

    def _group(self, piece: Piece) -> Part | None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Refused(piece.start, piece.end, f"Brackets stand more than {DEEPEST} deep here.")
        inner = self._or()
        self.depth -= 1
        if self._type() == ")":
            closing: Piece | None = self.pieces[self.at]
            self.at += 1
        else:
            closing = None
            self.slips.append(Slip(piece.start, piece.end, "This bracket is never closed: it was closed at the end."))
        if inner is None:
            self.slips.append(Slip(piece.start, piece.end, "There is nothing in these brackets."))
            return None
        end = closing.end if closing else inner.end
        return Part("group", piece.start, end, [inner], piece=closing)
