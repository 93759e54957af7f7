"""Holding a topic's query against posts that were stored before it, batch by batch, newest first."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from hubbub.core import query as language
from hubbub.core.rules import SPANS_KEPT

from . import bulk
from .counting import Counts, columns_of_post
from .intake import spans_kept
from .models import Mention, Post, Source, Topic, Workspace

BATCH = 500  # posts of one transaction

Spans = tuple[language.Span, ...]


def waiting() -> Topic | None:
    """The topic that is to be held against stored posts next, of whatever workspace; None: there is none."""
    # the one with the fewest posts behind it comes next, so that a long one lets short ones by
    under_way = Topic.everywhere.filter(reading_below__isnull=False)
    return under_way.select_related("workspace").order_by("reread", "pk").first()


def begin(topic: Topic, newest: int) -> int:
    """Ask for `topic` to be held against the `newest` stored posts. Returns how many there are.

    Call it in the transaction of the act it belongs to. It starts over where it was under way.
    """
    posts = Post.of(topic.workspace).order_by("-id")
    first = posts.values_list("pk", flat=True).first()
    topic.to_reread = posts[:newest].count()
    topic.reading_below = None if first is None else first + 1
    topic.reread = topic.reread_found = 0
    topic.reread_version = topic.version
    topic.save(update_fields=["to_reread", "reading_below", "reread", "reread_found", "reread_version"])
    return topic.to_reread


def end(topic: Topic) -> None:
    """Go no further. What was found stays."""
    topic.reading_below = None
    topic.save(update_fields=["reading_below"])


def step(topic: Topic, *, now: datetime) -> bool:
    """Hold the next batch of posts against the topic; all of it is saved or nothing. False: it was the last one.

    Mentions that the query no longer makes go, new ones come, and the roll-ups follow. Any number of workers may
    call it: each batch is done by one of them.
    """
    with transaction.atomic():
        locked = (
            Topic.everywhere.select_for_update(of=("self",), no_key=True)
            .select_related("workspace")
            .filter(pk=topic.pk)
            .first()
        )
        if locked is None or locked.reading_below is None:
            return False
        if not locked.active:
            end(locked)
            return False
        try:
            query = language.parse(locked.query, language.Use.TOPIC)
        except language.QueryError:  # written for another version; the topics page shows it, other topics go on
            end(locked)
            return False
        posts = _next(locked)
        caught = _caught(query, posts, now=now)
        _replace(locked, posts, caught)
        locked.reread += len(posts)
        locked.reread_found += len(caught)
        if len(posts) < BATCH or locked.reread >= locked.to_reread:
            locked.reading_below = None
        else:
            locked.reading_below = posts[-1].pk
        locked.save(update_fields=["reread", "reread_found", "reading_below"])
        return locked.reading_below is not None


def _next(topic: Topic) -> list[Post]:
    size = min(BATCH, topic.to_reread - topic.reread)
    return stretch(topic.workspace, topic.reading_below or 0, size)


def stretch(workspace: Workspace, below: int, size: int) -> list[Post]:
    """The newest `size` posts whose ids are smaller than `below`, newest first, with authors and sources. Nothing of
    them changes until the transaction ends: whoever takes posts of a source in holds its row, people the post's."""
    older = Post.of(workspace).filter(pk__lt=below).order_by("-id")
    given = dict(older[:size].values_list("pk", "source_id"))
    sources = Source.of(workspace).select_for_update(no_key=True).filter(pk__in=set(given.values()))
    list(sources.order_by("pk").values_list("pk"))
    posts = bulk.held(Post.of(workspace).filter(pk__in=given).select_related("author", "source"))
    return sorted(posts, key=lambda post: -post.pk)


def _caught(query: language.Query, posts: Sequence[Post], *, now: datetime) -> dict[int, Spans]:
    """Post id → the places that made the match. A topic knows what the network says of a post, and no more."""
    found: dict[int, Spans] = {}
    for post in posts:
        reading = language.read(post.shape(), post.source.place, read_at=post.taken)
        if not post.ours and language.matches(query, reading, now=now):
            found[post.pk] = language.spans(query, reading, now=now)[:SPANS_KEPT]
    return found


def _replace(topic: Topic, posts: Sequence[Post], caught: Mapping[int, Spans]) -> None:
    """Bring the mentions of these posts, their marks and the counts to what was caught now."""
    mentions = Mention.of(topic.workspace).filter(topic=topic, post__in=[post.pk for post in posts])
    stood = set(mentions.values_list("post_id", flat=True))
    mentions.delete()
    Mention.everywhere.bulk_create(
        [
            Mention(
                workspace_id=topic.workspace_id,
                topic=topic,
                post=post,
                topic_version=topic.version,
                published=post.published,
                spans=spans_kept(caught[post.pk]),
            )
            for post in posts
            if post.pk in caught
        ]
    )
    Post.of(topic.workspace).filter(pk__in=caught.keys() - stood).update(mentioned=True)
    forget_mentioned(topic, stood - caught.keys())
    _count(topic, posts, came=caught.keys() - stood, went=stood - caught.keys())


def forget_mentioned(topic: Topic, posts: set[int]) -> None:
    """These posts are mentions of `topic` no longer: unmark those that no other topic caught."""
    still = Mention.of(topic.workspace).filter(post__in=posts).exclude(topic=topic).values_list("post_id", flat=True)
    Post.of(topic.workspace).filter(pk__in=posts - set(still)).update(mentioned=False)


def _count(topic: Topic, posts: Sequence[Post], *, came: set[int], went: set[int]) -> None:
    counts = Counts(topic.workspace)
    for post in posts:
        if post.pk in came or post.pk in went:
            number = 1 if post.pk in came else -1
            counts.add(post.source_id, post.published, [topic.pk], columns_of_post(post), number=number, whole=False)
    counts.save()
