"""A calendar as other programs read it: RFC 5545, written."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec import Struct

FOLDED = 75  # octets of a line, without its end
LENGTH = timedelta(minutes=15)  # that an entry takes in the calendar; posting itself takes no time
CONTROLS = {number: None for number in (*range(0x20), 0x7F) if number not in {0x09, 0x0A}}

Status = Literal["TENTATIVE", "CONFIRMED", "CANCELLED"]


class Event(Struct, frozen=True):
    """One entry."""

    uid: str  # the same as long as it is the same thing
    start: datetime  # aware
    changed: datetime  # aware
    summary: str
    description: str = ""
    url: str = ""
    status: Status = "CONFIRMED"
    categories: tuple[str, ...] = ()
    sequence: int = 0


def write_calendar(events: Sequence[Event], *, name: str, product: str) -> bytes:
    """The whole file, lines folded and ended as the standard wants it."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{escape(product)}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    lines += [f"X-WR-CALNAME:{escape(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT15M", "X-PUBLISHED-TTL:PT15M"]
    for event in events:
        lines += _event(event)
    lines.append("END:VCALENDAR")
    return b"".join(fold(line) for line in lines)


def _event(event: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escape(event.uid)}"
    yield f"DTSTAMP:{_utc(event.changed)}"
    yield f"LAST-MODIFIED:{_utc(event.changed)}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"DTSTART:{_utc(event.start)}"
    yield f"DTEND:{_utc(event.start + LENGTH)}"
    yield f"SUMMARY:{escape(event.summary)}"
    if event.description:
        yield f"DESCRIPTION:{escape(event.description)}"
    if event.url:
        yield f"URL:{''.join(event.url.split()).translate(CONTROLS)}"
    if event.categories:
        yield "CATEGORIES:" + ",".join(escape(one) for one in event.categories)
    yield f"STATUS:{event.status}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escape(text: str) -> str:
    """A text as a value: backslashes, commas, semicolons and ends of lines written so that they mean themselves."""
    clean = text.replace("\r\n", "\n").replace("\r", "\n").translate(CONTROLS)
    return clean.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def fold(line: str) -> bytes:
    """The line in pieces of at most 75 octets, none of which cuts a character in two; every further one begins with a
    space."""
    pieces: list[bytes] = []
    piece = b""
    for char in line:
        octets = char.encode()
        if len(piece) + len(octets) > FOLDED:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join([*pieces, piece]) + b"\r\n"
