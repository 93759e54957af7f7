"""vCard 4.0 (RFC 6350): people as address books take them, written and read."""

import re
from binascii import a2b_qp
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

FOLD = 75  # bytes of a line, its end not counted
_FIELD = re.compile(r"(?:[A-Za-z0-9-]+\.)?([A-Za-z0-9-]+)((?:;[^:\"]*(?:\"[^\"]*\"[^:\"]*)*)?):(.*)", re.S)


_QUOTED = re.compile(r";(?:ENCODING=)?QUOTED-PRINTABLE(?=;|$)", re.I)
_CHARSET = re.compile(r";CHARSET=\"?([\w.:-]{1,40})", re.I)


class Card(Struct, frozen=True):
    """One person. `accounts` are addresses of profiles; `uid` names the person where the card comes from."""

    name: str
    uid: str = ""
    note: str = ""
    emails: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


def write(cards: Sequence[Card]) -> str:
    """The cards as one file."""
    return "".join(_write(card) for card in cards)


def _write(card: Card) -> str:
    lines = ["BEGIN:VCARD", "VERSION:4.0", f"FN:{_escaped(card.name)}"]
    lines += [f"UID:{_escaped(card.uid)}"] if card.uid else []
    lines += [f"EMAIL:{_escaped(one)}" for one in card.emails]
    lines += [f"URL:{_plain(one)}" for one in card.urls]
    lines += [f"SOCIALPROFILE;VALUE=uri:{_plain(one)}" for one in card.accounts]  # RFC 9554
    lines += [f"NOTE:{_escaped(card.note)}"] if card.note else []
    lines += ["CATEGORIES:" + ",".join(map(_escaped, card.tags))] if card.tags else []
    return "".join(_folded(line) for line in [*lines, "END:VCARD"])


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")
    return text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def _plain(address: str) -> str:
    """An address is not escaped; line ends cannot stand in one."""
    return re.sub(r"[\r\n]", "", address)


def _folded(line: str) -> str:
    """Lines of 75 bytes at most, never within a character."""
    pieces, piece, size = [], "", 0
    for letter in line:
        width = len(letter.encode("utf-8", "replace"))
        if size + width > FOLD:
            pieces.append(piece)
            piece, size = " ", 1
        piece += letter
        size += width
    return "\r\n".join([*pieces, piece]) + "\r\n"


def read(text: str) -> Iterator[Card]:
    """The cards of a file, of version 2.1, 3 or 4; what is no card, and fields that are not known here, are passed
    over."""
    # only these end a line: what other characters part in a text is part of it
    lines = re.sub(r"\n[ \t]", "", re.sub(r"\r\n?", "\n", text.replace("\ufeff", "", 1))).split("\n")
    fields: dict[str, list[str]] | None = None
    for line in _joined(lines):
        found = _FIELD.fullmatch(line.strip())
        name, value = (found[1].upper(), _decoded(found[3], found[2])) if found else ("", "")
        if name == "BEGIN" and value.upper() == "VCARD":
            fields = {}
        elif name == "END" and value.upper() == "VCARD" and fields is not None:
            yield _card(fields)
            fields = None
        elif name and fields is not None:
            fields.setdefault(name, []).append(value)


def _joined(lines: Iterable[str]) -> Iterator[str]:
    """Values in quoted-printable, as version 2.1 has them, go on behind an equals sign at the end of a line."""
    open_ = ""
    for line in lines:
        whole = open_ + line
        quoted = whole.endswith("=") and _QUOTED.search(whole.partition(":")[0])
        open_ = whole[:-1] if quoted else ""
        if not quoted:
            yield whole
    if open_:
        yield open_


def _decoded(value: str, parameters: str) -> str:
    if not _QUOTED.search(parameters):
        return value
    named, raw = _CHARSET.search(parameters), a2b_qp(value.encode("latin-1", "replace"))
    try:
        found = raw.decode(named[1] if named else "utf-8", "replace")
    except (LookupError, UnicodeError):  # a character set that nobody knows, or that is none
        found = raw.decode("utf-8", "replace")
    found = found.replace("\0", "").encode("utf-8", "replace").decode()  # no database takes halves of characters
    return found.replace("\r\n", "\\n").replace("\n", "\\n")


def _card(fields: dict[str, list[str]]) -> Card:
    def all_of(*names: str) -> tuple[str, ...]:
        return tuple(_read(value) for name in names for value in fields.get(name, ()) if value.strip())

    structured = " ".join(part for part in reversed(_parts(fields.get("N", [""])[0], ";")[:2]) if part)
    tags = tuple(tag for value in fields.get("CATEGORIES", ()) for tag in _parts(value, ",") if tag)
    return Card(
        name=(all_of("FN") or (structured,))[0].strip(),
        uid=(all_of("UID") or ("",))[0].strip(),
        note="\n".join(all_of("NOTE")),
        emails=tuple(one.removeprefix("mailto:") for one in all_of("EMAIL")),
        urls=all_of("URL"),
        accounts=all_of("SOCIALPROFILE", "X-SOCIALPROFILE"),
        tags=tags,
    )


def _parts(value: str, mark: str) -> list[str]:
    """Parted by marks before which no backslash stands, or one that itself is written by two."""
    parts: list[str] = []
    part = ""
    for piece in re.findall(r"\\.|.", value, re.S):
        if piece == mark:
            parts, part = [*parts, part], ""
        else:
            part += piece
    return [_read(one).strip() for one in (*parts, part)]


def _read(value: str) -> str:
    return re.sub(r"\\(.)", lambda hit: "\n" if hit[1] in "nN" else hit[1], value)
