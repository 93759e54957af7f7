"""Trying again and calling back by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from hubbub.engage.replying import outbox_actions
from hubbub.store.models import Audit, Conversation, Outbox, OutboxState
from hubbub.ui.api import Refusal
from tests.world import World, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

HELD, WAITING, SENT, FAILED, BROKEN, DROPPED = OutboxState
FAR = datetime(2100, 1, 1, tzinfo=UTC)


def row_in(world: World, state: str, **more: object) -> Outbox:
    post = make_post(make_source(world.acme))
    given = {
        "due": FAR,
        "created": timezone.now(),
        "tries": 3,
        "first_try": timezone.now(),
        "error": "busy",
        "key": "k",
    }
    return Outbox.everywhere.create(
        workspace=world.acme, source=post.source, post=post, verb="reply", state=state, by_name="Alice", **given | more
    )


@pytest.mark.parametrize(
    ("act", "state", "becomes", "says"),
    [
        ("retry", FAILED, WAITING, ""),
        ("retry", BROKEN, WAITING, ""),
        ("retry", WAITING, None, "waiting to be sent"),
        ("retry", SENT, None, "cannot be tried again: sent"),
        ("retry", DROPPED, None, "called back before"),
        ("drop", WAITING, DROPPED, ""),
        ("drop", FAILED, DROPPED, ""),
        ("drop", BROKEN, DROPPED, ""),
        ("drop", SENT, None, "cannot be called back: sent"),
        ("drop", DROPPED, None, "cannot be called back"),
    ],
)
def test_moves(world: World, act: str, state: str, becomes: str | None, says: str) -> None:
    row = row_in(world, state)
    do = getattr(outbox_actions, act)
    if becomes is None:
        with pytest.raises(Refusal, match=says):
            do(row, by=world.alice)
        assert Outbox.everywhere.get().state == state
        assert not Audit.everywhere.exists()
        return
    do(row, by=world.alice, why="asked")
    after = Outbox.everywhere.get()
    assert (after.state, after.tries) == (becomes, 3)
    if act == "retry":
        assert after.due <= timezone.now()
        assert after.first_try is None
    entry = Audit.everywhere.get()
    assert (entry.verb, entry.noun, entry.why, entry.before, entry.after) == (
        act, "outbox", "asked", {"state": state}, {"state": becomes},
    )  # fmt: skip


@pytest.mark.parametrize("act", ["retry", "drop"])
@pytest.mark.parametrize(("lease", "free"), [(timedelta(minutes=5), False), (timedelta(minutes=-5), True)])
def test_what_is_being_sent_is_left_alone(world: World, act: str, lease: timedelta, free: bool) -> None:
    row = row_in(world, FAILED, lease_until=timezone.now() + lease)
    do = getattr(outbox_actions, act)
    if free:
        do(row, by=world.alice)
    else:
        with pytest.raises(Refusal, match="being sent right now"):
            do(row, by=world.alice)


@pytest.mark.parametrize("act", ["retry", "drop"])
def test_open_pages_are_told(world: World, act: str) -> None:
    row = row_in(world, BROKEN)
    talk = make_conversation(row.post)
    Conversation.everywhere.update(stirred=False)
    getattr(outbox_actions, act)(Outbox.everywhere.get(), by=world.alice)
    talk.refresh_from_db()
    assert talk.stirred
