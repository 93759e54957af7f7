"""The room's calls: what its pages show and do, for scripts."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hubbub.store.models import Audit, Outbox, Post, Role, Rule, Verdict
from tests.furnished import make_token
from tests.world import NOON, World, make_author, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

BASE = "/api/moderate"


@pytest.fixture
def waiting(world: World) -> list[Post]:
    """Three posts in the queue; a rule held for the first."""
    source, carol = make_source(world.acme), make_author(world.acme)
    posts = [make_post(source, f"buy pills {number}", number, decision="queued", author=carol) for number in (1, 2, 3)]
    rule = Rule.everywhere.create(workspace=world.acme, name="Pills", when="pills", because="Speaks of pills")
    Verdict.everywhere.create(
        workspace=world.acme, post=posts[0], rule=rule, rule_name="Pills", state="live", outcome="queue",
        because="Speaks of pills", spans=[["text", 4, 9]], at=NOON,
    )  # fmt: skip
    return posts


def script(world: World, role: Role = Role.MANAGER) -> Client:
    make_token(world.alice, role, f"secret {role}")
    return Client(headers={"authorization": f"Bearer secret {role}"})


def post(client: Client, path: str, body: object) -> tuple[int, Any]:
    answer = client.post(BASE + path, body, content_type="application/json")
    return answer.status_code, answer.json()


def test_many_posts_are_decided_at_once(world: World, waiting: list[Post]) -> None:
    client, pks = script(world, Role.MODERATOR), [one.pk for one in waiting]
    status, told = post(
        client, "/decide", {"posts": [*pks, 999_999], "decision": "hidden", "why": "spam", "was": "queued"}
    )
    assert (status, [done["post"] for done in told["decided"]], told["refused"]) == (200, pks, [])
    assert Outbox.of(world.acme).filter(verb="hide").count() == 3
    assert Audit.of(world.acme).filter(verb="hide", why="spam").count() == 3
    # what somebody decided meanwhile is left alone, the others are done
    post(client, "/undo", {"entry": told["decided"][0]["entry"]})
    status, again = post(client, "/decide", {"posts": pks, "decision": "approved", "was": "queued"})
    assert (status, [done["post"] for done in again["decided"]], len(again["refused"])) == (200, pks[:1], 2)
    assert "Nothing was changed" in again["refused"][0]


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"posts": [1], "decision": "hidden"}, 422, "Say why"),
        ({"posts": [1], "decision": "queued", "why": "x"}, 422, "no decision"),
        ({"posts": [1], "decision": "gone"}, 422, "no decision"),
        ({"posts": list(range(201)), "decision": "approved"}, 422, "200 at a time"),
        ({"decision": "approved"}, 422, "posts"),
    ],
)
def test_a_bulk_decision_that_cannot_be(world: World, body: dict[str, object], status: int, says: str) -> None:
    got, told = post(script(world, Role.MODERATOR), "/decide", body)
    assert got == status
    assert says in told.get("detail", "")
    assert not Audit.of(world.acme).exists()


def test_another_workspaces_posts_are_unknown(world: World) -> None:
    theirs = make_post(make_source(world.bravo), decision="queued")
    status, told = post(script(world), "/decide", {"posts": [theirs.pk], "decision": "approved"})
    assert (status, told) == (200, {"decided": [], "refused": []})
    assert Post.of(world.bravo).get().decision == "queued"


def test_a_post_with_its_history(world: World, waiting: list[Post]) -> None:
    client, url = script(world, Role.MODERATOR), f"/posts/{waiting[0].pk}"
    post(client, f"{url}/decide", {"decision": "removed", "why": "spam"})
    told = client.get(BASE + url).json()
    assert (told["post"]["decision"], told["post"]["author_posts"]) == ("removed", "3")
    assert [one["because"] for one in told["post"]["verdicts"]] == ["Speaks of pills"]
    assert [(entry["verb"], entry["by"], entry["why"]) for entry in told["history"]] == [("remove", "Alice", "spam")]
    assert client.get(f"{BASE}/posts/999999").status_code == 404


def test_rules_with_what_they_held_for(world: World, waiting: list[Post]) -> None:
    client = script(world, Role.VIEWER)
    [rule] = client.get(f"{BASE}/rules").json()
    assert (rule["name"], rule["hits_7_days"], rule["unchecked_7_days"]) == ("Pills", "0", "0")  # it held long ago
    hits = client.get(f"{BASE}/rules/{rule['id']}/hits").json()
    assert [(hit["post"], hit["because"], hit["spans"]) for hit in hits["items"]] == [
        (waiting[0].pk, "Speaks of pills", [["text", 4, 9]])
    ]
    assert hits["before"] is None


@pytest.mark.parametrize(
    ("when", "status", "found"), [("pills", 200, 3), ("pills 2", 200, 1), ("rocket", 200, 0), ('"pills', 422, None)]
)
def test_a_condition_is_tried(world: World, waiting: list[Post], when: str, status: int, found: int | None) -> None:
    got, told = post(script(world), "/rules/try", {"when": when})
    assert got == status
    if found is not None:
        assert (len(told["items"]), told["looked_at"]) == (found, 3)
    assert Rule.of(world.acme).count() == 1


def test_rules_travel_as_a_file(world: World, waiting: list[Post]) -> None:
    client = script(world)
    file = client.get(f"{BASE}/rules/file")
    assert file["Content-Type"].startswith("application/toml")
    content = file.content.replace(b"Speaks of pills", b"Sells pills") + b'[[rule]]\nname = "Links"\n'
    content += b'when = "has:link"\nbecause = "Has a link"\n'
    answer = client.post(f"{BASE}/rules/file", {"file": SimpleUploadedFile("rules.toml", content)})
    assert (answer.status_code, answer.json()) == (200, {"made": 1, "changed": 1, "unchanged": 0})
    assert list(Rule.of(world.acme).values_list("name", "because")) == [
        ("Pills", "Sells pills"), ("Links", "Has a link"),
    ]  # fmt: skip
    broken = client.post(f"{BASE}/rules/file", {"file": SimpleUploadedFile("rules.toml", b"[[rule]]\nname = 1")})
    assert (broken.status_code, broken["Content-Type"]) == (422, "application/problem+json")


def test_the_order_of_rules(world: World) -> None:
    client = script(world)
    made = [post(client, "/rules", {"name": name, "when": "x", "because": "y"})[1]["id"] for name in "abc"]
    client.patch(f"{BASE}/rules/{made[2]}", {"position": 0}, content_type="application/json")
    assert [rule["name"] for rule in client.get(f"{BASE}/rules").json()] == ["c", "a", "b"]
    assert client.delete(f"{BASE}/rules/{made[0]}?why=old").status_code == 204
    assert Audit.of(world.acme).get(verb="delete").why == "old"
