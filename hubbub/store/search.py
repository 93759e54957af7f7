"""Searching stored posts with the query language: the database hands out candidates, the matcher decides."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.db.models import F, Q, QuerySet
from msgspec import Struct

from hubbub.core import query as language

from .facts import facts_of
from .models import Conversation, Mention, Post

CHUNK = 500  # posts read at a time
WITH = ("author", "source", "conversation__assignee__user")  # what facts and pages ask of a post
BUDGET = 2_500  # posts looked at for one page at most, so that it comes at once; then it offers to go on


class Before(Struct, frozen=True):
    """A place in a list that runs newest first: what comes after it is older."""

    published: datetime
    id: int


class Found(Struct, frozen=True):
    """One page of posts."""

    posts: Sequence[Post]
    spans: Mapping[int, Sequence[language.Span]]  # post id → the places that made the match
    older: Before | None  # where the next page starts; None at the end
    looked_at: int
    ran_out: bool  # the budget ended before the page was full


def matching(posts: Sequence[Post], query: language.Query, *, now: datetime) -> dict[int, tuple[language.Span, ...]]:
    """Which of these posts match (id → spans), read with all that is known about them."""
    caught: dict[int, tuple[language.Span, ...]] = {}
    for post, facts in zip(posts, facts_of(posts), strict=True):
        reading = language.read(post.shape(), post.source.place, read_at=post.taken)
        if language.matches(query, reading, facts, now=now):
            caught[post.pk] = language.spans(query, reading, facts, now=now)
    return caught


def search(
    posts: QuerySet[Post],
    query: language.Query | None,
    *,
    now: datetime,
    before: Before | None = None,
    size: int = 50,
    budget: int = BUDGET,
) -> Found:
    """A page of `posts` (a queryset of one workspace), newest first, that match `query` (None: all)."""
    newest_first = posts.select_related(*WITH).order_by("-published", "-id")

    def read(before: Before | None, wanted: int) -> list[Post]:
        return list(_older(newest_first, before)[:wanted])

    return _page(read, query, now=now, before=before, size=size, budget=budget)


def search_topic(
    mentions: QuerySet[Mention],
    query: language.Query | None,
    *,
    now: datetime,
    before: Before | None = None,
    size: int = 50,
    budget: int = BUDGET,
) -> Found:
    """The same for the posts of one topic's `mentions`: read along the topic's own index, however rare it is."""
    newest_first = mentions.select_related(*(f"post__{name}" for name in WITH)).order_by("-published", "-post_id")

    def read(before: Before | None, wanted: int) -> list[Post]:
        rows = newest_first
        if before is not None:
            older = Q(published__lt=before.published) | Q(post_id__lt=before.id)
            rows = rows.filter(Q(published__lte=before.published) & older)
        return [mention.post for mention in rows[:wanted]]

    return _page(read, query, now=now, before=before, size=size, budget=budget)


def _page(
    read: Callable[[Before | None, int], list[Post]],
    query: language.Query | None,
    *,
    now: datetime,
    before: Before | None,
    size: int,
    budget: int,
) -> Found:
    hits: list[Post] = []
    spans: dict[int, Sequence[language.Span]] = {}
    looked_at = 0
    while len(hits) <= size and looked_at < budget:
        wanted = CHUNK if query else size + 1
        chunk = read(before, wanted)
        looked_at += len(chunk)
        caught = matching(chunk, query, now=now) if query else dict.fromkeys((post.pk for post in chunk), ())
        for post in chunk:
            if post.pk in caught and len(hits) <= size:
                hits.append(post)
                spans[post.pk] = caught[post.pk]
        if len(chunk) < wanted:
            break
        before = Before(chunk[-1].published, chunk[-1].pk)
    else:
        if len(hits) <= size:
            return Found(hits, spans, before, looked_at, ran_out=True)
    shown = hits[:size]
    older = Before(shown[-1].published, shown[-1].pk) if len(hits) > size else None
    return Found(shown, spans, older, looked_at, ran_out=False)


def _older(posts: QuerySet[Post], before: Before | None) -> QuerySet[Post]:
    if before is None:
        return posts
    return posts.filter(Q(published__lte=before.published) & (Q(published__lt=before.published) | Q(id__lt=before.id)))


def newest_of(conversations: Sequence[Conversation]) -> list[Post]:
    """Of each conversation the newest post that is not ours, ready to be matched. One query."""
    # By the conversations alone, which are a workspace's already: SQLite would otherwise rather read the workspace.
    # last_post is that post's time, so that nothing has to be sorted.
    candidates = (
        Post.everywhere.filter(
            conversation__in=[one.pk for one in conversations], ours=False, published=F("conversation__last_post")
        )
        .select_related("author", "source", "conversation__assignee__user")
        .order_by("id")
    )
    return list({post.conversation_id: post for post in candidates}.values())
