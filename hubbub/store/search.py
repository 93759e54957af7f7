"""Searching stored posts with the query language: the database hands out candidates, the matcher decides."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import F, QuerySet
from msgspec import Struct

from hubbub.core import query as language
from hubbub.core.post import Place

from . import bulk, candidates
from .facts import facts_of
from .models import Conversation, Mention, Post, Workspace
from .narrowing import Narrowing, narrowed, too_wide
from .stretches import Before, Kept, Span, Stretches, along, by_words, of_few, older_than, places

__all__ = [
    "WITH",
    "Before",
    "Every",
    "Found",
    "every",
    "matching",
    "newest_of",
    "of_mentions",
    "of_posts",
    "older_than",
    "search",
    "search_topic",
]

WITH = ("author", "source", "conversation__assignee__user", "conversation__team")  # what facts and pages ask of a post
BUDGET = 2_500  # posts held against the query for one page at most, so that it comes at once; then it offers to go on
PASSED = 30_000  # posts that the database passes over for one page at most


ALWAYS = Span()


class Found(Struct, frozen=True):
    """One page of posts."""

    posts: Sequence[Post]
    spans: Mapping[int, Sequence[language.Span]]  # post id → the places that made the match
    older: Before | None  # where the next page starts; None at the end
    looked_at: int
    ran_out: bool  # the budget ended before the page was full
    slips: Sequence[language.Slip] = ()  # what cannot be searched for; then there are no posts


class Every(Struct, frozen=True):
    """Posts that match, newest first, as they were read for that."""

    hits: Sequence[candidates.Candidate]
    whole: bool  # there are no others
    slips: Sequence[language.Slip] = ()  # what cannot be searched for; then there are none


def matching(posts: Sequence[Post], query: language.Query, *, now: datetime) -> dict[int, tuple[language.Span, ...]]:
    """Which of these posts match (id → spans), read with all that is known about them."""
    caught: dict[int, tuple[language.Span, ...]] = {}
    for post, facts in zip(posts, facts_of(posts, language.uses_fields(query)), strict=True):
        reading = language.read(post.shape(found=True), post.source.place, read_at=post.taken)
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
    workspace: Workspace | None = None,
    span: Span = ALWAYS,
) -> Found:
    """A page of `posts` (a queryset of one workspace), newest first, that match `query` (None: all).

    With the `workspace` named, its search index is used; without, posts are held against the query one by one.
    `span` is the time to which `posts` is bound, where it is: what lies outside is then not even looked up.
    """
    newest_first = posts.order_by("-published", "-id")
    if query is None:
        whole = newest_first.select_related(*WITH)
        return _unfiltered(list(older_than(whole, before)[: size + 1]), size)
    if workspace is None:
        return _page(along(newest_first, None), query, now=now, before=before, size=size, budget=budget)
    if slips := too_wide(workspace, query):
        return Found((), {}, None, 0, ran_out=False, slips=slips)
    stretches = of_posts(posts, narrowed(workspace, query, now=now), span)
    return _page(stretches, query, now=now, before=before, size=size, budget=budget)


def of_posts(posts: QuerySet[Post], narrowing: Narrowing, span: Span = ALWAYS) -> Stretches:
    """The posts of a list that may match, the newest first."""
    if narrowing.words is None and narrowing.few is None:
        return along(posts.order_by("-published", "-id"), narrowing.condition)
    fit = posts.order_by() if narrowing.condition is None else posts.order_by().filter(narrowing.condition)

    def kept(ids: Sequence[int]) -> Sequence[Before]:
        return places(fit.filter(pk__in=bulk.numbered(ids)), "pk")

    return _looked_up(narrowing, span, kept)


def _looked_up(narrowing: Narrowing, span: Span, kept: Kept) -> Stretches:
    if narrowing.few is not None:
        return of_few(narrowing.few, kept)
    return by_words(narrowing.hits, kept, narrowing.workspace.pk, narrowing.span.within(span))


def search_topic(
    mentions: QuerySet[Mention],
    query: language.Query | None,
    *,
    now: datetime,
    before: Before | None = None,
    size: int = 50,
    budget: int = BUDGET,
    workspace: Workspace | None = None,
    span: Span = ALWAYS,
) -> Found:
    """The same for the posts of one topic's `mentions`: along the topic's own index where it is rare."""
    newest_first = mentions.order_by("-published", "-post_id")
    if query is None:
        whole = older_than(newest_first, before, key="post_id").select_related(*(f"post__{name}" for name in WITH))
        return _unfiltered([mention.post for mention in whole[: size + 1]], size)
    if workspace is None:
        stretches = along(newest_first, None, "post_id")
        return _page(stretches, query, now=now, before=before, size=size, budget=budget)
    if slips := too_wide(workspace, query):
        return Found((), {}, None, 0, ran_out=False, slips=slips)
    stretches = of_mentions(mentions, narrowed(workspace, query, now=now, prefix="post__"), span, budget)
    return _page(stretches, query, now=now, before=before, size=size, budget=budget)


def of_mentions(mentions: QuerySet[Mention], narrowing: Narrowing, span: Span, few: int) -> Stretches:
    """The same for a topic's posts. A topic with no more than a `few` is read as it is, which is quicker than looking
    for its posts among all that hold the words."""
    newest_first = mentions.order_by("-published", "-post_id")
    if narrowing.words is None and narrowing.few is None:
        return along(newest_first, narrowing.condition, "post_id")
    fit = mentions.order_by() if narrowing.condition is None else mentions.order_by().filter(narrowing.condition)
    if narrowing.few is None and mentions.order_by()[: few + 1].count() <= few:
        return along(newest_first, None, "post_id")

    def kept(ids: Sequence[int]) -> Sequence[Before]:
        return places(fit.filter(post__in=bulk.numbered(ids)), "post_id")

    return _looked_up(narrowing, span, kept)


def _unfiltered(posts: Sequence[Post], size: int) -> Found:
    shown = posts[:size]
    older = Before(shown[-1].published, shown[-1].pk) if len(posts) > size else None
    return Found(shown, {post.pk: () for post in shown}, older, len(posts), ran_out=False)


def every(posts: QuerySet[Post], query: language.Query, *, now: datetime, most: int, workspace: Workspace) -> Every:
    """All of `posts` that match, where these are no more than `most`: what pages in other orders begin with. Nothing is
    read of them but what the query asks for."""
    if slips := too_wide(workspace, query):
        return Every((), whole=True, slips=slips)
    found = _caught(of_posts(posts, narrowed(workspace, query, now=now)), query, now=now, size=most, budget=BUDGET)
    return Every(found.hits, whole=found.older is None)


class _Caught(Struct):
    hits: Sequence[candidates.Candidate]
    older: Before | None
    looked_at: int
    ran_out: bool


def _caught(
    stretches: Stretches, query: language.Query, *, now: datetime, size: int, budget: int, before: Before | None = None
) -> _Caught:
    index: language.Index[None] = language.Index([(None, query)])
    known: dict[int, Place] = {}
    hits: list[candidates.Candidate] = []
    looked_at = held = 0
    end: Before | None = None
    for stretch in stretches(before, min(size + 10, budget)):
        chunk = candidates.read(candidates.rows(stretch.ids), query, known)
        looked_at, held, end = looked_at + stretch.seen, held + len(chunk), stretch.end
        hits += [one for one in chunk if index.match(one.reading, one.facts, now=now)]
        if len(hits) > size or held >= budget or looked_at >= PASSED:
            break
    shown = hits[:size]
    older = Before(shown[-1].published, shown[-1].id) if len(hits) > size else end
    return _Caught(shown, older, looked_at, older is not None and len(hits) <= size)


def _page(
    stretches: Stretches, query: language.Query, *, now: datetime, before: Before | None, size: int, budget: int
) -> Found:
    caught = _caught(stretches, query, now=now, size=size, budget=budget, before=before)
    spans = {one.id: language.spans(query, one.reading, one.facts, now=now) for one in caught.hits}
    posts = Post.everywhere.select_related(*WITH).in_bulk([one.id for one in caught.hits])
    found = [posts[one.id] for one in caught.hits if one.id in posts]
    return Found(found, spans, caught.older, caught.looked_at, caught.ran_out)


def newest_of(conversations: Sequence[Conversation]) -> list[Post]:
    """Of each conversation the newest post that is not ours, ready to be matched. One query."""
    # By the conversations alone, which are a workspace's already: SQLite would otherwise rather read the workspace.
    # last_post is that post's time, so that nothing has to be sorted.
    newest = (
        Post.everywhere.filter(
            conversation__in=[one.pk for one in conversations], ours=False, published=F("conversation__last_post")
        )
        .select_related("author", "source", "conversation__assignee__user")
        .order_by("id")
    )
    return list({post.conversation_id: post for post in newest}.values())
