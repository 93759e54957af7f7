"""Files of people: a CSV in any of the forms that spreadsheets write, or vCards, as lines of named cells."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from hubbub.core import vcard
from hubbub.ui import sheets
from hubbub.ui.api import Refusal

LARGEST, MOST_LINES = 5_000_000, 5_000  # bytes, lines


class Line(Struct, frozen=True):
    """One person of a file; `number` as an editor counts it."""

    number: int
    cells: Mapping[str, str]


class Table(Struct, frozen=True):
    """What a file holds."""

    columns: Sequence[str]
    lines: Sequence[Line]
    read_as: str  # in words: what it was taken for


def read(content: bytes) -> Table:
    """The file. Raises Refusal where it cannot be read as a whole."""
    if content[:200].lstrip(b"\xef\xbb\xbf \t\r\n").upper().startswith(b"BEGIN:VCARD"):
        if len(content) > LARGEST:
            raise Refusal(f"The file has {len(content):,} bytes; {LARGEST:,} is the most: make several of it")
        return _from_cards(sheets.decoded(content, western=True)[0])
    if not content.strip():
        raise Refusal("The file is empty")
    found = sheets.read(content, largest=LARGEST, most=MOST_LINES, western=True)
    if not found.rows:
        raise Refusal("The file has a first line, and nobody below it")
    read_as = f"CSV, {found.encoding}, values parted by {_NAMES[found.mark]}"
    return Table(found.columns, [Line(number, cells) for number, cells in found.rows], read_as)


_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs"}


def _from_cards(text: str) -> Table:
    columns = ("name", "email", "about", "tags", "url")
    lines = [
        Line(
            number,
            {
                "name": card.name,
                "email": " ".join(card.emails),
                "about": card.note,
                "tags": ", ".join(card.tags),
                "url": (*card.accounts, *card.urls, "")[0],
            },
        )
        for number, card in enumerate(vcard.read(text), start=1)
    ]
    if not lines:
        raise Refusal("The file begins like a vCard, and holds no whole one")
    if len(lines) > MOST_LINES:
        raise Refusal(f"The file has more than {MOST_LINES:,} people: make several of it")
    return Table(columns, lines, "vCards")
