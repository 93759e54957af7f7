"""Cuts a query into the grammar's terminals, noting on the way what cannot stand."""

import re
from typing import NamedTuple

from .errors import Slips, show
from .fields import FIELDS, PLACE, Field, Use, known, nearest

LONGEST = 20_000
MOST_TERMS = 2_000
DEEPEST = 100
FARTHEST = 100

_QUOTES = '"“”„‟'
_RUN = re.compile(r'[^\s()"“”„‟{}\[\]]+')
_SPACE = re.compile(r"\s+")
_NEAR = re.compile(r"NEAR(?:/(\d{1,9})(f?))?")
_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9_]*):")
_SLACK = re.compile(r"~(\d*)")
MINUS = "-\u2212\u2013"  # editors turn - into a minus sign or a dash
_TERMS = frozenset({"WORD", "PHRASE", "EXACT", "RAW", "COMPARE", "RANGE"})
_OTHERS = {"&": "AND", "&&": "AND", "+": "AND", "|": "OR", "||": "OR", "!": "NOT"}
_LOWER = frozenset({"and", "or", "not", "near"})


class Piece(NamedTuple):
    """One terminal. `value` is what stands inside the quotes or brackets, or the whole of it."""

    type: str
    start: int
    end: int
    value: str
    number: int | None = None  # the n of ~n and NEAR/n
    forward: bool = False  # NEAR/nf


class Lexer:
    """Reads one text from left to right. Linear: no place is looked at more than a few times."""

    def __init__(self, text: str, use: Use, slips: Slips) -> None:
        self.text = text
        self.use = use
        self.slips = slips
        self.pieces: list[Piece] = []
        self.open: list[int] = []  # where the brackets stand that are still open
        self.terms = 0
        self.stopped = False  # over a limit: nothing that follows can be told well
        self.lower: list[Piece] = []  # `and`, `or`, `not`, `near` in lower case

    def read(self) -> list[Piece]:
        """All terminals; brackets balance, whatever the text holds."""
        at, end = 0, len(self.text)
        while at < end and not self.slips.full:
            char = self.text[at]
            if char.isspace():
                at = _SPACE.match(self.text, at).end()  # type: ignore[union-attr]
            elif char == "(":
                at = self._bracket(at)
            elif char == ")":
                at = self._closing(at)
            else:
                at = self._item(at)
            if self.terms > MOST_TERMS:
                self.slips.add(
                    self.pieces[-1].start,
                    self.pieces[-1].end,
                    f"A query holds at most {MOST_TERMS:,} terms.",
                    mend="Split it into several, or use wildcards.",
                )
                self.stopped = True
                break
        for start in reversed(self.open):
            self.slips.add(start, start + 1, "This bracket is never closed.", mend="Add `)` where the group ends.")
            self.pieces.append(Piece("RPAR", end, end, ")"))
        return self.pieces

    def _put(self, kind: str, start: int, end: int, value: str, number: int | None = None) -> int:
        self.pieces.append(Piece(kind, start, end, value, number))
        self.terms += kind in _TERMS
        return end

    def _bracket(self, at: int) -> int:
        if len(self.open) == DEEPEST:
            self.slips.add(
                at,
                at + 1,
                f"Brackets may stand {DEEPEST} deep at most.",
                mend="Take away the brackets that change nothing.",
            )
            self.stopped = True
            self.open.clear()
            return len(self.text)
        self.open.append(at)
        return self._put("LPAR", at, at + 1, "(")

    def _closing(self, at: int) -> int:
        if not self.open:
            self.slips.add(at, at + 1, "No bracket is open here.", mend="Take this one away, or add `(` before it.")
            return at + 1
        self.open.pop()
        return self._put("RPAR", at, at + 1, ")")

    def _item(self, at: int) -> int:
        """Whatever begins at a place that is neither space nor bracket."""
        char = self.text[at]
        if char in _QUOTES:
            return self._quoted(at, at, "PHRASE")
        if char == "{":
            return self._braced(at)
        if char == "[":
            return self._range(at)
        if char in "}]":
            self.slips.add(at, at + 1, f"Nothing is open that `{char}` could close.", mend="Take it away.")
            return at + 1
        if char in "<>":
            return self._compare(at)
        if char in MINUS and at + 1 < len(self.text) and not self.text[at + 1].isspace():
            return self._put("MINUS", at, at + 1, char)
        return self._word(at)

    def _word(self, at: int) -> int:
        run = _RUN.match(self.text, at)
        word, end = (run[0], run.end()) if run else (self.text[at], at + 1)
        if word in ("AND", "OR", "NOT"):
            return self._put(word, at, end, word)
        if word.startswith("NEAR") and (word == "NEAR" or word[4] == "/"):
            return self._near(at, end, word)
        if field := _FIELD.match(word):
            return self._field(at, end, field[1], word[field.end() :])
        if word in _OTHERS:
            self.slips.add(at, end, f"{show(word)} is no operator here.", mend=f"Write {_OTHERS[word]}.")
            return end
        if "~" in word and re.search(r".~\d+$", word[-12:]):
            self.slips.add(
                at,
                end,
                "`~` goes behind a phrase in quotes.",
                mend='Write "two words"~4, or `*` for other endings of a word.',
            )
        self._put("WORD", at, end, word)
        if word in _LOWER:
            self.lower.append(self.pieces[-1])
        return end

    def _near(self, at: int, end: int, word: str) -> int:
        match = _NEAR.fullmatch(word)
        steps = 5
        if not match:
            self.slips.add(
                at, end, "NEAR is followed by a number of steps.", mend="Write NEAR/5, or NEAR/5f to keep the order."
            )
        elif match[1]:
            steps = int(match[1])
            if not 1 <= steps <= FARTHEST:
                self.slips.add(
                    at,
                    end,
                    f"NEAR reaches from 1 to {FARTHEST} steps.",
                    mend="Use AND where the distance does not matter." if steps else "Write NEAR/1 for neighbours.",
                )
                steps = 5
        self.pieces.append(Piece("NEAR", at, end, word, steps, bool(match and match[2])))
        return end

    def _field(self, at: int, end: int, name: str, rest: str) -> int:
        """A field's name and the colon; its value is read next, as whatever it is."""
        colon = at + len(name) + 1
        if rest.startswith("//"):
            self.slips.add(
                at, end, "An address is looked for with links: or site:.", mend=f'Write links:"{name}:{rest[:200]}".'
            )
            return self._put("WORD", at, end, name)
        low = name.lower()
        if low == "raw":
            return self._raw(at, colon)
        if colon >= len(self.text) or self.text[colon].isspace() or self.text[colon] == ")":
            self.slips.add(
                at,
                colon,
                f"{show(low + ':')} has no value.",
                mend=f"Write the value directly behind the colon: {FIELDS[low].example}."
                if low in FIELDS
                else 'Put the word in quotes if no field is meant: "' + name[:40] + '".',
            )
            gap = _SPACE.match(self.text, colon)
            if gap and self.text[gap.end() : gap.end() + 1] in ("<", ">", "["):
                return self._wordless(gap.end(), None)
            return self._put("WORD", at, colon, name)
        if low in FIELDS and self.use in FIELDS[low].known:
            self._put("FIELD", at, colon, low)
            return self._value(colon, FIELDS[low])
        self._unknown(at, colon, name, low)
        return self._wordless(colon, FIELDS.get(low))

    def _wordless(self, at: int, field: Field | None) -> int:
        """The value of a field with which something is wrong; that a comparison lacks its field is not told as well."""
        count = len(self.pieces)
        end = self._value(at, field)
        if len(self.pieces) > count and self.pieces[-1].type in ("COMPARE", "RANGE"):
            self.pieces[-1] = Piece("WORD", at, end, "missing")
        return end

    def _unknown(self, at: int, colon: int, name: str, low: str) -> None:
        here = known(self.use)
        near = nearest(low, here)
        if low in FIELDS:
            places = ", ".join(_PLACES[use] for use in Use if use in FIELDS[low].known)
            says = f"`{low}:` is not known in {PLACE[self.use]}, only in {places}."
            mend = f"Did you mean `{near}:`?" if near else ""
            if not near and self.use is Use.TOPIC:
                mend = "A topic is matched before posts are analysed: write its words here, and filter what it finds."
        else:
            says = f"There is no field {show(name + ':')}."
            mend = f"Did you mean `{near}:`? " if near else ""
            mend += "If it is no field, put it in quotes."
        self.slips.add(at, colon, says, mend=mend, expected=() if near else tuple(f"`{field}:`" for field in here))

    def _value(self, at: int, field: Field | None) -> int:
        """The value behind a colon: like any item, but that a word may hold what is an operator elsewhere."""
        char = self.text[at]
        if char == "(":
            return self._bracket(at)
        if char in _QUOTES or char in "{[<>}]":
            return self._item(at)
        run = _RUN.match(self.text, at)
        if not run:
            return self._item(at)
        if char in MINUS and field and field.kind not in ("number", "duration", "date"):
            self.slips.add(at, at + 1, "NOT goes before the field.", mend=f"Write -{field.name}:{run[0][1:40]}.")
        return self._put("WORD", at, run.end(), run[0])

    def _raw(self, at: int, colon: int) -> int:
        if colon < len(self.text) and self.text[colon] in _QUOTES:
            return self._quoted(at, colon, "RAW")
        run = _RUN.match(self.text, colon)
        if not run:
            self.slips.add(at, colon, "`raw:` has no value.", mend='Write raw:"C++".')
            return self._put("WORD", at, colon, "raw")
        return self._put("RAW", at, run.end(), run[0])

    def _quoted(self, at: int, quote: int, kind: str) -> int:
        """From a quote to the one that closes it; `\\"` is a quote inside."""
        close = _CLOSE[self.text[quote] == '"']
        inside: list[str] = []
        here = quote + 1
        stop = close.search(self.text, here)
        while stop and stop[0][0] == "\\":
            inside += [self.text[here : stop.start()], stop[0][1]]
            here = stop.end()
            stop = close.search(self.text, here)
        if not stop:
            self.slips.add(quote, len(self.text), "This quote is never closed.", mend='Add `"` where the phrase ends.')
            return self._put(kind, at, len(self.text), "".join(inside) + self.text[here:])
        value = "".join(inside) + self.text[here : stop.start()]
        end = stop.end()
        slack = _SLACK.match(self.text, end)
        if not slack or kind == "RAW":
            return self._put(kind, at, end, value)
        if not 1 <= len(slack[1]) <= 4:
            self.slips.add(
                end,
                slack.end(),
                "`~` is followed by a number below 10,000: how many other words may stand between.",
                mend=f'Write "{value[:40]}"~4.',
            )
            return self._put(kind, at, slack.end(), value)
        return self._put(kind, at, slack.end(), value, int(slack[1]))

    def _braced(self, at: int) -> int:
        end = self.text.find("}", at)
        if end < 0:
            self.slips.add(at, len(self.text), "This `{` is never closed.", mend="Add `}` behind the word.")
            return self._put("EXACT", at, len(self.text), self.text[at + 1 :])
        return self._put("EXACT", at, end + 1, self.text[at + 1 : end])

    def _range(self, at: int) -> int:
        end = self.text.find("]", at)
        if end < 0:
            self.slips.add(at, len(self.text), "This `[` is never closed.", mend="Write a range as [1 TO 5].")
            return self._put("RANGE", at, len(self.text), "* TO *")
        return self._put("RANGE", at, end + 1, self.text[at + 1 : end])

    def _compare(self, at: int) -> int:
        sign = self.text[at : at + 2] if self.text[at + 1 : at + 2] == "=" else self.text[at]
        behind = at + len(sign)
        gap = _SPACE.match(self.text, behind)
        run = _RUN.match(self.text, gap.end() if gap else behind)
        return self._put("COMPARE", at, run.end() if run else behind, sign + (run[0] if run else ""))


_CLOSE = {True: re.compile(r'\\["\\]|"'), False: re.compile(r'\\["\\]|["“”„‟]')}
_PLACES = {
    Use.TOPIC: "topics",
    Use.RULE: "rules",
    Use.VIEW: "views",
    Use.ALERT: "alerts",
    Use.KPI: "KPIs",
    Use.OPENING: "what opens conversations",
}
