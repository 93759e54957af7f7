"""The room's calls for scripts."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hubbub.store import rereading
from hubbub.store.models import ApiToken, Audit, Role, Source, Topic
from hubbub.store.models.token import digest
from tests.listen.conftest import Shed
from tests.world import World, make_mention, make_post, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]


class Script:
    """Speaks JSON, with a token of a role."""

    def __init__(self, world: World, role: Role = Role.MANAGER) -> None:
        self.client = Client()
        ApiToken.everywhere.create(
            workspace=world.acme,
            member=world.roles[role],
            name="script",
            role=role,
            hashed=digest(f"token of {role}"),
            ends=timezone.now() + timedelta(days=1),
        )
        self.headers = {"authorization": f"Bearer token of {role}"}

    def __call__(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        answer = self.client.generic(
            method,
            f"/api/listen/{path}",
            "" if body is None else json.dumps(body),
            content_type="application/json",
            headers=self.headers,
        )
        return answer.status_code, json.loads(answer.content) if answer.content else None


def test_a_topic_from_its_birth_to_its_end(world: World) -> None:
    ask = Script(world)
    status, made = ask("POST", "topics", {"name": "Acme", "query": "acme"})
    assert (status, made["kind"], made["version"]) == (201, "brand", 1)
    status, changed = ask("PATCH", f"topics/{made['id']}", {"query": "acme OR acmee"})
    assert (status, changed["version"], changed["name"]) == (200, 2, "Acme")
    assert ask("PATCH", f"topics/{made['id']}", {"active": False})[1]["active"] is False
    assert [one["name"] for one in ask("GET", "topics")[1]] == ["Acme"]
    assert ask("DELETE", f"topics/{made['id']}") == (204, None)
    assert ask("GET", "topics") == (200, [])
    verbs = Audit.of(world.acme).order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["add", "change", "deactivate", "delete"]


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"name": "Taken", "query": "acme"}, 422, "There is a topic called"),
        ({"name": "New", "query": '"acme'}, 422, "Line 1, column"),
        ({"name": "New", "query": "acme", "kind": "planet"}, 422, "kind is one of"),
        ({"name": "", "query": "acme"}, 422, "needs a name"),
        ({"query": "acme"}, 422, "name"),
    ],
)
def test_a_topic_that_cannot_be(world: World, body: dict[str, str], status: int, says: str) -> None:
    make_topic(world.acme, "Taken")
    got, problem = Script(world)("POST", "topics", body)
    assert got == status
    assert says in problem["detail"]
    assert Topic.of(world.acme).count() == 1


def test_a_topic_is_held_against_stored_posts(world: World) -> None:
    topic = make_topic(world.acme)
    make_post(make_source(world.acme))
    status, told = Script(world)("POST", f"topics/{topic.pk}/apply", {"newest": 500})
    assert (status, told["rereading"], told["to_reread"]) == (200, True, 1)
    assert rereading.waiting() == topic


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
        ({"kind": "files", "settings": {"file": "/etc/passwd"}, "secrets": {}}, "uploaded on the page"),
        ({"kind": "files", "settings": {"file_name": "/etc/passwd"}, "secrets": {}}, "no setting"),
    ],
)
def test_a_source_that_cannot_be(world: World, shed: Shed, change: dict[str, Any], says: str) -> None:
    status, problem = Script(world)("POST", "sources", {**SHED, **change})
    assert status == 422
    assert says in problem["detail"]
    assert "hush" not in problem["detail"]
    assert not Source.of(world.acme).exists()


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
    [("", 1), ("all=true", 2), ("q=nothing", 0), ("q=acme", 1), ("topic={topic}", 1), ("source={source}&all=1", 2)],
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
    ],
)
def test_writing_needs_a_manager(world: World, method: str, path: str) -> None:
    path = path.format(topic=make_topic(world.acme).pk, source=make_source(world.acme).pk)
    body = {"name": "x", "query": "y", "kind": "feed", "newest": 1}
    assert Script(world, Role.MODERATOR)(method, path, body)[0] == 403
