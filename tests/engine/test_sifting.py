"""A whole network's stream: what of it is taken in, what is followed, what goes when its author goes."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hubbub.connectors import Batch
from hubbub.core.post import Author, Post
from hubbub.engine.take_in import take_in
from hubbub.store import fulltext, models
from hubbub.store.counting import COLUMNS, Counts
from hubbub.store.models import Audit, Conversation, Mention, Rollup, Source
from tests.world import World, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)


def said(ident: str, text: str, by: str = "did:carol", **more: Any) -> Post:
    given: dict[str, Any] = {"author": Author(by, name=by), "published": NOW - timedelta(minutes=5), "thread": ident}
    return Post(id=ident, text=text, **{**given, **more})


def stream(source: Source, *posts: Post, **more: Any) -> None:
    source.refresh_from_db()
    given: dict[str, Any] = {"cursor": "c", "sift": True}
    take_in(source, Batch(posts=posts, **{**given, **more}), now=NOW)


def stored(source: Source) -> list[str]:
    return list(models.Post.of(source.workspace).order_by("native_id").values_list("native_id", flat=True))


@pytest.fixture
def source(world: World) -> Source:
    make_topic(world.acme, "Acme", "acme OR rocket")
    world.acme.plan_changed()
    make_source(world.acme, "Ours elsewhere", account="did:us")
    return make_source(world.acme, "Network")


@pytest.mark.parametrize(
    ("posts", "kept"),
    [
        ([said("1", "nothing of it")], []),
        ([said("1", "I like acme")], ["1"]),
        ([said("1", "of acme"), said("2", "yes", parent="1", thread="1")], ["1", "2"]),
        ([said("2", "yes", parent="1", thread="1"), said("1", "of acme")], ["1", "2"]),  # the answer came first
        (
            [said("3", "no", parent="2", thread="x"), said("2", "yes", parent="1", thread="y"), said("1", "of acme")],
            ["1", "2", "3"],
        ),
        ([said("2", "well", parent="0", thread="0"), said("0", "of cats")], []),
        ([said("1", "I like acme"), said("2", "look at this", refers=("1",))], ["1", "2"]),
        ([said("1", "what we say", by="did:us")], ["1"]),
        ([said("1", "hello you", refers=("did:us",))], ["1"]),
        ([said("1", "hello you", refers=("did:them",))], []),
    ],
)
def test_what_concerns_us_is_kept(source: Source, posts: list[Post], kept: list[str]) -> None:
    stream(source, *posts)
    assert stored(source) == kept
    source.refresh_from_db()
    assert (source.cursor, source.posts_taken) == ("c", len(kept))


@pytest.mark.parametrize(
    ("then", "kept"),
    [
        (said("2", "yes", parent="1", thread="1"), ["1", "2"]),
        (said("2", "yes", parent="9", thread="1"), ["1", "2"]),
        (said("2", "quoted", refers=("1",)), ["1", "2"]),
        (said("2", "yes", parent="9", thread="9"), ["1"]),
    ],
)
def test_what_is_said_about_stored_posts_is_kept(source: Source, then: Post, kept: list[str]) -> None:
    stream(source, said("1", "I like acme"))
    stream(source, then)
    assert stored(source) == kept


def test_another_sources_posts_are_not_ours_to_follow(source: Source, world: World) -> None:
    other = make_source(world.acme, "Another")
    take_in(other, Batch([said("1", "acme")], "c"), now=NOW)
    stream(source, said("2", "yes", parent="1", thread="1"), gone=["1"])
    assert stored(source) == ["1"]
    assert models.Post.of(world.acme).get().text == "acme"


def test_edits_are_followed_also_away_from_the_topic(source: Source) -> None:
    stream(source, said("1", "I like acme"))
    stream(source, said("1", "I like cats"), said("2", "I like cats"))
    (post,) = models.Post.of(source.workspace)
    assert (post.text, post.edited, post.mentioned) == ("I like cats", True, False)
    assert not Mention.of(source.workspace).exists()


def exact(source: Source) -> bool:
    """Whether the counts are what the posts say."""
    held: Counter[object] = Counter()
    for rollup in Rollup.of(source.workspace):
        for name in COLUMNS:
            hour = int(rollup.hour.timestamp() // 3600)
            held[(rollup.source_id, rollup.topic_id, hour), name] += getattr(rollup, name) or 0
    counts = Counts(source.workspace)
    counts.add_posts(models.Post.of(source.workspace))
    return +held == +counts._posts


def found(source: Source, word: str) -> int:
    """How many posts the search index finds."""
    while fulltext.step():
        pass
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT count(*) FROM search_posts WHERE search_posts MATCH %s", [f'"{word}"'])
        else:
            cursor.execute("SELECT coalesce(sum(posts), 0) FROM search_words WHERE word = %s", [word])
        return int(cursor.fetchone()[0])


def test_what_its_author_deletes_goes_here_with_its_words(source: Source) -> None:
    stream(source, said("1", "I like acme", title="Acme!"), said("2", "the acme rocket flies"))
    stream(source, gone=["1", "unknown"])
    post = models.Post.of(source.workspace).get(native_id="1")
    assert (post.title, post.text, post.links, post.state, post.mentioned) == ("", "", [], "removed", False)
    assert Mention.of(source.workspace).get().post.native_id == "2"
    assert [line.verb for line in Audit.of(source.workspace).filter(noun="post")] == ["deleted there"]
    assert not any("acme" in str(line.before) + str(line.after) for line in Audit.of(source.workspace))
    assert exact(source)
    assert "like" not in "".join(Conversation.of(source.workspace).values_list("snippet", flat=True))
    assert not Conversation.of(source.workspace).filter(subject="Acme!").exists()
    before = models.Post.of(source.workspace).values()
    stream(source, gone=["1"])
    assert list(models.Post.of(source.workspace).values()) == list(before)


def test_an_account_that_is_taken_down_takes_its_posts_along(source: Source) -> None:
    stream(
        source,
        said("1", "I like acme"),
        said("2", "acme for all of you, and more of it", by="did:spam"),
        said("3", "acme for all of you, and more of it", by="did:other"),
    )
    assert found(source, "acme") == 3
    stream(source, said("4", "acme again", by="did:spam"), gone_authors=["did:spam", "did:nobody"])
    assert list(models.Post.of(source.workspace).order_by("pk").values_list("native_id", "text", "state")) == [
        ("1", "I like acme", "visible"),
        ("2", "", "removed"),
        ("3", "acme for all of you, and more of it", "visible"),
        ("4", "", "removed"),
    ]
    assert found(source, "acme") == 2
    assert set(Mention.of(source.workspace).values_list("post__native_id", flat=True)) == {"1", "3"}
    assert exact(source)
    assert models.Post.of(source.workspace).get(native_id="3").alike_id is None


def test_what_we_took_away_keeps_its_words(source: Source) -> None:
    stream(source, said("1", "acme is a scam", state="removed"))
    stream(source, gone=["1"], gone_authors=["did:carol"])
    assert models.Post.of(source.workspace).get().text == "acme is a scam"


def test_new_names_are_followed(source: Source) -> None:
    stream(source, said("1", "I like acme"))
    stream(source, authors=[Author("did:carol", handle="carol.example"), Author("did:nobody", handle="n.example")])
    assert [(one.native_id, one.handle, one.name) for one in models.Author.of(source.workspace)] == [
        ("did:carol", "carol.example", "did:carol")
    ]


def test_what_does_not_concern_us_costs_no_query_each(source: Source) -> None:
    def queries(number: int) -> int:
        posts = [said(f"p{at}", "cats", parent=f"q{at}", thread=f"r{at}") for at in range(number)]
        with CaptureQueriesContext(connection) as captured:
            stream(source, *posts, gone=[f"g{at}" for at in range(number)])
        return len(captured)

    queries(1)  # makes the plan ready
    assert queries(2) == queries(400) <= 12
