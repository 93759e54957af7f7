"""From a text to a query, or to all that is wrong with it."""

from collections.abc import Callable, Sequence
from functools import cache
from importlib import resources
from typing import cast

from lark import Lark, Transformer, UnexpectedToken

from .build import Builder, Syntax
from .errors import QueryError, Slips
from .fields import Use
from .lexer import LONGEST, Lexer, Piece
from .lists import WordList
from .tree import Query, leaves

_OPERATORS = frozenset({"AND", "OR", "NOT", "MINUS", "NEAR"})
_EXPECTED = ("a word", "a phrase in quotes", "a field", "`(`", "NOT")  # where an operand is due


class _Shape(Transformer[Piece, Syntax]):
    """The parser's own result: tuples, the kind first."""

    def or_(self, parts: list[Syntax]) -> Syntax:
        return ("or", *parts[::2])

    def all_(self, parts: list[Syntax]) -> Syntax:
        return ("and", *[part for part in parts if not (isinstance(part, Piece) and part.type == "AND")])

    def no(self, parts: list[Syntax]) -> Syntax:
        return ("not", parts[1])

    def near(self, parts: list[Syntax]) -> Syntax:
        return ("near", *parts)

    def group(self, parts: list[Syntax]) -> Syntax:
        return ("group", *parts)

    def field(self, parts: list[Syntax]) -> Syntax:
        return ("field", *parts)

    def start(self, parts: list[Syntax]) -> Syntax:
        return parts[0]


@cache
def _grammar() -> Lark:
    text = (resources.files(__package__) / "grammar.lark").read_text(encoding="utf-8")
    return Lark(text, parser="lalr", lexer="basic", transformer=_Shape())


def parse(text: str, use: Use, lists: Sequence[WordList] | None = None) -> Query:
    """Read a query for the place it is used in. `lists`: the word lists that it may name; None: they
    are not known here, and whether one of their words stands in a post is not known either.

    Raises `QueryError`, and nothing else, whatever the text holds; its slips are all that was found wrong.
    """
    slips = Slips(text)
    if len(text) > LONGEST:
        slips.add(
            LONGEST,
            len(text),
            f"A query has at most {LONGEST:,} characters; this one has {len(text):,}.",
            mend="Split it into several, or use wildcards.",
        )
        raise QueryError(slips.all())
    lexer = Lexer(text, use, slips)
    pieces = lexer.read()
    if lexer.stopped or slips.full:
        raise QueryError(slips.all())
    if not pieces:
        slips.add(0, len(text), "There is nothing to look for.", mend="Write a word.", expected=_EXPECTED)
        raise QueryError(slips.all())
    syntax = _shape(pieces, len(text), slips)
    tree = Builder(text, slips, lists).build(syntax)
    if use is Use.TOPIC and not slips and not any(plain for _, plain in leaves(tree)):
        slips.add(
            0,
            len(text),
            "A topic made of NOT alone would match nearly everything.",
            mend="Add a word that the posts must hold: acme AND NOT ….",
        )
    if slips:
        if lexer.lower:
            _name_lower(lexer.lower, slips)
        raise QueryError(slips.all())
    return Query(text, use, tree)


def outline(query: Query) -> Syntax:
    """How a query is written: its pieces with their places, as the grammar puts them together.

    A piece, or a tuple: ("or", …), ("and", …), ("not", part), ("near", left, NEAR, right), ("group", bracket, part,
    bracket), ("field", name, value).
    """
    slips = Slips(query.text)
    return _shape(Lexer(query.text, query.use, slips).read(), len(query.text), slips)


def _shape(pieces: list[Piece], end: int, slips: Slips) -> Syntax:
    """Feed the grammar; what it does not take is noted and mended, so that the rest is read as well."""
    # A piece has the one thing that the parser reads of a token: its type.
    feed = cast("Callable[[Piece, bool], Syntax]", _grammar().parse_interactive().parser_state.feed_token)
    missing = Piece("WORD", end, end, "missing")
    before: Piece | None = None
    for piece in [*pieces, Piece("$END", end, end, "")]:
        is_end = piece.type == "$END"
        try:
            result = feed(piece, is_end)
        except UnexpectedToken:
            if before or not is_end:  # operators alone: each was named where it stands
                _note(before, piece, slips)
            if slips.full:
                raise QueryError(slips.all()) from None
            if piece.type in _OPERATORS:
                continue  # an operator too many
            feed(missing, False)
            result = feed(piece, is_end)
        before = piece
    return result


def _note(before: Piece | None, piece: Piece, slips: Slips) -> None:
    if before is None or before.type == "LPAR":
        what = "This group is empty." if piece.type == "RPAR" else f"{_name(piece)} has nothing before it."
        mend = "Take it away, or put a word there."
    elif before.type in _OPERATORS:
        what = f"{_name(before)} has nothing behind it."
        mend = f"Add a word there, or take {_name(before)} away."
    else:
        what = f"{_name(piece)} cannot stand here."
        mend = "Put AND or OR between, or quotes around it."
    slips.add(piece.start, piece.end, what, mend=mend, expected=_EXPECTED)


def _name(piece: Piece) -> str:
    return f"`{piece.value}`"


def _name_lower(lower: list[Piece], slips: Slips) -> None:
    for piece in lower[:3]:
        slips.add(
            piece.start,
            piece.end,
            f"`{piece.value}` in lower case is a word like any other.",
            mend=f"Write {piece.value.upper()} if you meant the operator.",
        )
