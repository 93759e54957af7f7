"""Searching stored posts gives exactly the posts that matching each of them would give, page by page."""

from datetime import timedelta

import pytest

from hubbub.core import query as language
from hubbub.store import fulltext
from hubbub.store.models import Conversation, Member, Mention, Post, Tag
from hubbub.store.search import Found, matching, search, search_topic
from tests.world import NOON, World, make_author, make_conversation, make_mention, make_post, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NOW = NOON + timedelta(days=2)


@pytest.fixture
def stored(world: World) -> World:
    """Forty posts of two sources: a third mention a topic, some are in conversations, some were decided."""
    blog, forum = make_source(world.acme), make_source(world.acme, "Forum", kind="feed", owned=False, can=[])
    topic, author = make_topic(world.acme), make_author(world.acme, "dave", "feed")
    author.account_created = NOON - timedelta(hours=3)
    press = Tag.everywhere.create(workspace=world.acme, name="Press")
    author.save()
    for number in range(40):
        post = make_post(
            (blog, forum)[number % 2],
            ("acme is great", "what about acme?", "nothing here")[number % 3],
            number,
            title="Rockets" if number % 5 == 0 else "",
            author=author if number % 4 == 0 else None,
            likes=number if number % 2 else None,
            links=["https://shop.example.org/x"] if number % 7 == 0 else [],
            media=[{"type": "image", "url": "https://a.example/i.png"}] if number % 8 == 0 else [],
            decision="queued" if number % 10 == 0 else "",
            parent="1" if number % 9 == 0 else "",
            thread=f"t{number}",
        )
        if number % 3 < 2:
            make_mention(post, topic)
        if number % 6 == 0:
            talk = make_conversation(
                post,
                status="done" if number % 12 else "open",
                answered=NOON if number % 12 else None,
                priority="high" if number % 18 else "low",
            )
            if number % 12:
                talk.tags.add(press)
    Conversation.of(world.acme).filter(status="open").update(assignee=Member.of(world.acme).get(role="admin"))
    make_post(make_source(world.bravo), "acme of the others", 99)
    return world


QUERIES = (
    "acme", "acme -great", '"about acme"', "title:rockets", "has:link", "has:image", "has:question", "is:reply",
    "is:owned", "source:forum", "source:feed", "site:example.org", "author:dave", "likes:>10", "type:comment",
    "published:2026-11-01", "age:<2d", "topic:Acme", "-topic:Acme", "status:open", "status:done acme",
    "priority:high", "tag:press", "-tag:press acme", "about:brand", "-about:brand", "team:desk", "-team:desk",
    "answered:yes",
    "assignee:alice*", "decision:queued", "-decision:queued", "account_age:<1d", "account_age:>1d",
    "sentiment:negative", "posts_24h:>0", "-posts_24h:>0", "removed_share:>0", "same_links:>0", "self_promotion:0",
    "strikes:0",
)  # fmt: skip


def pages(world: World, query: language.Query | None, **limits: int) -> list[Found]:
    found: list[Found] = []
    while not found or found[-1].older is not None:
        before = found[-1].older if found else None
        found.append(search(Post.of(world.acme), query, now=NOW, before=before, workspace=world.acme, **limits))
    return found


@pytest.mark.parametrize("indexed", [True, False])
@pytest.mark.parametrize("text", QUERIES)
def test_search_is_matching(stored: World, text: str, indexed: bool) -> None:
    if indexed:
        fulltext.step()
    query = language.parse(text, language.Use.VIEW)
    whole = Post.of(stored.acme).select_related("author", "source", "conversation__assignee__user")
    newest_first = list(whole.order_by("-published", "-id"))
    expected = matching(newest_first, query, now=NOW)
    found = pages(stored, query, size=4)
    assert [post.pk for page in found for post in page.posts] == [
        post.pk for post in newest_first if post.pk in expected
    ]
    assert {pk: tuple(spans) for page in found for pk, spans in page.spans.items()} == expected


@pytest.mark.parametrize("size", [1, 7, 40, 100])
def test_all_posts_page_by_page(stored: World, size: int) -> None:
    shown = [post.native_id for page in pages(stored, None, size=size) for post in page.posts]
    assert shown == [str(number) for number in reversed(range(40))]


def test_a_budget_ends_a_page_and_the_next_goes_on(stored: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hubbub.store.stretches.CHUNK", 5)
    found = pages(stored, language.parse("title:rockets", language.Use.VIEW), size=10, budget=10)
    assert found[0].ran_out
    assert found[0].looked_at == 10
    assert [post.native_id for page in found for post in page.posts] == ["35", "30", "25", "20", "15", "10", "5", "0"]


@pytest.mark.parametrize("text", ["", "great", "source:forum", "decision:queued"])
def test_along_one_topic(stored: World, text: str) -> None:
    query = language.parse(text, language.Use.VIEW) if text else None
    mentions = Mention.of(stored.acme).filter(topic__name="Acme")
    both = language.parse(f"{text} topic:Acme", language.Use.VIEW)
    expected = [post.pk for page in pages(stored, both, size=50) for post in page.posts]
    assert [
        post.pk for post in search_topic(mentions, query, now=NOW, size=50, workspace=stored.acme).posts
    ] == expected


@pytest.mark.parametrize(
    ("network", "found", "corrected", "asked", "there"),
    [
        ("", "de", None, "lang:de", True),
        ("en", "de", None, "lang:de", False),  # the network says it
        ("en", "de", "sentiment", "lang:de", False),
        ("en", "de", "language sentiment", "lang:de", True),  # a person says otherwise
        ("en", "de", "language", "lang:en", False),
        ("en-GB", "en", "language", "lang:en-gb", True),
    ],
)
def test_a_persons_word_on_the_language_wins(
    world: World, network: str, found: str, corrected: str | None, asked: str, there: bool
) -> None:
    make_post(make_source(world.acme), lang=network, language=found, corrected=corrected)
    query = language.parse(asked, language.Use.VIEW)
    assert len(search(Post.of(world.acme), query, now=NOW).posts) == there
    assert len(matching(list(Post.of(world.acme).select_related("author", "source")), query, now=NOW)) == there
