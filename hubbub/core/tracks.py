"""A film without what its camera measured while it filmed: where it was, how fast, how it was held. Such a track and
all samples that it names are written over by nothing; everything else stays where it is.

Subtitles stay, as people read them; so does what was measured in a film of fragments, which names samples elsewhere.
"""

import struct
from collections.abc import Iterator, Sequence

from .boxes import Box, Torn, boxes, freed

MEASURED = frozenset({b"meta", b"camm"})  # as a track says what it holds
FORMS = {8: "B", 16: "H", 32: "I"}  # bits of a number


def unmeasured(film: bytes) -> bytes:
    """The film without them. Raises Torn."""
    outer = list(boxes(film, 0, len(film)))
    if any(box.kind == b"moof" for box in outer):
        return film
    found = [
        track
        for movie in outer
        if movie.kind == b"moov"
        for track in boxes(film, movie.body, movie.end)
        if track.kind == b"trak" and _holds(film, track) in MEASURED
    ]
    if not found:
        return film
    kept, data = bytearray(film), [box for box in outer if box.kind == b"mdat"]
    for track in found:
        for start, size in _samples(film, track):
            # else it would be what says where picture and sound are
            if size and not any(box.body <= start and start + size <= box.end for box in data):
                raise Torn("It names places that hold no film")
            kept[start : start + size] = bytes(size)
        freed(kept, track)
    return bytes(kept)


def _within(film: bytes, box: Box, *kinds: bytes) -> Box | None:
    """The first box of these kinds, each within the one before."""
    here: Box | None = box
    for kind in kinds:
        here = next((one for one in boxes(film, here.body, here.end) if one.kind == kind), None) if here else None
    return here


def _holds(film: bytes, track: Box) -> bytes:
    """What a track says that it holds: "vide", "soun", "meta"."""
    handler = _within(film, track, b"mdia", b"hdlr")
    return film[handler.body + 8 : min(handler.body + 12, handler.end)] if handler else b""


def _samples(film: bytes, track: Box) -> Iterator[tuple[int, int]]:
    """Where its samples lie, and how long they are, chunk by chunk. Raises Torn."""
    table = _within(film, track, b"mdia", b"minf", b"stbl")
    inside = {box.kind: box for box in boxes(film, table.body, table.end)} if table else {}
    places = inside.get(b"stco") or inside.get(b"co64")
    if places is None or b"stsc" not in inside or not inside.keys() & {b"stsz", b"stz2"}:
        return
    starts = _numbers(film, places, "I" if places.kind == b"stco" else "Q")
    runs = _numbers(film, inside[b"stsc"], "I", 3)  # from which chunk on, samples of each, how they are described
    left, taken, at = len(film), 0, 0
    for number, start in enumerate(starts, 1):
        while 3 * (at + 1) < len(runs) and runs[3 * (at + 1)] <= number:
            at += 1
        many = runs[3 * at + 1] if runs else 0
        size = _size(film, inside, taken, many)
        taken, left = taken + many, left - size
        if start + size > len(film) or left < 0:
            raise Torn("It names places that are not in it")
        yield start, size


def _size(film: bytes, inside: dict[bytes, Box], first: int, many: int) -> int:
    """Of so many samples together."""
    box = inside.get(b"stsz") or inside[b"stz2"]
    if box.end < box.body + 12:
        raise Torn("It ends too early")
    each, count = struct.unpack(">II", film[box.body + 4 : box.body + 12])
    many = max(0, min(many, count - first))
    if box.kind == b"stsz" and each:
        return int(each) * many
    bits = 32 if box.kind == b"stsz" else each & 0xFF
    if bits != 4 and bits not in FORMS:
        raise Torn("It does not say how long its parts are")
    begin, end = box.body + 12 + first * bits // 8, box.body + 12 + ((first + many) * bits + 7) // 8
    if end > box.end:
        raise Torn("It ends too early")
    data = film[begin:end]
    if bits == 4:  # two in a byte, the higher one first
        halves = [half for byte in data for half in (byte >> 4, byte & 15)]
        return sum(halves[first % 2 : first % 2 + many])
    return sum(struct.unpack(f">{many}{FORMS[bits]}", data))


def _numbers(film: bytes, box: Box, form: str, across: int = 1) -> Sequence[int]:
    """All numbers of a table with so many in a row."""
    begin = box.body + 8
    if begin > box.end:
        raise Torn("It ends too early")
    (rows,) = struct.unpack(">I", film[begin - 4 : begin])
    end = begin + struct.calcsize(f">{form}") * across * rows
    if end > box.end:
        raise Torn("It ends too early")
    return struct.unpack(f">{rows * across}{form}", film[begin:end])
