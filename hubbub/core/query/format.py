"""Writes a query back in its canonical form: parsing that gives the same tree."""

import re
from decimal import Decimal
from typing import NamedTuple

from .fields import FIELDS
from .lexer import LONGEST
from .tree import And, Cut, Days, Disguised, Leaf, Listed, Near, Node, Not, Numbers, Or, Query, Raw, Term, Value, leaves
from .values import UNITS

_PLAIN = re.compile(r"[\w@.'/][\w@.'/-]*")
_GROUPED = re.compile(r"[\w@.'/][\w@.'/*?-]*")


class _Style(NamedTuple):
    """How AND and NOT are written."""

    both: str
    no: str


_PLAIN_STYLE, _SHORT_STYLE = _Style(" AND ", "NOT "), _Style(" ", "-")


def format(query: Query) -> str:  # noqa: A001 - the field's word
    """The query as Hubbub writes it. Near the longest that may be written, AND and NOT are written short."""
    for style in (_PLAIN_STYLE, _SHORT_STYLE):
        text = _write(query.tree, style, "")
        if len(text) <= LONGEST:
            return text
    return query.text or text  # our quotes would make it too long to be read again: it stands as it was written


def _write(node: Node, style: _Style, within: str) -> str:
    """A node, within the group of a field where one is named."""
    if isinstance(node, And | Or | Near) and not within and (field := _one_field(node)):
        return f"{field}:({_write(node, style, field)})"
    if isinstance(node, Or):
        return " OR ".join([_write(part, style, within) for part in node.parts])
    if isinstance(node, And):
        return style.both.join([_bracketed(part, style, within) for part in node.parts])
    if isinstance(node, Not):
        return style.no + _bracketed(node.part, style, within)
    if isinstance(node, Near):
        return f"{_side(node.left)} NEAR/{node.within}{'f' if node.forward else ''} {_side(node.right)}"
    if isinstance(node, Raw):
        return "raw:" + _quote(node.text)
    return ("" if within or not node.field else node.field + ":") + _leaf(node)


def _bracketed(node: Node, style: _Style, within: str) -> str:
    """Within AND or NOT: in brackets where it would bind otherwise, and has not got any from its field."""
    text = _write(node, style, within)
    loose = isinstance(node, And | Or) and (within or not _one_field(node))
    return f"({text})" if loose else text


def _leaf(node: Term | Value | Days | Numbers | Disguised | Listed) -> str:
    if isinstance(node, Listed):
        return node.name if _PLAIN.fullmatch(node.name) else _quote(node.name)
    if isinstance(node, Disguised):
        raise TypeError(node)  # it stands within a list alone
    if isinstance(node, Term):
        return _term(node)
    if isinstance(node, Value):
        return _value(node)
    return _days(node) if isinstance(node, Days) else _numbers(node)


def _one_field(node: Node) -> str:
    """The field that all leaves ask for, where it is one and the same; "" else."""
    if any(isinstance(leaf, Value) and leaf.wild and not _GROUPED.fullmatch(leaf.text) for leaf, _ in leaves(node)):
        return ""  # within brackets it would be read as something else, and no quotes may stand around it
    fields = {leaf.left[0].field if isinstance(leaf, Near) else _field(leaf) for leaf, _ in leaves(node)}
    return fields.pop() if len(fields) == 1 else ""


def _field(leaf: Leaf) -> str:
    return "" if isinstance(leaf, Raw | Near) else leaf.field


def _side(terms: tuple[Term, ...]) -> str:
    text = " OR ".join(_term(term) for term in terms)
    return f"({text})" if len(terms) > 1 else text


def _term(term: Term) -> str:
    words = [token.mark + token.word for token in term.tokens]
    if term.exact:
        return "{" + " ".join(words) + "}"
    if len(words) == 1:
        return words[0]
    if any(_unquotable(token) for token in term.tokens):
        return "-".join(words)
    return f'"{" ".join(words)}"' + (f"~{term.slack}" if term.slack is not None else "")


def _unquotable(token: Cut) -> bool:
    """In quotes a `?` behind a word is the end of a sentence: such a token is written without."""
    return "?" in token.word[len(token.word.rstrip("*?")) :]


def _quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _value(node: Value) -> str:
    return node.text if node.wild or _PLAIN.fullmatch(node.text) else _quote(node.text)


def _days(node: Days) -> str:
    if node.first and node.first == node.last:
        return node.first.isoformat()
    if node.first and node.last:
        return f"[{node.first} TO {node.last}]"
    if node.first:
        return f">={node.first}"
    return f"<={node.last}" if node.last else "[* TO *]"


def _numbers(node: Numbers) -> str:
    lasting = FIELDS[node.field].kind == "duration"
    show = _lasting if lasting else _number
    low, high = node.low, node.high
    if low is not None and high is not None:
        if not node.high_in:  # a duration that is given alone stands for its whole unit
            unit = high - low
            name = next(name for name, seconds in UNITS.items() if seconds == unit)
            return f"{low // unit}{name}"
        return show(low) if low == high and not lasting else f"[{show(low)} TO {show(high)}]"
    if low is not None:
        return (">=" if node.low_in else ">") + show(low)
    if high is not None:
        return ("<=" if node.high_in else "<") + show(high)
    return "[* TO *]"


def _number(number: int | float) -> str:
    return format_decimal(number) if isinstance(number, float) else str(number)


def format_decimal(number: float) -> str:
    """A float without an exponent, as exact as it is."""
    text = f"{Decimal(repr(number)):f}"
    return text if "." in text else text + ".0"


def _lasting(seconds: int | float) -> str:
    if not seconds:
        return "0m"
    for name in ("w", "d", "h", "m"):
        if seconds % UNITS[name] == 0:
            return f"{int(seconds) // UNITS[name]}{name}"
    raise AssertionError(seconds)  # durations are read in whole minutes
