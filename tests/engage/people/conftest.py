"""Erin, whom the tests of people look at."""

import pytest
from django.db import transaction
from django.utils import timezone

from hubbub.store import outbox, peopling
from hubbub.store.models import Person
from tests.world import World, make_author, make_conversation, make_post, make_source


def settle() -> None:
    """As the loop does."""
    while peopling.step(timezone.now()):
        pass


@pytest.fixture
def erin(world: World) -> Person:
    """She wrote three posts; we answered one."""
    source, author = make_source(world.acme), make_author(world.acme, "erin")
    posts = [
        make_post(
            source, f"I like acme {number}", number, author=author, published=timezone.now(), sentiment="positive"
        )
        for number in range(3)
    ]
    make_conversation(posts[0])
    with transaction.atomic():
        outbox.put(posts[0], "reply", by=world.alice, text="Thank you, Erin")
    settle()
    return author.person
