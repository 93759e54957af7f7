"""A broken promise is passed on while its conversation is settled, with true concurrency: nobody waits in a ring."""

import pytest
from django.db import connection

from hubbub.engage.promises.telling import escalate
from hubbub.store import answers, settling
from hubbub.store.models import Conversation, Wait
from tests.rings import beside
from tests.store.test_promises import ASKED, MINUTE, ask, make_promise
from tests.world import make_source, make_world

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


def test_passed_on_while_it_is_settled() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time: nobody can wait in a ring")
    world = make_world()
    make_promise(world.acme, raise_to="urgent")
    ask(make_source(world.acme))
    while settling.step(ASKED):
        pass
    wait = Wait.everywhere.get()
    beside(
        lambda: escalate(ASKED + 31 * MINUTE),
        lambda: answers.lock(wait.conversation_id),
        lambda: Wait.everywhere.filter(pk=wait.pk).update(paused=0),  # as settling does
    )
    assert Conversation.everywhere.get().priority == "urgent"
