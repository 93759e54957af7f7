"""Tables for spreadsheets: lines of CSV in which nothing is taken for a formula; files as spreadsheets write them."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from msgspec import Struct

from .api import Refusal

RUNS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet takes a cell that begins so for a formula


def harmless(cell: str) -> str:
    """The cell as it may stand in a file: a quote before it makes it text."""
    return f"'{cell}" if cell.startswith(RUNS) else cell


def marked(cell: str) -> str:
    """The same of a file that is read in again: `unmarked` gives exactly the cell."""
    return f"'{cell}" if cell.startswith((*RUNS, "'")) else cell


def unmarked(cell: str) -> str:
    """A cell without the quote that `marked` put before it."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith((*RUNS, "'")) else cell


def line(cells: Iterable[object]) -> str:
    """One line of a file, with its end."""
    written = StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


class Sheet(Struct, frozen=True):
    """What a file holds. `columns` as line 1 names them; `rows`: number of the line as an editor counts it, column →
    cell; lines without a word are left out."""

    columns: Sequence[str]
    rows: Sequence[tuple[int, dict[str, str]]]
    mark: str  # that parts the values: "," ";" or a tab
    encoding: str


def read(content: bytes, *, largest: int, most: int, western: bool = False) -> Sheet:
    """A file of CSV. `largest`: bytes; `most`: lines; `western`: what is not UTF-8 is taken for Windows-1252. Raises
    Refusal, which names the line."""
    if len(content) > largest:
        raise Refusal(f"The file has {len(content):,} bytes; {largest:,} is the most: make several of it")
    text, encoding = decoded(content, western=western)
    mark = max(",;\t", key=text.partition("\n")[0].count)
    csv.field_size_limit(largest)
    reader = csv.reader(StringIO(text, newline=""), delimiter=mark, strict=True)
    rows: list[tuple[int, dict[str, str]]] = []
    try:
        columns = [name.strip() for name in next(reader, [])]
        _check(columns)
        for cells in reader:
            if any(cell.strip() for cell in cells[len(columns) :]):
                raise Refusal(
                    f"Line {reader.line_num} has {len(cells)} values, and line 1 names {len(columns)} columns: put a "
                    "value that holds the mark between values into quotation marks"
                )
            named = {name: unmarked(cell) for name, cell in zip(columns, cells, strict=False) if name}
            if any(cell.strip() for cell in named.values()):
                rows.append((reader.line_num, named))
            if len(rows) > most:
                raise Refusal(f"The file has more than {most:,} lines: make several of it")
    except csv.Error as error:
        raise Refusal(f"Line {reader.line_num}: the quotation marks do not match ({error})") from None
    return Sheet([name for name in columns if name], rows, mark, encoding)


def decoded(content: bytes, *, western: bool = False) -> tuple[str, str]:
    """The text, without characters that no database takes, and what it was taken for. Raises Refusal."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refusal("The file is not UTF-8 but UTF-16. Save it as UTF-8 (in Excel: CSV UTF-8) and choose it again.")
    try:
        return content.decode("utf-8-sig").replace("\0", ""), "UTF-8"
    except UnicodeDecodeError as slip:
        if not western:
            raise Refusal(
                f"The file is not UTF-8 (byte {slip.start}): save it as UTF-8 (in Excel: CSV UTF-8)"
            ) from None
        return content.decode("cp1252", "replace").replace("\0", ""), "Western European (Windows-1252)"


def _check(columns: Sequence[str]) -> None:
    small = [name.casefold() for name in columns]
    doubled = [name for name in columns if name and small.count(name.casefold()) > 1]
    if doubled:
        raise Refusal(f"Line 1 names the column “{min(doubled)}” twice: name each column once")
    if not any(columns):
        raise Refusal("Line 1 must name the columns: it names no column")
