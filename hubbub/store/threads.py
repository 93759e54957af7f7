"""Which conversation a post belongs to, and what a new post does to it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from . import bulk
from .fresh import Fresh
from .models import Conversation, ConversationStatus, Post, Source

SNIPPET = 200
SUBJECT = 300
CHANGING = ("status", "author", "last_post", "post_count", "snippet", "answered", "closed", "stirred")
OPENING = ("id", "workspace", "source", "thread", "subject", "opened", "assignee", *CHANGING)


class Thread(Struct, gc=False):
    """A conversation while posts are added to it."""

    id: int
    key: str
    status: str
    author: int | None
    last_post: datetime
    post_count: int
    snippet: str
    answered: datetime | None
    closed: datetime | None
    opened: datetime | None = None  # of a new one
    subject: str = ""


def follow_words(post: Post, title: str, text: str) -> None:
    """A post is about to have these words: a conversation that shows how the old ones begin shows the new ones."""
    if post.conversation_id is not None:
        rows = Conversation.everywhere.filter(pk=post.conversation_id)
        if post.text and text != post.text:
            rows.filter(snippet=post.text[:SNIPPET]).update(snippet=text[:SNIPPET])
        if post.title and title != post.title:
            rows.filter(subject=post.title[:SUBJECT]).update(subject=title[:SUBJECT])


def join_conversations(source: Source, rows: Sequence[Fresh]) -> None:
    """Set `conversation` on new posts: they join the one of their thread, or open one if they deserve it.

    Saves the conversations, not the posts. Rows come oldest first. Equal to doing it one by one.
    """
    keys = _keys(source, rows)
    known = _known(source, keys)
    opened: dict[str, Thread] = {}
    touched: dict[str, Thread] = {}
    joined: list[tuple[Fresh, Thread]] = []
    for row, key in zip(rows, keys, strict=True):
        thread = known.get(key) or opened.get(key)
        if thread is None:
            if row.ours or not row.outcome.deserves_answer:
                continue
            thread = opened[key] = _open(row, key)
        else:
            _add(thread, row)
        if key in known:
            touched[key] = thread
        joined.append((row, thread))
    for pk, thread in zip(bulk.reserve(Conversation, len(opened)), opened.values(), strict=True):
        thread.id = pk
    for row, thread in joined:
        row.conversation = thread.id
    _save(source, list(opened.values()), list(touched.values()))


def _known(source: Source, keys: Sequence[str]) -> dict[str, Thread]:
    rows = Conversation.of(source.workspace).filter(source=source, thread__in=bulk.among(set(keys)))
    # held: what people do with them meanwhile comes before or after what new posts do, and is not written over
    names = ("pk", "thread", *CHANGING[:-1])  # "stirred" is only written
    return {row[1]: Thread(*row) for row in bulk.held(rows).values_list(*names)}


def _save(source: Source, opened: Sequence[Thread], touched: Sequence[Thread]) -> None:
    moment = bulk.moments()
    bulk.insert(
        Conversation,
        OPENING,
        [
            (
                *(thread.id, source.workspace_id, source.pk, thread.key, thread.subject),
                thread.opened and moment(thread.opened),
                None,
                *_changing(thread, moment),
            )
            for thread in opened
        ],
    )
    bulk.update(Conversation, CHANGING, [(*_changing(thread, moment), thread.id) for thread in touched])


def _changing(thread: Thread, moment: Callable[[datetime], bulk.Cell]) -> tuple[bulk.Cell, ...]:
    return (
        thread.status,
        thread.author,
        moment(thread.last_post),
        thread.post_count,
        thread.snippet,
        thread.answered and moment(thread.answered),
        thread.closed and moment(thread.closed),
        True,
    )


def _keys(source: Source, rows: Sequence[Fresh]) -> list[str]:
    """The thread that each post is answered in. A comment's is that of the comment at its root, because answers go
    to people, not to articles; a post's is the network's own thread."""
    parents = {row.outcome.post.parent for row in rows if row.outcome.post.parent}
    found: dict[str, str] = dict(
        Post.of(source.workspace)
        .filter(source=source, native_id__in=bulk.among(parents), conversation__isnull=False)
        .values_list("native_id", "conversation__thread")
        if parents
        else ()
    )
    keys = []
    for row in rows:
        found[row.outcome.post.id] = key = _key(row, found)
        keys.append(key)
    return keys


def _key(row: Fresh, found: Mapping[str, str]) -> str:
    post = row.outcome.post
    if post.parent:
        return found.get(post.parent) or post.parent
    if post.type in {"comment", "review"}:
        return post.id
    return post.thread or post.id


def _open(row: Fresh, key: str) -> Thread:
    post = row.outcome.post
    return Thread(
        id=0,
        key=key,
        status=ConversationStatus.OPEN.value,
        author=row.author,
        last_post=row.published,
        post_count=1,
        snippet=post.text[:SNIPPET],
        answered=None,
        closed=None,
        opened=row.published,
        subject=post.title[:SUBJECT],
    )


def _add(thread: Thread, row: Fresh) -> None:
    thread.post_count += 1
    if row.ours:
        thread.answered = row.published if thread.answered is None else min(thread.answered, row.published)
        return
    if row.published >= thread.last_post:
        thread.last_post = row.published
        thread.author = row.author
        thread.snippet = row.outcome.post.text[:SNIPPET]
        if row.state in {"visible", "pending"}:
            thread.status = ConversationStatus.OPEN.value  # a new post reopens
            thread.closed = None
