"""What a workspace wants to know of people: values of its own fields, read from what somebody wrote."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal, TypeAlias

from msgspec import Struct

from .query.reading import host

Kind: TypeAlias = Literal["text", "number", "date", "choice", "link"]

MOST = 500  # characters of a value
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_GERMAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


class Unfit(ValueError):
    """A value that its field does not take; the text says what would be right."""


class ConsentStart(Struct, frozen=True):
    """A matter of consent that every workspace starts with."""

    name: str
    explains: str
    contact: bool = False


CONSENTS = (
    ConsentStart("Contact", "We may write to them of our own accord", contact=True),
    ConsentStart("Quote", "We may show their words elsewhere, with their name"),
    ConsentStart("Marketing", "We may send them news and offers"),
)


def read_value(kind: Kind, text: str, choices: Sequence[str] = ()) -> str:
    """The value in the one form that is stored; "" of nothing. Raises Unfit."""
    given = text.strip()
    if not given:
        return ""
    if len(given) > MOST:
        raise Unfit(f"This is {len(given)} characters long; {MOST} is the most")
    match kind:
        case "number":
            return _number(given)
        case "date":
            return _date(given)
        case "choice":
            return _choice(given, choices)
        case "link":
            return _link(given)
    return given


def _number(given: str) -> str:
    plain = given.replace(",", ".") if re.fullmatch(r"[+-]?\d+,\d+", given) else given
    try:
        number = Decimal(plain)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > 20:
        raise Unfit(f"“{given[:40]}” is no number: write one such as 12 or 3.5")
    shown = format(number.normalize(), "f")
    return "0" if shown == "-0" else shown


def _date(given: str) -> str:
    german = _GERMAN.fullmatch(given)
    try:
        if german:
            return date(int(german[3]), int(german[2]), int(german[1])).isoformat()
        return date.fromisoformat(given).isoformat()
    except ValueError:
        raise Unfit(f"“{given[:40]}” is no date: write year-month-day, such as 2026-11-23") from None


def _choice(given: str, choices: Sequence[str]) -> str:
    for choice in choices:
        if choice.casefold() == given.casefold():
            return choice
    raise Unfit(f"“{given[:40]}” is not one of the choices: {', '.join(choices) or 'there are none yet'}")


def _link(given: str) -> str:
    address = given if "://" in given else f"https://{given}"
    fit = re.match(r"https?://", address, re.I) and _HOST.fullmatch(host(address)) and not re.search(r"\s", address)
    if not fit:
        raise Unfit(f"“{given[:40]}” is no link: write one such as https://example.org/erin")
    return address
