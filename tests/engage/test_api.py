"""The room's calls: the same as the pages, for scripts."""

import pytest
from django.test import Client

from hubbub.store.models import Audit, Conversation, Note, Outbox, Role
from tests.furnished import make_token
from tests.world import World, make_author, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

BASE = "/api/engage"


@pytest.fixture
def talk(world: World) -> Conversation:
    return make_conversation(make_post(make_source(world.acme), author=make_author(world.acme)))


def script(world: World, role: Role = Role.RESPONDER) -> Client:
    make_token(world.alice, role, f"secret {role}")
    return Client(headers={"authorization": f"Bearer secret {role}"})


def post(client: Client, path: str, body: object) -> tuple[int, dict[str, object]]:
    answer = client.post(BASE + path, body, content_type="application/json")
    return answer.status_code, answer.json()


@pytest.mark.parametrize(
    ("query", "status", "found"),
    [
        ("", 200, 1),
        ("?status=waiting", 200, 0),
        ("?status=unassigned", 200, 1),
        ("?q=acme", 200, 1),
        ("?q=rocket", 200, 0),
        ("?q=(", 422, None),
        ("?status=nonsense", 422, None),
    ],
)
def test_conversations(world: World, talk: Conversation, query: str, status: int, found: int | None) -> None:
    answer = script(world, Role.VIEWER).get(f"{BASE}/conversations{query}")
    assert answer.status_code == status
    assert found is None or len(answer.json()["items"]) == found
    if status == 422:
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_pages_by_place(world: World) -> None:
    source = make_source(world.acme)
    for number in range(1, 53):
        make_conversation(make_post(source, number=number, thread=str(number)))
    client = script(world)
    first = client.get(f"{BASE}/conversations").json()
    rest = client.get(f"{BASE}/conversations", {"before": first["before"]}).json()
    assert [len(first["items"]), len(rest["items"]), rest["before"]] == [50, 2, None]
    assert len({one["id"] for one in first["items"] + rest["items"]}) == 52


def test_a_conversation(world: World, talk: Conversation) -> None:
    client = script(world)
    assert post(client, f"/conversations/{talk.pk}/note", {"text": "Known"})[0] == 201
    status, row = post(client, f"/conversations/{talk.pk}/reply", {"text": "Thanks", "nonce": "n", "status": "done"})
    assert (status, row["state"]) == (202, "waiting")
    assert post(client, f"/conversations/{talk.pk}/reply", {"text": "Thanks", "nonce": "n"})[1]["id"] == row["id"]
    read = client.get(f"{BASE}/conversations/{talk.pk}").json()
    assert read["conversation"]["status"] == "done"
    assert [one["text"] for one in read["posts"]] == ["I like acme"]
    assert [one["text"] for one in read["notes"]] == ["Known"]
    assert [one["id"] for one in read["replies"]] == [row["id"]]
    assert (Outbox.everywhere.count(), Note.everywhere.count()) == (1, 1)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("status", {"status": "done", "why": "settled"}, 200),
        ("status", {"status": "gone"}, 422),
        ("assign", {"assignee": "me"}, 200),
        ("assign", {"assignee": "RESPONDER@example.org"}, 200),
        ("assign", {"assignee": None}, 200),
        ("assign", {"assignee": "bob@example.org"}, 422),
        ("assign", {"assignee": "viewer@example.org"}, 422),
        ("note", {"text": ""}, 422),
        ("reply", {"text": ""}, 422),
        ("reply", {"text": "Hello", "post": 999_999}, 404),
    ],
)
def test_acts(world: World, talk: Conversation, path: str, body: dict[str, object], status: int) -> None:
    answer, told = post(script(world), f"/conversations/{talk.pk}/{path}", body)
    assert answer == status, told
    if status >= 400:
        assert told["detail"]
        assert not Audit.everywhere.exists()


def test_the_outbox(world: World, talk: Conversation) -> None:
    client = script(world)
    row = post(client, f"/conversations/{talk.pk}/reply", {"text": "Thanks"})[1]
    assert post(client, f"/outbox/{row['id']}/retry", {})[0] == 422
    Outbox.everywhere.update(state="broken", tries=4)
    assert [one["state"] for one in client.get(f"{BASE}/outbox?state=broken").json()["items"]] == ["broken"]
    assert post(client, f"/outbox/{row['id']}/retry", {"why": "mended"})[1]["state"] == "waiting"
    assert post(client, f"/outbox/{row['id']}/drop", {})[1]["state"] == "dropped"
    assert Audit.everywhere.filter(verb="retry", why="mended").count() == 1
