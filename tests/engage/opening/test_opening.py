"""The query that opens conversations: saved, tried out, applied to stored posts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hubbub.connectors import Batch
from hubbub.core import query as language
from hubbub.core.opening import START
from hubbub.core.post import Post as Shape
from hubbub.engage.opening import actions
from hubbub.engage.opening.trial import trial
from hubbub.engine.take_in import take_in
from hubbub.store import opening
from hubbub.store.models import Audit, Conversation, OpeningRun, Source
from hubbub.ui.api import Refusal
from tests.world import World, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def source(world: World) -> Source:
    return make_source(world.acme, "Forum", kind="feed", owned=False, can=[])


def said(world: World, source: Source, *texts: str) -> None:
    now = timezone.now()
    for number, text in enumerate(texts, 1):
        make_post(source, text, number, published=now - timedelta(hours=30) + timedelta(minutes=number), taken=now)


def took(source: Source, text: str, ident: str) -> int:
    source.refresh_from_db()
    take_in(source, Batch(posts=[Shape(id=ident, text=text, type="comment")], cursor=ident), now=timezone.now())
    return Conversation.of(source.workspace).count()


def test_saved_and_in_force(world: World, source: Source) -> None:
    assert took(source, "a broken rocket", "1") == 0
    actions.save(world.acme, "broken", by=world.alice, why="we look after all that is broken", was=0)
    assert took(source, "a broken wheel", "2") == 1
    assert took(source, "a new wheel", "3") == 1
    with pytest.raises(Refusal, match="Somebody else changed it"):
        actions.save(world.acme, "wheel", by=world.alice, was=0)
    with pytest.raises(language.QueryError):
        actions.save(world.acme, "broken AND", by=world.alice)
    actions.save(world.acme, "broken", active=False, by=world.alice)
    assert took(source, "broken again", "4") == 1
    actions.start_again(world.acme, by=world.alice)
    rows = Audit.of(world.acme).filter(noun="opening").order_by("pk")
    assert [(row.before["query"], row.after["query"], row.after["version"]) for row in rows] == [
        (START, "broken", 1),
        ("broken", "broken", 2),
        ("broken", START, 3),
    ]


def test_tried(world: World, source: Source) -> None:
    said(world, source, "broken", "fine", "broken wheel")
    actions.save(world.acme, "fine", by=world.alice)
    tried = trial(world.acme, "broken", 7, now=timezone.now())
    assert (tried.looked, tried.opens, tried.added, tried.lost) == (3, 2, 2, 1)
    assert [post.text for post in tried.posts] == ["broken wheel", "broken"]


def test_applied_to_stored_posts(world: World, source: Source) -> None:
    said(world, source, *("broken" if number % 2 else "fine" for number in range(40)))
    actions.save(world.acme, "broken", by=world.alice)
    run = actions.apply(world.acme, 7, by=world.alice)
    with pytest.raises(Refusal, match="under way"):
        actions.apply(world.acme, 7, by=world.alice)
    while opening.step(timezone.now()):
        pass
    run.refresh_from_db()
    assert (run.state, run.looked, run.opened) == ("done", 40, 20)
    assert Conversation.of(world.acme).count() == 20
    assert not Conversation.of(world.acme).filter(unanswered=None).exists()
    actions.apply(world.acme, 7, by=world.alice)
    while opening.step(timezone.now()):
        pass
    assert Conversation.of(world.acme).count() == 20  # once is enough


def test_stopped(world: World, source: Source) -> None:
    said(world, source, "broken")
    actions.save(world.acme, "broken", by=world.alice)
    actions.stop(actions.apply(world.acme, 7, by=world.alice), by=world.alice)
    assert not opening.step(timezone.now())
    assert not Conversation.of(world.acme).exists()
    with pytest.raises(Refusal, match="ended already"):
        actions.stop(OpeningRun.of(world.acme).get(), by=world.alice)


def test_pages(world: World, source: Source) -> None:
    client, base = world.client(), "/w/acme/engage/settings/opening/"
    assert START in client.get(base).content.decode()
    bad = client.post(base, {"query": "broken AND", "active": "yes", "mode": "text"})
    assert bad.status_code == 422
    assert "Line 1, column" in bad.content.decode()
    good = client.post(base, {"query": "broken", "active": "yes", "mode": "text", "was": "0"})
    assert good.status_code == 303
    assert opening.written(world.acme).query == "broken"
    assert "Would have opened" in client.post(base + "trial/", {"query": "fine", "days": "30"}).content.decode()
    client.post(base + "apply/", {"days": "30"})
    assert OpeningRun.of(world.acme).get().days == 30
