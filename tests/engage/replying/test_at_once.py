"""Two people answer one conversation at the same moment: at most one answer goes out unless the second confirmed."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from hubbub.engage.replying import own_actions
from hubbub.engage.replying.actions import Conflict, Wish, say
from hubbub.engage.thread import newest_own
from hubbub.store.models import Conversation, Outbox, Role
from tests.world import World, make_conversation, make_post, make_source, make_world

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]

PEOPLE = 6


@pytest.fixture
def world() -> World:
    return make_world()


def together(work: Callable[[int], None]) -> None:
    """All at once, each with a connection of its own."""
    start = threading.Barrier(PEOPLE)

    def run(number: int) -> None:
        try:
            start.wait()
            work(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("how", ["different people", "one form six times", "confirmed"])
def test_one_answer_goes_out(world: World, how: str) -> None:
    talk = make_conversation(make_post(make_source(world.acme)))
    members = [world.roles[role] for role in (Role.ADMIN, Role.MANAGER, Role.MODERATOR)]
    conflicts: list[str] = []

    def answer(number: int) -> None:
        mine = Conversation.everywhere.select_related("source", "workspace").get(pk=talk.pk)
        by = members[number % 3] if how != "one form six times" else world.alice
        nonce = "same" if how == "one form six times" else str(number)
        wish = Wish(
            "Thanks", nonce=nonce, seen_row=0, seen_post=newest_own(mine), sure=how == "confirmed"
        )  # fmt: skip
        try:
            say(mine, mine.posts.get(), wish, by=by)
        except Conflict as no:
            conflicts.append(str(no))

    together(answer)
    rows = list(Outbox.everywhere.all())
    if how == "different people":
        # whoever came first may answer again: their own answer is no surprise to them
        assert len({row.by_member_id for row in rows}) == 1
        assert len(rows) + len(conflicts) == PEOPLE
        assert len(conflicts) >= PEOPLE - 2
    else:
        assert (len(rows), conflicts) == ((1, []) if how == "one form six times" else (PEOPLE, []))


def test_one_change_of_an_answer_at_a_time(world: World) -> None:
    source = make_source(world.acme, can=["reply", "edit"])
    talk = make_conversation(make_post(source))
    row = say(talk, talk.posts.get(), Wish("Thanks"), by=world.alice)
    Outbox.everywhere.update(state="sent", result_id="r1")
    refused: list[str] = []

    def change(number: int) -> None:
        try:
            own_actions.edit(Outbox.everywhere.get(pk=row.pk), f"Thanks {number}", by=world.alice, why="x")
        except own_actions.Refusal as no:
            refused.append(str(no))

    together(change)
    assert Outbox.everywhere.filter(verb="edit").count() == 1
    assert len(refused) == PEOPLE - 1
