"""Answers that go later, privately, in parts, with files, after approval; changed and called back until they leave."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hubbub.engage.replying import actions, composer, composing, file_actions, outbox_actions
from hubbub.engage.replying.actions import Conflict, Wish, say
from hubbub.store import approvals, drafts
from hubbub.store.models import (
    Approval,
    Approving,
    Attachment,
    Audit,
    Conversation,
    Draft,
    Hours,
    Outbox,
    OutboxState,
    Role,
)
from hubbub.ui.api import Refusal
from tests.furnished import make_token
from tests.pictures import png
from tests.world import World, make_author, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

LATER = timedelta(days=1)


@pytest.fixture
def talk(world: World) -> Conversation:
    source = make_source(world.acme, kind="mastodon", can=["reply", "message", "edit", "delete"])
    return make_conversation(make_post(source, author=make_author(world.acme)))


def ask_approval(world: World, *approvers: Role, **more: object) -> None:
    rule = Approving.everywhere.create(workspace=world.acme, **more)
    rule.approvers.set([world.roles[one] for one in approvers])


def tell(talk: Conversation, world: World, text: str = "Thank you", who: Role = Role.ADMIN, **more: object) -> Outbox:
    return say(talk, talk.posts.filter(ours=False)[0], Wish(text, **more), by=world.roles[who])


@pytest.mark.parametrize(
    ("text", "more", "says"),
    [
        ("x" * 494, {}, "501 characters there, and 500 is the most: 1 too many"),  # with "@carol "
        ("@carol " + "x" * 494, {}, "501 characters"),
        ("word " * 200, {}, "send it as 3 replies"),
        ("word " * 200, {"verb": "message", "in_parts": True}, "too many"),
        ("Thanks", {"verb": "post"}, "no private replies"),
        ("Thanks", {"at": timezone.now() - LATER}, "is over"),
        ("Thanks", {"at": timezone.now() + 400 * LATER}, "more than a year"),
        ("Thanks", {"files": [12345]}, "not there any more"),
        ("", {}, "is empty"),
    ],
)
def test_refused_in_words(world: World, talk: Conversation, text: str, more: dict[str, object], says: str) -> None:
    with pytest.raises(Refusal, match=says):
        tell(talk, world, text, **more)
    assert not Outbox.everywhere.exists()
    assert not Audit.everywhere.filter(noun="outbox").exists()


def test_what_fits_exactly_goes(world: World, talk: Conversation) -> None:
    assert tell(talk, world, "x" * 493).text == "x" * 493
    assert tell(talk, world, f"https://example.org/{'a' * 900}", nonce="b").state == "waiting"  # counts 23


def test_in_parts_each_on_the_one_before(world: World, talk: Conversation) -> None:
    first = tell(talk, world, "word " * 200, in_parts=True, nonce="a")
    rows = list(Outbox.everywhere.order_by("pk"))
    assert [row.follows_id for row in rows] == [None, rows[0].pk, rows[1].pk]
    assert " ".join(row.text for row in rows).split() == ["word"] * 200
    assert all(composing.measure(talk.source, talk.posts.all()[0], row.text).fits for row in rows)
    assert tell(talk, world, "word " * 200, in_parts=True, nonce="a") == first  # a double click
    assert Outbox.everywhere.count() == 3
    outbox_actions.drop(first, by=world.alice)
    assert set(Outbox.everywhere.values_list("state", flat=True)) == {"dropped"}


def test_later_and_called_back(world: World, talk: Conversation) -> None:
    at = timezone.now() + LATER
    kept = drafts.save(talk, world.alice, "Thank", now=timezone.now())
    row = tell(talk, world, at=at, timing="chosen", draft=kept.draft, draft_version=kept.version)
    assert (row.due, row.at, row.timing, row.seen) == (at, at, "chosen", talk.posts.get().pk)
    assert not Draft.everywhere.filter(sent=None).exists()
    outbox_actions.drop(row, by=world.alice)
    assert [one.text for one in drafts.of(talk, world.alice)] == ["Thank you"]


@pytest.mark.parametrize("verb", ["reply", "message"])
def test_a_moment_to_call_it_back(world: World, talk: Conversation, verb: str) -> None:
    row = tell(talk, world, verb=verb, delay=timedelta(seconds=10))
    assert timedelta(seconds=5) < row.due - timezone.now() <= timedelta(seconds=10)
    assert (row.verb, row.at, row.seen) == (verb, None, None)


@pytest.mark.parametrize("first", ["held", "scheduled", "message"])
def test_what_waits_counts_as_an_answer(world: World, talk: Conversation, first: str) -> None:
    if first == "held":
        ask_approval(world, Role.MANAGER, member=world.roles[Role.RESPONDER])
    more = {"scheduled": {"at": timezone.now() + LATER}, "message": {"verb": "message"}}.get(first, {})
    tell(talk, world, "Mine", Role.RESPONDER, **more)
    with pytest.raises(Conflict):
        tell(talk, world, "Mine, too", seen_row=0, seen_post=0)
    assert Outbox.everywhere.count() == 1
    tell(talk, world, "Mine, too", seen_row=0, seen_post=0, sure=True)
    assert Outbox.everywhere.count() == 2


def test_files_go_along(world: World, talk: Conversation) -> None:
    file = file_actions.attach(world.acme, "lid.png", png(), by=world.alice, alt="A lid")
    row = tell(talk, world, "Like this?", files=[file.pk])
    assert list(row.attachments.all()) == [file]
    with pytest.raises(Refusal, match="not there any more"):  # somebody else's
        tell(talk, world, "x", Role.RESPONDER, files=[file.pk])
    words = Attachment.everywhere.create(
        workspace=world.acme, name="a.txt", mime="text/plain", size=3, sha256="0", by=world.alice, at=timezone.now()
    )
    with pytest.raises(Refusal, match="is of a kind"):
        tell(talk, world, "x", files=[words.pk])


def test_held_until_approved(world: World, talk: Conversation) -> None:
    ask_approval(world, Role.MANAGER, up_to="responder")
    row = tell(talk, world, who=Role.RESPONDER)
    assert (row.state, row.held_for) == ("held", "approval")
    assert tell(talk, world, who=Role.MODERATOR, sure=True).state == "waiting"
    approvals.vote(Approval.everywhere.get(), by=world.roles[Role.MANAGER], yes=True)
    row.refresh_from_db()
    assert row.state == "waiting"


def test_nobody_can_approve(world: World, talk: Conversation) -> None:
    rule = Approving.everywhere.create(workspace=world.acme)
    rule.approvers.set([world.alice])
    for member in world.roles.values():
        if member != world.alice:
            member.active = False
            member.save()
    with pytest.raises(Refusal, match="nobody here can give it"):
        tell(talk, world)
    assert not Outbox.everywhere.exists()


@pytest.mark.parametrize(
    ("who", "words", "state"),
    [
        (Role.RESPONDER, "Thank you", "waiting"),  # the words that were approved
        (Role.RESPONDER, "No thanks", "held"),
        (Role.MANAGER, "No thanks", "waiting"),  # who needs no approval
    ],
)
def test_changed_words_need_approval_again(world: World, talk: Conversation, who: Role, words: str, state: str) -> None:
    ask_approval(world, Role.MANAGER, up_to="responder")
    row = tell(talk, world, who=Role.RESPONDER, at=timezone.now() + LATER)
    approvals.vote(Approval.everywhere.get(), by=world.roles[Role.MANAGER], yes=True)
    changed = outbox_actions.change(row, words, timezone.now() + 2 * LATER, by=world.roles[who])
    assert (changed.state, changed.text) == (state, words)
    assert Approval.everywhere.filter(state="open").exists() is (state == "held")
    entry = Audit.everywhere.get(verb="change")
    assert "Thank" not in str(entry.before) + str(entry.after)  # the log holds no words


def test_called_back_while_it_waits_for_approval(world: World, talk: Conversation) -> None:
    ask_approval(world, Role.MANAGER)
    row = tell(talk, world, who=Role.RESPONDER)
    outbox_actions.drop(row, by=world.roles[Role.RESPONDER])
    assert Approval.everywhere.get().state == "withdrawn"


@pytest.mark.parametrize(
    ("state", "refused"),
    [("waiting", ""), ("failed", ""), ("broken", ""), ("sent", "cannot be changed: sent"), ("dropped", "called back")],
)
def test_changed_until_it_has_left(world: World, talk: Conversation, state: str, refused: str) -> None:
    row = tell(talk, world)
    Outbox.everywhere.update(state=state, error="busy", tries=3)
    if refused:
        with pytest.raises(Refusal, match=refused):
            outbox_actions.change(row, "Better", None, by=world.alice)
        return
    changed = outbox_actions.change(row, "Better", None, by=world.alice)
    assert (changed.state, changed.text, changed.error, changed.tries) == (OutboxState.WAITING, "Better", "", 3)


def test_when_they_are_awake(world: World, talk: Conversation) -> None:
    author = talk.author
    assert author
    for day in range(3):
        for hour in (18, 19, 20, 21):
            when = timezone.now().replace(hour=hour, minute=30) - timedelta(days=day + 1)
            make_post(talk.source, "x", 100 + 10 * hour + day, author=author, published=when)
    found = composer.awake_moment(author, timezone.now().replace(hour=8), (8, 20), ZoneInfo("UTC"))
    assert (found.known, found.at.hour, found.at.minute) == (True, 18, 5)
    assert composer.awake_moment(None, timezone.now(), (8, 20), ZoneInfo("UTC")).known is False


def test_hours_are_those_of_the_workspace_s_clock(world: World, talk: Conversation) -> None:
    Hours.everywhere.create(workspace=world.acme, zone="Asia/Tokyo", week=[""] * 7, standard=True)
    make_token(world.alice, Role.ADMIN, "admin")
    answer = Client().get(f"/api/engage/conversations/{talk.pk}/awake", headers={"authorization": "Bearer admin"})
    assert "08 to 20 (Asia/Tokyo) is taken" in answer.json()["says"]
    assert 8 <= datetime.fromisoformat(answer.json()["at"]).astimezone(ZoneInfo("Asia/Tokyo")).hour < 20
    assert "(Asia/Tokyo)" in world.client().get(reverse("engage:replying", args=["acme"])).content.decode()


@pytest.mark.parametrize(
    ("kind", "text", "has"),
    [
        ("mastodon", "<b>a</b> https://example.org", "&lt;b&gt;a&lt;/b&gt;"),
        ("lemmy", "**a** <script>x</script>", "<strong>a</strong>"),
        ("disqus", "<b>a</b><script>x</script>", "<b>a</b>"),
    ],
)
def test_preview(world: World, kind: str, text: str, has: str) -> None:
    talk = make_conversation(make_post(make_source(world.acme, "There", kind=kind)))
    seen = composer.preview(talk, talk.posts.get(), text)
    assert has in seen.parts[0].html
    assert "<script" not in seen.parts[0].html


def test_one_line_without_names(world: World, talk: Conversation) -> None:
    assert actions.what(tell(talk, world)) == "A reply on Acme blog"


def test_a_limit_in_bytes_is_told_in_characters(world: World) -> None:
    talk = make_conversation(make_post(make_source(world.acme, can=["reply"], length=10)))
    with pytest.raises(Refusal, match="its last 3 characters do not fit"):
        tell(talk, world, "é" * 8)
