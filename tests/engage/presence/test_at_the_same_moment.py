"""People in one conversation at the same moment, with true concurrency, where the database has it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from hubbub.engage.replying.actions import Conflict, Wish, say
from hubbub.store import drafts, presence
from hubbub.store.models import Conversation, Draft, Member, Outbox, Post, Presence, Role
from tests.rings import beside
from tests.world import World, make_conversation, make_member, make_post, make_source, make_world

pytestmark = [pytest.mark.database]


@dataclass
class Room:
    talk: Conversation
    post: Post
    people: list[Member]


def _at_once(doings: list[Callable[[], object]]) -> list[object]:
    """Each in a thread with a connection of its own, begun together; gives results, or what they raised."""
    start, results = threading.Barrier(len(doings)), [None] * len(doings)

    def run(at: int, doing: Callable[[], object]) -> None:
        try:
            start.wait()
            results[at] = doing()  # type: ignore[call-overload]
        except (Conflict, DatabaseError, AssertionError) as error:
            results[at] = error  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(doings)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return list(results)


@pytest.fixture
def room(transactional_db: None) -> Room:
    if connection.vendor != "postgresql":
        pytest.skip("one writer at a time is all that SQLite has")
    world: World = make_world()
    post = make_post(make_source(world.acme))
    people = [make_member(world.acme, f"person{at}", Role.RESPONDER) for at in range(4)]
    return Room(make_conversation(post), post, people)


@pytest.mark.parametrize("turn", range(6))
def test_of_many_at_once_one_goes_out(room: Room, turn: int) -> None:
    def send(person: Member, **more: object) -> Outbox:
        wish = Wish(f"Answer of {person}", seen_row=0, seen_post=0, **more)  # type: ignore[arg-type]
        return say(room.talk, room.post, wish, by=person)

    told = _at_once([lambda person=person: send(person) for person in room.people])  # type: ignore[misc]
    gone = [one for one in told if isinstance(one, Outbox)]
    assert [type(one) for one in told if not isinstance(one, Outbox)] == [Conflict] * 3
    assert len(gone) == 1
    # the other three were shown that one, and confirm at once: again one goes out, the others are warned of it
    others = [person for person in room.people if person.pk != gone[0].by_member_id]
    sure = {"sure": True, "shown_row": gone[0].pk, "shown_post": 0}
    told = _at_once([lambda person=person: send(person, **sure) for person in others])  # type: ignore[misc]
    assert sorted(type(one).__name__ for one in told) == ["Conflict", "Conflict", "Outbox"]


def test_two_windows_that_keep_at_once_keep_both(room: Room) -> None:
    person, now = room.people[0], timezone.now()
    first = drafts.save(room.talk, person, "Hello", now=now)
    texts = ["Hello Carol", "Help", "No", "Hello Dave"]
    told = _at_once(
        [
            lambda text=text: drafts.save(  # type: ignore[misc]
                room.talk, person, text, now=now, draft=first.draft, version=first.version
            )
            for text in texts
        ]
    )
    assert all(isinstance(one, drafts.Kept) for one in told)
    held = {one.text for one in drafts.of(room.talk, person)}
    assert set(texts) <= held


def test_windows_that_are_seen_at_once(room: Room) -> None:
    now = timezone.now()
    told = _at_once([lambda: presence.beat(room.talk, room.people[0], now) for _ in range(6)])
    assert all(isinstance(one, bool) for one in told)
    assert Presence.everywhere.count() == 1
    assert not presence.here(room.talk.workspace, now + timedelta(minutes=1))


def test_a_window_keeps_its_words_while_the_other_sends(room: Room) -> None:
    """It holds the draft, and adds one to the talk; whoever sends holds the talk, and wants the draft."""
    person, now = room.people[0], timezone.now()
    first = drafts.save(room.talk, person, "Hello", now=now)
    beside(
        lambda: say(room.talk, room.post, Wish("Hello", draft=first.draft, draft_version=1), by=person),
        lambda: Draft.everywhere.select_for_update().get(),
        lambda: drafts.save(room.talk, person, "No", now=now, draft=first.draft, version=0),
    )
    assert [one.text for one in drafts.of(room.talk, person)] == ["No"]
