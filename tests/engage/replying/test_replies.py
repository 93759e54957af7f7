"""What we answer: refused in words, once, and not beside a colleague's answer."""

import pytest

from hubbub.engage.replying import actions
from hubbub.store.models import Audit, Conversation, ConversationStatus, Outbox, OutboxState, Role
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
    ("text", "can", "says"),
    [
        ("", ["reply"], "empty"),
        (" \n ", ["reply"], "empty"),
        ("x" * 10_001, ["reply"], "10,001 characters; 10,000 is the most"),
        ("Thanks", ["approve"], "can only be read"),
    ],
)
def test_a_reply_is_refused_in_words(world: World, text: str, can: list[str], says: str) -> None:
    talk = make_conversation(make_post(make_source(world.acme, can=can)))
    with pytest.raises(Refusal, match=says):
        actions.reply(talk, talk.posts.get(), text, by=world.alice)
    assert not Outbox.everywhere.exists()
    assert not log("reply")


@pytest.mark.parametrize(("nonces", "rows"), [(["a", "a"], 1), (["a", "b"], 2), (["", ""], 2)])
def test_a_double_click_is_one_reply(world: World, talk: Conversation, nonces: list[str], rows: int) -> None:
    for nonce in nonces:
        actions.reply(talk, talk.posts.get(), " Thanks ", by=world.alice, nonce=nonce, then=WAITING)
    assert [row.text for row in Outbox.everywhere.all()] == ["Thanks"] * rows
    assert len(log("reply")) == rows
    after = {"status": "waiting", "outbox": Outbox.everywhere.earliest("pk").pk}
    assert log("status") == [("Alice", {"status": "open"}, after)]


def test_the_same_form_with_other_words_is_not_swallowed(world: World, talk: Conversation) -> None:
    actions.reply(talk, talk.posts.get(), "Thanks", by=world.alice, nonce="a")
    with pytest.raises(Refusal, match="sent before, with other words"):
        actions.reply(talk, talk.posts.get(), "No thanks", by=world.alice, nonce="a")
    assert Outbox.everywhere.get().text == "Thanks"


def test_a_reply_to_a_post_of_another_conversation_is_refused(world: World, talk: Conversation) -> None:
    other = make_conversation(make_post(talk.source, number=2, thread="other"))
    with pytest.raises(Refusal, match="another conversation"):
        actions.reply(talk, other.posts.get(), "Thanks", by=world.alice)


@pytest.mark.parametrize(
    ("first_by", "state", "sure", "conflict"),
    [
        (Role.RESPONDER, OutboxState.WAITING, False, True),
        (Role.RESPONDER, OutboxState.SENT, False, True),
        (Role.RESPONDER, OutboxState.DROPPED, False, False),
        (Role.RESPONDER, OutboxState.WAITING, True, False),
        (Role.ADMIN, OutboxState.WAITING, False, False),  # alice herself, in another window
    ],
)
def test_a_colleague_was_quicker(
    world: World, talk: Conversation, first_by: Role, state: str, sure: bool, conflict: bool
) -> None:
    post = talk.posts.get()
    first = actions.reply(talk, post, "Thanks", by=world.roles[first_by], seen_row=0, seen_post=0)
    Outbox.everywhere.filter(pk=first.pk).update(state=state, result_id="r1")
    if conflict:
        with pytest.raises(actions.Conflict, match="Responder replied"):
            actions.reply(talk, post, "Also", by=world.alice, nonce="b", seen_row=0, seen_post=0, sure=sure)
        assert Outbox.everywhere.count() == 1
    else:
        actions.reply(talk, post, "Also", by=world.alice, nonce="b", seen_row=0, seen_post=0, sure=sure)
        assert Outbox.everywhere.count() == 2
    # who has seen the first answer is not warned of it
    actions.reply(talk, post, "Once more", by=world.alice, nonce="c", seen_row=first.pk, seen_post=0)


@pytest.mark.parametrize(("result_id", "conflict"), [("", True), ("77", False)])
def test_an_answer_of_ours_appeared_there(world: World, talk: Conversation, result_id: str, conflict: bool) -> None:
    mine = actions.reply(talk, talk.posts.get(), "Thanks", by=world.alice)
    Outbox.everywhere.filter(pk=mine.pk).update(state=OutboxState.SENT, result_id=result_id)
    make_post(talk.source, "Thanks", 77, ours=True, conversation=talk)
    target = talk.posts.get(ours=False)
    if conflict:
        with pytest.raises(actions.Conflict, match="appeared on the network"):
            actions.reply(talk, target, "Also", by=world.alice, nonce="b", seen_row=mine.pk, seen_post=0)
    else:
        actions.reply(talk, target, "Also", by=world.alice, nonce="b", seen_row=mine.pk, seen_post=0)
