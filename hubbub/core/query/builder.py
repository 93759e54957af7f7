"""Queries without writing them: lists of words (any of, all of, none of, near) written as a query, and back."""

from msgspec import Struct

from .build import Builder, Syntax
from .errors import Slips
from .fields import Use
from .lexer import Lexer, Piece
from .parser import outline
from .tree import Node, Query

NEAR = 5  # steps, where nobody says otherwise

_TERMS = frozenset({"WORD", "PHRASE", "EXACT", "RAW"})
_VALUES = frozenset({"WORD", "PHRASE", "EXACT", "COMPARE", "RANGE"})


class Nearness(Struct, frozen=True):
    """One of the left within so many steps of one of the right."""

    left: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    within: int = NEAR
    forward: bool = False  # the left one first


class Parts(Struct, frozen=True):
    """What posts are to hold: each entry a word, some words in a row, or any one term of the language."""

    any_of: tuple[str, ...] = ()
    all_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    near: Nearness | None = None


def write(parts: Parts, use: Use = Use.TOPIC) -> str:
    """The query that says so; "" where the lists are empty. It may still be one that cannot be read: parse it.

    A nearness that lacks a side is left out.
    """
    parts = tidy(parts, use)
    alone = len(parts.any_of) > 1 and not (parts.all_of or parts.none_of or parts.near)
    clauses = [] if alone or not parts.any_of else [_choice(parts.any_of, use)]
    clauses += [_written(item, use) for item in parts.all_of]
    if parts.near:
        sign = f"NEAR/{parts.near.within}{'f' if parts.near.forward else ''}"
        clauses.append(f"{_choice(parts.near.left, use)} {sign} {_choice(parts.near.right, use)}")
    query = " OR ".join(_written(item, use) for item in parts.any_of) if alone else " AND ".join(clauses)
    return f"{query} NOT {_choice(parts.none_of, use)}".strip() if parts.none_of else query


def _choice(items: tuple[str, ...], use: Use) -> str:
    text = " OR ".join(_written(item, use) for item in items)
    return f"({text})" if len(items) > 1 else text


def tidy(parts: Parts, use: Use = Use.TOPIC) -> Parts:
    """The same in the form that `parts_of` gives back: no empty entries, no needless quotes, a single choice where all
    of it would mean the same."""
    any_of, all_of, none_of = (_tidied(items, use) for items in (parts.any_of, parts.all_of, parts.none_of))
    near = parts.near
    if near is not None:
        left, right = _tidied(near.left, use), _tidied(near.right, use)
        near = Nearness(left, right, near.within, near.forward) if left and right else None
    return _placed(any_of, all_of, none_of, near)


def _placed(any_of: tuple[str, ...], all_of: tuple[str, ...], none_of: tuple[str, ...], near: Nearness | None) -> Parts:
    """A single word is a choice if nothing stands beside it, else one of those that must all be there."""
    if len(any_of) == 1 and (all_of or near):
        any_of, all_of = (), any_of + all_of
    elif len(all_of) == 1 and not any_of and not near:
        any_of, all_of = all_of, ()
    return Parts(any_of, all_of, none_of, near)


def _tidied(items: tuple[str, ...], use: Use) -> tuple[str, ...]:
    return tuple(_shown(_written(item, use), use) for item in items if item.strip())


def _written(item: str, use: Use) -> str:
    """An entry as it stands in a query: as it is where it is one term, else its words in a row."""
    item = " ".join(item.split())
    if _pieces(item, use):
        return item
    return '"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _shown(written: str, use: Use) -> str:
    """An entry as people see it: a phrase without its quotes, where they say nothing more."""
    pieces = _pieces(written, use)
    if len(pieces) == 1 and pieces[0].type == "PHRASE" and pieces[0].number is None:
        bare = " ".join(pieces[0].value.split())
        if bare and _node(_written(bare, use), use) == _node(written, use):
            return bare
    return written


def _pieces(text: str, use: Use) -> list[Piece]:
    """The pieces of a text that is one term, or a field with one value; none where it is anything else."""
    slips = Slips(text)
    lexer = Lexer(text, use, slips)
    pieces = lexer.read()
    if slips or not pieces or (pieces[0].start, pieces[-1].end) != (0, len(text)):
        return []
    types = [piece.type for piece in pieces]
    one = len(types) == 1 and types[0] in _TERMS
    valued = len(types) == 2 and types[0] == "FIELD" and types[1] in _VALUES
    return pieces if one or valued else []


def _node(text: str, use: Use) -> Node | None:
    pieces = _pieces(text, use)
    slips = Slips(text)
    node = Builder(text, slips).build(pieces[0]) if len(pieces) == 1 else None
    return None if slips else node


class _Richer(Exception):
    """The query says what lists cannot."""


def parts_of(query: Query) -> Parts | None:
    """The lists that say the same as a query; None where it is richer than lists can show."""
    try:
        return _Reader(query).parts()
    except _Richer:
        return None


class _Reader:
    """Takes one query apart."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.any_of: tuple[str, ...] = ()
        self.all_of: tuple[str, ...] = ()
        self.none_of: tuple[str, ...] = ()
        self.near: Nearness | None = None

    def parts(self) -> Parts:
        for clause in self._joined(outline(self.query), "and"):
            if isinstance(clause, Piece) or clause[0] == "field":
                self.all_of += (self._item(clause),)
            elif clause[0] == "or" and not self.any_of:
                self.any_of = self._items(clause)
            elif clause[0] == "not":
                self.none_of += self._items(_bare(clause[1]))
            elif clause[0] == "near" and self.near is None:
                _, left, sign, right = clause
                self.near = Nearness(
                    self._items(_bare(left)), self._items(_bare(right)), sign.number or NEAR, sign.forward
                )
            else:
                raise _Richer
        return _placed(self.any_of, self.all_of, self.none_of, self.near)

    def _joined(self, shape: Syntax, kind: str) -> list[Syntax]:
        """The operands of AND or OR, those of groups of the same kind included."""
        shape = _bare(shape)
        if isinstance(shape, Piece) or shape[0] != kind:
            return [shape]
        return [inner for part in shape[1:] for inner in self._joined(part, kind)]

    def _items(self, shape: Syntax) -> tuple[str, ...]:
        return tuple(self._item(one) for one in self._joined(shape, "or"))

    def _item(self, shape: Syntax) -> str:
        if isinstance(shape, Piece):
            start, end = shape.start, shape.end
        elif shape[0] == "field" and isinstance(shape[2], Piece):
            start, end = shape[1].start, shape[2].end
        else:
            raise _Richer
        return _shown(" ".join(self.query.text[start:end].split()), self.query.use)


def _bare(shape: Syntax) -> Syntax:
    while not isinstance(shape, Piece) and shape[0] == "group":
        shape = shape[2]
    return shape
