"""Values of fields that are compared as a whole: choices, numbers, dates, durations, domains, names."""

import re
from datetime import date, timedelta

from . import script
from .errors import Slips, show
from .fields import Field, nearest
from .glob import far_enough
from .lexer import Piece
from .reading import host
from .tree import Days, Node, Numbers, Value

UNITS = {"m": 60, "h": 3600, "d": 86400, "w": 604800}

_NUMBER = re.compile(r"-?(?:\d{1,15}(?:\.\d{1,15})?|\.\d{1,15})")
_DURATION = re.compile(r"(\d{1,9})([mhdw])")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_RANGE = re.compile(r"\s*(\S+)\s+TO\s+(\S+)\s*")
_UNQUOTED = re.compile(r"[^\s()\"“”„‟{}\[\]<>~\\]+")
_LANG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_SYNONYMS = {"true": "yes", "false": "no"}
_LANGUAGES = {
    "english": "en", "german": "de", "deutsch": "de", "french": "fr", "spanish": "es", "italian": "it",
    "portuguese": "pt", "dutch": "nl", "polish": "pl", "russian": "ru", "turkish": "tr", "arabic": "ar",
    "japanese": "ja", "chinese": "zh", "korean": "ko", "hindi": "hi", "swedish": "sv", "danish": "da",
}  # fmt: skip


class _Bad(Exception):
    """A value that cannot stand: what is wrong, and the mend."""

    def __init__(self, says: str, mend: str = "") -> None:
        super().__init__(says)
        self.says, self.mend = says, mend


def value(piece: Piece, field: Field, slips: Slips) -> Node | None:
    """The node for a field's value; None, with a slip noted, where it cannot stand."""
    try:
        return _measured(piece, field) if field.kind in ("number", "duration", "date") else _whole(piece, field)
    except _Bad as bad:
        slips.add(piece.start, piece.end, bad.says, mend=bad.mend, expected=_choices(field))
        return None


def _choices(field: Field) -> tuple[str, ...]:
    return tuple(f"`{field.name}:{choice}`" for choice in field.choices)


def _whole(piece: Piece, field: Field) -> Value:
    if piece.type in ("COMPARE", "RANGE"):
        raise _Bad(f"`{field.name}:` is compared as a whole, not as a number.", f"Write {field.example}.")
    if piece.type == "PHRASE" and piece.number is not None:
        raise _Bad(f"`~` has no meaning within `{field.name}:`.", "Take it away.")
    text = " ".join(script.fold(piece.value).split())
    if field.kind == "site":
        return Value(field.name, _site(piece.value))
    if field.kind == "lang":
        code = text.replace("_", "-")
        if not _LANG.fullmatch(code):
            hint = _LANGUAGES.get(text, "")
            raise _Bad(
                "A language is written by its code: two or three letters.",
                f"Write lang:{hint}." if hint else "Write lang:en for English.",
            )
        return Value(field.name, code)
    if field.kind == "choice":
        text = _SYNONYMS.get(text, text) if field.name == "answered" else text
        if text not in field.choices:
            near = nearest(text, field.choices)
            raise _Bad(
                f"`{field.name}:` does not know {show(piece.value)}.",
                f"Did you mean `{field.name}:{near}`?" if near else "",
            )
        return Value(field.name, text)
    if field.name in ("author", "assignee"):
        text = text.lstrip("@")
    if not text:
        raise _Bad(f"`{field.name}:` has no value.", f"Write {field.example}.")
    wild = piece.type == "WORD" and ("*" in text or "?" in text)
    if wild and not far_enough(text):
        raise _Bad(
            f"The wildcard in {show(piece.value)} comes too early: at least three characters stand before it.",
            "Write more of the name.",
        )
    if wild and not _UNQUOTED.fullmatch(text):
        raise _Bad("A value with wildcards holds neither quotes nor brackets.", "Use `?` for such a character.")
    return Value(field.name, text, wild)


def _site(text: str) -> str:
    name, before = text, ""
    while name != before:  # what stands behind an @ may begin with a dot, and the other way round
        name, before = host(name.strip().removeprefix("*.").lstrip(".")).strip(), name
    if "*" in name or "?" in name:
        raise _Bad("`site:` takes no wildcards: a domain stands for all below it.", "Write site:acme.com.")
    if not name or len(name.split()) > 1:
        raise _Bad(f"{show(text)} is no domain.", "Write site:acme.com.")
    return name


# Numbers, durations, days


def _measured(piece: Piece, field: Field) -> Node:
    """A plain value, a comparison or a range of a field that is measured."""
    text = piece.value
    if piece.type == "RANGE":
        match = _RANGE.fullmatch(text)
        if not match:
            raise _Bad("A range has two ends.", f"Write {field.name}:[{_sample(field)} TO *].")
        low = None if match[1] == "*" else match[1]
        high = None if match[2] == "*" else match[2]
        return _between(field, low, high)
    if piece.type == "COMPARE":
        rest = text.lstrip("<>=")
        sign = text[: len(text) - len(rest)]
        if not rest:
            raise _Bad(f"Nothing stands behind `{sign}`.", f"Write {field.example}.")
        return _compared(field, sign, rest)
    if piece.type == "EXACT":
        raise _Bad(f"`{field.name}:` holds no words.", f"Write {field.example}.")
    if field.kind == "date":
        day = _day(text)
        return Days(field.name, day, day)
    if field.kind == "duration":
        seconds, unit = _seconds(text)
        # As a date is its whole day, so 4h is from four hours until five.
        return Numbers(field.name, seconds, seconds + unit, high_in=False)
    number = _number(field, text)
    return Numbers(field.name, number, number)


def _between(field: Field, low: str | None, high: str | None) -> Node:
    if field.kind == "date":
        first, last = (_day(low) if low else None), (_day(high) if high else None)
        if first and last and first > last:
            raise _Bad("The first day comes after the last.", f"Write {field.name}:[{last} TO {first}].")
        return Days(field.name, first, last)
    a, b = (_amount(field, end) if end else None for end in (low, high))
    if a is not None and b is not None and a > b:
        raise _Bad("The lower end is above the upper one.", f"Write {field.name}:[{high} TO {low}].")
    return Numbers(field.name, a, b)


def _compared(field: Field, sign: str, text: str) -> Node:
    if field.kind == "date":
        day = _day(text)
        try:
            if sign == ">":
                return Days(field.name, first=day + timedelta(days=1))
            if sign == "<":
                return Days(field.name, last=day - timedelta(days=1))
        except OverflowError:
            raise _Bad("There is no day beyond this one.") from None
        return Days(field.name, first=day) if sign == ">=" else Days(field.name, last=day)
    amount = _amount(field, text)
    if sign[0] == ">":
        return Numbers(field.name, low=amount, low_in=sign == ">=")
    return Numbers(field.name, high=amount, high_in=sign == "<=")


def _amount(field: Field, text: str) -> int | float:
    return _seconds(text)[0] if field.kind == "duration" else _number(field, text)


def _number(field: Field, text: str) -> int | float:
    if not (text.isascii() and _NUMBER.fullmatch(text)):
        plain = re.sub(r"[,_']", "", text)
        hint = plain if plain.isascii() and _NUMBER.fullmatch(plain) else ""
        raise _Bad(f"{show(text)} is no number.", f"Write {field.name}:{hint}." if hint else f"Write {field.example}.")
    return float(text) if "." in text else int(text)


def _seconds(text: str) -> tuple[int, int]:
    """A duration in seconds, and its unit in seconds."""
    match = _DURATION.fullmatch(text) if text.isascii() else None
    if not match:
        raise _Bad(f"{show(text)} is no duration.", "Write a whole number and m, h, d or w: 30m, 4h, 7d, 2w.")
    unit = UNITS[match[2]]
    return int(match[1]) * unit, unit


def _day(text: str) -> date:
    if text.isascii() and _DURATION.fullmatch(text):
        raise _Bad(f"{show(text)} is a duration, not a date.", f"Write age:<{text}.")
    if text.isascii() and _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise _Bad(f"There is no day {show(text)}.", "Write year, month, day: 2026-01-31.") from None
    raise _Bad(f"{show(text)} is no date.", "Write year, month, day: 2026-01-31.")


def _sample(field: Field) -> str:
    return {"date": "2026-01-31", "duration": "4h"}.get(field.kind, "10")
