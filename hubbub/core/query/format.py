"""Writes a query back in its canonical form: parsing that gives the same tree."""

import re
from decimal import Decimal

from .fields import FIELDS
from .tree import And, Cut, Days, Near, Node, Not, Numbers, Or, Query, Raw, Term, Value
from .values import UNITS

_PLAIN = re.compile(r"[^\s()\"“”„‟{}\[\]<>*?~\\]+")
_LOOSEST, _OR, _AND, _NOT = 0, 1, 2, 3


def format(query: Query) -> str:  # noqa: A001 - the field's word
    """The query as Hubbub writes it."""
    return _write(query.tree, _LOOSEST)


def _write(node: Node, inside: int) -> str:
    if isinstance(node, Or):
        text = " OR ".join([_write(part, _OR) for part in node.parts])
        return f"({text})" if inside >= _AND else text
    if isinstance(node, And):
        text = " AND ".join([_write(part, _AND) for part in node.parts])
        return f"({text})" if inside >= _OR else text
    if isinstance(node, Not):
        return "NOT " + _write(node.part, _NOT)
    if isinstance(node, Near):
        return _near(node)
    if isinstance(node, Term):
        return (node.field + ":" if node.field else "") + _term(node)
    if isinstance(node, Raw):
        return "raw:" + _quote(node.text)
    if isinstance(node, Value):
        return f"{node.field}:{_value(node)}"
    if isinstance(node, Days):
        return f"{node.field}:{_days(node)}"
    return f"{node.field}:{_numbers(node)}"


def _near(node: Near) -> str:
    field = node.left[0].field
    near = f"NEAR/{node.within}{'f' if node.forward else ''}"
    text = f"{_side(node.left)} {near} {_side(node.right)}"
    return f"{field}:({text})" if field else text


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
