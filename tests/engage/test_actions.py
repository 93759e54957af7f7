"""What is done with conversations: the rows, the log, the outbox."""

import pytest

from hubbub.engage import actions, undoing
from hubbub.store.models import Audit, Conversation, ConversationStatus, Note, Role
from hubbub.ui.api import Refusal
from tests.world import World, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

OPEN, WAITING, DONE = ConversationStatus.OPEN, ConversationStatus.WAITING, ConversationStatus.DONE


@pytest.fixture
def talk(world: World) -> Conversation:
    return make_conversation(make_post(make_source(world.acme)))


def log(verb: str) -> list[tuple[str, dict[str, object], dict[str, object]]]:
    return [(row.by_name, row.before, row.after) for row in Audit.everywhere.filter(verb=verb).order_by("pk")]


@pytest.mark.parametrize(
    ("was", "wanted", "closed", "entries"),
    [
        (OPEN, DONE, True, 1),
        (OPEN, WAITING, False, 1),
        (DONE, OPEN, False, 1),
        (DONE, DONE, True, 0),
        (OPEN, OPEN, False, 0),
    ],
)
def test_status(world: World, talk: Conversation, was: str, wanted: str, closed: bool, entries: int) -> None:
    actions.set_status(talk, was, by=world.alice)
    before = Audit.everywhere.count()
    actions.set_status(talk, wanted, by=world.alice, why="as asked")
    row = Conversation.everywhere.get(pk=talk.pk)
    assert (row.status, row.closed is not None) == (wanted, closed)
    assert Audit.everywhere.count() - before == entries
    if entries:
        assert log("status")[-1] == ("Alice", {"status": was}, {"status": wanted})


@pytest.mark.parametrize(
    ("who", "says"),
    [
        (Role.RESPONDER, ""),
        (Role.MANAGER, ""),
        (Role.VIEWER, "cannot reply"),
        ("bob", "Only members of this workspace"),
    ],
)
def test_assign(world: World, talk: Conversation, who: str, says: str) -> None:
    member = world.bob if who == "bob" else world.roles[Role(who)]
    if says:
        with pytest.raises(Refusal, match=says):
            actions.assign(talk, member, by=world.alice)
        assert not log("assign")
        return
    actions.assign(talk, member, by=world.alice)
    actions.assign(talk, member, by=world.alice)  # again: nothing to do, nothing to log
    assert Conversation.everywhere.get(pk=talk.pk).assignee == member
    assert [(before["name"], after["name"]) for _, before, after in log("assign")] == [("nobody", str(member))]


@pytest.mark.parametrize(
    ("texts", "notes", "entries"),
    [(["Hello"], 1, 1), (["Hello", " Hello "], 1, 1), (["Hello", "Bye", "Hello"], 3, 3)],
)
def test_note(world: World, talk: Conversation, texts: list[str], notes: int, entries: int) -> None:
    for text in texts:
        actions.note(talk, text, by=world.alice)
    assert Note.everywhere.count() == notes
    assert len(log("note")) == entries


def test_bulk_and_undo(world: World) -> None:
    source = make_source(world.acme)
    talks = [make_conversation(make_post(source, number=n, thread=f"t{n}")) for n in range(1, 5)]
    actions.set_status(talks[3], DONE, by=world.alice)
    foreign = make_conversation(make_post(make_source(world.bravo)))
    pks = [talk.pk for talk in talks]
    acts = actions.set_status_of(world.acme, [*pks, foreign.pk], DONE, by=world.alice)
    assert [act.noun_id for act in acts] == pks[:3]  # the fourth was done, the fifth is Bob's
    actions.set_status(talks[1], WAITING, by=world.roles[Role.RESPONDER])  # changed again since
    assert undoing.undo(world.acme, [act.pk for act in acts], by=world.alice) == 2
    states = dict(Conversation.everywhere.values_list("pk", "status"))
    assert [states[pk] for pk in [*pks, foreign.pk]] == ["open", "waiting", "open", "done", "open"]
    assert undoing.undo(world.acme, [act.pk for act in acts], by=world.alice) == 0


def test_assigning_is_undone(world: World, talk: Conversation) -> None:
    first = actions.assign(talk, world.roles[Role.RESPONDER], by=world.alice)
    second = actions.assign(talk, world.alice, by=world.alice)
    for act, stands in ((second, world.roles[Role.RESPONDER]), (first, None)):
        assert undoing.undo(world.acme, [act.pk], by=world.alice) == 1
        assert Conversation.everywhere.get(pk=talk.pk).assignee == stands


def test_undo_of_another_workspace_does_nothing(world: World, talk: Conversation) -> None:
    act = actions.set_status(talk, DONE, by=world.alice)
    assert undoing.undo(world.bravo, [act.pk], by=world.bob) == 0
    assert Conversation.everywhere.get(pk=talk.pk).status == DONE


def test_too_many_at_once(world: World) -> None:
    with pytest.raises(Refusal, match="201 conversations were chosen; 200"):
        actions.set_status_of(world.acme, range(201), DONE, by=world.alice)
