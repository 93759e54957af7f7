"""Files of a reply: they stay with their writer's draft until they leave; nobody else sees or changes them before."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hubbub.engage.replying import file_actions, outbox_actions
from hubbub.engage.replying.actions import Wish, say
from hubbub.store import attachments, drafts
from hubbub.store.models import Approval, Approving, Attachment, Audit, Conversation, Draft, Outbox, Planned, Role
from tests.pictures import png
from tests.world import World, make_author, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def talk(world: World) -> Conversation:
    source = make_source(world.acme, kind="mastodon", can=["reply"])
    return make_conversation(make_post(source, author=make_author(world.acme)))


def attach(world: World, name: str = "lid.png", who: Role = Role.ADMIN) -> Attachment:
    return file_actions.attach(world.acme, name, png(), by=world.roles[who])


def form(talk: Conversation, **more: object) -> dict[str, object]:
    target = talk.posts.filter(ours=False)[0].pk
    return {"post": target, "nonce": "n", "seen_row": 0, "seen_post": 0, "then": "waiting", "text": "", **more}


def send(client: Client, talk: Conversation, **more: object) -> tuple[int, str]:
    answer = client.post(reverse("engage:reply", args=["acme", talk.pk]), form(talk, **more))
    return answer.status_code, answer.content.decode()


def held(talk: Conversation, world: World) -> list[list[str]]:
    return [sorted(one.name for one in row.attachments.all()) for row in drafts.of(talk, world.alice)]


def page(world: World, talk: Conversation) -> str:
    return world.client().get(reverse("engage:conversation", args=["acme", talk.pk])).content.decode()


@pytest.mark.parametrize(
    ("more", "status", "names"),
    [
        ({"text": "", "act": "preview"}, 200, ["lid.png"]),  # nothing is written yet
        ({"text": "Look", "act": "preview"}, 200, ["lid.png"]),
        ({"text": "x" * 600}, 422, ["lid.png"]),
        ({"text": "Look", "then": "nonsense"}, 422, ["lid.png"]),
        ({"text": "Look", "post": 987654}, 422, ["lid.png"]),
        ({"text": "Look", "when": "at", "at": "never"}, 422, ["lid.png"]),
        ({"text": "Look"}, 409, ["lid.png"]),  # a colleague was quicker
    ],
)
def test_a_refused_form_keeps_them_without_a_script(
    world: World, talk: Conversation, more: dict[str, object], status: int, names: list[str]
) -> None:
    if status == 409:
        say(talk, talk.posts.get(), Wish("Mine"), by=world.roles[Role.RESPONDER])
    new = SimpleUploadedFile("lid.png", png())
    got, shown = send(world.client(), talk, files=[new], **more)
    assert (got, "lid.png" in shown) == (status, True)
    assert held(talk, world) == [names]
    assert all(name in page(world, talk) for name in names)  # its writer left, and comes back


def test_one_that_is_unfit_takes_no_other_away(world: World, talk: Conversation) -> None:
    before = attach(world, "before.png")
    new = [SimpleUploadedFile("good.png", png()), SimpleUploadedFile("empty.png", b"")]
    status, shown = send(world.client(), talk, text="Look", file=[before.pk], files=new)
    assert (status, "is empty" in shown) == (422, True)
    assert held(talk, world) == [["before.png", "good.png"]]


def test_nothing_leaves_without_a_file_that_is_gone(world: World, talk: Conversation) -> None:
    here, theirs = attach(world), attach(world, "theirs.png", Role.MODERATOR)
    for gone in (987654, theirs.pk):
        status, shown = send(world.client(), talk, text="Look", file=[here.pk, gone])
        assert (status, "attach it again" in shown) == (422, True)
    assert not Outbox.everywhere.exists()
    assert held(talk, world) == [["lid.png"]]


def test_taken_off_without_a_script(world: World, talk: Conversation) -> None:
    one, two = attach(world, "one.png"), attach(world, "two.png")
    shown = send(world.client(), talk, text="Look", file=[one.pk, two.pk], off=[one.pk], act="preview")[1]
    assert ("one.png" in shown, "two.png" in shown) == (False, True)
    assert held(talk, world) == [["two.png"]]


def test_kept_as_they_are_chosen_and_gone_when_sent(world: World, talk: Conversation) -> None:
    one, foreign, client = attach(world), attach(world, "theirs.png", Role.MODERATOR), world.client()
    save = reverse("engage:draft", args=["acme", talk.pk])
    kept = client.post(save, {"text": "", "kept": f"{one.pk},{foreign.pk},x", f"alt-{one.pk}": "A lid"}).json()
    assert held(talk, world) == [["lid.png"]]
    assert 'value="A lid"' in page(world, talk)
    fields = {"draft": kept["draft"], "draft_version": kept["version"]}
    again = client.post(save, {"text": "Look", **fields}).json()  # who knows nothing of files takes none away
    assert held(talk, world) == [["lid.png"]]
    fields = {"draft": again["draft"], "draft_version": again["version"], f"alt-{one.pk}": "A lid"}
    assert send(client, talk, text="Look", file=[one.pk], **fields)[0] == 303
    assert held(talk, world) == []
    assert Outbox.everywhere.get().attachments.get() == one
    assert not Audit.everywhere.filter(verb="tell").exists()
    outbox_actions.drop(Outbox.everywhere.get(), by=world.alice)
    assert held(talk, world) == [["lid.png"]]


def test_thrown_away_and_brought_back(world: World, talk: Conversation) -> None:
    one, client = attach(world), world.client()
    kept = drafts.save(talk, world.alice, "Look", now=timezone.now(), files=[one.pk])
    client.post(reverse("engage:draft_forget", args=["acme", talk.pk]), {"forget": kept.draft})
    assert held(talk, world) == []
    undo = client.get(reverse("engage:conversation", args=["acme", talk.pk])).content.decode()
    assert f'name="kept" value="{one.pk}"' in undo
    client.post(reverse("engage:draft", args=["acme", talk.pk]), {"text": "Look", "kept": f"{one.pk}", "back": "1"})
    assert held(talk, world) == [["lid.png"]]


@pytest.mark.parametrize(
    ("text", "files", "stand"),
    [
        ("Look", [1], [["lid.png"], ["one.png"]]),  # neither window saw the other's file
        ("Look", [0, 1], [["lid.png", "one.png"]]),  # all that stood there, and more
        ("Look at this", [0], [["lid.png"]]),
        ("Look", [], [["lid.png"]]),
        ("", [], [["lid.png"]]),
    ],
)
def test_no_window_takes_away_a_file_that_it_has_not_seen(
    world: World, talk: Conversation, text: str, files: list[int], stand: list[list[str]]
) -> None:
    rows = [attach(world), attach(world, "one.png")]
    kept = drafts.save(talk, world.alice, "Look", now=timezone.now())
    now = {"now": timezone.now(), "draft": kept.draft, "version": kept.version}
    drafts.save(talk, world.alice, "Look", files=[rows[0].pk], **now)
    drafts.save(talk, world.alice, text, files=[rows[one].pk for one in files], **now)
    assert sorted(held(talk, world)) == stand


def test_a_reply_takes_no_draft_with_other_files_away(world: World, talk: Conversation) -> None:
    one = attach(world)
    drafts.save(talk, world.alice, "Look", now=timezone.now(), files=[one.pk])
    say(talk, talk.posts.get(), Wish("Look at this"), by=world.alice)
    assert held(talk, world) == [["lid.png"]]


def test_cleaned_up_after_their_draft(world: World, talk: Conversation) -> None:
    one, now = attach(world), timezone.now()
    drafts.save(talk, world.alice, "", now=now, files=[one.pk])
    late = now + drafts.KEPT - timedelta(days=1)
    assert not drafts.sweep(late)
    attachments._LOOKED.clear()
    assert not attachments.sweep(late)
    late = now + drafts.KEPT + timedelta(days=1)
    assert drafts.sweep(late)
    attachments._LOOKED.clear()
    assert attachments.sweep(late)
    assert not Attachment.everywhere.exists()
    assert not attachments.path_of(one).exists()


@pytest.mark.parametrize(("data", "says"), [(b"\x1aE\xdf\xa3film", "its subtitles stays"), (png(), "")])
def test_what_a_file_may_still_tell_is_said_before_it_leaves(
    world: World, talk: Conversation, data: bytes, says: str
) -> None:
    client, url = world.client(), reverse("engage:file_add", args=["acme"])
    kept = client.post(url, {"file": SimpleUploadedFile("a", data)}).json()
    assert says in kept["keeps"]
    assert bool(kept["keeps"]) is bool(says)
    shown = send(client, talk, text="Look", file=[kept["id"]], act="preview")[1]
    assert ("its subtitles stays" in shown) is bool(says)
    assert "videos, sound and documents may still tell it" in shown


@pytest.mark.parametrize(
    ("where", "who", "status"),
    [
        ("draft", Role.ADMIN, 200),
        ("draft", Role.MANAGER, 404),
        ("nowhere", Role.MANAGER, 404),
        ("outbox", Role.VIEWER, 200),
        ("calendar", Role.VIEWER, 200),
    ],
)
def test_a_file_in_a_draft_is_its_writers(world: World, talk: Conversation, where: str, who: Role, status: int) -> None:
    one = attach(world)
    if where == "draft":
        drafts.save(talk, world.alice, "Look", now=timezone.now(), files=[one.pk])
    elif where == "outbox":
        say(talk, talk.posts.get(), Wish("Look", files=[one.pk]), by=world.alice)
    elif where == "calendar":
        now = timezone.now()
        Planned.everywhere.create(workspace=world.acme, title="x", created=now, changed=now).attachments.add(one)
    url = reverse("engage:file", args=["acme", one.pk])
    assert world.client(world.roles[who]).get(url).status_code == status


def test_what_was_approved_is_told_of_as_it_was(world: World, talk: Conversation) -> None:
    """The same file in another form: what that says of it does not change what waits, or has left."""
    rule = Approving.everywhere.create(workspace=world.acme)
    rule.approvers.set([world.roles[Role.MANAGER]])
    one, client = attach(world), world.client()
    send(client, talk, text="Look", file=[one.pk], **{f"alt-{one.pk}": "A lid"})
    shown = world.client(world.roles[Role.MANAGER]).get(
        reverse("engage:approval", args=["acme", Approval.everywhere.get().pk])
    )
    assert "A lid" in shown.content.decode()
    send(client, talk, text="Look", file=[one.pk], act="preview", **{f"alt-{one.pk}": "Something else"})
    client.post(reverse("engage:draft", args=["acme", talk.pk]), {"text": "x", "kept": one.pk, f"alt-{one.pk}": "Else"})
    one.refresh_from_db()
    assert one.alt == "A lid"
    assert [row.alt for row in Attachment.everywhere.exclude(pk=one.pk)] == ["Something else"]
    assert Draft.everywhere.filter(sent=None).exists()
