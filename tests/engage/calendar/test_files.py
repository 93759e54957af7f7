"""Which files leave with which version: those of all networks, unless somebody chose others, or none, for one."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from selectolax.lexbor import LexborHTMLParser

from hubbub.engage.calendar import actions, forms
from hubbub.engage.replying import file_actions
from hubbub.store.models import Attachment, Audit, Planned, Role
from hubbub.store.planned import leaving
from hubbub.store.planned_approval import fingerprint
from tests.furnished import make_token
from tests.pictures import png
from tests.world import World

from .planning import networks

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NEW = "/w/acme/engage/calendar/new/"


def picture(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, png(len(name)))


def form_on(page: str) -> dict[str, list[str]]:
    """What a browser would send of the editor's form as it stands."""
    found: dict[str, list[str]] = {}
    for one in LexborHTMLParser(page).css("form.composer input, form.composer textarea, form.composer select"):
        held, kind = one.attributes, one.attributes.get("type")
        name, value = held.get("name"), held.get("value") or ""
        if not name or kind == "file" or (kind == "checkbox" and "checked" not in held):
            continue
        if one.tag == "select":
            chosen = one.css_first("option[selected]") or one.css_first("option")
            value = (chosen.attributes.get("value") or "") if chosen else ""
        found.setdefault(name, []).append(
            one.text() if one.tag == "textarea" else value or ("on" * (kind == "checkbox"))
        )
    return found


@pytest.mark.parametrize(
    ("given", "goes"),
    [
        ({}, {"Masto": ["common.png"], "Sky": ["common.png"]}),
        ({"own": "on", "text": "Other words"}, {"Masto": ["common.png"], "Sky": ["common.png"]}),
        ({"own": "on", "text": "Other words", "own_files": "on"}, {"Masto": [], "Sky": ["common.png"]}),
        ({"own": "on", "text": "Other words", "files": "own.png"}, {"Masto": ["own.png"], "Sky": ["common.png"]}),
        ({"own": "on", "text": "All words", "files": "own.png"}, {"Masto": ["own.png"], "Sky": ["common.png"]}),
    ],
)
def test_other_words_keep_the_files_of_all(world: World, given: dict[str, str], goes: dict[str, list[str]]) -> None:
    """Only who says so has other files, or none, on one network; a copy and the next edit keep that."""
    client = world.client()
    masto, sky, _ = networks(world.acme)
    sent: dict[str, object] = {"text": "All words", "title": "x", "act": "save", "files": picture("common.png")}
    sent |= {f"s{one.pk}_on": "on" for one in (masto, sky)}
    sent |= {f"s{masto.pk}_{name}": picture(value) if name == "files" else value for name, value in given.items()}
    assert client.post(NEW, sent).status_code == 303
    item = Planned.of(world.acme).get()

    def leaves(one: Planned) -> dict[str, list[str]]:
        rows = one.versions.select_related("source", "planned__workspace")
        names = dict(Attachment.of(world.acme).values_list("pk", "name"))
        return {row.source.name: [names[pk] for pk in leaving(row).files] for row in rows}

    assert leaves(item) == goes
    assert leaves(actions.copy(item, by=world.alice)) == goes
    before = fingerprint(item)
    page = client.get(f"/w/acme/engage/calendar/{item.pk}/edit/").content.decode()
    assert client.post(f"/w/acme/engage/calendar/{item.pk}/edit/", {**form_on(page), "act": "save"}).status_code == 303
    assert leaves(Planned.of(world.acme).get(pk=item.pk)) == goes
    assert fingerprint(Planned.of(world.acme).get(pk=item.pk)) == before
    same = item.versions.get(source=masto).same
    assert same is (given.get("text", "All words") == "All words")


@pytest.mark.parametrize(
    ("words", "kept"),
    [("All\r\n\r\nwords", "All\n\nwords"), ("All  words", "All  words"), (" All words\r\n", None)],
)
def test_words_in_other_lines_are_other_words(world: World, words: str, kept: str | None) -> None:
    source, *_ = networks(world.acme)
    key = f"s{source.pk}"
    sent = {"text": "All words", "act": "save", f"{key}_on": "on", f"{key}_own": "on", f"{key}_text": words}
    assert world.client().post(NEW, sent).status_code == 303
    version = Planned.of(world.acme).get().versions.get()
    assert (None if version.same else version.text) == kept


def test_nothing_is_planned_without_a_file_that_is_gone(world: World) -> None:
    masto, client = networks(world.acme)[0], world.client()
    sent = {"text": "All words", "title": "x", "act": "save", f"s{masto.pk}_on": "on", "file_id": 987654}
    answer = client.post(NEW, sent)
    assert (answer.status_code, "attach it again" in answer.content.decode()) == (422, True)
    again = {**form_on(answer.content.decode()), "act": "save"}
    assert client.post(NEW, again).status_code == 303  # who was told may go on without it


def test_no_file_of_too_many_is_passed_over_in_silence(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "MOST_FILES", 1)
    sent = {"text": "All words", "title": "x", "act": "save", "files": [picture("a.png"), picture("bc.png")]}
    answer = world.client().post(NEW, sent)
    assert (answer.status_code, "2 files came at once" in answer.content.decode()) == (422, True)
    assert Attachment.of(world.acme).get().name == "a.png"


def test_what_is_attached_stands_in_the_log(world: World) -> None:
    world.client().post(NEW, {"text": "All words", "title": "x", "act": "save", "files": picture("a.png")})
    assert Audit.of(world.acme).get(verb="attach").noun_id == Attachment.of(world.acme).get().pk


def test_files_are_looked_up_together(world: World) -> None:
    """A call that names many files asks as often as one that names one."""
    make_token(world.roles[Role.MANAGER], Role.MANAGER, "manager")
    headers, asked = {"authorization": "Bearer manager"}, []
    masto = networks(world.acme)[0]
    for many in (1, 1, 4):  # the first call of all asks for more
        files = [file_actions.attach(world.acme, "a.png", png(), by=world.roles[Role.MANAGER]).pk for _ in range(many)]
        wish = {
            "text": "x",
            "title": "x",
            "wordings": [{"source": masto.pk, "attachments": files}],
            "attachments": files,
        }
        with CaptureQueriesContext(connection) as done:
            assert Client().post("/api/engage/planned", wish, "application/json", headers=headers).status_code == 201
        asked.append(sum("store_attachment" in one["sql"] and "NOT EXISTS" in one["sql"] for one in done))
    assert asked[1:] == [1, 1]
    item = Planned.of(world.acme).order_by("-pk")[0]
    assert [one.pk for one in item.attachments.order_by("pk")] == files


def test_nobody_plans_with_a_file_of_anothers_draft(world: World) -> None:
    """Else they, and all, could read it."""
    theirs = file_actions.attach(world.acme, "a.png", png(), by=world.roles[Role.MODERATOR])
    make_token(world.roles[Role.MANAGER], Role.MANAGER, "manager")
    headers = {"authorization": "Bearer manager"}
    wish = {"text": "x", "title": "x", "attachments": [theirs.pk]}
    answer = Client().post("/api/engage/planned", wish, "application/json", headers=headers)
    assert (answer.status_code, "There is no file" in answer.content.decode()) == (422, True)
