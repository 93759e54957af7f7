"""Gives what the grammar read its meaning: terms are cut, fields interpreted, NEAR checked."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from . import lists, script, values
from .errors import Slips, show
from .fields import FIELDS, Field, nearest
from .glob import far_enough
from .lexer import MOST_TERMS, Piece
from .lists import WordList
from .reading import bare, blank_urls, cut, exact_tokens, mark
from .tree import And, Cut, Disguised, Listed, Near, Node, Not, Or, Raw, Term

# A piece, or a tuple of a kind ("or", "and", "not", "near", "group", "field") and its parts: recursive.
Syntax: TypeAlias = Any

MOST_LOOSE = 32  # words in a phrase with ~n
_WILD_RUN = re.compile("[*?]+")
_NOTHING = Term((Cut("nothing"),))  # stands where a slip was noted; never leaves this room


class Builder:
    """Makes the tree of one query."""

    def __init__(self, text: str, slips: Slips, lists: Sequence[WordList] | None = None) -> None:
        self.text = text
        self.slips = slips
        self.lists = lists  # None: they are not known here

    def build(self, shape: Syntax, field: Field | None = None) -> Node:
        """The node for a shape, inside a field's group where one is given. Depth is bounded by the lexer."""
        if isinstance(shape, Piece):
            return self._leaf(shape, field)
        kind = shape[0]
        if kind == "group":
            return self.build(shape[2], field)
        if kind == "field":
            return self._field(shape[1], shape[2], field)
        if kind == "near":
            return self._near(shape, field)
        if kind == "not":
            return self._not(shape, field)
        return self._joined(shape, field)

    def _joined(self, shape: Syntax, field: Field | None) -> Node:
        """AND and OR; one within another of its kind is the same as one."""
        join: type[And] | type[Or] = And if shape[0] == "and" else Or
        parts: list[Node] = []
        for part in shape[1:]:
            node = self.build(part, field)
            if isinstance(node, And | Or) and type(node) is join:
                parts.extend(node.parts)
            else:
                parts.append(node)
        return join(tuple(parts))

    def _not(self, shape: Syntax, field: Field | None) -> Node:
        odd = False
        while not isinstance(shape, Piece) and shape[0] in ("not", "group"):
            odd ^= shape[0] == "not"
            shape = shape[1] if shape[0] == "not" else shape[2]
        node = self.build(shape, field)
        if not odd:
            return node
        return node.part if isinstance(node, Not) else Not(node)

    def _field(self, name: Piece, value: Syntax, outer: Field | None) -> Node:
        if outer:
            self.slips.add(
                name.start,
                name.end,
                f"A field cannot stand within `{outer.name}:(…)`.",
                mend=f"Close the group of `{outer.name}:` first.",
            )
        return self.build(value, FIELDS[name.value])

    # Leaves

    def _leaf(self, piece: Piece, field: Field | None) -> Node:
        if piece.type == "RAW":
            return self._raw(piece, field)
        if field and field.name == "list":
            return self._listed(piece)
        if field and field.kind not in ("words", "hashtag"):
            node = values.value(piece, field, self.slips)
            return node or _NOTHING
        if piece.type == "COMPARE" or piece.type == "RANGE":
            self._misplaced(piece, field)
            return _NOTHING
        return self._term(piece, field)

    def _listed(self, piece: Piece) -> Node:
        name = " ".join(piece.value.split())
        if piece.type not in ("WORD", "PHRASE") or piece.number is not None or not name:
            self.slips.add(piece.start, piece.end, "This is no name of a word list.", mend="Write list:rivals.")
            return _NOTHING
        if self.lists is None:
            return Listed(name, None)
        known = {lists.folded(one.name): one for one in self.lists}
        found = known.get(lists.folded(name))
        if found is None:
            near = nearest(name, tuple(one.name for one in self.lists))
            mend = f"Did you mean {lists.written(near)}?" if near else "Make the list first, or take this away."
            self.slips.add(piece.start, piece.end, f"There is no word list named {show(name)}.", mend=mend)
            return _NOTHING
        try:
            return Listed(name, _read_list(found))
        except lists.ListBroken as broken:
            self.slips.add(piece.start, piece.end, f"The word list {show(found.name)} cannot be used: {broken}")
            return _NOTHING

    def _raw(self, piece: Piece, field: Field | None) -> Node:
        if field:
            self.slips.add(
                piece.start,
                piece.end,
                f"raw: looks through title and text, and cannot stand within `{field.name}:(…)`.",
                mend="Put it behind the group, with AND.",
            )
        if not piece.value:
            self.slips.add(piece.start, piece.end, "There is nothing in these quotes.", mend='Write raw:"C++".')
        return Raw(piece.value)

    def _misplaced(self, piece: Piece, field: Field | None) -> None:
        if field:
            says = f"`{field.name}:` holds words, not numbers."
            mend = f"Write {field.example}."
        elif piece.type == "RANGE":
            says, mend = "A range needs a field.", "Write likes:[1 TO 5], or take the brackets away."
        else:
            says, mend = "A comparison needs a field.", f'Write likes:>10, or raw:"{piece.value[:40]}".'
        self.slips.add(piece.start, piece.end, says, mend=mend)

    def _term(self, piece: Piece, field: Field | None) -> Term:
        source = piece.value
        scope = field.name if field else ""
        if scope == "links":
            source = bare(source)
        elif scope == "hashtag":
            source, scope = "#" + source.lstrip("#"), ""
        if piece.type == "EXACT":
            tokens = self._exact(source, piece)
        else:
            tokens = self._cut(source, piece, urls=scope != "links")
        if not tokens:
            return _NOTHING
        if field and field.kind == "hashtag":
            tokens = tuple(Cut(token.word, "#") for token in tokens)
        slack = piece.number if len(tokens) > 1 else None
        if slack is not None and len(tokens) > MOST_LOOSE:
            self.slips.add(
                piece.start,
                piece.end,
                f"A phrase with ~ holds at most {MOST_LOOSE} words; this one has {len(tokens)}.",
                mend="Take ~ away, or join the words by AND.",
            )
        return Term(tokens, scope, slack, piece.type == "EXACT")

    def _cut(self, source: str, piece: Piece, *, urls: bool) -> tuple[Cut, ...]:
        quoted = piece.type == "PHRASE"
        plain = blank_urls(source) if urls else source
        folded = script.fold_words(plain)
        if quoted:
            folded = _without_punctuation(folded)
        found = [(match.span(), match[0]) for match in script.WANTED.finditer(folded)]
        if self._too_many(len(found), piece):
            return ()
        marks = mark(folded, [spot for spot, _ in found])
        tokens = tuple(Cut(word, sign) for (_, word), sign in zip(found, marks, strict=True))
        if not tokens:
            self._empty(piece, address=urls and plain != source)
        early = next((token.word for token in tokens if token.wild and not far_enough(token.word)), "")
        if early:
            self._early(early, piece)
        return tokens

    def _too_many(self, count: int, piece: Piece) -> bool:
        if count > MOST_TERMS:
            self.slips.add(
                piece.start,
                piece.end,
                f"A phrase holds at most {MOST_TERMS:,} words; this one has {count:,}.",
                mend="Close its quotes earlier.",
            )
        return count > MOST_TERMS

    def _early(self, word: str, piece: Piece) -> None:
        if script.UNSPACED_ONE.search(piece.value):
            mend = "In scripts written without spaces none is needed: the characters are found inside words too."
        else:
            mend = f'Write more of the word, or raw:"{piece.value[:40]}" for the characters as they stand.'
        self.slips.add(
            piece.start,
            piece.end,
            f"The wildcard in {show(word)} comes too early: at least three characters stand before it.",
            mend=mend,
        )

    def _exact(self, source: str, piece: Piece) -> tuple[Cut, ...]:
        plain = script.exact(source)
        if "*" in plain or "?" in plain:
            self.slips.add(
                piece.start,
                piece.end,
                "Braces hold a word as it is written, without wildcards.",
                mend="Use quotes in place of the braces.",
            )
        if self._too_many(len(cut(source)), piece):
            return ()
        # Cut where the folded text is cut, but keep what was written.
        pieces = exact_tokens(source)
        if not pieces:
            self._empty(piece, address=False)
        return tuple(Cut(word, sign) for word, sign in pieces)

    def _empty(self, piece: Piece, *, address: bool) -> None:
        if address:
            self.slips.add(
                piece.start,
                piece.end,
                "Addresses are no part of a post's words.",
                mend=f'Write links:"{piece.value[:200]}".',
            )
            return
        self.slips.add(
            piece.start,
            piece.end,
            "There is no word in this.",
            mend=f'Write raw:"{piece.value[:40]}" for the characters as they stand.' if piece.value.strip() else "",
            expected=("a word",),
        )

    # NEAR

    def _near(self, shape: Syntax, field: Field | None) -> Node:
        _, left, near, right = shape
        chain = left
        # From the last NEAR to the first: each has one more on its left. Not by recursion: there may be thousands.
        while not isinstance(chain, Piece) and chain[0] == "near":
            _, before, first, last = chain
            self.slips.add(
                near.start,
                near.end,
                "NEAR joins two sides, not three.",
                mend=f"Write a {first.value} b AND b {near.value} c.",
            )
            if self.slips.full:
                return _NOTHING
            self._side(last, first, field)
            if isinstance(before, Piece) or before[0] != "near":
                self._side(before, first, field)
            chain, near = before, first
        _, left, near, right = shape
        if not isinstance(left, Piece) and left[0] == "near":
            left = left[3]
        a, b = self._side(left, near, field), self._side(right, near, field)
        if not (a and b):
            return _NOTHING
        if len({term.field for term in a + b if term is not _NOTHING}) > 1:
            self.slips.add(
                near.start,
                near.end,
                f"{near.value} looks within one field, and its sides name different ones.",
                mend=f"Put the field outside, around both: title:(a {near.value} b).",
            )
        return Near(a, b, near.number, near.forward)

    def _side(self, shape: Syntax, near: Piece, field: Field | None) -> tuple[Term, ...]:
        """One side of NEAR: a term, or an OR of terms."""
        node = self.build(shape, field)
        parts = node.parts if isinstance(node, Or) else (node,)
        terms = tuple(part for part in parts if isinstance(part, Term))
        if len(terms) == len(parts):
            return terms
        self.slips.add(
            near.start,
            near.end,
            f"{near.value} joins words, phrases, or an OR of those in brackets; one side here is something else.",
            mend=f"Join the rest by AND: (a {near.value} b) AND c.",
        )
        return ()


def _without_punctuation(folded: str) -> str:
    """In quotes `?` ends a sentence and `*` stands alone, unless a word goes on."""
    return _WILD_RUN.sub(_sentence_marks, folded)


def _sentence_marks(run: re.Match[str]) -> str:
    text, (start, end) = run.string, run.span()
    before = start > 0 and _joins(text[start - 1])
    after = end < len(text) and _joins(text[end])
    if before and after:
        return run[0]
    return run[0].replace("?", " ") if before or after else " "


def _joins(char: str) -> bool:
    return char.isalnum() or char == "_"


@lru_cache(maxsize=256)  # a list is named by many rules
def _read_list(given: WordList) -> tuple[Term | Disguised, ...]:
    """The entries of a list as terms. Raises ListBroken, which names the first that cannot be one."""
    terms: dict[Term, None] = {}
    for entry in lists.entries(given):
        quoted = len(entry) > 1 and entry[0] == entry[-1] == '"'
        words = entry[1:-1] if quoted else entry
        kind = "PHRASE" if quoted or " " in words else "WORD"
        slips = Slips(words)
        node = Builder(words, slips)._leaf(Piece(kind, 0, len(words), words), None)
        if slips or not isinstance(node, Term):
            raise lists.ListBroken(entry, slips.all()[0].says if slips else "it is no word")
        terms[node] = None
    if not given.seen_through or not terms:
        return tuple(terms)
    return (*terms, lists.disguised(list(terms)))
