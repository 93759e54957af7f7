"""What is hidden waits for no answer, what is shown again does; deciding and closing at once lock in one order."""

import threading
import time

import pytest
from django.db import connection, transaction
from django.utils import timezone

from hubbub.connectors import Http
from hubbub.core.failures import Broken
from hubbub.engine import outbox
from hubbub.moderate import actions
from hubbub.store import answers, settling
from hubbub.store.models import Audit, Conversation, Decision, Outbox, Post
from tests.world import World, make_conversation, make_post, make_source, make_world

pytestmark = pytest.mark.database


def waiting(world: World) -> Post:
    post = make_post(make_source(world.acme), "Where is my order?", waits=True, decision="queued")
    answers.recompute(make_conversation(post))
    return post


def waits() -> bool:
    settling.step(timezone.now())
    return Conversation.everywhere.get().unanswered is not None


class Refusing:
    """A network that hides nothing."""

    def act(self, settings: object, act: object, http: Http) -> object:
        raise Broken("you may not do that")


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["taken back", "refused there"])
def test_who_is_shown_again_waits_again(world: World, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    post = waiting(world)
    assert waits()
    done = actions.decide(post, Decision.HIDDEN, by=world.alice, why="rude")
    assert not waits()
    if how == "taken back":
        actions.undo(Audit.everywhere.get(pk=done.act.pk), by=world.alice)
    else:
        monkeypatch.setattr(outbox, "connector", lambda kind: Refusing())
        outbox.deliver(Outbox.everywhere.get(), Http())
    assert Post.everywhere.get().state == "visible"
    assert waits()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("many", [False, True])
def test_hidden_while_it_is_closed(many: bool) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time: nobody can wait in a ring")
    world = make_world()
    post = waiting(world)
    ended: list[str] = []

    def hide() -> None:
        try:
            if many:
                actions.decide_many(world.acme, [post.pk], Decision.HIDDEN, by=world.alice, why="rude")
            else:
                actions.decide(post, Decision.HIDDEN, by=world.alice, why="rude")
            ended.append("hidden")
        finally:
            connection.close()

    other = threading.Thread(target=hide)
    with transaction.atomic():
        talk = answers.lock(Conversation.everywhere.get().pk)
        assert talk
        other.start()
        while other.is_alive() and not _somebody_waits():
            time.sleep(0.01)
        assert answers.close(talk) == [post.pk]
        talk.save(update_fields=["unanswered"])
    other.join()
    assert ended == ["hidden"]
    assert Post.everywhere.values_list("state", "waits").get() == ("hidden", None)


def _somebody_waits() -> bool:
    """For what this transaction holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        found: int = cursor.fetchone()[0]
    return found > 0
