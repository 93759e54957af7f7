"""Reads files of posts, JSON lines or CSV, one line at a time. Knows no database, and no network."""

import csv
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, BinaryIO, Literal

import msgspec
from msgspec import Meta, Struct

from hubbub.core.failures import Broken
from hubbub.core.post import POST_TYPES, Author, Media, Post, PostType

from ._connector import Refused
from ._text import language

LONGEST = 1_000_000  # bytes of one post; more is a file of another kind, or a quotation mark that was never closed
SEPARATORS = (",", ";", "\t")
BOM = b"\xef\xbb\xbf"
HALVES = re.compile(  # of a character, escaped in JSON; what is whole is matched first, and stays
    r"(\\\\|\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2})|\\u[dD][89a-fA-F][\da-fA-F]{2}"
)
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
COUNTS = ("followers", "likes", "replies", "shares", "views")
EXAMPLE = '{"id": "1", "text": "Hello"}'

Count = Annotated[int, Meta(ge=-(2**53), le=2**53)]


class Line(Struct, frozen=True):
    """One post of a file."""

    post: Post
    source: str  # as the line says, else the file's name
    number: int  # the line on which it begins, from 1


class Written(Struct, frozen=True):
    """A line as it is written; null is the same as not there."""

    id: str | int
    text: str
    title: str | None = None
    url: str | None = None
    source: str | None = None
    type: PostType | None = None
    author: str | None = None
    name: str | None = None
    author_id: str | int | None = None
    author_created: str | None = None
    followers: Count | None = None
    published: str | None = None
    lang: str | None = None
    parent: str | int | None = None
    likes: Count | None = None
    replies: Count | None = None
    shares: Count | None = None
    views: Count | None = None
    rating: float | None = None
    links: tuple[str, ...] | None = None
    media: tuple[Media, ...] | None = None


class UnfitError(Exception):
    """A line cannot be taken; the text says why and what would be right."""


class Reader:
    """Gives what a file holds: a `Line` for a post, a `Refused` for what is none. Blank lines are passed over.

    `at` and `line` say how many bytes and lines are behind us, so that reading can go on there. Raises Broken where the
    file as a whole cannot be read: a CSV without the columns that are needed, another encoding of every character.
    """

    def __init__(
        self,
        stream: BinaryIO,
        *,
        name: str = "",
        encoding: str = "utf-8",
        at: int = 0,
        line: int = 0,
        longest: int = LONGEST,
    ) -> None:
        """`stream` stands at its beginning. With `at` over 0 it must be seekable. `longest`: bytes of a line."""
        self._name = name
        self._encoding = encoding
        self._lines = _Lines(stream, longest)
        self._json = msgspec.json.Decoder(Written)
        self._columns: Sequence[str] = ()
        self._separator = ","
        self.form: Literal["JSON lines", "CSV"] = "JSON lines"
        self._before: list[Refused] = []  # lines that were refused before the form was known
        self._begin()
        if at:
            self._before.clear()
            self._lines.go_to(at, line)

    @property
    def at(self) -> int:
        """Bytes behind us."""
        return self._lines.at

    @property
    def line(self) -> int:
        """Lines behind us."""
        return self._lines.number

    def __iter__(self) -> Iterator[Line | Refused]:
        while self._before:
            yield self._before.pop(0)
        while True:
            number = self._lines.number + 1
            try:
                raw = self._lines.next()
                if raw is None:
                    return
                if not raw.strip():
                    continue
                written = self._from_csv(raw) if self.form == "CSV" else self._from_json(raw)
                yield Line(post_of(written), written.source or self._name, number)
            except UnfitError as unfit:
                yield Refused(f"line {number}", str(unfit))

    def _begin(self) -> None:
        """Find out which form the file has from its first line that is not blank; a CSV's header is then behind us."""
        first: bytes | None = b""
        while first is not None and not first.strip(BOM + b"\r\n\t "):
            try:
                first = self._lines.next()
            except UnfitError as unfit:
                self._before.append(Refused(f"line {self._lines.number}", str(unfit)))
        if first is None:
            return
        if first.startswith(UTF_16):
            raise Broken("The file is written in UTF-16. Save it as UTF-8 (in Excel: CSV UTF-8) and choose it again.")
        first = first.removeprefix(BOM)
        if first.lstrip().startswith((b"{", b"[")):
            self._lines.hand_back([first])
            return
        self.form = "CSV"
        csv.field_size_limit(LONGEST)
        try:
            self._columns, self._separator = _columns(self._decoded(first))
        except UnfitError as unfit:
            raise Broken(f"The header cannot be used: {unfit}.") from unfit

    def _decoded(self, raw: bytes) -> str:
        try:
            return raw.decode(self._encoding)
        except UnicodeDecodeError as error:
            seen = raw[max(0, error.start - 12) : error.end].decode("latin-1")
            raise UnfitError(
                f"the characters are not {self._encoding.upper()} (near “{seen}”). Choose the encoding in which the "
                "file was saved, often Western European (Windows-1252), and read it again: nothing is taken twice."
            ) from error

    def _from_json(self, raw: bytes) -> Written:
        text = self._decoded(raw)
        if "\\ud" in text or "\\uD" in text:
            text = HALVES.sub(lambda match: match[1] or r"\ufffd", text)
        try:
            return self._json.decode(text)
        except msgspec.ValidationError as error:
            raise UnfitError(in_words(str(error))) from error
        except msgspec.DecodeError as error:
            raise UnfitError(f"this is not JSON ({error}). A line holds one object, such as {EXAMPLE}") from error

    def _from_csv(self, raw: bytes) -> Written:
        values = self._record(raw)
        if len(values) > len(self._columns) and any(values[len(self._columns) :]):
            raise UnfitError(
                f"there are {len(values)} values for {len(self._columns)} columns. Put a text that holds "
                f"{'a comma' if self._separator == ',' else 'the separator'} between quotation marks"
            )
        cells = {
            name: value.strip() if name != "text" else value
            for name, value in zip(self._columns, values, strict=False)
            if value.strip()
        }
        for name in ("id", "text"):
            if name not in cells:
                raise UnfitError(f'"{name}" is empty. Every post needs one')
        try:
            return msgspec.convert(_typed(cells), Written)
        except msgspec.ValidationError as error:
            raise UnfitError(in_words(str(error))) from error

    def _record(self, raw: bytes) -> list[str]:
        """The values of the record that begins with this line; it may go on over the next ones, inside quotes.

        Where the quotation marks do not match, only this one line is given up: the others are handed back.
        """
        taken = [raw]

        def lines() -> Iterator[str]:
            yield self._decoded(raw)
            size = len(raw)
            while (more := self._lines.next()) is not None:
                taken.append(more)
                size += len(more)
                if size > LONGEST:
                    return
                yield self._decoded(more)

        try:
            return next(csv.reader(lines(), delimiter=self._separator, strict=True))
        except (csv.Error, UnfitError) as error:
            self._lines.hand_back(taken[1:])
            if isinstance(error, UnfitError):
                raise
            raise UnfitError(
                f"the quotation marks do not match ({error}). Inside a quoted text write each one twice"
            ) from error


class _Lines:
    """The lines of a file with their place in it; lines can be handed back. Too long a line is skipped whole."""

    def __init__(self, stream: BinaryIO, longest: int) -> None:
        self._stream = stream
        self._longest = longest
        self._back: list[bytes] = []
        self.at = 0
        self.number = 0

    def next(self) -> bytes | None:
        """The next line with its end, None after the last."""
        line = self._back.pop() if self._back else self._stream.readline(self._longest + 1)
        if not line:
            return None
        self.at += len(line)
        self.number += 1
        if len(line) > self._longest:
            while not line.endswith(b"\n") and (line := self._stream.readline(self._longest)):
                self.at += len(line)
            most = self._longest // 1_000_000
            raise UnfitError(f"it is longer than {most} MB, more than a post can be. Shorten it")
        return line

    def hand_back(self, lines: Sequence[bytes]) -> None:
        """Give the last lines back; they come again. They are complete lines, the last ones read."""
        self._back.extend(reversed(lines))
        self.at -= sum(map(len, lines))
        self.number -= len(lines)

    def go_to(self, at: int, number: int) -> None:
        """Stand where `at` bytes and `number` lines are behind us."""
        self._back.clear()
        self._stream.seek(at)
        self.at, self.number = at, number


def _columns(header: str) -> tuple[Sequence[str], str]:
    """The names in a CSV's header and the separator that stands between them."""
    for separator in SEPARATORS:
        names = [name.strip().casefold() for name in next(csv.reader([header], delimiter=separator))]
        if "id" in names and "text" in names:
            doubled = {name for name in names if name and names.count(name) > 1}
            if doubled:
                raise UnfitError(f'the column "{min(doubled)}" stands there twice. Name each column once')
            return names, separator
    seen = header.strip()[:80]
    raise UnfitError(
        f'it must name the columns "id" and "text", but reads “{seen}”. If this is a file of JSON objects, each '
        f"line must look like {EXAMPLE}"
    )


def _typed(cells: Mapping[str, str]) -> dict[str, object]:
    """A CSV's cells, each in the type that its column has in JSON."""
    typed: dict[str, object] = dict(cells)
    for name in COUNTS:
        if name in cells:
            typed[name] = _number(name, cells[name], int)
    if "rating" in cells:
        typed["rating"] = _number("rating", cells["rating"], float)
    if "links" in cells:
        typed["links"] = _listed("links", cells["links"]) or cells["links"].split()
    if "media" in cells:
        typed["media"] = _listed("media", cells["media"]) or [
            {"type": "file", "url": url} for url in cells["media"].split()
        ]
    return typed


def _number(name: str, cell: str, kind: type[int] | type[float]) -> int | float:
    try:
        number = kind(cell)
    except ValueError:
        raise UnfitError(f'"{name}" must be a number such as 12, not “{cell[:40]}”') from None
    if not math.isfinite(number):
        raise UnfitError(f'"{name}" must be a number such as 12, not “{cell[:40]}”')
    return number


def _listed(name: str, cell: str) -> list[object] | None:
    if not cell.startswith("["):
        return None
    try:
        return msgspec.json.decode(cell, type=list[object])
    except msgspec.DecodeError as error:
        raise UnfitError(f'"{name}" is not a JSON list: {error}') from error


def post_of(written: Written) -> Post:
    """The post that a line tells of. Raises UnfitError."""
    ident = str(written.id).strip()
    if not ident:
        raise UnfitError('"id" is empty. Every post needs one')
    author = None
    handle = (written.author or "").strip().removeprefix("@")
    account = str(written.author_id).strip() if written.author_id is not None else ""
    if handle or account or written.name:
        author = Author(
            id=account or handle or (written.name or ""),
            handle=handle,
            name=written.name or "",
            created=moment_of("author_created", written.author_created),
            followers=written.followers,
        )
    return Post(
        id=ident,
        text=written.text.replace("\0", ""),  # PostgreSQL takes no NUL, and no person sees one
        title=(written.title or "").replace("\0", ""),
        url=written.url or "",
        type=written.type or "post",
        author=author,
        published=moment_of("published", written.published),
        lang=language(written.lang or ""),
        parent=str(written.parent) if written.parent is not None else "",
        likes=written.likes,
        replies=written.replies,
        shares=written.shares,
        views=written.views,
        rating=written.rating,
        links=written.links or (),
        media=written.media or (),
    )


def moment_of(name: str, text: str | None) -> datetime | None:
    """A time in UTC. One without a zone is taken as UTC."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UnfitError(f'"{name}" must be a time such as 2026-01-31T12:00:00Z, not “{text[:40]}”') from None


KINDS = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "object": "an object",
    "array": "a list",
    "bool": "true or false",
    "null": "null",
}


def in_words(error: str) -> str:
    """What msgspec says about a line, in the words of the file's form."""
    place = re.search(r" - at `\$\.?([^`]*)`", error)
    name = place[1] if place else ""
    if missing := re.search(r"missing required field `(\w+)`", error):
        return f'"{missing[1]}" is missing{" in " + name if name else ""}. A line needs at least {EXAMPLE}'
    if wrong := re.search(r"Expected `([^`]+)`, got `(\w+)`", error):
        due = " or ".join(KINDS.get(kind, kind) for kind in wrong[1].split(" | ") if kind != "null")
        got = KINDS.get(wrong[2], wrong[2])
        if not name:
            return f"this is {got}. A line holds one object, such as {EXAMPLE}"
        return f'"{name}" must be {due}, not {got}'
    if name == "type":
        return f'"type" must be one of {", ".join(POST_TYPES)}'
    return f'"{name}": {error.partition(" - at ")[0]}'
