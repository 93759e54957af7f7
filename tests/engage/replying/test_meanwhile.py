"""What changes between writing a reply and its leaving: people, posts, rules, the form itself."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hubbub.connectors import Done, Http
from hubbub.engage import moving
from hubbub.engage.approvals import actions as approving
from hubbub.engage.replying import file_actions, outbox_actions, own_actions
from hubbub.engage.replying.actions import Wish, say
from hubbub.engine import outbox as engine
from hubbub.listen.actions import delete_source
from hubbub.store import approvals, drafts
from hubbub.store.models import Approval, Approving, Conversation, Draft, Member, Outbox, Post, Role
from hubbub.ui.api import Refusal
from tests.pictures import png
from tests.world import World, make_author, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

LATER = timedelta(days=1)


@pytest.fixture
def talk(world: World) -> Conversation:
    source = make_source(world.acme, kind="mastodon", can=["reply", "edit", "delete"])
    return make_conversation(make_post(source, author=make_author(world.acme)))


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_send", lambda *_, **__: pytest.fail("it left"))


def tell(talk: Conversation, world: World, text: str = "Thanks", who: Role = Role.RESPONDER, **more: object) -> Outbox:
    return say(talk, talk.posts.filter(ours=False)[0], Wish(text, **more), by=world.roles[who])


def asking(world: World, *who: Role, **more: object) -> None:
    rule = Approving.everywhere.create(workspace=world.acme, up_to="responder", **more)
    rule.approvers.set([world.roles[one] for one in who])


def due(row: Outbox) -> Outbox:
    """Its moment has come."""
    Outbox.everywhere.update(due=timezone.now(), at=timezone.now())
    return Outbox.everywhere.get(pk=row.pk)


@pytest.mark.parametrize("how", ["closed to them", "another role", "signed out for good"])
def test_who_may_no_longer_reply_is_not_quoted(world: World, talk: Conversation, network: None, how: str) -> None:
    row = tell(talk, world, at=timezone.now() + LATER)
    writer = world.roles[Role.RESPONDER]
    if how == "closed to them":
        writer.active = False
    elif how == "another role":
        writer.role = Role.VIEWER
    elif how == "signed out for good":
        writer.user.is_active = False
        writer.user.save()
    writer.save()
    engine.deliver(due(row), Http())
    row.refresh_from_db()
    assert (row.state, "can no longer reply here" in row.error) == ("held", True)
    outbox_actions.send_after_all(row, by=world.alice)
    assert Outbox.everywhere.get().state == "waiting"


def test_what_was_approved_leaves_without_its_writer(
    world: World, talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    def send(row: Outbox, *_: object, **__: object) -> Done:
        sent.append(row.text)
        return Done("r1", "")

    monkeypatch.setattr(engine, "_send", send)
    asking(world, Role.MANAGER)
    row = tell(talk, world, at=timezone.now() + LATER)
    approving.vote(Approval.everywhere.get(), by=world.roles[Role.MANAGER], yes=True)
    Member.everywhere.filter(pk=row.by_member_id).update(active=False)
    engine.deliver(due(row), Http())
    assert sent == ["Thanks"]


@pytest.mark.parametrize("state", ["removed", "hidden", "spam"])
def test_what_was_taken_away_is_not_answered(world: World, talk: Conversation, network: None, state: str) -> None:
    row = tell(talk, world, at=timezone.now() + LATER)
    Post.everywhere.update(state=state)
    engine.deliver(due(row), Http())
    row.refresh_from_db()
    assert (row.state, "was taken away" in row.error) == ("held", True)


def test_a_post_that_was_moved_meanwhile(world: World, talk: Conversation) -> None:
    """The page was read before the post was split off."""
    second = make_post(talk.source, "And I", 2, conversation=talk, author=talk.author)
    stale = Post.everywhere.select_related("author").get(pk=second.pk)
    moving.split(talk, [second.pk], by=world.alice)
    with pytest.raises(Refusal, match="another conversation"):
        say(talk, stale, Wish("Thanks"), by=world.alice)


def test_a_form_that_was_called_back_says_so(world: World, talk: Conversation) -> None:
    row = tell(talk, world, nonce="n")
    outbox_actions.drop(row, by=world.alice)
    with pytest.raises(Refusal, match="called back since"):
        tell(talk, world, nonce="n")
    assert tell(talk, world, nonce="another").state == "waiting"


@pytest.mark.parametrize("act", ["edit", "delete"])
def test_a_change_of_the_same_form_says_so(world: World, talk: Conversation, act: str) -> None:
    row = tell(talk, world)
    Outbox.everywhere.update(state="sent", result_id="r1")
    row.refresh_from_db()

    def again(text: str) -> Outbox:
        if act == "edit":
            return own_actions.edit(row, text, by=world.alice, why="x", nonce="n")
        return own_actions.delete(row, by=world.alice, why="x", nonce="n")

    made = again("Thank you")
    assert again("Thank you") == made
    Outbox.everywhere.filter(pk=made.pk).update(state="sent" if act == "edit" else "dropped")
    with pytest.raises(Refusal, match="sent before"):
        again("Thank you all")
    assert Outbox.everywhere.count() == 2


@pytest.mark.parametrize("text", ["\u200b", "\u200d \u2060\ufeff", "\u202e\u202c", "\n\u00ad\n"])
def test_what_cannot_be_seen_is_no_reply(world: World, talk: Conversation, text: str) -> None:
    with pytest.raises(Refusal, match="is empty"):
        tell(talk, world, text)


@pytest.mark.parametrize("text", ["👩‍👩‍👧‍👦", "ไทย", "\u202b\u05e9\u05dc\u05d5\u05dd\u202c", "."])
def test_what_can_be_seen_is_one(world: World, talk: Conversation, text: str) -> None:
    assert tell(talk, world, text).text == text


@pytest.mark.parametrize("act", ["reply", "change", "edit", "approve"])
def test_no_gap_leaves_by_another_door(world: World, talk: Conversation, act: str) -> None:
    gap = "Hello {first name}"
    if act == "approve":
        asking(world, Role.MANAGER)
    row = tell(talk, world) if act != "reply" else None
    if act == "edit":
        Outbox.everywhere.update(state="sent", result_id="r1")
    doors = {
        "reply": lambda: tell(talk, world, gap),
        "change": lambda: outbox_actions.change(row or tell(talk, world), gap, None, by=world.alice),
        "edit": lambda: own_actions.edit(row or tell(talk, world), gap, by=world.alice, why="x"),
        "approve": lambda: approving.vote(Approval.everywhere.get(), by=world.roles[Role.MANAGER], yes=True, text=gap),
    }
    with pytest.raises(Refusal, match="first name"):
        doors[act]()


def test_pictures_alone_are_approved_and_moved(world: World, talk: Conversation) -> None:
    asking(world, Role.MANAGER)
    file = file_actions.attach(world.acme, "lid.png", png(), by=world.roles[Role.RESPONDER])
    row = tell(talk, world, "", files=[file.pk], at=timezone.now() + LATER)
    approving.vote(Approval.everywhere.get(), by=world.roles[Role.MANAGER], yes=True, text="")
    moved = outbox_actions.change(row, "", timezone.now() + 2 * LATER, by=world.roles[Role.RESPONDER])
    assert (moved.state, moved.text) == ("waiting", "")
    outbox_actions.drop(row, by=world.alice)
    assert Draft.everywhere.get(sent=None).attachments.get() == file


def test_words_that_another_approver_changed_are_read_first(world: World, talk: Conversation) -> None:
    asking(world, Role.MANAGER, Role.MODERATOR, how_many="all")
    tell(talk, world)
    asked = Approval.everywhere.get()
    read = approvals.fingerprint(asked)
    approving.vote(asked, by=world.roles[Role.MANAGER], yes=True, text="Thanks a lot", read=read)
    for text in (None, "Thanks"):  # by its key in the list; the words that the old page shows
        with pytest.raises(Refusal, match="changed the words while you were reading"):
            approving.vote(asked, by=world.roles[Role.MODERATOR], yes=True, text=text, read=read)
    asked.refresh_from_db()
    assert (asked.state, asked.words) == ("open", "Thanks a lot")
    approving.vote(asked, by=world.roles[Role.MODERATOR], yes=True, read=approvals.fingerprint(asked))
    assert Outbox.everywhere.get().text == "Thanks a lot"


def test_nobody_is_asked_about_what_is_gone(world: World, talk: Conversation) -> None:
    asking(world, Role.MANAGER)
    tell(talk, world)
    delete_source(talk.source, by=world.alice)
    assert approvals.step(timezone.now())
    assert Approval.everywhere.get().state == "withdrawn"
    assert not approvals.step(timezone.now())


def test_a_draft_begun_since_stands_beside_what_comes_back(world: World, talk: Conversation) -> None:
    row = tell(talk, world, who=Role.ADMIN)
    Draft.everywhere.all().delete()  # swept
    drafts.save(talk, world.alice, "Another thought", now=timezone.now())
    outbox_actions.drop(row, by=world.alice)
    assert sorted(one.text for one in drafts.of(talk, world.alice)) == ["Another thought", "Thanks"]
