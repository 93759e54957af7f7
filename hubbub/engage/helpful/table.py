"""Saved words as a CSV: read with the line of every slip, and written so that no spreadsheet runs what stands in it."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from django.http import HttpResponse

from hubbub.ui import sheets
from hubbub.ui.api import Refusal

LARGEST = 2_000_000  # bytes of a file
MOST_LINES = 2_000


def rows(content: bytes, needed: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """Line numbers and cells by column name. Raises Refusal where it is no such table."""
    if len(content) > LARGEST:
        raise Refusal(f"The file has {len(content):,} bytes; {LARGEST:,} is the most")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal(f"The file is not UTF-8 (byte {error.start}): save it as UTF-8") from None
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    reader = csv.DictReader(StringIO(text), delimiter=mark)
    heads = [head.strip().lower() for head in reader.fieldnames or ()]
    absent = [name for name in needed if name not in heads]
    if absent:
        raise Refusal(f"Line 1 has no column “{absent[0]}”; it has {', '.join(heads) or 'nothing'}")
    reader.fieldnames = heads
    found = []
    try:
        for row in reader:
            cells = {head: sheets.unmarked(row.get(head) or "") for head in heads}
            if any(cells.values()):
                found.append((reader.line_num, cells))
            if len(found) > MOST_LINES:
                raise Refusal(f"The file has more than {MOST_LINES:,} lines: make several of it")
    except csv.Error as error:
        raise Refusal(f"Line {reader.line_num}: {error}. Look for a quotation mark that is not closed.") from None
    return found


def download(name: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> HttpResponse:
    """The rows as a file that `rows` reads again."""
    lines = [sheets.line(heads), *(sheets.line(map(sheets.marked, row)) for row in rows)]
    answer = HttpResponse("".join(lines), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
