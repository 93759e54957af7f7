"""An answer in parts is one thing until it has left: approved, changed, held, tried again and called back together."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from hubbub.connectors import Http
from hubbub.core.failures import Broken
from hubbub.engage.approvals import actions as approving
from hubbub.engage.replying import fates, outbox_actions
from hubbub.engage.replying.actions import Wish, say
from hubbub.engine import outbox as engine
from hubbub.store import approvals, drafts, outbox, parts
from hubbub.store.claim import claim_outbox
from hubbub.store.models import Approval, Approving, Conversation, ConversationStatus, Draft, Outbox, Post, Role
from hubbub.ui.api import Refusal
from tests.world import World, make_author, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

LONG = "word " * 200  # three parts
LATER = timedelta(days=1)


@pytest.fixture
def talk(world: World) -> Conversation:
    source = make_source(world.acme, kind="mastodon", can=["reply", "message", "edit", "delete"])
    return make_conversation(make_post(source, author=make_author(world.acme)))


def rows() -> list[Outbox]:
    return list(Outbox.everywhere.order_by("pk"))


def states() -> list[str]:
    return [row.state for row in rows()]


def tell(talk: Conversation, world: World, **more: object) -> Outbox:
    return say(talk, talk.posts.get(), Wish(LONG, in_parts=True, **more), by=world.roles[Role.RESPONDER])


def arrive(row: Outbox) -> None:
    Outbox.everywhere.filter(pk=row.pk).update(state="sent", sent=timezone.now(), result_id=f"r{row.pk}")


@pytest.fixture
def asked(world: World, talk: Conversation) -> Approval:
    rule = Approving.everywhere.create(workspace=world.acme, up_to="responder")
    rule.approvers.set([world.alice])
    tell(talk, world)
    return Approval.everywhere.get()


def test_one_approval_for_all_parts_as_shown(world: World, talk: Conversation, asked: Approval) -> None:
    assert states() == ["held"] * 3
    assert asked.says == "A reply in 3 parts on Acme blog"
    assert all(row.text in asked.text for row in rows())
    assert [line for line in asked.text.splitlines() if line.startswith("[")] == [f"[Part {n} of 3]" for n in (1, 2, 3)]
    before = [row.text for row in rows()]
    approving.vote(asked, by=world.alice, yes=True, text=asked.text)
    assert states() == ["waiting"] * 3
    assert [row.text for row in rows()] == before
    for row in rows():  # in order: each once the one before has arrived
        assert claim_outbox(timezone.now()) == row
        arrive(row)


@pytest.mark.parametrize(
    ("change", "texts", "stand"),
    [
        (("word", "other"), ["other", "word", "word"], ["waiting"] * 3),
        (("[Part 3 of 3]\n{2}", "[Part 3 of 3]"), ["word"] * 3, ["waiting", "waiting", "dropped"]),  # it is emptied
    ],
)
def test_an_approver_changes_words(
    world: World, talk: Conversation, asked: Approval, change: tuple[str, str], texts: list[str], stand: list[str]
) -> None:
    old, new = change[0].format(*(row.text for row in rows())), change[1]
    approving.vote(asked, by=world.alice, yes=True, text=asked.text.replace(old, new, 1))
    assert [row.text.split()[0] for row in rows()] == texts
    assert states() == stand


def test_the_next_approver_sees_what_would_leave(world: World, talk: Conversation, asked: Approval) -> None:
    """Not what stood there before another changed it."""
    Approval.everywhere.update(how_many="all")
    asked.approvers.add(world.roles[Role.MANAGER])
    last = "[Part 3 of 3]\n"
    changed = asked.text.replace("word", "other", 1).replace(last + rows()[2].text, last)
    approving.vote(asked, by=world.alice, yes=True, text=changed)
    client = world.client(world.roles[Role.MANAGER])
    page = client.get(reverse("engage:approval", args=["acme", asked.pk])).content.decode()
    assert page.count('class="card post ours"') == 2
    assert "<p>other word" in page


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[Part 2 of 3]", "", "square brackets"),
        ("[Part 1 of 3]", "Oh [Part 1 of 3]", "square brackets"),
        ("word", "x" * 600, "Part 1: This has"),
        ("[Part 1 of 3]", "x\n[Part 1 of 3]", "square brackets"),
    ],
)
def test_words_that_cannot_go(world: World, talk: Conversation, asked: Approval, old: str, new: str, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        approving.vote(asked, by=world.alice, yes=True, text=asked.text.replace(old, new, 1))
    asked.refresh_from_db()
    assert (asked.state, states()) == ("open", ["held"] * 3)


def test_words_that_look_like_the_lines_between_parts(world: World, talk: Conversation, asked: Approval) -> None:
    """Somebody tells of parts themselves: an approver changes another word, and theirs stay where they are."""
    me = world.roles[Role.RESPONDER]
    own = "[Part 2 of 3]\nword"
    shown = parts.of(rows()[0]).text.replace(rows()[0].text, f"\\{own}", 1)
    outbox_actions.change(rows()[0], shown, None, by=me)
    assert rows()[0].text == own
    again = Approval.everywhere.get(state="open")
    approving.vote(again, by=world.alice, yes=True, text=again.text.replace("word", "other", 1))
    assert [row.text.split()[:5] for row in rows()] == [[*own.split()[:-1], "other"], ["word"] * 5, ["word"] * 4]
    assert parts.of(rows()[1]).approved


def test_approved_it_stays_with_a_part_left_out(world: World, talk: Conversation, asked: Approval) -> None:
    """What is left goes by the numbers that it has now; these very words were approved all the same."""
    approving.vote(
        asked, by=world.alice, yes=True, text=asked.text.replace(f"[Part 2 of 3]\n{rows()[1].text}", "[Part 2 of 3]")
    )
    assert states() == ["waiting", "waiting", "dropped"]
    assert parts.of(rows()[0]).approved
    arrive(rows()[0])
    assert parts.of(rows()[1]).approved
    Outbox.everywhere.filter(pk=rows()[1].pk).update(text="other words")
    assert not parts.of(rows()[1]).approved


def test_refused_it_is_one_draft_again(world: World, talk: Conversation, asked: Approval) -> None:
    approving.vote(asked, by=world.alice, yes=False, why="Too long")
    assert states() == ["dropped"] * 3
    assert [one.text.split() for one in drafts.of(talk, world.roles[Role.RESPONDER])] == [LONG.split()]


@pytest.mark.parametrize("which", [0, 1, 2])
def test_called_back_together(world: World, talk: Conversation, asked: Approval, which: int) -> None:
    outbox_actions.drop(rows()[which], by=world.roles[Role.RESPONDER])
    assert states() == ["dropped"] * 3
    assert Approval.everywhere.get().state == "withdrawn"
    assert Draft.everywhere.get(sent=None).text.split() == LONG.split()


@pytest.mark.parametrize("which", [0, 2])
def test_changed_words_need_approval_again(world: World, talk: Conversation, asked: Approval, which: int) -> None:
    approving.vote(asked, by=world.alice, yes=True)
    me, whole, later = world.roles[Role.RESPONDER], parts.of(rows()[which]).text, timezone.now() + LATER
    outbox_actions.change(rows()[which], whole, later, by=me)  # another time alone
    assert states() == ["waiting"] * 3
    assert {row.due for row in rows()} == {later}
    outbox_actions.change(rows()[which], whole.replace("word", "other", 1), later, by=me)
    assert states() == ["held"] * 3
    again = Approval.everywhere.get(state="open")
    assert again.text == parts.of(rows()[1]).text
    outbox_actions.change(rows()[which], whole, None, by=world.alice)  # who needs no approval
    assert states() == ["waiting"] * 3
    assert Approval.everywhere.filter(state="open").count() == 0


def test_what_is_left_of_it(world: World, talk: Conversation, asked: Approval) -> None:
    """The first part stands there: the others are changed and called back without it."""
    approving.vote(asked, by=world.alice, yes=True)
    arrive(rows()[0])
    me, later = world.roles[Role.RESPONDER], timezone.now() + LATER
    found = parts.of(rows()[2])
    assert found.labels == ["[Part 2 of 3]", "[Part 3 of 3]"]
    outbox_actions.change(rows()[1], found.text, later, by=me)
    assert states() == ["sent", "waiting", "waiting"]  # these very words were approved
    outbox_actions.change(rows()[1], found.text.replace("word", "other", 1), later, by=me)
    assert states() == ["sent", "held", "held"]
    outbox_actions.drop(rows()[2], by=me)
    assert states() == ["sent", "dropped", "dropped"]
    assert Draft.everywhere.get(sent=None).text.split() == " ".join(row.text for row in rows()[1:]).split()


def test_another_time_is_for_all(world: World, talk: Conversation) -> None:
    first = tell(talk, world, at=timezone.now() + LATER)
    outbox_actions.change(first, parts.of(first).text, None, by=world.alice)
    assert all(row.at is None and row.due <= timezone.now() for row in rows())


def test_overtaken_and_sent_nevertheless(world: World, talk: Conversation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_send", lambda *_, **__: pytest.fail("it left"))
    first = tell(talk, world, at=timezone.now() + LATER)
    Outbox.everywhere.update(due=timezone.now(), at=timezone.now())
    make_post(talk.source, "Forget it", 9, conversation=talk)
    engine.deliver(Outbox.everywhere.get(pk=first.pk), Http())
    assert states() == ["held"] * 3
    outbox_actions.send_after_all(rows()[0], by=world.alice)
    assert [(row.state, row.seen, row.at) for row in rows()] == [("waiting", None, None)] * 3


def test_what_an_older_hubbub_held_is_sent_nevertheless(world: World, talk: Conversation) -> None:
    """It held the first part alone."""
    first = tell(talk, world)
    Outbox.everywhere.filter(pk=first.pk).update(state="held", held_for="overtaken", error="They wrote again")
    outbox_actions.send_after_all(first, by=world.alice)
    assert states() == ["waiting"] * 3


def test_what_fails_holds_up_nobody(world: World, talk: Conversation, monkeypatch: pytest.MonkeyPatch) -> None:
    """No part waits for ever for one that was given up, or refused, and keeps later acts on the same post waiting."""

    def no(*_: object, **__: object) -> None:
        raise Broken("no")

    monkeypatch.setattr(engine, "_send", no)
    engine.deliver(tell(talk, world, then=ConversationStatus.DONE), Http())
    assert states() == ["broken"] * 3
    talk.refresh_from_db()
    assert talk.status == "open"  # nobody is forgotten for the parts that were to follow
    hide = outbox.put(talk.posts.get(), "hide", by=world.alice)
    assert claim_outbox(timezone.now()) == hide
    outbox_actions.retry(rows()[2], by=world.alice)  # any of them tries the first again
    assert states()[:3] == ["waiting"] * 3


def test_held_parts_hold_up_nobody(world: World, talk: Conversation, asked: Approval) -> None:
    hide = outbox.put(talk.posts.get(), "hide", by=world.alice)
    assert claim_outbox(timezone.now()) == hide


def test_pages(world: World, talk: Conversation, asked: Approval) -> None:
    client = world.client()
    page = client.get(reverse("engage:approval", args=["acme", asked.pk])).content.decode()
    assert "in 3 parts" in page
    assert page.count('class="card post ours"') == 3
    change = reverse("engage:outbox_change", args=["acme", rows()[2].pk])
    page = client.get(change).content.decode()
    assert "[Part 1 of 3]" in page
    answer = client.post(change, {"text": "no lines", "at": ""})
    assert (answer.status_code, "square brackets" in answer.content.decode()) == (422, True)
    shown = client.get(reverse("engage:outbox", args=["acme"])).content.decode()
    assert shown.count("follows the part before it") == 2
    assert shown.count("Call back</button>") == 1
    assert [fates.fate(row).can_change for row in rows()] == [True, False, False]


def test_sent_by_the_page(world: World, talk: Conversation) -> None:
    rule = Approving.everywhere.create(workspace=world.acme)
    rule.approvers.set([world.roles[Role.MANAGER]])
    form = {"post": talk.posts.get().pk, "nonce": "n", "seen_row": 0, "seen_post": 0, "then": "waiting", "text": LONG}
    at = reverse("engage:reply", args=["acme", talk.pk])
    answer = world.client().post(at, form)
    assert "Send it as 3 replies" in answer.content.decode()
    assert world.client().post(at, {**form, "in_parts": "on"}).status_code == 303
    assert states() == ["held"] * 3
    assert Post.everywhere.count() == 1
    assert approvals.waiting_for(world.roles[Role.MANAGER]).count() == 1
