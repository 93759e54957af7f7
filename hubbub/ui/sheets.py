"""Tables for spreadsheets: lines of CSV in which nothing is taken for a formula."""

import csv
from collections.abc import Iterable
from io import StringIO

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
