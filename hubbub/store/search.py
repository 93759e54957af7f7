"""Searching stored posts with the query language: the database hands out candidates, the matcher decides."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from django.db.models import F, Model, Q, QuerySet
from msgspec import Struct

from hubbub.core import query as language
from hubbub.core.post import Place

from . import candidates
from .facts import facts_of
from .models import Conversation, Mention, Post

CHUNK = 500  # posts read at a time
WITH = ("author", "source", "conversation__assignee__user")  # what facts and pages ask of a post
BUDGET = 2_500  # posts looked at for one page at most, so that it comes at once; then it offers to go on

Listed = TypeVar("Listed", bound=Model)


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


Rows = Callable[[Before | None, int], Sequence[Sequence[object]]]  # a stretch of `candidates.COLUMNS`, newest first


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
    newest_first = posts.order_by("-published", "-id")
    if query is None:
        whole = newest_first.select_related(*WITH)
        return _unfiltered(list(older_than(whole, before)[: size + 1]), size)

    def rows(before: Before | None, wanted: int) -> Sequence[Sequence[object]]:
        return list(older_than(newest_first, before).values_list(*candidates.COLUMNS)[:wanted])

    return _page(rows, query, now=now, before=before, size=size, budget=budget)


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
    newest_first = mentions.order_by("-published", "-post_id")

    if query is None:
        whole = older_than(newest_first, before, key="post_id").select_related(*(f"post__{name}" for name in WITH))
        return _unfiltered([mention.post for mention in whole[: size + 1]], size)

    def rows(before: Before | None, wanted: int) -> Sequence[Sequence[object]]:
        stretch = older_than(newest_first, before, key="post_id")
        return list(stretch.values_list(*(f"post__{name}" for name in candidates.COLUMNS))[:wanted])

    return _page(rows, query, now=now, before=before, size=size, budget=budget)


def _unfiltered(posts: Sequence[Post], size: int) -> Found:
    shown = posts[:size]
    older = Before(shown[-1].published, shown[-1].pk) if len(posts) > size else None
    return Found(shown, {post.pk: () for post in shown}, older, len(posts), ran_out=False)


def _page(rows: Rows, query: language.Query, *, now: datetime, before: Before | None, size: int, budget: int) -> Found:
    index: language.Index[None] = language.Index([(None, query)])
    places: dict[int, Place] = {}
    hits: list[candidates.Candidate] = []
    looked_at, ended = 0, False
    while len(hits) <= size and looked_at < budget and not ended:
        chunk = candidates.read(rows(before, CHUNK), query, places)
        looked_at += len(chunk)
        hits += [one for one in chunk if index.match(one.reading, one.facts, now=now)]
        ended = len(chunk) < CHUNK
        if chunk:
            before = Before(chunk[-1].published, chunk[-1].id)
    shown = hits[:size]
    if len(hits) > size:
        older: Before | None = Before(shown[-1].published, shown[-1].id)
    else:
        older = None if ended else before
    spans = {one.id: language.spans(query, one.reading, one.facts, now=now) for one in shown}
    posts = Post.everywhere.select_related(*WITH).in_bulk([one.id for one in shown])
    found = [posts[one.id] for one in shown if one.id in posts]
    return Found(found, spans, older, looked_at, ran_out=older is not None and len(hits) <= size)


def older_than(
    rows: QuerySet[Listed], before: Before | None, *, when: str = "published", key: str = "id"
) -> QuerySet[Listed]:
    """What comes after a place in a list that runs newest first by the fields `when` and `key`; None: all of it."""
    if before is None:
        return rows
    same_or_earlier = Q(**{f"{when}__lte": before.published})
    return rows.filter(same_or_earlier & (Q(**{f"{when}__lt": before.published}) | Q(**{f"{key}__lt": before.id})))


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
