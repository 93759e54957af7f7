"""What the composer shows: to whom, in which ways and how much can be said there, and when it would go."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import nh3
from django.utils import timezone
from django.utils.html import linebreaks, urlize
from django.utils.safestring import SafeString
from msgspec import Struct

from hubbub.connectors import limits_in_words
from hubbub.core import awake
from hubbub.engage.person import LOOKED_AT, Card
from hubbub.store import approvals
from hubbub.store.models import Approving, Author, Conversation, Member, Post, Replying, Source
from hubbub.store.outbox import ANSWERS
from hubbub.ui.prose import TAGS, prose

from . import composing
from .settings_actions import replying_of

MARKUP = {
    "plain": "Plain text: nothing is marked up there.",
    "markdown": "Markdown works there: **bold**, [words](address).",
    "html": "HTML works there: <b>bold</b>, <a href=…>words</a>.",
}
SHOWN = 30  # parts of a preview


class Way(Struct, frozen=True):
    """One way to answer."""

    verb: str
    name: str  # "Publicly"
    says: str  # who sees it, and what the network calls it


class Composer(Struct, frozen=True):
    """All that the form needs."""

    ways: Sequence[Way]
    counter: composing.Counter
    markup: str
    limits: str
    accept: str  # kinds of files, for the browser; "": none go along
    files: str  # how many and which, in words
    keeps: bool  # some of which may tell where they were made
    awake: awake.Moment
    undo_seconds: int
    approval: str  # whose it needs, in words; "": none
    zone: str
    seen: int

    @property
    def private_only(self) -> bool:
        """Whether nobody but its reader sees what is said here."""
        return all(way.verb == "message" for way in self.ways)


def composer(
    conversation: Conversation,
    post: Post,
    member: Member,
    *,
    zone: ZoneInfo,
    seen: int,
    card: Card | None = None,
    set_up: Replying | None = None,
    ruled: bool = True,
) -> Composer:
    """For an answer to `post` by `member`. `zone`: the workspace's; `seen`: the newest post that the page shows, as its
    id; `card`: of whoever wrote it, and `set_up`, where they were read; `ruled`: whether any words may need approval.
    """
    source, now = conversation.source, timezone.now()
    limits, own = composing.limits_of(source), set_up or replying_of(conversation.workspace)
    media = limits.media if limits.media.many and limits.media.verbs & set(ANSWERS) else None
    rule = approvals.needed(member, source, "replies") if ruled else None
    return Composer(
        ways=_ways(source, post),
        counter=composing.counter(source, post),
        markup=MARKUP[limits.markup],
        limits=limits_in_words(limits),
        accept=",".join(media.kinds) if media else "",
        files=f"at most {media.many}: {media.takes}" if media else "",
        keeps=media is not None and not all(kind.startswith("image/") for kind in media.kinds),
        awake=awake_moment(post.author, now, (own.awake_from, own.awake_to), zone, card),
        undo_seconds=own.undo_seconds,
        approval=_approval(rule, member),
        zone=zone.key,
        seen=seen,
    )


def _ways(source: Source, post: Post) -> list[Way]:
    """What was said to us alone is answered to them alone, where the network can."""
    verbs = [verb for verb in ("reply", "message") if verb in source.can]
    if post.type == "message" and "message" in verbs:
        verbs = ["message"]
    found = composing.network(source)
    names: dict[str, str] = dict(found.names.items()) if found else {}
    said = {"reply": ("Publicly", "seen by everybody"), "message": ("Privately", "seen by them alone")}
    return [
        Way(verb, said[verb][0], f"{said[verb][1]}{f', there: {names[verb]}' if verb in names else ''}")
        for verb in verbs
    ]


def _approval(rule: Approving | None, member: Member) -> str:
    if rule is None:
        return ""
    names = [str(one) for one in approvals.who_may(rule, member)]
    joined = " and " if rule.how_many == "all" else " or "
    return joined.join(names) or "nobody who is here"


def awake_moment(
    author: Author | None, now: datetime, usual: awake.Hours, zone: ZoneInfo, card: Card | None = None
) -> awake.Moment:
    """When whoever wrote it is awake: all their names on all networks count. `zone`: the workspace's, by whose clocks
    `usual` is meant; `card`: theirs, where it was read."""
    times: Sequence[datetime] = []
    if card is not None and card.wrote is not None:
        times = card.wrote
    elif author is not None:
        names = Author.of(author.workspace).filter(person=author.person_id) if card is None else card.identities
        theirs = Post.of(author.workspace).filter(author__in=[one.pk for one in names], ours=False)
        times = list(theirs.order_by("-published").values_list("published", flat=True)[:LOOKED_AT])
    return awake.moment(times, now, usual, zone)


class Part(Struct, frozen=True):
    """One answer as it would stand there."""

    html: SafeString
    length: int


class Preview(Struct, frozen=True):
    """What would be sent."""

    parts: Sequence[Part]
    most: int | None
    says: str = ""  # why it would not go like this


def preview(conversation: Conversation, post: Post, text: str) -> Preview:
    """The words as the network would show them, in as many parts as they need."""
    source, words = conversation.source, text.replace("\r\n", "\n").strip()
    measured = composing.measure(source, post, words)
    pieces = (words,) if measured.fits else composing.in_parts(source, post, words) or (words,)
    return shown_as(source, post, pieces, "" if measured.fits else measured.says)


def shown_as(source: Source, post: Post, pieces: Sequence[str], says: str = "") -> Preview:
    """Answers to this post, one after the other. `says`: why they would not go like this."""
    markup = composing.limits_of(source).markup
    shown = [Part(_shown(one, markup), composing.measure(source, post, one).length) for one in pieces[:SHOWN] if one]
    return Preview(shown, composing.most_of(source), says)


def _shown(words: str, markup: str) -> SafeString:
    match markup:
        case "markdown":
            return prose(words)
        case "html":
            html = nh3.clean(
                words.replace("\n", "<br>"),
                tags=TAGS | {"b", "i"},
                attributes={"a": {"href"}},
                url_schemes={"http", "https"},
                link_rel="noopener noreferrer nofollow",
            )
            return SafeString(html)
    return (
        SafeString(linebreaks(urlize(words, nofollow=True, autoescape=True), autoescape=False))
        if words
        else SafeString("")
    )


def local(moment: datetime, zone: str) -> str:
    """As a field for date and time holds it."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"
