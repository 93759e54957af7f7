"""Files made of boxes (HEIC and AVIF pictures, MP4 and QuickTime films) without what a camera wrote beside the picture.

Nothing moves: what is taken out is written over by nothing, as long as it was, so that all else stays where it is.
"""

import struct
from collections.abc import Iterator

from msgspec import Struct

BESIDE = frozenset({b"udta", b"meta", b"uuid"})  # of a film: the place, the camera, titles
WITHIN = {b"moov": b"trak"}  # where these stand, and what holds more of them
TOLD = frozenset({b"Exif", b"mime", b"uri "})  # items of a picture that are no picture
FULL = 4  # bytes of version and flags


class Torn(ValueError):
    """A file that ends too early, or names a place that is not in it."""


class Box(Struct, frozen=True):
    """One box: where it begins, where what it holds begins and ends."""

    kind: bytes
    start: int
    body: int
    end: int


def boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """One after the other. Raises Torn."""
    while start + 8 <= end:
        size, kind = struct.unpack(">I4s", data[start : start + 8])
        body = start + 8
        if size == 1:
            (size,) = struct.unpack(">Q", _cut(data, body, 8, end))
            body += 8
        stop = end if size == 0 else start + size
        if not body <= stop <= end:
            raise Torn("It ends too early")
        yield Box(kind, start, body, stop)
        start = stop


def _cut(data: bytes, start: int, size: int, end: int) -> bytes:
    if start + size > end:
        raise Torn("It ends too early")
    return data[start : start + size]


def bare_film(data: bytes) -> bytes:
    """The film without what stands beside it: place, camera, titles, who owns it. Raises Torn."""
    kept = bytearray(data)
    _empty(kept, data, 0, len(data), b"moov")
    return bytes(kept)


def freed(kept: bytearray, box: Box) -> None:
    """Write over what a box holds, and say that nobody needs to read it."""
    kept[box.start + 4 : box.start + 8] = b"free"
    kept[box.body : box.end] = bytes(box.end - box.body)


def _empty(kept: bytearray, data: bytes, start: int, end: int, within: bytes) -> None:
    for box in boxes(data, start, end):
        if box.kind in BESIDE:
            freed(kept, box)
        elif box.kind == within:
            _empty(kept, data, box.body, box.end, WITHIN.get(within, b""))


def bare_picture(data: bytes) -> bytes:
    """The picture without its EXIF and XMP; which way is up is said elsewhere. Raises Torn."""
    kept = bytearray(data)
    for box in boxes(data, 0, len(data)):
        if box.kind == b"meta":
            inside = {one.kind: one for one in boxes(data, box.body + FULL, box.end)}
            told = _told(data, inside[b"iinf"]) if b"iinf" in inside else set()
            if told and b"iloc" not in inside:
                raise Torn("It does not say where its parts are")
            if told:
                _blank(kept, data, inside, told)
        elif box.kind in {b"uuid", b"moov"}:  # the second of one that moves
            _empty(kept, data, box.start, box.end, b"moov")
    return bytes(kept)


def _told(data: bytes, info: Box) -> set[int]:
    """Ids of the items that are no picture."""
    version = data[info.body]
    first = info.body + FULL + (2 if version == 0 else 4)
    found = set()
    for entry in boxes(data, first, info.end):
        read = _Reader(data, entry.body + FULL, entry.end)
        if data[entry.body] < 2:  # older ones name no kinds: nobody writes them
            continue
        item = read.number(2 if data[entry.body] == 2 else 4)
        read.number(2)
        if read.take(4) in TOLD:
            found.add(item)
    return found


class _Reader:
    """Numbers one after the other."""

    def __init__(self, data: bytes, at: int, end: int) -> None:
        self._data, self._at, self._end = data, at, end

    def take(self, size: int) -> bytes:
        found = _cut(self._data, self._at, size, self._end)
        self._at += size
        return found

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")


def _blank(kept: bytearray, data: bytes, inside: dict[bytes, Box], told: set[int]) -> None:
    """Write over what these items hold, wherever it lies."""
    where = inside[b"iloc"]
    version, read = data[where.body], _Reader(data, where.body + FULL, where.end)
    sizes = read.number(2)
    offset, length, base, index = (sizes >> 12) & 15, (sizes >> 8) & 15, (sizes >> 4) & 15, sizes & 15
    left = len(data)  # no file says more often where its parts are than it has bytes
    for _ in range(read.number(4 if version == 2 else 2)):
        item = read.number(4 if version == 2 else 2)
        method = read.number(2) & 15 if version else 0
        read.number(2)
        begin = read.number(base)
        for _ in range(read.number(2)):
            read.number(index if version else 0)
            start, size, end = begin + read.number(offset), read.number(length), len(data)
            if item in told and method:
                if method != 1 or b"idat" not in inside:
                    raise Torn("It does not say where its parts are")
                start, end = start + inside[b"idat"].body, inside[b"idat"].end
            size = (size or max(0, end - start)) if item in told else 0  # 0 in the file: all that there is
            left -= 1 + size
            if left < 0 or (item in told and start + size > end):
                raise Torn("It names places that are not in it")
            if size:
                kept[start : start + size] = bytes(size)
