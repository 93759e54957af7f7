"""Files as spreadsheets write them, read by one reader for all rooms; what cannot be meant is refused with its line."""

import pytest

from hubbub.ui import sheets
from hubbub.ui.api import Refusal


def read(content: bytes, *, western: bool = False) -> list[tuple[int, dict[str, str]]]:
    return list(sheets.read(content, largest=1_000, most=3, western=western).rows)


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ("\ufeffName;City\nÄnne;Köln\n".encode(), [(2, {"Name": "Änne", "City": "Köln"})]),
        (b"name\tcity\r\n\r\nAnne\tBonn\r\n", [(3, {"name": "Anne", "city": "Bonn"})]),
        (b"name,city\rAnne,Bonn", [(2, {"name": "Anne", "city": "Bonn"})]),
        (b'name,note\nAnne,"two\nlines"\nBert,\n', [(3, {"name": "Anne", "note": "two\nlines"}),
                                                   (4, {"name": "Bert", "note": ""})]),
        (b"name\nAn\x00ne\n'=Eve\n", [(2, {"name": "Anne"}), (3, {"name": "=Eve"})]),
        (b"name,,city\nAnne,x,Bonn,,\n", [(2, {"name": "Anne", "city": "Bonn"})]),
        (b"name,city\nAnne\n", [(2, {"name": "Anne"})]),
    ],
)  # fmt: skip
def test_what_is_read(content: bytes, rows: list[tuple[int, dict[str, str]]]) -> None:
    assert read(content) == rows


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "names no column"),
        (b"name,Name\nx,y\n", "twice"),
        (b"name,city\nMiller, Anne,Bonn\n", "Line 2 has 3 values"),
        (b'name\n"x\n', "Line 2: the quotation marks"),
        (b"name\n" + b"x\n" * 4, "more than 3 lines"),
        (b"name\n" + b"x" * 1_000, "1,000 is the most"),
        (b"\xff\xfen\x00", "UTF-16"),
        (b"name\n\xc4nne\n", "byte 5"),
    ],
)
def test_what_is_refused(content: bytes, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        read(content)


def test_western_european_files_are_read_where_that_is_wanted() -> None:
    assert read(b"name\n\xc4nne\n", western=True) == [(2, {"name": "Änne"})]
