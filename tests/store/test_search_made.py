"""For any posts and any query that can be written, searching gives what the matcher gives, however far the index is."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import to_builtins

from hubbub.core import post as shapes
from hubbub.core import query as language
from hubbub.core.query.tree import Node
from hubbub.store import fulltext
from hubbub.store.hit_count import Count, count, count_topic
from hubbub.store.models import Conversation, Mention, Post, Source, Workspace
from hubbub.store.search import matching, search, search_topic
from tests.core.query import made
from tests.world import World, make_author, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]

ODD = (
    "👨‍👩‍👧 🇩🇪", "สวัสดี", "e\u0301e\u0301", "x" * 700, "ǅ ß \u017f \u212a", "한국어", "\u0b95\u0bbf", "٣٤",
    "a" * 260 + "b", "it's 'quoted' \\ \" *", "red " * 300,
)  # fmt: skip
texts = st.one_of(made.texts, st.lists(st.sampled_from((*made.WRITTEN, *ODD)), max_size=5).map(" ".join))
moments = st.sampled_from(
    [
        made.NOW,
        made.NOW,
        made.NOW - timedelta(minutes=90),
        made.NOW - timedelta(days=1),
        datetime(1969, 1, 1, tzinfo=UTC),
    ]
)
# 0: indexed. 1: not yet. 2: edited since. 3: edited and indexed again. 4: deleted since.
states = st.integers(0, 4)
kept = st.lists(st.tuples(made.posts, texts, moments, states, st.integers(0, 11)), min_size=1, max_size=8)


class Shelf:
    """A workspace in which made-up posts are stored."""

    def __init__(self, world: World) -> None:
        self.workspace: Workspace = world.acme
        self.sources = [make_source(world.acme, "Our Blog", kind="feed"), make_source(world.acme, "x", owned=False)]
        self.topic = make_topic(world.acme, "ACME")
        self.authors = [make_author(world.acme, "Jane", "a"), make_author(world.acme, "@jänet x", "b")]
        self.authors[0].followers = 5
        self.authors[0].account_created = made.NOW - timedelta(hours=5)
        self.authors[0].save()
        self.foreign = make_source(world.bravo, "Our Blog", kind="feed")

    def put(self, number: int, post: shapes.Post, text: str, when: datetime, how: int) -> Post:
        """One row; `how` says to what it belongs."""
        source: Source = self.sources[how % 2]
        row = Post.everywhere.create(
            workspace=self.workspace,
            source=source,
            native_id=str(number),
            author=None if post.author is None else self.authors[how % 2],
            text=post.text or text,
            title=post.title,
            **{name: getattr(post, name) for name in ("url", "type", "lang", "parent", "likes", "rating", "repost")},
            published=when,
            taken=when,
            links=list(post.links),
            media=to_builtins(post.media),
            decision=("", "queued", "hidden")[how % 3],
        )
        if how % 3 == 0:
            Mention.everywhere.create(workspace=self.workspace, topic=self.topic, post=row, published=when)
        if how % 4 == 0:
            answered = made.NOW if how % 8 else None
            row.conversation = Conversation.everywhere.create(
                workspace=self.workspace,
                source=source,
                thread=str(number),
                opened=when,
                last_post=when,
                answered=answered,
            )
            row.save()
        return row


def everything(shelf: Shelf, query: language.Query) -> list[int]:
    """The ids that the matcher gives, newest first."""
    rows = list(
        Post.of(shelf.workspace).select_related("author", "source", "conversation").order_by("-published", "-id")
    )
    return [row.pk for row in rows if row.pk in matching([row], query, now=made.NOW)]


def pages(shelf: Shelf, query: language.Query, size: int, *, topic: bool) -> list[int]:
    """The ids that searching gives, page after page."""
    shown: list[int] = []
    before = None
    while True:
        if topic:
            rows = Mention.of(shelf.workspace).filter(topic=shelf.topic)
            found = search_topic(
                rows, query, now=made.NOW, before=before, size=size, workspace=shelf.workspace, budget=2
            )
        else:
            rows = Post.of(shelf.workspace)
            found = search(rows, query, now=made.NOW, before=before, size=size, workspace=shelf.workspace, budget=3)
        shown += [post.pk for post in found.posts]
        if found.older is None:
            return shown
        before = found.older


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(kept, st.lists(made.nodes, min_size=1, max_size=6), st.integers(1, 4))
def test_searching_is_matching(world: World, given_posts: list[tuple[shapes.Post, str, datetime, int, int]],
                               trees: list[Node], size: int) -> None:  # fmt: skip
    with transaction.atomic():
        shelf = Shelf(world)
        rows = [
            (shelf.put(number, post, text, when, how), state)
            for number, (post, text, when, state, how) in enumerate(given_posts)
            if state != 1
        ]
        fulltext.step()
        for again in (3, 2):
            for row, state in rows:
                if state == again:
                    Post.everywhere.filter(pk=row.pk).update(text=row.title + " red", title=row.text)
            fulltext.step() if again == 3 else None
        for row, state in rows:
            if state == 4:
                row.delete()
        for n, (post, text, when, state, how) in enumerate(given_posts):
            if state == 1:
                shelf.put(n, post, text, when, how)
        for tree in trees:
            query = language.Query("", language.Use.VIEW, tree)
            expected = everything(shelf, query)
            assert pages(shelf, query, size, topic=False) == expected
            assert count(Post.of(shelf.workspace), query, now=made.NOW, workspace=shelf.workspace) == Count(
                len(expected)
            )
            caught = set(Mention.of(shelf.workspace).values_list("post_id", flat=True))
            assert pages(shelf, query, size, topic=True) == [pk for pk in expected if pk in caught]
            mentions = Mention.of(shelf.workspace).filter(topic=shelf.topic)
            counted = count_topic(mentions, query, now=made.NOW, workspace=shelf.workspace)
            assert counted == Count(len(caught.intersection(expected)))
        transaction.set_rollback(True)
