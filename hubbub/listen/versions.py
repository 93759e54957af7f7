"""What the room reads of a topic's versions: one after the other, what changed, what a mention was caught by."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from hubbub.store.models import Mention, Topic, TopicVersion, Workspace
from hubbub.ui.difference import Piece, difference

MOST = 200  # versions of one page


class Version(Struct, frozen=True):
    """One state of a topic. `id` is None for a topic of which no state was kept yet: it is as it was written."""

    id: int | None
    number: int  # of the query
    name: str
    kind: str
    query: str
    by: str  # empty where it is not known
    why: str
    at: datetime
    newest: bool
    changed: Sequence[str] = ()  # in words, against the one before: "name", "kind", "query"; empty for the first
    was_name: str = ""
    was_kind: str = ""
    difference: Sequence[Piece] = ()  # of the queries, where they differ


def versions(topic: Topic) -> list[Version]:
    """All states of a topic, the newest first, `MOST` at most."""
    kept = list(TopicVersion.of(topic.workspace).filter(topic=topic).order_by("-id")[: MOST + 1])
    if not kept:
        alone = Version(
            None, topic.version, topic.name, topic.get_kind_display(), topic.query, "", "", topic.created, newest=True
        )
        return [alone]
    older: list[TopicVersion | None] = [*kept[1:], None]
    rows = [_version(new, old, newest=new is kept[0]) for new, old in zip(kept, older, strict=True)]
    return rows[:MOST]


def _version(new: TopicVersion, old: TopicVersion | None, *, newest: bool) -> Version:
    changed = [name for name in ("name", "kind", "query") if old and getattr(new, name) != getattr(old, name)]
    return Version(
        id=new.pk,
        number=new.number,
        name=new.name,
        kind=new.get_kind_display(),
        query=new.query,
        by=new.by_name,
        why=new.why,
        at=new.at,
        newest=newest,
        changed=changed,
        was_name=old.name if old else "",
        was_kind=old.get_kind_display() if old else "",
        difference=difference(old.query, new.query) if old and "query" in changed else (),
    )


class CaughtBy(Struct, frozen=True):
    """Why a post is a mention: which topic caught it, and how its query was written then."""

    topic: Topic
    number: int
    query: str  # empty where that version was not kept
    now: int  # the version that the topic is at


def caught_by(workspace: Workspace, mentions: Sequence[Mention]) -> list[CaughtBy]:
    """Of the mentions of one post, each with `topic` loaded."""
    kept = TopicVersion.of(workspace).filter(topic__in={mention.topic_id for mention in mentions})
    numbers = {mention.topic_version for mention in mentions}
    queries = {
        (topic, number): query
        for topic, number, query in kept.filter(number__in=numbers).values_list("topic", "number", "query")
    }
    return [
        CaughtBy(
            mention.topic,
            mention.topic_version,
            mention.topic.query
            if mention.topic_version == mention.topic.version
            else queries.get((mention.topic_id, mention.topic_version), ""),
            mention.topic.version,
        )
        for mention in mentions
    ]
