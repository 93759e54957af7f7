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
        ("?status=all", 200, 1),
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


@pytest.fixture
def talks(world: World) -> list[Conversation]:
    """Three, the last of them done."""
    source = make_source(world.acme)
    posts = [make_post(source, number=number, thread=str(number)) for number in (1, 2, 3)]
    return [make_conversation(post, status="done" if post.native_id == "3" else "open") for post in posts]


@pytest.mark.parametrize(
    ("path", "body", "changed"),
    [
        ("status", {"status": "done"}, [0, 1]),
        ("status", {"status": "waiting", "why": "asked back"}, [0, 1, 2]),
        ("assign", {"assignee": "responder@example.org"}, [0, 1, 2]),
        ("assign", {"assignee": None}, []),
    ],
)
def test_many_at_once_and_back(
    world: World, talks: list[Conversation], path: str, body: dict[str, object], changed: list[int]
) -> None:
    client, before = script(world), list(Conversation.everywhere.order_by("pk").values())
    pks = [talk.pk for talk in talks]
    status, told = post(client, f"/conversations/{path}", {**body, "conversations": [*pks, 999_999]})
    assert (status, told["changed"]) == (200, len(changed))
    acts = Audit.everywhere.filter(pk__in=told["entries"])
    assert sorted(act.noun_id for act in acts) == [pks[one] for one in changed]
    assert {act.why for act in acts} <= {body.get("why", "")}
    assert post(client, "/undo", {"entries": told["entries"]}) == (200, {"undone": len(changed)})
    columns = ("status", "assignee_id")
    after = list(Conversation.everywhere.order_by("pk").values())
    assert [[row[name] for name in columns] for row in after] == [[row[name] for name in columns] for row in before]


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("status", {"status": "gone"}, "no status"),
        ("status", {"status": "done", "conversations": list(range(201))}, "200 at a time"),
        ("assign", {"assignee": "viewer@example.org"}, "cannot reply"),
        ("assign", {"assignee": "bob@example.org"}, "No member"),
    ],
)
def test_bulk_acts_that_cannot_be(
    world: World, talks: list[Conversation], path: str, body: dict[str, object], says: str
) -> None:
    pks = [talk.pk for talk in talks]
    status, told = post(script(world), f"/conversations/{path}", {"conversations": pks, **body})
    assert (status, says in str(told["detail"])) == (422, True)
    assert not Audit.everywhere.exists()


def test_a_slower_reply_is_told_of_the_quicker_one(world: World, talk: Conversation) -> None:
    quick = post(script(world), f"/conversations/{talk.pk}/reply", {"text": "Thanks"})
    make_token(world.roles[Role.RESPONDER], Role.RESPONDER, "another")
    slow = Client(headers={"authorization": "Bearer another"})
    path, body = f"/conversations/{talk.pk}/reply", {"text": "Sorry", "seen_row": 0}
    status, told = post(slow, path, body)
    assert (quick[0], status, "Alice replied" in str(told["detail"])) == (202, 422, True)
    assert post(slow, path, {**body, "sure": True})[0] == 202


def test_counts(world: World, talks: list[Conversation]) -> None:
    told = script(world, Role.VIEWER).get(f"{BASE}/counts").json()
    assert told["conversations"] == {
        "open": "2",
        "mine": "0",
        "unassigned": "2",
        "waiting": "0",
        "snoozed": "0",
    }
    assert set(told["outbox"]) == {"held", "scheduled", "waiting", "failed", "broken"}


def test_a_person(world: World, talk: Conversation) -> None:
    client = script(world, Role.VIEWER)
    pk = client.get(f"{BASE}/conversations").json()["items"][0]["person"]
    assert client.get(f"{BASE}/conversations/{talk.pk}").json()["posts"][0]["person"] == pk
    told = client.get(f"{BASE}/people/{pk}").json()
    assert (told["name"], told["posts"], told["removed"]) == ("Carol", "1", "0")
    assert [one["handle"] for one in told["identities"]] == ["carol"]
    assert client.get(f"{BASE}/people/999999").status_code == 404


@pytest.mark.parametrize(
    ("query", "status", "found"), [("", 200, 1), ("?q=acme", 200, 1), ("?q=no", 200, 0), ("?q=(", 422, 0)]
)
def test_what_a_person_wrote(world: World, talk: Conversation, query: str, status: int, found: int) -> None:
    make_post(talk.source, "acme by another", 2, author=make_author(world.acme, "dave"))
    answer = script(world, Role.VIEWER).get(f"{BASE}/people/{talk.author.person_id}/posts{query}")
    assert answer.status_code == status
    assert len(answer.json().get("items", [])) == found
