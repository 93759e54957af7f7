"""The pages about sources: nothing typed is lost, nothing secret is shown, nothing untried is saved."""

import logging
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from hubbub.listen.trying import Kept, open_kept, seal_kept, server, without_password
from hubbub.store.models import Audit, Role, Source
from tests.listen.conftest import Shed
from tests.world import NOON, World, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NEW = "/w/acme/listen/sources/new/"
SECRET = "correct horse battery"
TYPED = {"kind": "shed", "set-url": "https://a.example/x", "set-user": "ann", "set-password": SECRET, "do": "try"}


def sealed_in(page: str) -> str:
    found = re.search(r'name="sealed" value="([^"]+)"', page)
    return found[1] if found else ""


def test_every_kind_can_be_chosen(world: World, shed: Shed) -> None:
    page = world.client().get(NEW).content.decode()
    for kind in ("feed", "files", "wordpress", "shed"):
        assert f"?kind={kind}" in page
        assert world.client().get(f"{NEW}?kind={kind}").status_code == 200


def test_an_unknown_kind_is_not_found(world: World) -> None:
    assert world.client().get(f"{NEW}?kind=nonsense").status_code == 404


def test_a_try_shows_what_was_found_and_saves_nothing(world: World, shed: Shed) -> None:
    page = world.client().post(NEW, TYPED).content.decode()
    assert "One post is there." in page
    assert "&lt;b&gt;hello&lt;/b&gt;" in page
    assert "hide, reply" in page
    assert shed.asked[-1]["password"] == SECRET
    assert not Source.of(world.acme).exists()


def test_a_tried_form_is_saved_without_typing_the_secret_again(world: World, shed: Shed) -> None:
    client = world.client()
    tried = client.post(NEW, TYPED).content.decode()
    again = {**TYPED, "set-password": "", "sealed": sealed_in(tried), "do": "save"}
    saved = client.post(NEW, again)
    source = Source.of(world.acme).get()
    assert (saved.status_code, saved["Location"]) == (303, f"/w/acme/listen/sources/{source.pk}/")
    assert (source.name, source.owned, source.can, source.account) == ("The shed", True, ["hide", "reply"], "me")
    assert source.whole_settings()["password"] == SECRET


@pytest.mark.parametrize(
    ("typed", "says", "asked"),
    [
        ({"set-url": "https://a.example/gone"}, "It does not work like this.", 1),
        ({"set-url": "https://a.example/busy"}, "It did not answer this time.", 1),
        ({"set-url": ""}, "This field is required.", 0),
        ({"set-mood": "angry"}, "Select a valid choice", 0),
    ],
)
@pytest.mark.parametrize("do", ["try", "save"])
def test_what_does_not_work_is_said_at_the_form(
    world: World, shed: Shed, typed: dict[str, str], says: str, asked: int, do: str
) -> None:
    answer = world.client().post(NEW, {**TYPED, **typed, "do": do})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    assert 'value="ann"' in page, "what was typed is still there"
    assert sealed_in(page), "and so is the secret, sealed"
    assert SECRET not in page
    assert len(shed.asked) == asked
    assert not Source.of(world.acme).exists()


def test_a_needed_secret_is_asked_for(world: World, shed: Shed) -> None:
    assert world.client().post(NEW, {**TYPED, "set-password": ""}).status_code == 422
    assert not shed.asked


def test_secrets_stand_nowhere(world: World, shed: Shed, caplog: pytest.LogCaptureFixture) -> None:
    """Not in a page, not in the log, not in the audit log, not in a message; from the first try to the deletion."""
    client = world.client()
    caplog.set_level(logging.DEBUG)
    pages = [client.post(NEW, {**TYPED, "set-url": "https://a.example/gone"})]
    pages += [client.post(NEW, {**TYPED, "set-url": f"https://ann:{SECRET}@a.example/x".replace(" ", "+")})]
    pages += [client.post(NEW, {**TYPED, "do": "save"}, follow=True)]
    source = Source.of(world.acme).get()
    here = f"/w/acme/listen/sources/{source.pk}/"
    pages += [client.get(f"{here}edit/"), client.post(f"{here}edit/", {**TYPED, "set-mood": "loud"})]
    pages += [client.post(f"{here}edit/", {**TYPED, "do": "save"}, follow=True), client.get(here)]
    pages += [client.get("/w/acme/listen/sources/"), client.post(f"{here}delete/", {"why": ""}, follow=True)]
    for page in pages:
        text = page.content.decode()
        assert SECRET not in text
        assert SECRET.replace(" ", "+") not in text
    assert SECRET not in caplog.text
    for act in Audit.of(world.acme):
        assert SECRET not in f"{act.before} {act.after} {act.why} {act.noun_name}"


def test_an_address_with_a_password_is_kept_as_a_secret(world: World, shed: Shed) -> None:
    client = world.client()
    whole = "https://ann:hush@a.example/x"
    page = client.post(NEW, {**TYPED, "set-url": whole}).content.decode()
    assert 'value="https://a.example/x"' in page
    client.post(NEW, {**TYPED, "set-url": "https://a.example/x", "sealed": sealed_in(page), "do": "save"})
    source = Source.of(world.acme).get()
    assert source.settings["url"] == "https://a.example/x"
    assert source.whole_settings()["url"] == whole
    assert shed.asked[-1]["url"] == whole


def saved(world: World, shed: Shed) -> tuple[Source, str]:
    world.client().post(NEW, {**TYPED, "set-pin": "4711", "do": "save"})
    source = Source.of(world.acme).get()
    return source, f"/w/acme/listen/sources/{source.pk}/edit/"


@pytest.mark.parametrize(
    ("typed", "status", "secrets"),
    [
        ({}, 303, {"password": SECRET, "pin": "4711"}),
        ({"set-password": "new"}, 303, {"password": "new", "pin": "4711"}),
        ({"forget-pin": "on"}, 303, {"password": SECRET}),
        ({"set-url": "https://a.example/y"}, 303, {"password": SECRET, "pin": "4711"}),
        ({"set-url": "https://evil.example/x"}, 422, {"password": SECRET, "pin": "4711"}),
        ({"set-url": "http://a.example/x"}, 422, {"password": SECRET, "pin": "4711"}),
        ({"set-url": "https://a.example:8443/x"}, 422, {"password": SECRET, "pin": "4711"}),
        (
            {"set-url": "https://b.example/x", "set-password": "new", "forget-pin": "on"},
            303,
            {"password": "new"},
        ),
    ],
)
def test_kept_secrets_stay_and_go_to_no_other_server(
    world: World, shed: Shed, typed: dict[str, str], status: int, secrets: dict[str, str]
) -> None:
    source, edit = saved(world, shed)
    shed.asked.clear()
    answer = world.client().post(edit, {**TYPED, "set-password": "", "do": "save", **typed})
    assert answer.status_code == status
    assert len(shed.asked) == (1 if status == 303 else 0)
    source.refresh_from_db()
    whole = source.whole_settings()
    assert {name: whole[name] for name in ("password", "pin") if name in whole} == secrets


def test_a_lost_sealing_key_asks_for_the_secret_anew(world: World, shed: Shed, settings: Any) -> None:
    _, edit = saved(world, shed)
    settings.SEALING_KEY = "another key, another key, another key"
    assert world.client().get(edit).status_code == 200
    assert world.client().post(edit, {**TYPED, "set-password": ""}).status_code == 422


@pytest.mark.parametrize(
    ("kind", "whose", "later", "opens"),
    [
        ("shed", "alice", timedelta(hours=1), True),
        ("shed", "alice", timedelta(hours=3), False),
        ("feed", "alice", timedelta(hours=1), False),
        ("shed", "bob", timedelta(hours=1), False),
    ],
)
def test_what_a_form_keeps_opens_for_its_member_alone(
    world: World, kind: str, whose: str, later: timedelta, opens: bool
) -> None:
    kept = Kept(secrets={"password": "hush"})
    sealed = seal_kept(kept, kind="shed", member=world.alice, now=NOON)
    member = world.alice if whose == "alice" else world.bob
    assert "hush" not in sealed
    assert (open_kept(sealed, kind=kind, member=member, now=NOON + later) == kept) is opens


@pytest.mark.parametrize("forged", ["x", "gAAAAA==", "é", '{"kept":{}}'])
def test_a_forged_seal_holds_nothing(world: World, forged: str) -> None:
    assert open_kept(forged, kind="shed", member=world.alice, now=NOON) == Kept()


@pytest.mark.parametrize(
    ("address", "shown", "to"),
    [
        ("https://a.example/x", "https://a.example/x", "https://a.example:"),
        ("https://u:p@a.example/x", "https://a.example/x", "https://a.example:"),
        ("u:p@a.example/x", "a.example/x", "https://a.example:"),
        ("https://medium.com/@ann/feed", "https://medium.com/@ann/feed", "https://medium.com:"),
        ("http://a.example:81", "http://a.example:81", "http://a.example:81"),
    ],
)
def test_addresses(address: str, shown: str, to: str) -> None:
    assert (without_password(address), server(shown)) == (shown, to)


def upload(name: str = "export.csv", content: bytes = b"id,text\n1,I like acme\n2,\n") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/csv")


def test_a_file_is_tried_then_saved_without_uploading_it_again(world: World, uploads: Path) -> None:
    client = world.client()
    page = client.post(NEW, {"kind": "files", "set-file": upload(), "do": "try"}).content.decode()
    assert "export.csv" in page
    [path] = (uploads / str(world.acme.pk)).iterdir()
    assert path.name not in page
    assert client.post(NEW, {"kind": "files", "sealed": sealed_in(page), "do": "save"}).status_code == 303
    source = Source.of(world.acme).get()
    assert source.settings["file"] == str(path)
    assert source.name == "export"
    for url in ("", "edit/"):
        here = client.get(f"/w/acme/listen/sources/{source.pk}/{url}").content.decode()
        assert "export.csv" in here
        assert str(uploads) not in here


@pytest.mark.parametrize("field", ["set-file", "file", "set-file_name", "settings"])
def test_a_path_never_comes_from_the_page(world: World, uploads: Path, tmp_path: Path, field: str) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("id,text\n1,top secret\n")
    answer = world.client().post(NEW, {"kind": "files", field: str(secret), "do": "save"})
    assert answer.status_code == 422
    assert b"top secret" not in answer.content
    assert not Source.of(world.acme).exists()


def test_a_hostile_file_name_leads_nowhere(world: World, uploads: Path) -> None:
    file = upload()
    file._name = "../../../etc/cron.d/evil.csv"
    world.client().post(NEW, {"kind": "files", "set-file": file, "do": "save"})
    source = Source.of(world.acme).get()
    assert Path(source.settings["file"]).parent == uploads / str(world.acme.pk)
    assert source.settings["file_name"] == "evil.csv"


@pytest.mark.parametrize(
    ("more", "words", "polls"),
    [
        ({"last_success": NOON}, "Listening", False),
        ({"error": "a.example answered 503."}, "a.example answered 503.", False),
        ({"state": "broken", "error": "answered 404"}, "Needs a look", False),
        ({"state": "paused"}, "Paused", False),
        ({"state": "finished"}, "Read to the end", False),
        ({"done": 30, "total": 120}, "25 %", False),
        ({"due": NOON}, "Not read yet", True),
        ({"lease_until": NOON + timedelta(days=36500)}, "Not read yet", True),
        ({"refused_count": 3, "refused": [{"where": "line 7", "why": "<i>no id</i>"}]}, "&lt;i&gt;no id", False),
    ],
)
def test_how_a_source_does(world: World, more: dict[str, object], words: str, polls: bool) -> None:
    source = make_source(world.acme, **more)
    page = world.client(world.roles[Role.VIEWER]).get(f"/w/acme/listen/sources/{source.pk}/").content.decode()
    assert words in page
    assert ("hx-trigger" in page) is polls
    assert "Read now" not in page, "a viewer is shown no button that refuses"
    assert world.client().get("/w/acme/listen/sources/").status_code == 200


def test_pausing_can_be_undone(world: World) -> None:
    source = make_source(world.acme)
    client = world.client()
    client.post("/w/acme/listen/sources/act/", {"source": [source.pk], "do": "pause"})
    source.refresh_from_db()
    assert source.state == "paused"
    page = client.get("/w/acme/listen/sources/").content.decode()
    assert "1 source paused." in page
    client.post("/w/acme/listen/sources/act/", {"source": [source.pk], "do": "resume", "why": "undone"})
    source.refresh_from_db()
    assert source.state == "active"
    assert [act.verb for act in Audit.of(world.acme).order_by("id")] == ["pause", "resume"]


def test_deleting_asks_and_says_how_many_posts_go(world: World) -> None:
    source = make_source(world.acme)
    for number in range(3):
        make_post(source, number=number)
    here = f"/w/acme/listen/sources/{source.pk}/delete/"
    assert "3 posts" in world.client().get(here).content.decode()
    assert Source.of(world.acme).exists()
    assert world.client(world.roles[Role.MODERATOR]).post(here).status_code == 403
    assert world.client().post(here, {"why": "mistake"}).status_code == 303
    assert not Source.of(world.acme).exists()
    assert Audit.of(world.acme).get().why == "mistake"


def test_read_now(world: World) -> None:
    source = make_source(world.acme)
    world.client().post(f"/w/acme/listen/sources/{source.pk}/read-now/")
    source.refresh_from_db()
    assert source.due <= timezone.now()
