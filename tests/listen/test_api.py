"""The room's calls for scripts."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hubbub.store.models import Audit, Role, Source
from tests.listen.conftest import Shed
from tests.listen.script import Script
from tests.world import World, make_mention, make_post, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]

SHED = {"kind": "shed", "settings": {"url": "https://a.example/x", "user": "ann"}, "secrets": {"password": "hush"}}


def test_a_source_is_tried_and_saved(world: World, shed: Shed) -> None:
    ask = Script(world)
    status, told = ask("POST", "sources", SHED)
    assert (status, told["name"], told["can"], told["owned"]) == (201, "The shed", ["hide", "reply"], True)
    assert shed.asked[-1]["password"] == "hush"
    assert Source.of(world.acme).get().whole_settings()["password"] == "hush"
    assert "hush" not in json.dumps(ask("GET", "sources")[1])
    assert ask("GET", "sources")[1][0]["settings"] == {
        "url": "https://a.example/x",
        "user": "ann",
        "password": "kept, not shown",
    }


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"kind": "nonsense"}, "Nothing here can read"),
        ({"settings": {"url": "https://a.example/gone"}}, "Nothing is at"),
        ({"settings": {"url": "https://a.example/busy"}}, "It is busy"),
        ({"settings": {}}, "“url” is needed"),
        ({"secrets": {}}, "“password” is needed"),
        ({"settings": {"url": "https://a.example", "colour": "red"}}, "no setting “colour”"),
        ({"settings": {"url": "https://a.example", "mood": "angry"}}, "one of calm, loud"),
        ({"kind": "files", "settings": {"file": "/etc/passwd"}, "secrets": {}}, "A file is uploaded"),
        ({"kind": "files", "settings": {"file_name": "/etc/passwd"}, "secrets": {}}, "no setting"),
    ],
)
def test_a_source_that_cannot_be(world: World, shed: Shed, change: dict[str, Any], says: str) -> None:
    status, problem = Script(world)("POST", "sources", {**SHED, **change})
    assert status == 422
    assert says in problem["detail"]
    assert "hush" not in problem["detail"]
    assert not Source.of(world.acme).exists()


def test_a_source_is_only_tried(world: World, shed: Shed) -> None:
    status, told = Script(world)("POST", "sources/try", SHED)
    assert status == 200
    assert told == {
        "says": "One post is there.",
        "name": "The shed",
        "can": ["hide", "reply"],
        "sample": ["<b>hello</b>"],
    }
    assert not Source.of(world.acme).exists()


WHOLE = {"url": "https://a.example/x", "user": "ann", "password": "hush"}


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({"name": "Hut"}, WHOLE),
        ({"settings": {"mood": "calm"}}, {**WHOLE, "mood": "calm"}),
        ({"settings": {"user": ""}}, {**WHOLE, "user": ""}),
        ({"settings": {"url": "https://a.example/y"}}, {**WHOLE, "url": "https://a.example/y"}),
        ({"secrets": {"password": "fresh", "pin": "1"}}, {**WHOLE, "password": "fresh", "pin": "1"}),
        (
            {"settings": {"url": "https://b.example"}, "secrets": {"password": "fresh"}},
            {**WHOLE, "url": "https://b.example", "password": "fresh"},
        ),
    ],
)
def test_a_source_is_changed(world: World, shed: Shed, change: dict[str, Any], kept: dict[str, str]) -> None:
    ask = Script(world)
    made = ask("POST", "sources", SHED)[1]
    status, told = ask("PATCH", f"sources/{made['id']}", {**change, "why": "moved"})
    assert status == 200, told
    source = Source.of(world.acme).get()
    assert {name: value for name, value in source.whole_settings().items() if value or name in kept} == kept
    assert {name: value for name, value in shed.asked[-1].items() if value or name in kept} == kept
    assert source.name == change.get("name", "The shed")
    assert not any(word in json.dumps(told) for word in ("hush", "fresh"))
    assert Audit.of(world.acme).filter(verb="change", why="moved").count() == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        # a password that is kept is not sent to another server, however the address is given
        ({"settings": {"url": "https://b.example/x"}}, "another server"),
        ({"secrets": {"url": "https://b.example/x"}}, "another server"),
        ({"settings": {"url": "https://x:y@b.example/x"}}, "another server"),
        ({"settings": {"url": "http://a.example/x"}}, "another server"),
        ({"secrets": {"password": ""}}, "“password” is needed"),
        ({"settings": {"url": "https://a.example/gone"}}, "Nothing is at"),
        ({"settings": {"colour": "red"}}, "no setting “colour”"),
        ({"name": "Taken"}, "called “Taken” already"),
    ],
)
def test_a_change_that_cannot_be(world: World, shed: Shed, change: dict[str, Any], says: str) -> None:
    make_source(world.acme, "Taken")
    ask = Script(world)
    pk, tries = ask("POST", "sources", SHED)[1]["id"], len(shed.asked)
    status, problem = ask("PATCH", f"sources/{pk}", change)
    assert (status, says in problem["detail"]) == (422, True), problem
    assert "hush" not in problem["detail"]
    assert not any("b.example" in asked["url"] for asked in shed.asked[tries:])
    assert Source.of(world.acme).get(pk=pk).whole_settings()["password"] == "hush"


def test_an_address_keeps_its_password(world: World, shed: Shed) -> None:
    ask, address = Script(world), "https://u:pw@a.example/x"
    pk = ask("POST", "sources", {**SHED, "settings": {"url": address}})[1]["id"]
    status, told = ask("PATCH", f"sources/{pk}", {"settings": {"user": "ann", "url": "https://a.example/x"}})
    assert (status, shed.asked[-1]["url"]) == (200, address)
    assert "pw" not in json.dumps(told).replace("password", "")
    assert ask("PATCH", f"sources/{pk}", {"settings": {"url": "https://a.example/z"}})[0] == 200
    assert shed.asked[-1]["url"] == "https://a.example/z"


def test_a_source_is_deleted(world: World) -> None:
    source = make_source(world.acme)
    make_post(source)
    ask = Script(world)
    assert ask("DELETE", f"sources/{source.pk}?why=closed") == (204, None)
    assert ask("GET", f"sources/{source.pk}")[0] == 404
    assert Audit.of(world.acme).get(verb="delete").why == "closed"


def test_one_source_says_what_it_could_not_take(world: World) -> None:
    line = {"where": "line 7", "why": "it has no text"}
    source = make_source(world.acme, refused=[line], refused_count=9)
    status, told = Script(world, Role.VIEWER)("GET", f"sources/{source.pk}")
    assert (status, told["refused"], told["refused_lately"]) == (200, 9, [line])


@pytest.mark.parametrize(
    ("content", "status", "says"), [(b"id,text\n1,hi\n", 201, "posts.csv"), (b"a,b\n1,2\n", 422, "id")]
)
def test_a_file_is_uploaded(world: World, uploads: Path, content: bytes, status: int, says: str) -> None:
    ask = Script(world)
    file = SimpleUploadedFile("posts.csv", content)
    answer = ask.client.post("/api/listen/sources/file", {"file": file, "name": "Old posts"}, headers=ask.headers)
    assert answer.status_code == status, answer.content
    assert says in answer.content.decode()
    assert str(uploads) not in answer.content.decode()
    assert sum(one.is_file() for one in uploads.rglob("*")) == (status == 201)
    if status == 201:
        told = ask("PATCH", f"sources/{answer.json()['id']}", {"settings": {"encoding": "cp1252"}})
        assert (told[0], told[1]["settings"]["file"]) == (200, "posts.csv")


@pytest.mark.parametrize(("act", "state"), [("read-now", "active"), ("pause", "paused"), ("resume", "active")])
def test_a_source_is_told_what_to_do(world: World, act: str, state: str) -> None:
    source = make_source(world.acme)
    status, told = Script(world)("POST", f"sources/{source.pk}/{act}")
    assert (status, told["state"]) == (200, state)


def test_posts_come_in_pages(world: World) -> None:
    source, topic = make_source(world.acme), make_topic(world.acme)
    for number in range(7):
        make_mention(make_post(source, f"acme {number}", number), topic, [["text", 0, 4]])
    make_post(source, "no mention", 8)
    ask, seen, before = Script(world, Role.VIEWER), [], ""
    for _ in range(4):
        status, page = ask("GET", f"posts?size=3&before={before.replace('+', '%2B')}")
        assert status == 200
        seen += [post["text"] for post in page["posts"]]
        before = page["before"]
        if not before:
            break
    assert seen == [f"acme {number}" for number in reversed(range(7))]
    assert page["posts"][0]["topics"] == ["Acme"]
    assert page["posts"][0]["spans"] == [["text", 0, 4]]


@pytest.mark.parametrize(
    ("parameters", "number"),
    [
        ("", 1),
        ("all=true", 2),
        ("q=nothing", 0),
        ("q=acme", 1),
        ("topic={topic}", 1),
        ("source={source}&all=1", 2),
        ("all=1&since=2026-11-01T12:02:00", 1),
        ("all=1&until=2026-11-01T12:02:00Z", 1),
        ("since=2026-11-02T00:00:00", 0),
    ],
)
def test_posts_are_chosen(world: World, parameters: str, number: int) -> None:
    source, topic = make_source(world.acme), make_topic(world.acme)
    make_mention(make_post(source), topic)
    make_post(source, "hello", 2)
    parameters = parameters.format(topic=topic.pk, source=source.pk)
    assert len(Script(world, Role.VIEWER)("GET", f"posts?{parameters}")[1]["posts"]) == number


@pytest.mark.parametrize("parameters", ["q=%22acme", "size=0", "size=9999", "topic=x"])
def test_a_question_that_cannot_be_answered(world: World, parameters: str) -> None:
    assert Script(world)("GET", f"posts?{parameters}")[0] == 422


def test_one_post(world: World) -> None:
    post = make_post(make_source(world.acme), url="javascript:alert(1)")
    status, told = Script(world, Role.VIEWER)("GET", f"posts/{post.pk}")
    assert (status, told["text"], told["url"]) == (200, "I like acme", "")
    other = make_post(make_source(world.bravo))
    assert Script(world)("GET", f"posts/{other.pk}")[0] == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "topics"),
        ("PATCH", "topics/{topic}"),
        ("DELETE", "topics/{topic}"),
        ("POST", "sources"),
        ("POST", "sources/{source}/pause"),
        ("POST", "topics/{topic}/stop"),
        ("POST", "sources/try"),
        ("PATCH", "sources/{source}"),
        ("DELETE", "sources/{source}"),
    ],
)
def test_writing_needs_a_manager(world: World, method: str, path: str) -> None:
    path = path.format(topic=make_topic(world.acme).pk, source=make_source(world.acme).pk)
    body = {"name": "x", "query": "y", "kind": "feed", "newest": 1}
    assert Script(world, Role.MODERATOR)(method, path, body)[0] == 403
