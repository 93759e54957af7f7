"""Files of posts: JSON lines or CSV, uploaded once and read to the end."""

import hashlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from hubbub.core.failures import Broken
from hubbub.core.post import Post

from ._connector import Batch, Field, Found, ReadOnly, Refused, Settings, Tested
from ._http import Http
from ._posts_file import LONGEST, Line, Reader

__all__ = ["CONNECTOR", "Files", "Line", "Reader", "read_lines", "read_posts"]

BATCH = 500  # posts and refused lines of one fetch
LOOK = 20_000  # lines that a test of the settings reads
HEAD = 4096  # bytes by which a file is known again
NOTES = """For what you have already: an export of another tool, a list written by hand. Upload it on the page, or with
`POST /api/listen/sources/file`; large ones are taken in quicker with `hubbub import FILE --workspace NAME`. It is read
once, to its end; “Read again” looks whether it grew.

Either **JSON lines**, one object a line:

    {"id": "1", "text": "Hello", "author": "carol", "published": "2026-01-31T12:00:00Z", "likes": 3}

or **CSV** with a header of the same names, separated by comma, semicolon or tab.

| column | holds |
|---|---|
| `id`, `text` | needed; the same `id` again changes the post instead of adding one |
| `title`, `url`, `lang` | texts; `lang` as in `en` or `de-AT` |
| `type` | post, comment, review, article or message |
| `author`, `name`, `author_id` | handle, displayed name, the network's own id |
| `author_created`, `published` | times such as `2026-01-31T12:00:00Z`, in UTC without a zone; else when it was read |
| `parent` | the `id` of the post that it answers |
| `followers`, `likes`, `replies`, `shares`, `views`, `rating` | numbers |
| `links`, `media` | lists: addresses; `{"type": "image", "url": "…"}`. In CSV a JSON list, or addresses with spaces |
| `source` | where it is from; `hubbub import` makes a source of each |

A post may have 1 MB. UTF-8 in nearly all cases; ten other encodings can be chosen, UTF-16 has to be saved anew. A line
that cannot be taken is reported with its number and what would be right; the others are taken."""


class _Place(Struct, frozen=True):
    """The cursor: how far we read, and in which file."""

    at: int = 0
    line: int = 0
    head: str = ""  # fingerprint of what was read first
    encoding: str = ""


class Files(ReadOnly):
    """A connector that reads an uploaded file. The settings' "file" is where the upload lies on our disk."""

    kind = "files"
    label = "File of posts"
    called = "File"
    about = "A file that you have: posts as JSON lines or CSV, exported from another tool or written by hand."
    fields = (
        Field(
            "file",
            "The file",
            'CSV with the columns "id" and "text", or one JSON object a line. More columns are welcome: title, url, '
            "author, name, published, lang, likes and others.",
            kind="upload",
        ),
        Field(
            "encoding",
            "Characters",
            "UTF-8 in nearly all cases. Choose another if letters such as é come out wrong.",
            kind="choice",
            required=False,
            choices=(
                ("utf-8", "UTF-8"),
                ("cp1252", "Western European (Windows-1252, Latin-1)"),
                ("cp1250", "Central European (Windows-1250)"),
                ("cp1251", "Cyrillic (Windows-1251)"),
                ("cp1253", "Greek (Windows-1253)"),
                ("cp1254", "Turkish (Windows-1254)"),
                ("shift_jis", "Japanese (Shift JIS)"),
                ("gb18030", "Chinese (GB 18030)"),
                ("big5", "Chinese (Big5)"),
                ("euc_kr", "Korean (EUC-KR)"),
            ),
        ),
    )
    every = 3600
    family = "own"
    keyless = True
    notes = NOTES
    tested = (
        Tested(
            "every column in both forms, quotation marks that never close, wrong encodings, files that grow or are "
            "exchanged while they are read, reading on from any place; 45,000 real tweets among them"
        ),
    )

    def check(self, settings: Settings, http: Http) -> Found:
        """Read the file's beginning. Raises Broken where nothing in it can be taken."""
        del http
        path = _path(settings)
        with _open(path) as stream:
            reader = Reader(stream, name=path.stem, encoding=_encoding(settings))
            looked = list(islice(reader, LOOK))
            whole = reader.at >= path.stat().st_size
        posts = [item.post for item in looked if isinstance(item, Line)]
        refused = [item for item in looked if isinstance(item, Refused)]
        if not looked:
            raise Broken(f"{path.name} is empty. Choose a file that holds posts.")
        first = f" First of them, {refused[0].where}: {refused[0].why}." if refused else ""
        if not posts:
            raise Broken(f"Nothing in {path.name} can be taken.{first}")
        says = f"{path.name}: {reader.form}, {len(posts):,} posts{'' if whole else ' in the part looked at'}"
        if refused:
            says += f", {len(refused):,} lines that cannot be taken"
        return Found(says=f"{says}.{first}", name=path.stem, sample=tuple(_newest(posts)[:5]))

    def fetch(self, settings: Settings, cursor: str, http: Http) -> Batch:
        """Read on from the cursor. Another file, or another encoding, is read from its beginning."""
        del http
        path = _path(settings)
        encoding = _encoding(settings)
        with _open(path) as stream:
            place = _known_again(stream, cursor, encoding)
            reader = Reader(stream, name=path.stem, encoding=encoding, at=place.at, line=place.line)
            items = list(islice(reader, BATCH))
            total = path.stat().st_size
            head = _head(stream, reader.at)
        here = _Place(reader.at, reader.line, head, encoding)
        return Batch(
            posts=[item.post for item in items if isinstance(item, Line)],
            cursor=msgspec.json.encode(here).decode(),
            more=len(items) == BATCH,
            refused=[item for item in items if isinstance(item, Refused)],
            done=reader.at,
            total=total,
        )


CONNECTOR = Files()


def read_lines(
    file: Path | BinaryIO, *, name: str = "", encoding: str = "utf-8", longest: int = LONGEST
) -> Iterator[Line | Refused]:
    """Every post of a file or an open binary stream with its line and source, and what cannot be taken, in order.

    `name` is the source where a line names none; a path's default is its stem. Needs no database and no network. A file
    that cannot be read as a whole gives one Refused. A line of more than `longest` bytes is refused. Raises OSError
    where there is no such file.
    """
    if isinstance(file, Path):
        with file.open("rb") as stream:
            yield from read_lines(stream, name=name or file.stem, encoding=encoding, longest=longest)
        return
    try:
        yield from Reader(file, name=name, encoding=encoding, longest=longest)
    except Broken as broken:
        yield Refused("line 1", str(broken))


def read_posts(file: Path | BinaryIO, *, encoding: str = "utf-8") -> Iterator[Post | Refused]:
    """Every post of a file and what cannot be taken; see `read_lines`, which says more about each."""
    for item in read_lines(file, encoding=encoding):
        yield item.post if isinstance(item, Line) else item


def _path(settings: Settings) -> Path:
    named = settings.get("file", "").strip()
    if not named:
        raise Broken("No file has been chosen. Choose one that holds posts.")
    return Path(named)


def _encoding(settings: Settings) -> str:
    encoding = settings.get("encoding", "").strip() or "utf-8"
    try:
        "".encode(encoding)
    except LookupError:
        raise Broken(f"Hubbub knows no characters called {encoding!r}. Choose them from the list.") from None
    return encoding


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise Broken(f"{path.name} cannot be read here any more ({error.strerror}). Upload it again.") from error


def _known_again(stream: BinaryIO, cursor: str, encoding: str) -> _Place:
    """Where to go on: at the cursor, if this is the file and the encoding that it was made with."""
    if not cursor:
        return _Place()
    place = msgspec.json.decode(cursor, type=_Place)
    size = stream.seek(0, 2)
    same = place.encoding == encoding and place.at <= size and place.head == _head(stream, place.at)
    stream.seek(0)
    return place if same else _Place()


def _head(stream: BinaryIO, at: int) -> str:
    stream.seek(0)
    return hashlib.sha256(stream.read(min(at, HEAD))).hexdigest()[:16]


def _newest(posts: list[Post]) -> list[Post]:
    return sorted(posts, key=lambda post: post.published.timestamp() if post.published else 0.0, reverse=True)
