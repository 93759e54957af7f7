"""What people and other workers do while a batch is in hand: nothing is written over, nobody waits for ever."""

from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import close_old_connections, connection
from django.utils import timezone
from msgspec import structs

from hubbub.connectors import Batch
from hubbub.core.post import Author, Post
from hubbub.engage.actions import set_status
from hubbub.engage.replying.actions import reply
from hubbub.engine import take_in as engine
from hubbub.engine.take_in import take_in
from hubbub.listen.topic_actions import TopicDraft, change_topic, delete_topic
from hubbub.moderate.actions import decide
from hubbub.store import intake, models, outbox, rereading, threads
from hubbub.store.claim import LEASE
from hubbub.store.models import Conversation, ConversationStatus, Decision, Outbox, OutboxState, Source
from tests.world import World, make_source, make_topic, make_world

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]

CAROL = Author("c1", "carol", "Carol")
US = Author("us", "acme", "Acme")
MOMENT = 1.0  # seconds that an act of somebody else gets before we go on; longer where it has to wait for us


@pytest.fixture
def world() -> World:
    world = make_world()
    make_topic(world.acme, "Acme", "acme")
    world.acme.plan_changed()
    return world


def said(ident: str, text: str = "acme", **more: Any) -> Post:
    given: dict[str, Any] = {"type": "comment", "author": CAROL, "published": timezone.now() - timedelta(minutes=5)}
    return Post(id=ident, text=text, **{**given, **more})


def take(source: Source, *posts: Post) -> None:
    source.refresh_from_db()
    take_in(source, Batch(posts=posts, cursor=""), now=timezone.now())


def row(source: Source) -> models.Post:
    return models.Post.of(source.workspace).get(source=source, native_id="1")


class Elsewhere:
    """An act on a connection of its own, begun at one point of our work."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, where: object, name: str, act: Callable[[], object]) -> None:
        self._thread = Thread(target=self._run, args=(act,))
        self._failure: Exception | None = None
        whole = getattr(where, name)

        def interrupted(*args: object, **kwargs: object) -> object:
            if not self._thread.ident:
                self._thread.start()
                self._thread.join(MOMENT)
            return whole(*args, **kwargs)

        monkeypatch.setattr(where, name, interrupted)

    def _run(self, act: Callable[[], object]) -> None:
        try:
            act()
        except Exception as failure:  # noqa: BLE001  # told to the test
            self._failure = failure
        finally:
            connection.close()

    def over(self) -> None:
        self._thread.join(60)
        assert not self._thread.is_alive()
        close_old_connections()
        if self._failure:
            raise self._failure


def test_a_decision_made_while_a_batch_is_judged_stands(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    source = make_source(world.acme)
    post = said("1")
    take(source, post)
    moderator = Elsewhere(
        monkeypatch, engine.inline, "found", lambda: decide(row(source), Decision.HIDDEN, by=world.alice, why="spam")
    )
    take(source, structs.replace(post, likes=5))
    moderator.over()
    assert (row(source).decision, row(source).state, row(source).likes) == ("hidden", "hidden", 5)


def test_a_conversation_closed_while_a_batch_is_saved_is_closed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    source = make_source(world.acme, account="us")
    take(source, said("1"))
    conversation = Conversation.of(world.acme).get()
    colleague = Elsewhere(
        monkeypatch, threads, "_save", lambda: set_status(conversation, ConversationStatus.DONE, by=world.alice)
    )
    take(source, said("2", "thank you", author=US, parent="1"))
    colleague.over()
    conversation.refresh_from_db()
    assert (conversation.status, conversation.post_count) == ("done", 2)
    assert conversation.closed is not None
    assert conversation.answered is not None


def test_a_reply_written_while_a_batch_is_saved_leaves(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    source = make_source(world.acme)
    take(source, said("1"))
    conversation = Conversation.of(world.acme).get()
    colleague = Elsewhere(
        monkeypatch, intake, "save_authors", lambda: reply(conversation, row(source), "Hello", by=world.alice)
    )
    take(source, said("2", parent="1"))
    colleague.over()
    conversation.refresh_from_db()
    assert conversation.post_count == 2
    assert Outbox.of(world.acme).get().text == "Hello"


def test_a_topic_held_against_stored_posts_while_a_batch_is_saved(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make_source(world.acme)
    take(source, said("1"))
    topic = models.Topic.of(world.acme).get()
    rereading.begin(topic, 100)
    worker = Elsewhere(monkeypatch, intake, "save_authors", lambda: rereading.step(topic, now=timezone.now()))
    take(source, said("2"))
    worker.over()
    assert models.Mention.of(world.acme).count() == 2


@pytest.mark.parametrize("delete", [True, False])
def test_a_topic_changed_while_a_batch_is_saved(world: World, monkeypatch: pytest.MonkeyPatch, delete: bool) -> None:
    source = make_source(world.acme)
    topic = models.Topic.of(world.acme).get()

    def change() -> None:
        if delete:
            delete_topic(topic, by=world.alice)
        else:
            change_topic(topic, TopicDraft("Renamed", "acme"), by=world.alice)

    colleague = Elsewhere(monkeypatch, intake, "save_authors", change)
    take(source, said("1"))
    colleague.over()
    assert row(source).mentioned is not delete
    assert list(models.Topic.of(world.acme).values_list("name", flat=True)) == ([] if delete else ["Renamed"])


@pytest.mark.parametrize("owned", [True, False])
def test_what_was_decided_here_alone_is_not_undone_by_the_next_reading(world: World, owned: bool) -> None:
    source = make_source(world.acme, kind="feed", owned=owned, can=[])
    post = said("1")
    take(source, post)
    decide(row(source), Decision.HIDDEN, by=world.alice, why="spam")
    take(source, structs.replace(post, likes=1))
    # where the place is ours, somebody showed it again there
    assert (row(source).state, row(source).decision) == (("visible", "approved") if owned else ("hidden", "hidden"))


@pytest.mark.parametrize(
    ("state", "sent_after", "stands"),
    [
        (OutboxState.WAITING, None, "hidden"),
        (OutboxState.BROKEN, None, "hidden"),  # a person must look; until then it is still what we want
        (OutboxState.DROPPED, None, "visible"),
        (OutboxState.SENT, timedelta(seconds=5), "hidden"),  # the network was read before that
        (OutboxState.SENT, timedelta(seconds=-60), "visible"),  # somebody showed it again
    ],
)
def test_what_the_network_could_not_show_yet(
    world: World, state: OutboxState, sent_after: timedelta | None, stands: str
) -> None:
    source = make_source(world.acme)
    post = said("1")
    take(source, post)
    decided = decide(row(source), Decision.HIDDEN, by=world.alice, why="spam")
    claimed = timezone.now()
    Source.everywhere.filter(pk=source.pk).update(lease_until=claimed + LEASE)
    sent = None if sent_after is None else claimed + sent_after
    Outbox.of(world.acme).filter(pk=decided.sent.pk if decided.sent else 0).update(state=state, sent=sent)
    take(source, post)
    assert row(source).state == stands


def test_something_newer_that_arrived_counts_more_than_what_is_broken(world: World) -> None:
    source = make_source(world.acme)
    post = said("1")
    take(source, post)
    old = timezone.now() - timedelta(hours=1)
    for state in (OutboxState.BROKEN, OutboxState.SENT):
        put = outbox.put(row(source), "hide", by=world.alice)
        Outbox.of(world.acme).filter(pk=put.pk).update(state=state, sent=old if state == OutboxState.SENT else None)
    take(source, structs.replace(post, state="spam"))
    assert row(source).state == "spam"
