"""What a file is by its content; pictures without what cameras write into them."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.files import Unreadable, bare, keeps, mime_of

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


def test_what_follows_a_photograph_stays_behind() -> None:
    """A second picture or a film, as phones append them, tells the place once more."""
    many = segment(0xE2, b"MPF\0" + PLACE)
    progressive = b"\xff\xda\0\x02one\xff\0\xff\xd0more" + segment(0xC4, b"table") + b"\xff\xda\0\x02two\xff\xd9"
    first = b"\xff\xd8" + segment(0xDB, b"table") + progressive
    assert bare(first.replace(b"\xff\xd8", b"\xff\xd8" + many, 1) + jpeg(segment(0xE1, exif(1))), "image/jpeg") == first


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


def gif(*extensions: bytes) -> bytes:
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return (
        head + b"".join(extensions) + b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0" + b"\x3b"
    )


def blocks(*parts: bytes) -> bytes:
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\0"


def test_what_moves_loses_its_words() -> None:
    loop, shown = b"\x21\xff" + blocks(b"NETSCAPE2.0", b"\1\0\0"), b"\x21\xf9" + blocks(b"\0\x0a\0\0")
    told = [b"\x21\xfe" + blocks(PLACE), b"\x21\xff" + blocks(b"XMP DataXMP", PLACE)]
    assert bare(gif(told[0], loop, told[1], shown) + PLACE, "image/gif") == gif(loop, shown)


def box(kind: bytes, body: bytes, *, large: bool = False) -> bytes:
    size = struct.pack(">I4sQ", 1, kind, len(body) + 16) if large else struct.pack(">I4s", len(body) + 8, kind)
    return size + body


@pytest.mark.parametrize("large", [False, True])
def test_a_film_loses_its_place_and_nothing_moves(large: bool) -> None:
    told = [box(kind, PLACE) for kind in (b"udta", b"meta", b"uuid")]
    track = box(b"trak", box(b"tkhd", b"head") + told[0] + box(b"mdia", b"media"))
    film = [box(b"ftyp", b"qt  "), box(b"moov", box(b"mvhd", b"head") + track + told[1] + told[2], large=large)]
    given = b"".join([*film, told[2], box(b"mdat", b"picture")])
    found = bare(given, mime_of(given))
    assert (len(found), PLACE in found) == (len(given), False)
    assert found.index(b"picture") == given.index(b"picture")
    assert found.count(b"free") == 4
    assert all(kind in found for kind in (b"mvhd", b"tkhd", b"mdia"))
    assert bare(found, "video/quicktime") == found


def test_a_film_in_a_film_is_no_deeper_than_films_are() -> None:
    film = b"".join(struct.pack(">I4s", (3_000 - at) * 8, b"moov") for at in range(3_000))
    assert bare(film, "video/mp4") == film


def heic(method: int, length: int = 4) -> bytes:
    """A picture with EXIF and XMP: beside it in the file (0), or within its list of parts (1)."""

    def entry(item: int, kind: bytes) -> bytes:
        return box(b"infe", struct.pack(">B3xHH4s", 2, item, 0, kind) + b"\0")

    entries = entry(1, b"hvc1") + entry(2, b"Exif") + entry(3, b"mime")
    info = box(b"iinf", struct.pack(">B3xH", 0, 3) + entries)

    def meta(starts: list[int]) -> bytes:
        places = b"".join(
            struct.pack(">HHHHII", item, 0 if item == 1 else method, 0, 1, at, 7 if item == 1 else len(PLACE))
            for item, at in enumerate(starts, 1)
        )
        where = box(b"iloc", struct.pack(">B3xHH", 1, 0x4400, 3) + places)
        data = box(b"idat", PLACE + PLACE) if method else b""
        return box(b"meta", b"\0\0\0\0" + info + where + data)

    head = box(b"ftyp", b"heic")
    after = len(head) + len(meta([0, 0, 0])) + 8
    starts = [after, 0, len(PLACE)] if method else [after, after + 7, after + 7 + len(PLACE)]
    return head + meta(starts) + box(b"mdat", b"picture" + (b"" if method else PLACE + PLACE))


@pytest.mark.parametrize("method", [0, 1])
def test_a_photograph_in_boxes_loses_its_place(method: int) -> None:
    given = heic(method)
    assert mime_of(given) == "image/heic"
    found = bare(given, "image/heic")
    assert (len(found), PLACE in found) == (len(given), False)
    assert found.endswith(b"picture") if method else b"picture" in found
    assert bare(found, "image/heic") == found


def parts(count: int, extents: int, sizes: int, each: bytes) -> bytes:
    """A picture whose EXIF lies in so many places."""
    entry = box(b"infe", struct.pack(">B3xHH4s", 2, 1, 0, b"Exif") + b"\0")
    info = box(b"iinf", struct.pack(">B3xH", 0, 1) + entry)
    where = box(b"iloc", struct.pack(">B3xHH", 1, sizes, count) + struct.pack(">HHHH", 1, 0, 0, extents) * count + each)
    return box(b"ftyp", b"heic") + box(b"meta", b"\0\0\0\0" + info + where)


@pytest.mark.parametrize(
    "given_",
    [
        heic(0)[:-20],
        heic(2),
        parts(8_000, 65_535, 0, b""),  # half a milliard places of no length, each all of the file
        parts(1, 1, 0x4400, struct.pack(">II", 1 << 31, 0)),  # behind the end
    ],
)
def test_what_does_not_say_where_its_place_is_told(given_: bytes) -> None:
    with pytest.raises(Unreadable):
        bare(given_, "image/avif")


@pytest.mark.parametrize(
    ("mime", "says"),
    [
        ("image/jpeg", ""),
        ("image/avif", ""),
        ("text/plain", ""),
        ("video/mp4", "subtitles"),
        ("audio/ogg", "recording"),
        ("application/pdf", "pictures were taken"),
        ("image/tiff", "pictures were taken"),
        ("application/octet-stream", "who made it"),
    ],
)
def test_what_may_still_tell(mime: str, says: str) -> None:
    assert says in keeps(mime)
    assert bool(keeps(mime)) is bool(says)


BEGINS = {
    "image/jpeg": b"\xff\xd8",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/webp": b"RIFF0000WEBP",
    "image/heic": box(b"ftyp", b"heic"),
    "video/mp4": box(b"ftyp", b"isom"),
    "image/gif": b"",
}


@given(st.binary(max_size=200), st.sampled_from(sorted(BEGINS)))
def test_nonsense_is_refused_or_left(data: bytes, mime: str) -> None:
    try:
        found = bare(BEGINS[mime] + data, mime)
    except Unreadable:
        return
    assert len(found) <= len(BEGINS[mime]) + len(data) + 40


@given(st.integers(0, 400), st.integers(0, 255), st.sampled_from([0, 1]))
def test_a_damaged_one_is_refused_or_left(at: int, byte: int, method: int) -> None:
    given_ = bytearray(heic(method))
    given_[at % len(given_)] = byte
    try:
        assert len(bare(bytes(given_), "image/heic")) == len(given_)
    except Unreadable:
        return
