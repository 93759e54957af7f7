"""Candidates of a search: stored posts read as plain rows, which costs a fraction of what model rows cost."""

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import Struct, convert

from hubbub.core import post as shapes
from hubbub.core import query as language
from hubbub.core.facts import NOTHING, Analysis, Facts, Intent, Sentiment
from hubbub.core.standing import HISTORY

from .bulk import numbered
from .facts import NO_TAGS, Talk, Written, handling, standings, tags_of, topics_of
from .models import Conversation, Post, Source
from .models.post import language_of

# what is read of a post, in the order of `_Row`
COLUMNS = (
    *("id", "published", "taken", "source_id", "conversation_id", "decision"),
    *("native_id", "text", "title", "url", "type", "lang", "parent", "thread", "repost", "edited", "state"),
    *("likes", "replies", "shares", "views", "rating", "links", "media"),
    *("author__native_id", "author__handle", "author__name", "author__account_created", "author__followers"),
    *("language", "sentiment", "intent", "toxicity", "spam", "corrected"),
    *("ours", "author__person", "author__url", "workspace"),
)
HANDLING = frozenset({"status", "assignee", "team", "answered", "tag", "priority"})
FOUND = frozenset({"sentiment", "intent", "toxicity", "spam"})
BEYOND = HANDLING | FOUND | HISTORY | {"topic", "about", "decision", "account_age"}  # fields that no network tells


class Candidate(Struct, gc=False):
    """One stored post, ready to be matched."""

    id: int
    published: datetime
    reading: language.Reading
    facts: Facts


class Row(Struct, gc=False, array_like=True):
    """The columns of one post."""

    id: int
    published: datetime
    taken: datetime
    source: int
    conversation: int | None
    decision: str
    native_id: str
    text: str
    title: str
    url: str
    type: shapes.PostType
    lang: str
    parent: str
    thread: str
    repost: bool
    edited: bool
    state: shapes.PostState
    likes: int | None
    replies: int | None
    shares: int | None
    views: int | None
    rating: float | None
    links: list[str]
    media: list[shapes.Media]
    author: str | None
    handle: str | None
    name: str | None
    account_created: datetime | None
    followers: int | None
    language: str | None
    sentiment: Sentiment | None
    intent: Intent | None
    toxicity: float | None
    spam: float | None
    corrected: str | None
    ours: bool
    person: int | None
    author_url: str | None
    workspace: int


def rows(ids: Sequence[int]) -> list[tuple[object, ...]]:
    """The rows of these posts, in the order of the ids; posts that are gone are left out."""
    found = {row[0]: row for row in Post.everywhere.filter(pk__in=numbered(ids)).values_list(*COLUMNS)} if ids else {}
    return [found[pk] for pk in ids if pk in found]


def read(rows: Sequence[Sequence[object]], query: language.Query, places: dict[int, shapes.Place]) -> list[Candidate]:
    """Rows of `COLUMNS`, ready for `query`; what it does not ask for is not read. `places` is filled on the way."""
    found = named(rows)
    unknown = {row.source for row in found} - places.keys()
    places.update((pk, source.place) for pk, source in Source.everywhere.in_bulk(unknown).items())
    shaped = [shape(row) for row in found]
    facts = _facts(found, shaped, language.uses_fields(query))
    return [
        Candidate(row.id, row.published, language.read(post, places[row.source], read_at=row.taken), known)
        for row, post, known in zip(found, shaped, facts, strict=True)
    ]


def named(rows: Sequence[Sequence[object]]) -> list[Row]:
    """Rows of `COLUMNS`, each cell under its name."""
    return [Row(*row) for row in rows]  # type: ignore[arg-type]  # the columns above, in this order


def shape(row: Row) -> shapes.Post:
    """The post as core sees it, with the language that was found where its network says none."""
    author = None
    if row.author is not None:
        author = shapes.Author(
            row.author,
            row.handle or "",
            row.name or "",
            row.author_url or "",
            created=row.account_created,
            followers=row.followers,
        )
    return shapes.Post(
        row.native_id,
        row.text,
        row.title,
        row.url,
        row.type,
        author,
        row.published.astimezone(UTC),
        language_of(row.lang, row.language, row.corrected),
        row.parent,
        row.thread,
        row.repost,
        row.edited,
        row.state,
        row.likes,
        row.replies,
        row.shares,
        row.views,
        row.rating,
        tuple(row.links),
        convert(row.media, tuple[shapes.Media, ...]) if row.media else (),
    )


def _facts(rows: Sequence[Row], shaped: Sequence[shapes.Post], asked: frozenset[str]) -> Sequence[Facts]:
    if not asked & BEYOND:
        return [NOTHING] * len(rows)
    topics = topics_of([row.id for row in rows]) if asked & {"topic", "about"} else None
    talks = _talks(rows, asked) if asked & HANDLING else {}
    written = [
        Written(row.id, post, row.published, row.taken, None if row.ours else row.person, row.account_created)
        for row, post in zip(rows, shaped, strict=True)
    ]
    known = standings(rows[0].workspace, written, asked) if rows else []
    return [
        Facts(
            analysis=Analysis(
                None if topics is None else frozenset(topics[row.id][0]),
                row.sentiment,
                row.intent,
                row.toxicity,
                row.spam,
                None if topics is None else frozenset(topics[row.id][1]),
            ),
            standing=standing,
            handling=handling(row.decision, talks.get(row.conversation or 0)),
        )
        for row, standing in zip(rows, known, strict=True)
    ]


def _talks(rows: Sequence[Row], asked: frozenset[str]) -> dict[int, Talk]:
    """What we did with the conversations, by their ids."""
    ids = {row.conversation for row in rows if row.conversation is not None}
    tags = tags_of(list(ids)) if "tag" in asked else {}
    talks = Conversation.everywhere.filter(pk__in=ids)
    columns = ("status", "priority", "assignee__user__email", "team__name", "answered")
    return {
        pk: Talk(status, priority, assignee, team, answered, tags.get(pk, NO_TAGS))
        for pk, status, priority, assignee, team, answered in talks.values_list("pk", *columns)
    }
