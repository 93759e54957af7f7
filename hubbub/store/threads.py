"""Which conversation a post belongs to, and what a new post does to it."""

from collections.abc import Mapping, Sequence

from hubbub.core.stages import Outcome

from .models import Conversation, ConversationStatus, Post, Source

SNIPPET = 200
FIELDS = ["status", "author", "last_post", "post_count", "snippet", "answered", "closed"]


def join_conversations(source: Source, rows: Sequence[Post], outcomes: Sequence[Outcome]) -> None:
    """Set `conversation` on new, unsaved posts: they join the one of their thread, or open one if they deserve it.

    Saves the conversations, not the posts. Rows come oldest first. Equal to doing it one by one.
    """
    keys = _keys(source, rows)
    known = {
        conversation.thread: conversation
        for conversation in Conversation.of(source.workspace).filter(source=source, thread__in=set(keys))
    }
    opened: dict[str, Conversation] = {}
    touched: dict[str, Conversation] = {}
    for row, key, outcome in zip(rows, keys, outcomes, strict=True):
        conversation = known.get(key) or opened.get(key)
        if conversation is None:
            if not outcome.deserves_answer or row.ours:
                continue
            conversation = opened[key] = _open(source, row, key)
        else:
            _add(conversation, row)
        if key in known:
            touched[key] = conversation
        row.conversation = conversation
    Conversation.everywhere.bulk_create(opened.values())
    Conversation.everywhere.bulk_update(touched.values(), FIELDS, batch_size=200)
    for row in rows:
        row.conversation = row.conversation  # Django copies the new id only when the relation is set again


def _keys(source: Source, rows: Sequence[Post]) -> list[str]:
    """The thread that each post is answered in. A comment's is that of the comment at its root, because answers go
    to people, not to articles; a post's is the network's own thread."""
    parents = {row.parent for row in rows if row.parent}
    found: dict[str, str] = dict(
        Post.of(source.workspace)
        .filter(source=source, native_id__in=parents, conversation__isnull=False)
        .values_list("native_id", "conversation__thread")
    )
    keys = []
    for row in rows:
        found[row.native_id] = key = _key(row, found)
        keys.append(key)
    return keys


def _key(row: Post, found: Mapping[str, str]) -> str:
    if row.parent:
        return found.get(row.parent) or row.parent
    if row.type in {"comment", "review"}:
        return row.native_id
    return row.thread or row.native_id


def _open(source: Source, row: Post, key: str) -> Conversation:
    return Conversation(
        workspace_id=source.workspace_id,
        source=source,
        thread=key,
        subject=row.title[:300],
        author=row.author,
        opened=row.published,
        last_post=row.published,
        post_count=1,
        snippet=row.text[:SNIPPET],
    )


def _add(conversation: Conversation, row: Post) -> None:
    conversation.post_count += 1
    if row.ours:
        answered = conversation.answered
        conversation.answered = row.published if answered is None else min(answered, row.published)
        return
    if row.published >= conversation.last_post:
        conversation.last_post = row.published
        conversation.author = row.author
        conversation.snippet = row.text[:SNIPPET]
        if row.state in {"visible", "pending"}:
            conversation.status = ConversationStatus.OPEN  # a new post reopens
            conversation.closed = None
