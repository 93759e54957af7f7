"""The first-run guide from its first step to its last."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hubbub.store.models import Role, Source, Topic, Workspace
from tests.listen.conftest import Shed
from tests.world import World, make_mention, make_post, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]

HERE = "/w/acme/listen/guide/"


@pytest.fixture
def fresh(world: World) -> World:
    """Nobody has been through the guide."""
    Workspace.objects.filter(pk=world.acme.pk).update(guided=False)
    return world


@pytest.mark.parametrize(
    ("topic", "source", "title"),
    [
        (False, False, "What is your brand called?"),
        (True, False, "Where shall Hubbub listen?"),
        (True, True, "First mentions"),
    ],
)
def test_it_goes_on_where_it_was_left(fresh: World, topic: bool, source: bool, title: str) -> None:
    if topic:
        make_topic(fresh.acme)
    if source:
        make_source(fresh.acme)
    assert title in fresh.client().get(HERE).content.decode()


def test_a_topic_is_written_from_the_name(fresh: World) -> None:
    page = fresh.client().get(f"{HERE}?step=2&name=Acme+Rockets").content.decode()
    assert "&quot;Acme Rockets&quot; OR #acmerockets OR @acmerockets" in page
    assert "the hashtag" in page
    assert not Topic.of(fresh.acme).exists()


def test_a_name_without_words(fresh: World) -> None:
    page = fresh.client().get(f"{HERE}?step=2&name=!!!", follow=True).content.decode()
    assert "Write the name with letters or digits." in page


@pytest.mark.parametrize(
    ("typed", "status", "there"), [({}, 303, True), ({"query": "(acme"}, 422, False), ({"name": ""}, 422, False)]
)
def test_the_topic_is_saved(fresh: World, typed: dict[str, str], status: int, there: bool) -> None:
    form = {"name": "Acme", "kind": "brand", "query": "acme OR #acme", "newest": "10000", **typed}
    answer = fresh.client().post(f"{HERE}topic/", form)
    assert answer.status_code == status
    assert Topic.of(fresh.acme).exists() is there
    if status == 422:
        assert "This is what Hubbub will listen for" in answer.content.decode()


def test_what_needs_an_account_is_not_offered(fresh: World, shed: Shed) -> None:
    make_topic(fresh.acme)
    page = fresh.client().get(f"{HERE}?step=3").content.decode()
    assert [kind for kind in ("feed", "files", "wordpress", "shed") if f'value="{kind}"' in page] == [
        "feed",
        "files",
        "wordpress",
    ]
    assert "assword" not in page.split("<main")[1]


def test_a_file_is_tried_and_added(fresh: World, uploads: Path) -> None:
    file = SimpleUploadedFile("export.csv", b"id,text\n1,I like acme\n")
    page = fresh.client().post(f"{HERE}source/", {"kind": "files", "set-file": file, "do": "save"}, follow=True)
    assert "Added “export”" in page.content.decode()
    assert Source.of(fresh.acme).get().kind == "files"


@pytest.mark.parametrize("content", [b"", b"<html>", b"name;age\nann;3\n"])
def test_a_file_that_cannot_be_read_is_said_at_its_card(fresh: World, uploads: Path, content: bytes) -> None:
    file = SimpleUploadedFile("export.csv", content)
    answer = fresh.client().post(f"{HERE}source/", {"kind": "files", "set-file": file, "do": "save"})
    assert answer.status_code == 422
    assert not Source.of(fresh.acme).exists()


def test_an_address_in_a_private_network_is_refused(fresh: World) -> None:
    form = {"kind": "feed", "set-url": "http://127.0.0.1:9/feed", "do": "save"}
    answer = fresh.client().post(f"{HERE}source/", form)
    assert answer.status_code == 422
    assert "private network" in answer.content.decode()
    assert 'value="http://127.0.0.1:9/feed"' in answer.content.decode()


def test_the_first_mentions_are_looked_for_until_they_are_there(fresh: World) -> None:
    source, topic = make_source(fresh.acme), make_topic(fresh.acme)
    client = fresh.client()
    assert "hx-trigger" in client.get(f"{HERE}first/").content.decode()
    make_mention(make_post(source), topic, [["text", 7, 11]])
    page = client.get(f"{HERE}first/").content.decode()
    assert "<mark>acme</mark>" in page
    assert "What to do next" in page
    assert "hx-trigger" not in page


def test_posts_without_a_mention_are_explained(fresh: World) -> None:
    make_source(fresh.acme, posts_taken=7)
    make_topic(fresh.acme)
    assert "None of them mentions your topic yet" in fresh.client().get(f"{HERE}first/").content.decode()


@pytest.mark.parametrize("form", [{"finished": "yes"}, {}])
def test_it_ends(fresh: World, form: dict[str, str]) -> None:
    assert fresh.client().post(f"{HERE}end/", form).status_code == 303
    assert Workspace.objects.get(pk=fresh.acme.pk).guided


def test_who_may_not_set_it_up_is_told_who_can(fresh: World) -> None:
    client = fresh.client(fresh.roles[Role.VIEWER])
    page = client.get(HERE).content.decode()
    assert "Manager" in page
    assert "<form" not in page.split("<main")[1]
    assert client.post(f"{HERE}end/").status_code == 403
