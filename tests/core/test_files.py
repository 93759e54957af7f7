"""What a file is by its content; pictures without what cameras write into them."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.files import Unreadable, bare, mime_of

PLACE = b"48.8583N 2.2945E"


@pytest.mark.parametrize(
    ("data", "name", "mime"),
    [
        (b"\xff\xd8\xff\xe0rest", "a.png", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\nrest", "", "image/png"),
        (b"RIFF\0\0\0\0WEBP", "", "image/webp"),
        (b"RIFF\0\0\0\0WAVE", "", "audio/wav"),
        (b"\0\0\0\x18ftypisom", "", "video/mp4"),
        (b"\0\0\0\x18ftypheic", "", "image/heic"),
        (b"%PDF-1.7", "", "application/pdf"),
        (b"PK\x03\x04", "a.zip", "application/zip"),
        (b"PK\x03\x04", "a.XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (b"<svg onload=alert(1)>", "a.jpg", "text/plain"),  # never what its name says
        ("über".encode(), "", "text/plain"),
        (("a" * 4095 + "ü").encode(), "", "text/plain"),
        (b"\0\1\2", "a.jpg", "application/octet-stream"),
        (b"", "a.jpg", "application/octet-stream"),
    ],
)
def test_what_it_is(data: bytes, name: str, mime: str) -> None:
    assert mime_of(data, name) == mime


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def exif(orientation: int | None, order: str = ">") -> bytes:
    head = (b"MM\0*" if order == ">" else b"II*\0") + struct.pack(f"{order}I", 8)
    tags = [] if orientation is None else [struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)]
    tags.append(struct.pack(f"{order}HHII", 0x8825, 4, 1, 999))
    return b"Exif\0\0" + head + struct.pack(f"{order}H", len(tags)) + b"".join(tags) + b"\0\0\0\0" + PLACE


def jpeg(*segments: bytes) -> bytes:
    return b"\xff\xd8" + b"".join(segments) + segment(0xDB, b"table") + b"\xff\xda\0\x02picture\xff\xd9"


@pytest.mark.parametrize(
    ("orientation", "order", "kept"),
    [(None, ">", False), (1, ">", False), (6, ">", True), (6, "<", True), (99, ">", False)],
)
def test_a_photograph_loses_its_place_and_stays_upright(orientation: int | None, order: str, kept: bool) -> None:
    colours = segment(0xE2, b"ICC_PROFILE\0")
    parts = [segment(0xE1, exif(orientation, order)), segment(0xED, PLACE), segment(0xFE, PLACE), colours]
    found = bare(jpeg(*parts), "image/jpeg")
    assert PLACE not in found
    assert colours in found
    assert found.endswith(b"picture\xff\xd9")
    assert (b"Exif" in found) is kept
    if kept:
        assert struct.pack(">HHIH", 0x0112, 3, 1, 6) in found
    assert bare(found, "image/jpeg") == found


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def test_a_drawing_loses_its_words() -> None:
    drawn = [chunk(b"IHDR", b"0" * 13), chunk(b"IDAT", b"picture"), chunk(b"IEND", b"")]
    sign = b"\x89PNG\r\n\x1a\n"
    told = [chunk(b"eXIf", PLACE), chunk(b"tEXt", PLACE), chunk(b"zzZz", PLACE)]
    assert bare(sign + drawn[0] + b"".join(told) + drawn[1] + drawn[2] + PLACE, "image/png") == sign + b"".join(drawn)


def test_a_webp_loses_them_too() -> None:
    def riff(kind: bytes, body: bytes) -> bytes:
        return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)

    body = riff(b"VP8X", b"\x0c" + b"0" * 9) + riff(b"VP8 ", b"picture") + riff(b"EXIF", PLACE) + riff(b"XMP ", PLACE)
    found = bare(b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body, "image/webp")
    left = riff(b"VP8X", b"\0" + b"0" * 9) + riff(b"VP8 ", b"picture")
    assert found == b"RIFF" + struct.pack("<I", len(left) + 4) + b"WEBP" + left


@given(st.binary(max_size=200), st.sampled_from(["image/jpeg", "image/png", "image/webp", "image/gif"]))
def test_nonsense_is_refused_or_left(data: bytes, mime: str) -> None:
    begins = {"image/jpeg": b"\xff\xd8", "image/png": b"\x89PNG\r\n\x1a\n", "image/webp": b"RIFF0000WEBP"}
    try:
        found = bare(begins.get(mime, b"") + data, mime)
    except Unreadable:
        return
    assert len(found) <= len(begins.get(mime, b"")) + len(data) + 40
