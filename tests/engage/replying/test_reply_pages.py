"""The composer's form, its files, the outbox's pages, the settings, as a browser without script sees them."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from hubbub.engage.replying import actions, own_actions
from hubbub.engage.replying.actions import Wish
from hubbub.store import attachments
from hubbub.store.models import Approving, Attachment, Audit, Conversation, Hours, Outbox, Replying, Role
from tests.engage.test_pages import form_of
from tests.pictures import png
from tests.world import World, make_author, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def talk(world: World) -> Conversation:
    source = make_source(world.acme, kind="mastodon", can=["reply", "message", "edit", "delete"])
    return make_conversation(make_post(source, author=make_author(world.acme)))


def at(name: str, *args: object, query: str = "") -> str:
    return reverse(f"engage:{name}", args=["acme", *args]) + query


def send(world: World, talk: Conversation, who: Role = Role.ADMIN, **fields: object) -> tuple[int, str]:
    client = world.client(world.roles[who])
    hidden = form_of(client.get(at("conversation", talk.pk)).content.decode())
    answer = client.post(at("reply", talk.pk), {**hidden, "text": "Thanks", "then": "waiting", **fields})
    page = client.get(answer.headers["Location"]) if answer.status_code == 303 else answer
    return answer.status_code, page.content.decode()


def test_what_was_sent_can_be_called_back_for_a_moment(world: World, talk: Conversation) -> None:
    status, page = send(world, talk)
    assert status == 303
    assert "Goes out in 10 seconds." in page
    row = Outbox.everywhere.get()
    assert row.due > timezone.now() + timedelta(seconds=5)
    answer = world.client().post(at("outbox_drop", row.pk), {"next": at("conversation", talk.pk)}, follow=True)
    page = answer.content.decode()
    assert "It is your draft again" in page
    assert ">Thanks</textarea>" in page


@pytest.mark.parametrize(
    ("fields", "status", "says"),
    [
        ({"when": "at", "at": "2100-01-01T09:30"}, 422, "more than a year away"),
        ({"when": "at", "at": "soon"}, 422, "Choose a day and a time"),
        ({"when": "at", "at": f"{timezone.now() + timedelta(days=3):%Y-%m-%dT09:30}"}, 303, "Goes at"),
        ({"when": "awake"}, 303, "Goes"),
        ({"verb": "message"}, 303, "Goes out in 10 seconds"),
        ({"text": "word " * 200}, 422, "Send it as 3 replies"),
        ({"text": "word " * 200, "in_parts": "on"}, 303, "follows the part before it"),
        ({"act": "preview", "text": "Look at https://example.org"}, 200, "As it would stand there"),
        ({"verb": "fax"}, 422, "not complete"),
    ],
)
def test_ways_to_send(world: World, talk: Conversation, fields: dict[str, object], status: int, says: str) -> None:
    got, page = send(world, talk, **fields)
    assert got == status
    assert says in page
    assert Outbox.everywhere.exists() is (status == 303)


def test_what_was_said_to_us_alone_is_marked_and_answered_to_them_alone(world: World, talk: Conversation) -> None:
    talk.posts.update(type="message")
    page = world.client().get(at("conversation", talk.pk)).content.decode()
    assert page.count(">private</span>") == 2  # at the post, and beside the way it is answered
    assert "seen by everybody" not in page
    status, page = send(world, talk)
    assert status == 303
    assert Outbox.everywhere.get().verb == "message"
    assert page.count(">private</span>") == 3  # and at the answer


def test_files_survive_a_refusal(world: World, talk: Conversation) -> None:
    file = SimpleUploadedFile("lid.png", png(), content_type="text/html")
    status, page = send(world, talk, text=" ", when="at", at="x", files=file)
    assert status == 422
    kept = Attachment.everywhere.get()
    assert f'name="file" value="{kept.pk}"' in page
    status, _ = send(world, talk, file=kept.pk, **{f"alt-{kept.pk}": "A blue lid"})
    assert status == 303
    assert [(one.name, one.alt) for one in Outbox.everywhere.get().attachments.all()] == [("lid.png", "A blue lid")]


@pytest.mark.parametrize(
    ("name", "data", "kind", "how"),
    [
        ("lid.png", png(), "image/png", "inline"),
        ("page.html", b"<script>alert(1)</script>", "application/octet-stream", "attachment"),
        ("lid.png", b"<svg onload=alert(1)>", "application/octet-stream", "attachment"),
    ],
)
def test_files_are_given_back_safely(world: World, name: str, data: bytes, kind: str, how: str) -> None:
    client = world.client()
    added = client.post(at("file_add"), {"file": SimpleUploadedFile(name, data, content_type="image/png")})
    answer = client.get(at("file", added.json()["id"]))
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["Content-Disposition"].startswith(how)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert b"".join(answer.streaming_content) == data
    assert world.client(world.bob).get(at("file", added.json()["id"])).status_code == 404


def test_a_file_that_is_gone_says_so(world: World) -> None:
    row = attachments.keep(world.acme, "a.txt", b"x", by=world.alice)
    attachments.path_of(row).unlink()
    assert world.client().get(at("file", row.pk)).status_code == 410
    assert world.client().post(at("file_add")).status_code == 422


def test_the_preview_comes_alone(world: World, talk: Conversation) -> None:
    given = {"post": talk.posts.get().pk, "text": "word " * 200}
    page = world.client().post(at("reply_preview", talk.pk), given).content.decode()
    assert "in 3 parts" in page
    assert "<html" not in page


def test_changed_in_the_outbox(world: World, talk: Conversation) -> None:
    later = timezone.now() + timedelta(days=2)
    row = actions.say(talk, talk.posts.get(), Wish("Thanks", at=later, timing="chosen"), by=world.alice)
    client = world.client()
    page = client.get(at("outbox", query="?state=scheduled")).content.decode()
    assert "goes later" in page
    assert at("outbox_change", row.pk) in page
    assert ">Thanks</textarea>" in client.get(at("outbox_change", row.pk)).content.decode()
    assert client.post(at("outbox_change", row.pk), {"text": "", "at": ""}).status_code == 422
    assert client.post(at("outbox_change", row.pk), {"text": "Thank you", "at": ""}).status_code == 303
    row.refresh_from_db()
    assert (row.text, row.at) == ("Thank you", None)


def read_of(page: str) -> str:
    return re.findall(r'name="read" value="(\w+)"', page)[0]


def test_a_form_that_another_has_overtaken_writes_nothing_over(world: World, talk: Conversation) -> None:
    row = actions.say(talk, talk.posts.get(), Wish("Thanks", at=timezone.now() + timedelta(days=2)), by=world.alice)
    client, there = world.client(), at("outbox_change", row.pk)
    read = read_of(client.get(there).content.decode())
    assert client.post(there, {"read": read, "text": "Thank you", "at": ""}).status_code == 303
    answer = client.post(there, {"read": read, "text": "Many thanks", "at": ""})
    page = answer.content.decode()
    assert (answer.status_code, "Somebody changed it" in page) == (422, True)
    assert (">Many thanks</div>" in page, ">Thank you</textarea>" in page) == (True, True)
    assert Outbox.everywhere.get().text == "Thank you"
    assert client.post(there, {"read": read_of(page), "text": "Many thanks", "at": ""}).status_code == 303


def test_an_edit_that_is_called_back_is_a_draft(world: World, talk: Conversation) -> None:
    actions.reply(talk, talk.posts.get(), "Thanks", by=world.alice)
    Outbox.everywhere.update(state="sent", sent=timezone.now(), result_id="77")
    made = own_actions.edit(Outbox.everywhere.get(), "Thank you", by=world.alice, why="a slip")
    page = world.client().post(at("outbox_drop", made.pk), follow=True).content.decode()
    assert ("Called back" in page, "your draft" in page) == (True, True)


@pytest.mark.parametrize("state", ["held", "sent"])
def test_a_page_of_the_outbox_costs_the_same_for_many(world: World, talk: Conversation, state: str) -> None:
    rule, member = Approving.everywhere.create(workspace=world.acme), world.roles[Role.RESPONDER]
    rule.approvers.set([world.alice])
    costs = []
    for many in (2, 8):
        for number in range(many):
            actions.say(talk, talk.posts.get(), Wish(f"Thanks {many} {number}"), by=member)
        Outbox.everywhere.update(state=state)
        with CaptureQueriesContext(connection) as asked:
            assert world.client().get(at("outbox")).status_code == 200
        costs.append(len(asked))
    assert costs[0] == costs[1]


def test_what_was_overtaken_is_sent_nevertheless(world: World, talk: Conversation) -> None:
    row = actions.reply(talk, talk.posts.get(), "Thanks", by=world.alice)
    Outbox.everywhere.update(state="held", held_for="overtaken", error="They wrote again after this was written")
    page = world.client().get(at("conversation", talk.pk)).content.decode()
    assert "They wrote again after this was written" in page
    assert "Send it nevertheless" in page
    world.client().post(at("outbox_send", row.pk))
    assert Outbox.everywhere.get().state == "waiting"


def test_an_answer_that_stands_there(world: World, talk: Conversation) -> None:
    row = actions.reply(talk, talk.posts.get(), "Thanks", by=world.alice)
    Outbox.everywhere.update(state="sent", sent=timezone.now(), result_id="77")
    client = world.client()
    assert "seen there" not in client.get(at("outbox")).content.decode()
    make_post(talk.source, "Thanks", 77, ours=True, conversation=talk)
    assert "seen there" in client.get(at("outbox")).content.decode()
    page = client.get(at("conversation", talk.pk)).content.decode()
    assert at("outbox_own", row.pk) in page
    nonce = re.search(r'name="nonce" value="([^"]+)"', client.get(at("outbox_own", row.pk)).content.decode())
    assert nonce
    assert client.post(at("outbox_own", row.pk), {"text": "Thank you", "why": ""}).status_code == 422
    for _ in range(2):  # a double click
        client.post(at("outbox_own", row.pk), {"text": "Thank you", "why": "Kinder", "nonce": nonce[1]})
    made = Outbox.everywhere.get(verb="edit")
    assert (made.text, made.why, made.follows) == ("Thank you", "Kinder", row)


@pytest.mark.parametrize(
    ("who", "fields", "status", "kept"),
    [
        (Role.MANAGER, {"undo_seconds": 0, "awake_from": 6, "awake_to": 22}, 303, True),
        (Role.MANAGER, {"undo_seconds": 61, "awake_from": 6, "awake_to": 22}, 422, False),
        (Role.MODERATOR, {"undo_seconds": 0, "awake_from": 6, "awake_to": 22}, 403, False),
    ],
)
def test_settings(world: World, who: Role, fields: dict[str, int], status: int, kept: bool) -> None:
    assert world.client(world.roles[who]).post(at("replying"), fields).status_code == status
    assert Replying.everywhere.filter(undo_seconds=0, awake_to=22).exists() is kept
    assert Audit.everywhere.filter(noun="replying").exists() is kept
    assert world.client(world.roles[Role.VIEWER]).get(at("replying")).status_code == 200


def test_who_needs_approval_is_told_before(world: World, talk: Conversation) -> None:
    rule = Approving.everywhere.create(workspace=world.acme, up_to="responder")
    rule.approvers.set([world.alice])
    client = world.client(world.roles[Role.RESPONDER])
    page = client.get(at("conversation", talk.pk)).content.decode()
    assert "Waits for approval by Alice." in page
    assert "Ask for approval" in page
    status, page = send(world, talk, Role.RESPONDER)
    assert status == 303
    assert "waits for approval" in page


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"when": "at", "at": "0001-01-01T00:00"}, "Choose a day and a time"),
        ({"when": "at", "at": "9999-12-31T23:59-12:00"}, "Choose a day and a time"),
        ({"seen": "9" * 30, "when": "awake"}, "The form was not complete"),
        ({"post": "9" * 5000}, "The form was not complete"),
    ],
)
def test_nonsense_in_a_field_is_refused_in_words(
    world: World, talk: Conversation, fields: dict[str, object], says: str
) -> None:
    Hours.everywhere.create(workspace=world.acme, name="Ours", zone="Asia/Tokyo", week=[""] * 7, standard=True)
    status, page = send(world, talk, **fields)
    assert (status, says in page) == (422, True)
    assert not Outbox.everywhere.exists()


def test_the_time_is_told_by_the_clock_that_it_was_chosen_by(world: World, talk: Conversation) -> None:
    Hours.everywhere.create(workspace=world.acme, name="Ours", zone="Asia/Tokyo", week=[""] * 7, standard=True)
    day = timezone.now() + timedelta(days=3)
    _, page = send(world, talk, when="at", at=f"{day:%Y-%m-%dT09:30}")
    assert f"{day:%-d %b %Y}, 09:30 (Asia/Tokyo)" in page
