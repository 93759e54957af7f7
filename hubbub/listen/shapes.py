"""What the room's calls take and answer with."""

from collections.abc import Sequence
from datetime import datetime

from ninja import Schema

from hubbub.connectors import Found
from hubbub.store.models import Source

from . import queries, trying
from .topic_rows import TopicRow


class TopicIn(Schema):
    """A topic as it is written. `kind`: brand, competitor, industry, campaign or person. `why` is kept with it."""

    name: str
    query: str
    kind: str = "brand"
    why: str = ""


class TopicChange(Schema):
    """What of a topic is to change; what is left out stays."""

    name: str | None = None
    query: str | None = None
    kind: str | None = None
    active: bool | None = None
    why: str = ""
    version: int | None = None  # refuse if the query is not at this one any more


class TopicOut(Schema):
    """A topic. `mentions_…` are by the hourly counts; `reread` of `to_reread` stored posts were gone through.

    `version` counts the changes of the query, `versions` the states that were kept (a new name is one, too).
    """

    id: int
    name: str
    kind: str
    query: str
    active: bool
    version: int
    mentions_7_days: int
    mentions_30_days: int
    rereading: bool
    reread: int
    to_reread: int
    versions: int
    changed: datetime
    warning: str

    @classmethod
    def of(cls, row: TopicRow) -> "TopicOut":
        """From what the page shows."""
        topic = row.topic
        return cls(
            id=topic.pk,
            name=topic.name,
            kind=topic.kind,
            query=topic.query,
            active=topic.active,
            version=topic.version,
            mentions_7_days=row.week,
            mentions_30_days=row.month,
            rereading=topic.reading_below is not None,
            reread=topic.reread,
            to_reread=topic.to_reread,
            versions=row.versions,
            changed=row.changed,
            warning=row.warning,
        )


class Newest(Schema):
    """How many of the newest stored posts."""

    newest: int


class SourceIn(Schema):
    """A source: what its connector asks for, the secret fields apart."""

    kind: str
    name: str = ""
    settings: dict[str, str] = {}
    secrets: dict[str, str] = {}


class SourceChange(Schema):
    """What of a source is to change. Settings and secrets that are left out stay; an empty text takes one away."""

    name: str = ""
    settings: dict[str, str] = {}
    secrets: dict[str, str] = {}
    why: str = ""


class RefusedOut(Schema):
    """A part of what was read that could not be taken."""

    where: str
    why: str


class SourceOut(Schema):
    """A source and how it does. Secrets and paths are never told."""

    id: int
    name: str
    kind: str
    settings: dict[str, str]
    owned: bool
    can: list[str]
    state: str
    health: str
    error: str
    last_success: datetime | None
    next_try: datetime | None
    posts_taken: int
    refused: int
    done: int | None
    total: int | None

    @classmethod
    def of(cls, row: queries.SourceRow) -> "SourceOut":
        """From what the page shows."""
        source = row.source
        return cls(
            id=source.pk,
            name=source.name,
            kind=source.kind,
            settings={name: value for name, _, value in trying.shown_settings(source)},
            owned=source.owned,
            can=list(source.can),
            state=source.state,
            health=row.health,
            error=source.error,
            last_success=source.last_success,
            next_try=source.due if source.state == "active" else None,
            posts_taken=source.posts_taken,
            refused=source.refused_count,
            done=source.done,
            total=source.total,
        )


class SiteKeyOut(Schema):
    """A key of a site of our own, told this once; the one before it counts until `older_until`."""

    key: str
    public: str
    older_until: datetime | None


class WholeSourceOut(SourceOut):
    """A source with the latest hundred parts that could not be taken."""

    refused_lately: list[RefusedOut]

    @classmethod
    def of(cls, row: queries.SourceRow) -> "WholeSourceOut":
        """From what the page shows."""
        lately = [RefusedOut(where=str(part["where"]), why=str(part["why"])) for part in row.source.refused]
        return cls(**SourceOut.of(row).dict(), refused_lately=lately)


class SourceTriedOut(Schema):
    """What a try found; nothing was saved. `sample`: up to five texts, newest first."""

    says: str
    name: str
    can: list[str]
    sample: list[str]

    @classmethod
    def of(cls, found: Found) -> "SourceTriedOut":
        """From the connector's answer."""
        sample = [post.title or post.text for post in found.sample]
        return cls(says=found.says, name=found.name, can=sorted(found.can), sample=sample)


class PostOut(Schema):
    """A post as it was taken in. `url` is empty where it is no web address."""

    id: int
    source: int
    native_id: str
    type: str
    author: str
    handle: str
    title: str
    text: str
    url: str
    published: datetime
    lang: str
    state: str
    decision: str
    ours: bool
    conversation: int | None
    topics: list[str]
    spans: list[tuple[str, int, int]]

    @classmethod
    def of(cls, row: queries.Row) -> "PostOut":
        """From what the page shows."""
        post, author = row.post, row.post.author
        return cls(
            id=post.pk,
            source=post.source_id,
            native_id=post.native_id,
            type=post.type,
            author=author.name if author else "",
            handle=author.handle if author else "",
            title=post.title,
            text=post.text,
            url=row.url,
            published=post.published,
            lang=post.lang,
            state=post.state,
            decision=post.decision,
            ours=post.ours,
            conversation=post.conversation_id,
            topics=[topic.name for topic in row.topics],
            spans=[*_triples("text", row.spans), *_triples("title", row.title_spans)],
        )


def _triples(field: str, spans: queries.Spans) -> Sequence[tuple[str, int, int]]:
    return [(field, int(span[-2]), int(span[-1])) for span in spans]


class PostsOut(Schema):
    """A page of posts, newest first; `before` leads to the next one, empty at the end."""

    posts: list[PostOut]
    before: str
    looked_at: int


def source_out(source: Source, now: datetime) -> SourceOut:
    """One source as it does now."""
    return SourceOut.of(queries.source_row(source, now=now))
