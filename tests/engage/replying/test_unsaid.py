"""An answer that is not sent after all: whoever waits is not forgotten, and nobody is answered twice unasked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hubbub.engage import actions
from hubbub.engage.replying import outbox_actions, own_actions
from hubbub.engage.replying.actions import Wish, say
from hubbub.store import answers, approvals, drafts
from hubbub.store.models import Approval, Approving, Audit, Conversation, ConversationStatus, Outbox, Post, Role
from hubbub.ui.api import Refusal
from tests.world import World, make_author, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

OPEN, WAITING, SNOOZED, DONE = ConversationStatus


@pytest.fixture
def talk(world: World) -> Conversation:
    source = make_source(world.acme, kind="mastodon", can=["reply"])
    talk = make_conversation(make_post(source, author=make_author(world.acme), waits=True))
    answers.recompute(talk)
    return talk


def tell(talk: Conversation, world: World, who: Role = Role.ADMIN, **more: object) -> Outbox:
    return say(talk, talk.posts.get(), Wish("Thank you", **more), by=world.roles[who])


@pytest.mark.parametrize("how", ["called back", "refused"])
@pytest.mark.parametrize(
    ("stood", "then", "meanwhile", "stands"),
    [
        (OPEN, DONE, None, OPEN),
        (OPEN, WAITING, None, OPEN),
        (WAITING, DONE, None, WAITING),
        (SNOOZED, DONE, None, OPEN),
        (DONE, WAITING, None, DONE),
        (OPEN, OPEN, None, OPEN),
        (OPEN, None, None, OPEN),
        (OPEN, WAITING, DONE, DONE),  # somebody closed it since
    ],
)
def test_the_state_that_came_with_it_is_taken_back(
    world: World, talk: Conversation, how: str, stood: str, then: str | None, meanwhile: str | None, stands: str
) -> None:
    if how == "refused":
        Approving.everywhere.create(workspace=world.acme).approvers.set([world.roles[Role.MANAGER]])
    until = timezone.now() + timedelta(days=1) if stood == SNOOZED else None
    Conversation.everywhere.update(status=stood, snoozed_until=until)
    waited = Conversation.everywhere.get().unanswered
    row = tell(talk, world, then=then)
    if meanwhile:
        actions.set_status(talk, ConversationStatus(meanwhile), by=world.alice)
    if how == "refused":
        approvals.vote(Approval.everywhere.get(), by=world.roles[Role.MANAGER], yes=False, why="Too short")
    else:
        outbox_actions.drop(row, by=world.alice)
    after = Conversation.everywhere.get()
    assert (after.status, after.closed is not None, after.stirred) == (stands, stands == DONE, True)
    assert after.snoozed_until == (None if then else until)
    if not meanwhile:
        assert (after.unanswered, Post.everywhere.get().waits) == (waited, True)


@pytest.mark.parametrize("how", ["called back", "refused"])
@pytest.mark.parametrize("known", [True, False])  # whether our answer was read from its network already
def test_other_words_for_what_we_said_are_a_draft_again(
    world: World, talk: Conversation, how: str, known: bool
) -> None:
    talk.source.can = ["reply", "edit"]
    talk.source.save()
    row, theirs, me = tell(talk, world), talk.posts.get(), world.roles[Role.RESPONDER]
    Outbox.everywhere.update(state="sent", result_id="r1")
    if known:
        make_post(talk.source, "Thank you", 2, conversation=talk, ours=True, native_id="r1")
    if how == "refused":
        Approving.everywhere.create(workspace=world.acme).approvers.set([world.roles[Role.MANAGER]])
    made = own_actions.edit(row, "Many thanks", by=me, why="kinder")
    if how == "refused":
        approvals.vote(Approval.everywhere.get(), by=world.roles[Role.MANAGER], yes=False, why="Leave it")
    else:
        outbox_actions.drop(made, by=me)
    assert [(one.text, one.post, one.sent) for one in drafts.of(talk, me)] == [("Many thanks", theirs, None)]


def test_another_answer_is_on_its_way(world: World, talk: Conversation) -> None:
    first = tell(talk, world, then=DONE)
    tell(talk, world, Role.MANAGER)
    outbox_actions.drop(first, by=world.alice)
    assert Conversation.everywhere.get().status == DONE


@pytest.mark.parametrize(("other", "refused"), [("waiting", True), ("sent", True), ("broken", False), ("none", False)])
def test_tried_again_after_somebody_else_answered(world: World, talk: Conversation, other: str, refused: bool) -> None:
    row = tell(talk, world)
    Outbox.everywhere.update(state="broken", tries=1)
    row.refresh_from_db()
    if other != "none":
        second = tell(talk, world, Role.RESPONDER)
        Outbox.everywhere.filter(pk=second.pk).update(state=other)
    if not refused:
        assert outbox_actions.retry(row, by=world.alice).state == "waiting"
        return
    with pytest.raises(Refusal, match="Responder replied after this could not be sent"):
        outbox_actions.retry(row, by=world.alice)
    assert outbox_actions.change(row, "Thank you, too", None, by=world.alice).state == "waiting"


@pytest.mark.parametrize(
    ("verb", "state", "refused"),
    [("hide", "waiting", True), ("ban", "failed", True), ("hide", "broken", False), ("delete", "waiting", False)],
)
def test_what_moderators_decided_is_not_called_back_here(
    world: World, talk: Conversation, verb: str, state: str, refused: bool
) -> None:
    row = tell(talk, world)
    Outbox.everywhere.update(verb=verb, state=state)
    row.refresh_from_db()
    if refused:
        with pytest.raises(Refusal, match="take the decision back"):
            outbox_actions.drop(row, by=world.roles[Role.RESPONDER])
    else:
        outbox_actions.drop(row, by=world.roles[Role.RESPONDER])
    assert Outbox.everywhere.get().state == (state if refused else "dropped")
    assert Audit.everywhere.filter(verb="drop").exists() is not refused


@pytest.mark.parametrize("verb", ["edit", "delete"])
def test_a_double_click_changes_an_answer_once(world: World, verb: str) -> None:
    source = make_source(world.acme, kind="mastodon", can=["reply", "edit", "delete"])
    talk = make_conversation(make_post(source, author=make_author(world.acme)))
    row = tell(talk, world)
    Outbox.everywhere.update(state="sent", result_id="r1")
    words = {"text": "Thank you, too"} if verb == "edit" else {}
    act = getattr(own_actions, verb)
    asked = [act(row, by=world.alice, why="a slip", nonce="a", **words).pk for _ in range(2)]
    assert asked[0] == asked[1]
    assert Outbox.everywhere.filter(verb=verb).count() == Audit.everywhere.filter(verb=verb).count() == 1
    with pytest.raises(Refusal):
        act(row, by=world.alice, why="a slip", nonce="b", **words)
