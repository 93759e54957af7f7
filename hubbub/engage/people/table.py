"""Files of people: a CSV in any of the forms that spreadsheets write, or vCards, as lines of named cells."""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO

from msgspec import Struct

from hubbub.core import vcard
from hubbub.ui import sheets
from hubbub.ui.api import Refusal

LARGEST, MOST_LINES = 5_000_000, 5_000  # bytes, lines
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


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
    if len(content) > LARGEST:
        raise Refusal(f"The file has {len(content):,} bytes; {LARGEST:,} is the most: make several of it")
    text, encoding = _decoded(content)
    if text.lstrip().upper().startswith("BEGIN:VCARD"):
        return _from_cards(text)
    if not text.strip():
        raise Refusal("The file is empty")
    mark = max(",;\t", key=text.partition("\n")[0].count)
    return _from_csv(text, mark, f"CSV, {encoding}, values parted by {_NAMES[mark]}")


_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs"}


def _decoded(content: bytes) -> tuple[str, str]:
    if content.startswith(UTF_16):
        raise Refusal("The file is written in UTF-16. Save it as UTF-8 (in Excel: CSV UTF-8) and choose it again.")
    try:
        return content.decode("utf-8-sig").replace("\0", ""), "UTF-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace").replace("\0", ""), "Western European (Windows-1252)"


def _from_csv(text: str, mark: str, read_as: str) -> Table:
    csv.field_size_limit(LARGEST)
    reader = csv.reader(StringIO(text, newline=""), delimiter=mark, strict=True)
    lines: list[Line] = []
    try:
        columns = [name.strip() for name in next(reader)]
        _check(columns)
        for cells in reader:
            if any(cell.strip() for cell in cells[len(columns) :]):
                raise Refusal(
                    f"Line {reader.line_num} has {len(cells)} values, and line 1 names {len(columns)} columns: put a "
                    "value that holds the mark between values into quotation marks"
                )
            named = {name: sheets.unmarked(cell) for name, cell in zip(columns, cells, strict=False) if name}
            if any(cell.strip() for cell in named.values()):
                lines.append(Line(reader.line_num, named))
            if len(lines) > MOST_LINES:
                raise Refusal(f"The file has more than {MOST_LINES:,} lines: make several of it")
    except csv.Error as error:
        raise Refusal(f"Line {reader.line_num}: the quotation marks do not match ({error})") from None
    if not lines:
        raise Refusal("The file has a first line, and nobody below it")
    return Table([name for name in columns if name], lines, read_as)


def _check(columns: Sequence[str]) -> None:
    doubled = {name for name in columns if name and columns.count(name) > 1}
    if doubled:
        raise Refusal(f"Line 1 names the column “{min(doubled)}” twice: name each column once")
    if not any(columns):
        raise Refusal("Line 1 must name the columns")


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
