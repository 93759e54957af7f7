"""Lines as a form sends them, with two characters at the end of each: counted, kept and sent as the writer saw them."""

import pytest
from django.urls import reverse
from django.utils import timezone

from hubbub.engage.replying import composer, composing
from hubbub.engage.replying.actions import Wish, say
from hubbub.store import approvals, drafts
from hubbub.store.models import Approval, Approving, Conversation, Draft, Outbox, Role
from tests.world import World, make_author, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

SENT, MEANT = "One\r\nTwo\r\nThree", "One\nTwo\nThree"


@pytest.fixture
def talk(world: World) -> Conversation:
    source = make_source(world.acme, kind="mastodon", can=["reply"])
    return make_conversation(make_post(source, author=make_author(world.acme)))


@pytest.mark.parametrize(("lines", "fits"), [(246, True), (247, False)])  # "@carol " is counted, too
def test_counted_as_the_page_counts(world: World, talk: Conversation, lines: int, fits: bool) -> None:
    words = "\r\n".join(["x"] * lines) + "x"
    assert composing.measure(talk.source, talk.posts.get(), words).fits is fits
    assert (composer.preview(talk, talk.posts.get(), words).says == "") is fits


def test_sent_as_it_was_meant(world: World, talk: Conversation) -> None:
    fields = {"text": SENT, "post": talk.posts.get().pk, "nonce": "a", "seen_row": 0, "seen_post": 0, "then": "open"}
    for _ in range(2):  # a double click
        answer = world.client().post(reverse("engage:reply", args=["acme", talk.pk]), fields)
        assert answer.status_code == 303
    assert not Draft.everywhere.filter(sent=None).exists()
    assert Outbox.everywhere.get().text == MEANT


@pytest.mark.parametrize("late", [True, False])
def test_no_draft_stays_behind(world: World, talk: Conversation, late: bool) -> None:
    """`late`: the last pause was kept by a request that the window no longer heard the answer of."""
    first = drafts.save(talk, world.alice, "One\nTw", now=timezone.now())
    if late:
        drafts.save(talk, world.alice, "One\nTwo", now=timezone.now(), draft=first.draft, version=first.version)
    wish = Wish(SENT, draft=first.draft, draft_version=first.version)
    say(talk, talk.posts.get(), wish, by=world.alice)
    assert drafts.save(talk, world.alice, "One\nTwo\nThr", now=timezone.now()).draft == 0  # it comes after the reply
    assert not Draft.everywhere.filter(sent=None).exists()


def test_who_approves_changes_no_word(world: World, talk: Conversation) -> None:
    rule = Approving.everywhere.create(workspace=world.acme, up_to="responder")
    rule.approvers.set([world.roles[Role.MANAGER]])
    say(talk, talk.posts.get(), Wish(SENT), by=world.roles[Role.RESPONDER])
    row = Approval.everywhere.get()
    approvals.vote(row, by=world.roles[Role.MANAGER], yes=True, text=SENT)
    assert Approval.everywhere.get().edited == ""
    assert Outbox.everywhere.get().text == MEANT
