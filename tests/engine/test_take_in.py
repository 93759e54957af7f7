"""A post's way in: what is saved, what a repeat does, what follows from a change."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from hubbub.connectors import Batch, Refused
from hubbub.core.post import Author, Media, Post
from hubbub.engine.take_in import Taken, take_in
from hubbub.store import models
from hubbub.store.models import Audit, Conversation, Mention, Outbox, Rollup, Rule, Source, Verdict
from hubbub.store.models.source import LeaseLost
from tests.world import World, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
CAROL = Author("c1", "carol", "Carol", created=NOW - timedelta(days=400), followers=7)


def said(ident: str, text: str, minutes_ago: int = 10, **more: Any) -> Post:
    given: dict[str, Any] = {"type": "comment", "author": CAROL, "published": NOW - timedelta(minutes=minutes_ago)}
    return Post(id=ident, text=text, **{**given, **more})


def taken(source: Source, *posts: Post, cursor: str = "") -> Taken:
    source.refresh_from_db()
    return take_in(source, Batch(posts=posts, cursor=cursor), now=NOW)


def row(source: Source, ident: str) -> models.Post:
    return models.Post.of(source.workspace).get(source=source, native_id=ident)


@pytest.fixture
def source(world: World) -> Source:
    make_topic(world.acme, "Acme", "acme OR rocket")
    make_topic(world.acme, "Rival", "moonbean", kind="competitor")
    world.acme.plan_changed()
    return make_source(world.acme)


def test_everything_is_saved_together(source: Source) -> None:
    post = said(
        "1",
        "I love the acme rocket",
        links=("https://a.example/x",),
        media=(Media("image", "https://a.example/i.png"),),
        likes=3,
    )
    assert taken(source, post, cursor="here") == Taken(new=1, changed=0, known=0)
    saved = row(source, "1")
    source.refresh_from_db()
    assert source.cursor == "here"
    assert source.posts_taken == 1
    assert saved.shape() == structs.replace(post, lang="")
    assert saved.mentioned
    mention = Mention.of(source.workspace).get()
    assert [saved.text[start:end] for _, start, end in mention.spans] == ["acme", "rocket"]
    conversation = Conversation.of(source.workspace).get()
    assert (conversation.status, conversation.snippet, conversation.post_count) == ("open", post.text, 1)
    assert saved.conversation == conversation
    counts = Rollup.of(source.workspace).values_list("topic__name", "hour", "posts")
    hour = datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert set(counts) == {(None, hour, 1), ("Acme", hour, 1)}


def test_a_repeat_changes_nothing(source: Source) -> None:
    posts = [said(str(number), "acme again", minutes_ago=number) for number in range(5)]
    taken(source, *posts)
    before = {
        model: list(model.of(source.workspace).values())
        for model in (models.Post, Mention, Conversation, Rollup, Audit)
    }
    assert taken(source, *posts) == Taken(new=0, changed=0, known=5)
    assert {model: list(model.of(source.workspace).values()) for model in before} == before


def test_one_author_is_one_person_and_is_kept_up_to_date(source: Source) -> None:
    taken(source, said("1", "a"), said("2", "b"))
    taken(source, said("3", "c", author=structs.replace(CAROL, name="Carol K.", followers=None)))
    author = models.Author.of(source.workspace).get()
    assert (author.name, author.followers, author.posts.count()) == ("Carol K.", 7, 3)
    assert models.Person.of(source.workspace).count() == 1


@pytest.mark.parametrize(
    ("posts", "threads"),
    [
        ([said("1", "a", 9), said("2", "b", 8, parent="1"), said("3", "c", 7, parent="2")], {"1": "123"}),
        ([said("1", "a", 9), said("2", "b", 8)], {"1": "1", "2": "2"}),
        ([said("2", "an answer before what it answers", 8, parent="1"), said("1", "a", 9)], {"1": "12"}),
        ([said("1", "a", 9, type="post", thread="t"), said("2", "b", 8, type="post", thread="t")], {"t": "12"}),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_threads(source: Source, posts: list[Post], threads: dict[str, str], at_once: bool) -> None:
    for batch in [posts] if at_once else [[post] for post in posts]:
        taken(source, *batch)
    found = {
        conversation.thread: "".join(sorted(post.native_id for post in conversation.posts.all()))
        for conversation in Conversation.of(source.workspace)
    }
    assert found == threads


@pytest.mark.parametrize(
    ("owned", "text", "state", "minutes_ago", "opens"),
    [
        (True, "anything at all", "visible", 10, True),
        (True, "waits for approval", "pending", 10, True),
        (True, "spam", "spam", 10, False),
        (False, "acme is on my mind", "visible", 10, True),
        (False, "moonbean is on my mind", "visible", 10, False),
        (False, "nothing of ours", "visible", 10, False),
        (True, "said long ago", "visible", 60 * 24 * 90, False),
    ],
)
def test_what_deserves_an_answer(
    world: World, source: Source, owned: bool, text: str, state: str, minutes_ago: int, opens: bool
) -> None:
    place = make_source(world.acme, "Elsewhere", owned=owned)
    taken(place, said("1", text, minutes_ago, state=state))
    assert Conversation.of(world.acme).exists() is opens


def test_a_new_post_reopens_and_ours_answers(world: World) -> None:
    source = make_source(world.acme, account="us")
    taken(source, said("1", "hello?", 60))
    Conversation.of(world.acme).update(status="done", closed=NOW)
    make_topic(world.acme)
    world.acme.plan_changed()
    taken(source, said("2", "Hello, we at acme are here", 50, parent="1", author=Author("us", "acme", "Acme")))
    assert not Mention.of(world.acme).exists()  # what we say is no mention of us
    conversation = Conversation.of(world.acme).get()
    assert (conversation.status, conversation.answered) == ("done", NOW - timedelta(minutes=50))
    assert row(source, "2").ours
    taken(source, said("3", "thanks, but …", 40, parent="2"))
    conversation.refresh_from_db()
    assert (conversation.status, conversation.closed, conversation.post_count) == ("open", None, 3)
    assert conversation.last_post == NOW - timedelta(minutes=40)
    (told,) = Audit.of(world.acme).filter(noun="conversation", noun_id=conversation.pk)
    assert (told.verb, told.by_name, told.why) == ("reopen", "Hubbub", "A new post of theirs")
    assert (told.before, told.after) == ({"status": "done"}, {"status": "open"})
    taken(source, said("4", "and more", 30, parent="3"))  # it is open already
    assert Audit.of(world.acme).filter(verb="reopen").count() == 1


CANNOT_BAN = "A rule would have banned the author, but with its settings Acme blog has no way to ban people"


@pytest.mark.parametrize(
    ("then", "state", "decision", "shown", "verb"),
    [
        ("hide", "live", "hidden", "hidden", "hide"),
        ("remove", "live", "removed", "removed", "remove"),
        ("queue", "live", "queued", "visible", None),
        ("label", "live", "", "visible", None),
        ("ban", "live", "queued", "visible", None),
        ("remove", "shadow", "", "visible", None),
    ],
)
def test_rules_act(source: Source, then: str, state: str, decision: str, shown: str, verb: str | None) -> None:
    rule = Rule.everywhere.create(
        workspace=source.workspace, name="Cheap", when="cheap AND has:link", then=then, state=state, because="Spam"
    )
    source.workspace.plan_changed()
    taken(source, said("1", "cheap things", links=("https://x.example/",)), said("2", "cheap but no link"))
    saved = row(source, "1")
    assert (saved.decision, saved.state) == (decision, shown)
    verdict = Verdict.of(source.workspace).get()
    assert (verdict.rule, verdict.post, verdict.outcome, verdict.state) == (rule, saved, then, state)
    assert list(Outbox.of(source.workspace).values_list("verb", flat=True)) == ([verb] if verb else [])
    audited = Audit.of(source.workspace).filter(noun="post")
    assert [(line.by_kind, line.by_name, line.why) for line in audited] == (
        [("rule", "Cheap", CANNOT_BAN if then == "ban" else "Spam")] if decision else []
    )


def test_a_rule_that_cannot_be_checked_asks_a_person(source: Source) -> None:
    Rule.everywhere.create(
        workspace=source.workspace,
        name="Newcomers",
        when="account_age:<7d",
        then="remove",
        state="live",
        because="Ours",
    )
    source.workspace.plan_changed()
    taken(source, said("1", "who knows", author=None))
    verdict = Verdict.of(source.workspace).get()
    assert (row(source, "1").decision, verdict.unchecked) == ("queued", True)
    assert "account_age" in verdict.because


def test_what_waits_for_approval_waits_in_the_queue(source: Source) -> None:
    taken(source, said("1", "please publish", state="pending"))
    assert row(source, "1").decision == "queued"
    taken(source, said("1", "please publish", state="visible"))  # somebody approved it on the site itself
    assert (row(source, "1").decision, row(source, "1").state) == ("approved", "visible")
    assert Audit.of(source.workspace).get(verb="changed there").by_name == source.name
    taken(source, said("1", "please publish", state="pending"))  # and somebody held it back again
    assert (row(source, "1").decision, row(source, "1").state) == ("queued", "pending")


def test_what_was_deleted_there_is_removed_here(source: Source) -> None:
    taken(source, said("1", "gone soon", state="pending"), said("2", "stays"))
    source.refresh_from_db()
    for _ in range(2):
        take_in(source, Batch(posts=[], cursor="c", gone=["1", "unknown"]), now=NOW)
    assert [
        (post.native_id, post.state, post.decision) for post in models.Post.of(source.workspace).order_by("pk")
    ] == [
        ("1", "removed", "removed"),
        ("2", "visible", ""),
    ]
    assert Audit.of(source.workspace).filter(verb="deleted there").count() == 1


def test_an_edit_is_followed(source: Source) -> None:
    taken(source, said("1", "I like moonbean"))
    assert taken(source, said("1", "I like acme", likes=4)) == Taken(new=0, changed=1, known=0)
    saved = row(source, "1")
    assert (saved.text, saved.edited, saved.likes, saved.mentioned) == ("I like acme", True, 4, True)
    assert [mention.topic.name for mention in Mention.of(source.workspace)] == ["Acme"]
    counts = dict(Rollup.of(source.workspace).values_list("topic__name", "posts"))
    assert counts == {None: 1, "Acme": 1, "Rival": 0}


def test_what_we_asked_for_is_not_undone_by_what_the_network_still_shows(source: Source) -> None:
    taken(source, said("1", "hide me"))
    post = row(source, "1")
    models.Post.of(source.workspace).update(state="hidden", decision="hidden")
    Outbox.everywhere.create(
        workspace=source.workspace, source=source, post=post, verb="hide", key="k", created=NOW, due=NOW
    )
    taken(source, said("1", "hide me"))
    assert row(source, "1").state == "hidden"


@pytest.mark.parametrize(
    ("given", "saved"),
    [
        (said("1", "null \x00 byte"), {"text": "null \ufffd byte"}),
        (said("1", "half \ud83d emoji"), {"text": "half \ufffd emoji"}),
        (said("1", "x", url="javascript:alert(1)"), {"url": ""}),
        (said("1", "x", likes=2**70), {"likes": 2**63 - 1}),
        (said("1", "x", likes=-4), {"likes": 0}),
        (said("1", "x", minutes_ago=-60 * 24 * 900), {"published": NOW}),
        (said("1", "x", published=None), {"published": NOW}),
        (said("1", "x", lang="a language with a long name"), {"lang": "a langua"}),
        (said("1", "x" * 3_000_000), {"edited": False}),
    ],
)
def test_nothing_that_a_network_sends_is_lost(source: Source, given: Post, saved: dict[str, object]) -> None:
    assert taken(source, given).new == 1
    found = row(source, "1")
    assert {name: getattr(found, name) for name in saved} == saved


def test_a_very_long_id_stays_the_same_post(source: Source) -> None:
    assert [taken(source, said("i" * 4000, "x")).new for _ in range(2)] == [1, 0]


def test_refused_lines_are_kept_for_the_report(source: Source) -> None:
    take_in(source, Batch(posts=(), cursor="c", refused=[Refused("line 7", "no id in “\0\ud83d”")]), now=NOW)
    source.refresh_from_db()
    assert (source.refused_count, source.refused) == (1, [{"where": "line 7", "why": "no id in “\ufffd\ufffd”"}])


def test_without_the_lease_nothing_is_saved(source: Source) -> None:
    source.lease_until = NOW  # somebody else's row says otherwise
    with pytest.raises(LeaseLost):
        take_in(source, Batch(posts=[said("1", "acme")], cursor="c"), now=NOW)
    assert not models.Post.of(source.workspace).exists()
    assert not models.Author.of(source.workspace).exists()
