"""What the room reads of a topic's versions: one after the other, what changed, what a mention was caught by."""

import difflib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from hubbub.store.models import Mention, Topic, TopicVersion, Workspace

MOST = 200  # versions of one page
MOST_COMPARED = 3_000  # pieces of two queries that are lined up; beyond, what is in one alone is told without its place

_PIECE = re.compile(r'"[^"]*"|\s+|[()]|[^\s()"]+|"')

Kind = Literal["same", "added", "removed"]


class Piece(Struct, frozen=True):
    """A run of a query's text, and whether the newer version has it, the older one, or both."""

    kind: Kind
    text: str


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


def difference(old: str, new: str) -> list[Piece]:
    """What was taken away from a query and what was put in, in the order of the text. Words, phrases and brackets are
    compared as wholes; how they are spaced makes no difference."""
    left, right = _PIECE.findall(" ".join(old.split())), _PIECE.findall(" ".join(new.split()))
    if len(left) + len(right) > MOST_COMPARED:
        return _apart(left, right)
    found: list[Piece] = []
    for verb, i, j, k, m in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if verb == "equal":
            found.append(Piece("same", "".join(left[i:j])))
            continue
        found += [Piece("removed", "".join(left[i:j]))] if j > i else []
        found += [Piece("added", "".join(right[k:m]))] if m > k else []
    return found


def _apart(left: Sequence[str], right: Sequence[str]) -> list[Piece]:
    """Too long to be lined up: the pieces that only one of them has."""
    gone = [piece for piece in dict.fromkeys(left) if piece not in set(right)]
    came = [piece for piece in dict.fromkeys(right) if piece not in set(left)]
    found = [Piece("removed", " ".join(gone))] if gone else []
    return [*found, *([Piece("added", " ".join(came))] if came else [])]


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
