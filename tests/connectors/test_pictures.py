"""How large a picture is, read from its first bytes; what cannot be read is not known."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.connectors._pictures import size_of
from tests.pictures import png

JFIF = b"\xff\xe0" + struct.pack(">H", 4) + b"xx"


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (png(40, 30), (40, 30)),
        (b"GIF89a" + struct.pack("<HH", 300, 200) + b"...", (300, 200)),
        (b"\xff\xd8" + JFIF + b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", 480, 640), (640, 480)),
        (b"\xff\xd8" + JFIF + b"\xff\xff\xc2\x00\x11\x08" + struct.pack(">HH", 4, 6), (6, 4)),  # filled up
        (b"RIFF....WEBPVP8X" + bytes(8) + b"\x1f\x03\x00\x57\x02\x00", (800, 600)),
        (b"RIFF....WEBPVP8L" + bytes(4) + b"\x2f" + (799 | 599 << 14).to_bytes(4, "little"), (800, 600)),
        (b"RIFF....WEBPVP8 " + bytes(10) + struct.pack("<HH", 800, 600), (800, 600)),
        (b"RIFF....WEBPWHAT", None),
        (png(40, 30)[:20], None),
        (png(0, 30), None),
        (b"\xff\xd8" + JFIF, None),
        (b"\xff\xd8nonsense", None),
        (b"%PDF-1.4", None),
        (b"", None),
    ],
)
def test_size(data: bytes, size: tuple[int, int] | None) -> None:
    assert size_of(data) == size


@given(st.sampled_from([b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8", b"RIFF....WEBPVP8X"]), st.binary(max_size=99))
def test_nothing_that_begins_like_a_picture_is_a_fault(head: bytes, rest: bytes) -> None:
    size = size_of(head + rest)
    assert size is None or min(size) > 0
