"""What a file is, by its content; a picture or film without what its camera wrote into it: place, owner, numbers."""

import re
import struct
from collections.abc import Iterator

from .boxes import Torn, bare_film, bare_picture
from .tracks import unmeasured

SIGNATURES: tuple[tuple[int, bytes, str], ...] = (  # where, what stands there, what it is
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypheix", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (8, b"WAVE", "audio/wav"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
)
UNKNOWN = "application/octet-stream"
SHOWN = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})  # what browsers may show as it is
BARE = frozenset({*SHOWN, "image/heic", "image/avif"})  # nothing but the picture itself leaves
LOOK = 4096  # bytes in which a text must be a text
OFFICE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
ORIENTATION = 0x0112
SCANNED = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # what ends the coded part of a JPEG


class Unreadable(ValueError):
    """A picture that ends too early, or is otherwise not what it begins as."""


def mime_of(data: bytes, name: str = "") -> str:
    """What the content is. The name only tells apart what is packed alike: office files are archives."""
    found = next((mime for at, sign, mime in SIGNATURES if data[at : at + len(sign)] == sign), "")
    if found == "application/zip":
        return OFFICE.get(name.rpartition(".")[2].lower(), found)
    if found:
        return found
    return "text/plain" if _is_text(data[:LOOK]) else UNKNOWN


def _is_text(data: bytes) -> bool:
    if not data or b"\0" in data:
        return False
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"  # cut within a letter by us
    return True


def bare(data: bytes, mime: str) -> bytes:
    """The picture with nothing in it but itself, and which way is up; a film without what stands beside it; other kinds
    as they are. Raises Unreadable."""
    try:
        match mime:
            case "image/jpeg":
                return _bare_jpeg(data)
            case "image/png":
                return _bare_png(data)
            case "image/webp":
                return _bare_webp(data)
            case "image/gif":
                return _bare_gif(data)
            case "image/heic" | "image/avif":
                return bare_picture(data)
            case "video/mp4" | "video/quicktime":
                return unmeasured(bare_film(data))
    except (struct.error, IndexError, Torn) as error:
        raise Unreadable("It ends too early") from error
    return data


def keeps(mime: str) -> str:
    """What a file of this kind may still tell, in words; "": nothing."""
    kind = mime.partition("/")[0]
    if mime in BARE or kind == "text":
        return ""
    if kind == "video":
        return "A video may still tell where it was made: what cameras write into the picture or its subtitles stays."
    if kind == "audio":
        return "A recording may still tell who made it, and where: Hubbub leaves it as it is."
    return "It may still tell who made it, and where its pictures were taken: Hubbub leaves it as it is."


def _bare_jpeg(data: bytes) -> bytes:
    kept, orientation = [data[:2]], 1
    for marker, start, end in _segments(data):
        if marker == 0xE1 and data[start + 4 : start + 10] == b"Exif\0\0":
            orientation = _orientation(data[start + 10 : end])
        # what programs wrote beside the picture; the colours (ICC, Adobe) belong to it
        elif marker == 0xE2:
            kept += [data[start:end]] if data[start + 4 : start + 15] == b"ICC_PROFILE" else []
        elif not (marker in {0xE1, 0xED, 0xFE} or (0xE3 <= marker <= 0xEC) or marker == 0xEF):
            kept.append(data[start:end])
    if orientation != 1:
        kept.insert(1, _upright(orientation))
    return b"".join(kept)


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each, to the end of the picture. What follows it in the file (a second picture, a film)
    is not given: it has places and owners of its own."""
    at = 2
    while True:
        if data[at] != 0xFF:
            raise Unreadable("The picture is damaged")
        marker = data[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        if marker == 0xD9:
            yield marker, at, at + 2
            return
        if marker == 0xDA:
            after = SCANNED.search(data, at + 2)
            yield marker, at, after.start() if after else len(data)
            if after is None:  # cut off: browsers show what there is
                return
            at = after.start()
            continue
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:
            end = at + 2
        else:
            end = at + 2 + int(struct.unpack(">H", data[at + 2 : at + 4])[0])
        if end > len(data) or end < at + 2:
            raise Unreadable("The picture ends too early")
        yield marker, at, end
        at = end


def _orientation(tiff: bytes) -> int:
    """Which way is up, 1 to 8; 1 where it does not say."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (first,) = struct.unpack(f"{order}I", tiff[4:8])
        (many,) = struct.unpack(f"{order}H", tiff[first : first + 2])
        for number in range(many):
            at = first + 2 + 12 * number
            tag, _, _, value = struct.unpack(f"{order}HHIH", tiff[at : at + 10])
            if tag == ORIENTATION:
                return int(value) if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def _upright(orientation: int) -> bytes:
    """A segment that says which way is up, and nothing else."""
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, ORIENTATION, 3, 1, orientation, 0, 0)
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


# of a PNG what draws it; the rest is words, times and what a camera wrote
DRAWING = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs"}
    | {b"acTL", b"fcTL", b"fdAT", b"cICP"}
)


def _bare_png(data: bytes) -> bytes:
    kept, at = [data[:8]], 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, end = data[at + 4 : at + 8], at + 12 + length
        if end > len(data):
            raise Unreadable("The picture ends too early")
        if kind in DRAWING:
            kept.append(data[at:end])
        if kind == b"IEND":
            break
        at = end
    return b"".join(kept)


# of a GIF what moves and colours it; the rest is words, and what programs wrote
MOVING = frozenset({b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012"})


def _bare_gif(data: bytes) -> bytes:
    at = 13 + _palette(data[10])
    kept = [data[:at]]
    while data[at] != 0x3B:
        start, kind = at, data[at]
        if kind == 0x21:
            at, stays = (
                _blocks(data, at + 2),
                data[at + 1] not in {0xFE, 0xFF} or data[at + 3 : at + 14] in MOVING,
            )
        elif kind == 0x2C:
            at, stays = _blocks(data, at + 11 + _palette(data[at + 9])), True
        else:
            raise Unreadable("The picture is damaged")
        if stays:
            kept.append(data[start:at])
    return b"".join([*kept, b"\x3b"])


def _palette(flags: int) -> int:
    """Bytes of the colours that follow."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _blocks(data: bytes, at: int) -> int:
    """Where a row of blocks ends."""
    while size := data[at]:
        at += 1 + size
    return at + 1


def _bare_webp(data: bytes) -> bytes:
    kept, at = [], 12
    while at + 8 <= len(data):
        kind = data[at : at + 4]
        (length,) = struct.unpack("<I", data[at + 4 : at + 8])
        end = at + 8 + length + length % 2
        chunk = data[at:end]
        if at + 8 + length > len(data):
            raise Unreadable("The picture ends too early")
        if kind == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~0x0C]) + chunk[9:]  # says that neither EXIF nor XMP follows
        if kind not in {b"EXIF", b"XMP "}:
            kept.append(chunk)
        at = end
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body
