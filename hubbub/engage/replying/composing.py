"""What a network takes of an answer: how long it is there, in how many parts it would go, which files go along."""

from collections.abc import Sequence
from hashlib import sha256

from msgspec import Struct

from hubbub.connectors import ADDRESS, MENTION, Connector, Limits, connector, length_of, too_many, unfit
from hubbub.core.failures import Broken
from hubbub.core.splitting import split
from hubbub.engage.actions import words_of
from hubbub.store import saved_replies
from hubbub.store.approvals import Unapprovable
from hubbub.store.models import Attachment, Author, Post, Source
from hubbub.store.parts import Parts
from hubbub.ui.api import Refusal

MOST_PARTS = 25
UNITS = {"characters": "characters", "graphemes": "characters", "bytes": "bytes"}


class Measured(Struct, frozen=True):
    """How long the words are there."""

    length: int
    most: int | None  # None: no limit is known
    unit: str  # "characters" or "bytes"
    parts: int = 1  # in how many answers they could go; 0: in no number of them
    over: int = 0  # characters that are too many

    @property
    def fits(self) -> bool:
        """Whether they go as one answer."""
        return self.most is None or self.length <= self.most

    @property
    def says(self) -> str:
        """Why they do not, and what to do."""
        said = f"This has {self.length:,} characters there, and {self.most:,} is the most: {self.over:,} too many."
        if self.unit == "bytes":
            said = f"This is too long there: its last {self.over:,} characters do not fit."
        if self.parts > 1:
            return f"{said} Shorten it, or send it as {self.parts} replies, one after the other."
        return f"{said} Shorten it."


class Counter(Struct, frozen=True):
    """What a page needs to count along."""

    most: int | None
    counts: str
    link: int | None
    short_mentions: bool
    extra: int  # counted before the first word is written: the name of the one who is answered
    extra_name: str  # which is not counted where the words hold it
    address: str = ADDRESS
    mention: str = MENTION


def network(source: Source) -> Connector | None:
    """Its connector; None where that is not installed any more."""
    try:
        return connector(source.kind)
    except Broken:
        return None


def limits_of(source: Source) -> Limits:
    """What its network takes."""
    found = network(source)
    return found.limits if found else Limits()


def most_of(source: Source) -> int | None:
    """The longest answer there."""
    return source.length or limits_of(source).length


def counter(source: Source, post: Post) -> Counter:
    """How to count an answer to this post."""
    limits, to = limits_of(source), _handle(post.author)
    name = f"@{to.partition('@')[0]}" if limits.addressed and to else ""
    extra = length_of("x", limits, to=to) - 1
    return Counter(most_of(source), limits.counts, limits.link, limits.short_mentions, extra, name)


def _handle(author: Author | None) -> str:
    return author.handle if author else ""


def measure(source: Source, post: Post, words: str) -> Measured:
    """How long they are as an answer to this post. Lines ended as forms do count as they will leave."""
    words = words.replace("\r\n", "\n")
    limits, most = limits_of(source), most_of(source)
    length = _length(limits, post, words)
    if most is None or length <= most:
        return Measured(length, most, UNITS[limits.counts])
    over = too_many(words, most, limits, to=_handle(post.author))
    return Measured(length, most, UNITS[limits.counts], len(in_parts(source, post, words)), over)


def _length(limits: Limits, post: Post, words: str) -> int:
    return length_of(words, limits, to=_handle(post.author))


def in_parts(source: Source, post: Post, words: str) -> tuple[str, ...]:
    """As several answers, each on the one before; () where the network does not answer its own answers so.

    Only where what is said is short by nature: a forum or a mail takes a long text whole, or not at all.
    """
    most, limits = most_of(source), limits_of(source)
    found = network(source)
    if most is None or found is None or found.family != "networks" or most < 50:
        return ()
    parts = split(words, most, lambda part: _length(limits, post, part))
    return parts if len(parts) <= MOST_PARTS else ()


def pieces_of(found: Parts, text: str) -> list[str]:
    """The words of each part as somebody changed them. Raises Refusal."""
    if not text.strip() and not found.text and found.first.attachments.exists():
        return [""]  # its files say it
    if len(found.rows) == 1:
        return [words_of(text, "reply")]
    try:
        pieces = found.read(text.replace("\r\n", "\n").strip())
    except Unapprovable as no:
        raise Refusal(str(no)) from no
    words_of("\n".join(pieces), "reply")
    return pieces


def check(source: Source, post: Post, pieces: Sequence[str]) -> None:
    """Each goes as one reply, and has no gaps. Raises Refusal with the number, or the gaps."""
    if post.conversation and (gaps := saved_replies.missing(source.workspace, "\n".join(pieces), post.conversation)):
        raise Refusal(saved_replies.refusal(gaps))
    for number, words in enumerate(pieces, 1):
        measured = measure(source, post, words)
        if not measured.fits:
            which = f"Part {number}: " if len(pieces) > 1 else ""
            raise Refusal(f"{which}{measured.says.split(' Shorten')[0]} Shorten it.")


def unfit_files(source: Source, verb: str, files: Sequence[Attachment]) -> str:
    """Why these files cannot go along, in words; "" where they can."""
    rows = [(one.name, one.mime, one.size, one.alt) for one in files]
    why = unfit(rows, limits_of(source).media, verb=verb)
    return f"{source}: {why}" if why else ""


def digest(words: str) -> str:
    """By which the log tells whether words are the same, without holding them."""
    return sha256(words.encode()).hexdigest()[:16]
