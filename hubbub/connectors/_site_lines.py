"""What a site of our own sends, line by line: posts as in files of posts, deletions, reports by members, feedback."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct, structs

from hubbub.core.post import POST_STATES, Author, Post, PostState

from ._connector import Refused, Report
from ._posts_file import HALVES, UnfitError, Written, in_words, moment_of, post_of

MOST = 500  # lines of one message
EXAMPLES = '{"id": "1", "text": "Hello"}, {"id": "1", "deleted": true} or {"report": "1", "id": "r1", "why": "spam"}'


class Told(Struct, frozen=True):
    """What a message says. `posts` has the last word on each id; None: it was deleted."""

    posts: dict[str, Post | None]
    reports: list[Report]
    refused: list[Refused]

    @property
    def items(self) -> int:
        """How many things it tells of."""
        return len(self.posts) + len(self.reports)


class _Kind(Struct, frozen=True):
    """By which a line is told apart."""

    deleted: bool = False
    report: str | int | None = None
    feedback: str | None = None


class _Post(Written, frozen=True):
    """A post, with what a site knows besides."""

    state: PostState | None = None
    thread: str | int | None = None


class _Deleted(Struct, frozen=True):
    id: str | int


class _Report(Struct, frozen=True):
    """A member's report; `author_id` only of members whom the site knows."""

    report: str | int
    id: str | int
    why: str = ""
    author: str = ""
    author_id: str | int | None = None
    name: str = ""
    email: str = ""
    url: str = ""
    published: str | None = None
    open: bool = True


class _Feedback(Struct, frozen=True):
    feedback: str
    id: str | int
    author: str = ""
    author_id: str | int | None = None
    name: str = ""
    email: str = ""
    url: str = ""
    published: str | None = None


def told(body: bytes, *, at: datetime) -> Told:
    """Read a message that came at `at`. What is wrong is refused with its place; the rest stands."""
    found = Told({}, [], [])
    for where, line in _lines(body, found.refused):
        try:
            _take(line, found, at)
        except UnfitError as unfit:
            found.refused.append(Refused(where, str(unfit)))
        except msgspec.ValidationError as error:
            found.refused.append(Refused(where, _in_words(str(error))))
        except msgspec.DecodeError as error:
            found.refused.append(Refused(where, f"this is not JSON ({error}). A line holds one object: {EXAMPLES}"))
    if not found.items and not found.refused:
        found.refused.append(Refused("the message", f"there is nothing in it. Send one object a line: {EXAMPLES}"))
    return found


def _lines(body: bytes, refused: list[Refused]) -> Iterator[tuple[str, bytes]]:
    """Place and text of each object: one a line, or all in one JSON list."""
    pieces: Sequence[bytes]
    name = "line"
    if body.lstrip().startswith(b"["):
        try:
            pieces, name = [bytes(raw) for raw in msgspec.json.decode(body, type=list[msgspec.Raw])], "item"
        except msgspec.DecodeError as error:
            refused.append(Refused("the message", f"this is not a JSON list ({error})"))
            return
    else:
        pieces = body.split(b"\n")
    filled = [(number, piece) for number, piece in enumerate(pieces, 1) if piece.strip()]
    if len(filled) > MOST:
        says = f"there are {len(filled):,} lines, and a message may have {MOST}. Send the rest in another message"
        refused.append(Refused(f"{name} {filled[MOST][0]}", says))
    for number, piece in filled[:MOST]:
        yield f"{name} {number}", piece


def _take(line: bytes, found: Told, at: datetime) -> None:
    if b"\\u" in line:
        line = HALVES.sub(lambda match: match[1] or r"\ufffd", line.decode("utf-8", "replace")).encode()
    kind = msgspec.json.decode(line, type=_Kind)
    if kind.report is not None:
        found.reports.append(_report(msgspec.json.decode(line, type=_Report), at))
    elif kind.feedback is not None:
        post = _feedback(msgspec.json.decode(line, type=_Feedback), at)
        found.posts[post.id] = post
    elif kind.deleted:
        gone = _ident(msgspec.json.decode(line, type=_Deleted).id)
        found.posts.pop(gone, None)
        found.posts[gone] = None
    else:
        written = msgspec.json.decode(line, type=_Post)
        post = structs.replace(
            post_of(written),
            state=written.state or "visible",
            thread=str(written.thread) if written.thread is not None else "",
        )
        found.posts[post.id] = structs.replace(post, published=post.published or at)


def _report(written: _Report, at: datetime) -> Report:
    return Report(
        id=_ident(written.id),
        post=_ident(written.report),
        why=_clean(written.why),
        by=_author(written.author_id, written.author, written.name),
        at=moment_of("published", written.published) or at,
        open=written.open,
        name=_clean(written.name or written.author),
        email=_clean(written.email),
        url=written.url,
    )


def _feedback(written: _Feedback, at: datetime) -> Post:
    if not written.feedback.strip():
        raise UnfitError('"feedback" is empty. It holds what the visitor wrote')
    author = _author(written.author_id, written.author, written.name)
    if author is None and (mail := _clean(written.email).strip().lower()):
        # an address that nobody vouches for is never taken for a member
        author = Author(id=f"mailto:{mail}", name=_clean(written.name) or mail)
    elif author is None and written.name:
        who = hashlib.sha256(_ident(written.id).encode()).hexdigest()[:16]
        author = Author(id=f"visitor:{who}", name=_clean(written.name))
    return Post(
        id=_ident(written.id),
        text=_clean(written.feedback),
        title="Feedback",
        url=written.url,
        type="message",
        author=author,
        published=moment_of("published", written.published) or at,
    )


def _author(ident: str | int | None, handle: str, name: str) -> Author | None:
    return Author(id=str(ident).strip(), handle=_clean(handle), name=_clean(name)) if ident else None


def _ident(given: str | int) -> str:
    ident = str(given).strip()
    if not ident:
        raise UnfitError('"id" is empty. Each post, report and feedback needs one that stays the same')
    return ident


def _clean(text: str) -> str:
    return text.replace("\0", "")


def _in_words(error: str) -> str:
    if "$.state" in error:
        return f'"state" must be one of {", ".join(POST_STATES)}'
    if "missing required field `id`" in error:
        return f'"id" is missing. A line holds one object: {EXAMPLES}'
    return in_words(error)
