"""Saved words as a CSV: read with the line of every slip, and written so that no spreadsheet runs what stands in it."""

from collections.abc import Iterable, Sequence

from django.http import HttpResponse

from hubbub.ui import sheets
from hubbub.ui.api import Refusal

LARGEST = 2_000_000  # bytes of a file
MOST_LINES = 2_000


def rows(content: bytes, needed: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """Line numbers and cells by column name. Raises Refusal where it is no such table."""
    found = sheets.read(content, largest=LARGEST, most=MOST_LINES)
    heads = [head.lower() for head in found.columns]
    absent = [name for name in needed if name not in heads]
    if absent:
        raise Refusal(f"Line 1 has no column “{absent[0]}”; it has {', '.join(heads)}")
    return [(number, {head.lower(): cell for head, cell in cells.items()}) for number, cells in found.rows]


def download(name: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> HttpResponse:
    """The rows as a file that `rows` reads again."""
    lines = [sheets.line(heads), *(sheets.line(map(sheets.marked, row)) for row in rows)]
    answer = HttpResponse("".join(lines), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
