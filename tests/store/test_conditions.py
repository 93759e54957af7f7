"""Every field that is asked of columns: nothing that matches is dropped, and what says to be exact is."""

from datetime import timedelta

import pytest

from hubbub.core import query as language
from hubbub.core.query.narrow import narrow
from hubbub.core.query.tree import Value
from hubbub.store.conditions import Conditions, authors
from hubbub.store.models import Conversation, Member, Mention, Post, Tag, Team
from hubbub.store.search import matching
from tests.relating import make_relationship
from tests.world import NOON, World, make_author, make_conversation, make_mention, make_post, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NOW = NOON + timedelta(days=2)
HANDLES = ("dave", "Dave", "@dave", "D\u00e4ve", "dave  b", "")


@pytest.fixture
def stored(world: World) -> World:
    """Posts that differ in every field."""
    blog, forum = make_source(world.acme), make_source(world.acme, "Förum", kind="feed", owned=False, can=[])
    topic, other = make_topic(world.acme), make_topic(world.acme, "Other one", kind="person")
    desk = Team.everywhere.create(workspace=world.acme, name="Front desk")
    tags = [Tag.everywhere.create(workspace=world.acme, name=name) for name in ("Press", "Big one")]
    writers = [None]
    for number, handle in enumerate(HANDLES):
        author = make_author(world.acme, f"writer{number}", "feed")
        author.handle, author.followers = handle, number if number % 2 else None
        author.save()
        writers.append(author)
    for number in range(48):
        post = make_post(
            (blog, forum)[number % 2],
            ("acme", "see https://x.example/", "C++ c++", "what?")[number % 4],
            number * 60,
            author=writers[number % len(writers)],
            likes=number if number % 3 else None,
            rating=number / 4 if number % 5 else None,
            lang=("", "en", "EN_gb", "de-AT", "eng", "\u212ao")[number % 6],
            language=("en", None, "de")[number % 3],
            corrected="language" if number % 4 == 0 else None,
            type=("post", "comment", "review")[number % 3],
            links=["https://shop.example/x"] if number % 7 == 0 else [],
            media=[{"type": "image", "url": "https://a.example/i.png"}] if number % 8 == 0 else [],
            decision=("", "queued", "hidden")[number % 3],
            parent="1" if number % 9 == 0 else "",
            thread=f"t{number}",
            edited=number % 10 == 0,
            repost=number % 11 == 0,
            sentiment=("negative", "neutral", None)[number % 3],
            intent=("complaint", None)[number % 2],
            toxicity=number / 48 if number % 4 else None,
            spam=0.5 if number % 2 else None,
        )
        if number % 5 < 2:
            make_mention(post, (topic, other)[number % 5])
        if number % 4 == 0:
            make_conversation(
                post,
                status=("open", "waiting", "snoozed", "done")[number // 4 % 4],
                priority=("normal", "high")[number // 4 % 2],
                answered=NOON if number % 8 else None,
                team=desk if number % 3 else None,
            ).tags.set(tags[: number % 3])
    for number, kind, ended in ((1, "customer", None), (1, "press", None), (2, "customer", NOON), (3, "fan", None)):
        make_relationship(writers[number].person, kind, ended=ended)
    alice = Member.of(world.acme).get(role="admin")
    Conversation.of(world.acme).filter(status="open").update(assignee=alice)
    return world


LEAVES = (
    "status:snoozed", "priority:high", "priority:(high OR urgent)", "priority:norm*", "priority:none", "tag:press",
    'tag:"big one"', "tag:PRESS", "tag:pre*", "tag:nothing", 'team:"front desk"', "team:front*", "team:none",
    "about:brand", "about:person", "about:(brand OR person)",
    "likes:>10", "likes:<=10", "likes:>=3.5", "likes:>3.5", "likes:<3.5", "likes:<=3.5", "likes:>-0.5", "likes:>=-3",
    "likes:[3 TO 9]", "likes:[* TO *]", "rating:[1.5 TO 2.25]", "rating:>2", "followers:>=1", "followers:<9",
    "views:>0",
    "toxicity:>0.5", "toxicity:<=0.5", "spam:0.5", "spam:[* TO *]", "sentiment:negative", "sentiment:positive",
    "intent:complaint", "published:2026-11-01", "published:>2026-11-01", "published:[2026-11-02 TO *]", "age:<20h",
    "age:>=20h", "age:2d", "age:[20h TO 30h]", "age:>999999999w", "type:post", "type:article", "lang:en", "lang:de",
    "lang:en-gb", "lang:ko", "source:feed", "source:forum", "source:acme*", "source:none", "is:reply", "is:repost",
    "is:owned", "is:edited", "has:link", "has:image", "has:video", "has:question", "author:dave", "author:dav*",
    'author:"dave b"', "author:nobody", "decision:queued", "decision:removed", "decision:que*", "status:open",
    "status:none", "assignee:alice@example.org", "assignee:ali*", "assignee:nobody", "answered:yes", "answered:no",
    "topic:acme", "topic:none", 'topic:"other one"', "topic:oth*", 'raw:"C++"', 'raw:"%"', "tag:x", "priority:high",
    "site:x.example", "name:writer1", "account_age:<1d", "strikes:>1",
    "relationship:customer", "relationship:fan", "relationship:none", "relationship:team", "level:newcomer",
    "level:regular",
)  # fmt: skip


WAYS = ("{}", "-{}", "{} OR likes:>30", "-({} likes:>5)", "{} -sentiment:negative")


@pytest.mark.parametrize("text", LEAVES)
def test_conditions(stored: World, text: str) -> None:
    rows = list(Post.of(stored.acme).select_related("author", "source", "conversation__assignee__user"))
    mentions = Mention.of(stored.acme)
    caught = set(mentions.values_list("post_id", flat=True))
    for way in WAYS:
        query = language.parse(way.format(text), language.Use.VIEW)
        expected = set(matching(rows, query, now=NOW))
        for prefix in ("", "post__"):
            conditions = Conditions(stored.acme, NOW, prefix)
            found = narrow(query, conditions.knows)
            if found.fields is None:
                assert not found.exact
                continue
            condition = conditions.written(found.fields)
            if prefix:
                fit = set(mentions.filter(condition).values_list("post_id", flat=True))
            else:
                fit = set(Post.of(stored.acme).filter(condition).values_list("pk", flat=True))
            wanted = expected & caught if prefix else expected
            assert fit >= wanted, way
            assert fit == wanted or not found.exact, way
            few = conditions.few(found.fields)
            assert few is None or set(few) >= wanted, way


def test_what_is_exact(stored: World) -> None:
    """So that no change makes all of them rough unseen."""
    knows = Conditions(stored.acme, NOW).knows
    exact = {text for text in LEAVES if narrow(language.parse(text, language.Use.VIEW), knows).exact}
    rough = {"lang", "has", "tag", "priority", "site", "name", "account_age", "strikes", "level"}
    assert {text for text in LEAVES if text.partition(":")[0] not in rough} - exact == {"age:>999999999w"}


def test_nobody_names_too_many(stored: World, monkeypatch: pytest.MonkeyPatch) -> None:
    query = language.parse("author:dave", language.Use.VIEW)
    monkeypatch.setattr("hubbub.store.conditions.MOST_AUTHORS", 1)
    assert isinstance(query.tree, Value)
    assert authors(stored.acme, query.tree) is None
    assert not narrow(query, Conditions(stored.acme, NOW).knows).exact
