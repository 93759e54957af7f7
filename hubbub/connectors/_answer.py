"""What a server answered, and how its body is read: unpacked within a limit, as text, as JSON in a known shape."""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

import httpx2
import msgspec
from msgspec import Struct

from hubbub.core.failures import Broken, Retry

Shape = TypeVar("Shape")

PIECE = 1 << 16  # bytes unpacked at once, so that a small answer cannot fill the memory
GZIP = b"\x1f\x8b"


class Answer(Struct, frozen=True):
    """What a server answered. Header names are lower case; `url` is the last one after redirects, not for showing."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    @property
    def kind(self) -> str:
        """The media type, without its parameters: "text/html"."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def host(self) -> str:
        """Who answered, for showing."""
        return shown(self.url)

    def text(self) -> str:
        """The body as text, in the declared character set or UTF-8; what cannot be read is marked, not fatal."""
        declared = self.headers.get("content-type", "").lower().partition("charset=")[2].strip(" \"';")
        try:
            return self.body.decode(declared or "utf-8", "replace")
        except LookupError:
            return self.body.decode("utf-8", "replace")

    def json(self, shape: type[Shape]) -> Shape:
        """The body as JSON of this shape. Raises Broken where something else stands there, Retry where it is cut."""
        body = self.body.removeprefix(b"\xef\xbb\xbf").strip()
        if body.startswith(b"<"):
            raise Broken(
                f"{self.host} answered with a web page where data was expected. A sign-in page, a maintenance page or "
                "a security plugin may stand in front of it; open the address in a browser to see."
            )
        if not body:
            raise Broken(f"{self.host} sent an empty answer where data was expected. Check the address.")
        try:
            return msgspec.json.decode(body, type=shape)
        except msgspec.ValidationError as error:
            raise Broken(
                f"{self.host} answered in a form that Hubbub does not know: {error}. Check the address."
            ) from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            if "truncated" in str(error):
                raise Retry(f"{self.host} sent only a part of its answer.") from error
            raise Broken(
                f"{self.host} answered with something that is not JSON ({error}). Check the address."
            ) from error


def shown(url: str | httpx2.URL) -> str:
    """What of an address may be shown: host and port. Paths and queries carry tokens now and then."""
    parsed = httpx2.URL(url)
    return f"{parsed.host}:{parsed.port}" if parsed.port else parsed.host


def read_body(pieces: Iterable[bytes], encoding: str, limit: int, host: str) -> bytes:
    """Put a body together, `limit` bytes at most as sent and as unpacked. Raises Broken; EOFError where it is cut."""
    encoding = encoding.strip().lower()
    pieces = _limited(pieces, limit, host)
    if encoding in {"", "identity"}:
        return b"".join(pieces)
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise Broken(f"{host} packs its answers in a way that was not asked for ({encoding[:20]}).")
    try:
        return b"".join(_limited(_unpacked(pieces), limit, host))
    except zlib.error as error:
        raise Broken(f"{host} sent an answer that cannot be unpacked.") from error


def too_large(limit: int, host: str) -> Broken:
    """The failure of an answer over the limit."""
    return Broken(
        f"{host} sent more than {limit / 1_000_000:g} MB in one answer, more than Hubbub takes in at once. "
        "Check that the address leads to a feed or a site, not to a download."
    )


def _limited(pieces: Iterable[bytes], limit: int, host: str) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > limit:
            raise too_large(limit, host)
        yield piece


def _unpacked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(wbits=47)  # gzip or zlib, as the first bytes say
    begun = False
    for piece in pieces:
        rest = piece
        while rest:
            if unpacker.eof:  # a gzip body may have several members; what follows the last one is padding
                if not rest.startswith(GZIP):
                    return
                unpacker = zlib.decompressobj(wbits=47)
            begun = True
            yield unpacker.decompress(rest, PIECE)
            rest = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    yield unpacker.flush()
    if begun and not unpacker.eof:
        raise EOFError
