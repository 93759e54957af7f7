"""The calls about relationships do what the pages do."""

import pytest
from django.test import Client

from hubbub.store.models import Audit, Person, Relationship, Role, Suggestion
from hubbub.store.relations import stages_of
from tests.furnished import make_token
from tests.relating import make_relationship
from tests.world import NOON, World, make_author

pytestmark = [pytest.mark.database, pytest.mark.django_db]

BASE = "/api/engage"


@pytest.fixture
def person(world: World) -> Person:
    return make_author(world.acme).person


def script(world: World, role: Role = Role.MANAGER) -> Client:
    make_token(world.alice, role, f"secret {role}")
    return Client(headers={"authorization": f"Bearer secret {role}"})


def send(client: Client, path: str, body: object, status: int = 200, method: str = "post") -> dict[str, object]:
    answer = getattr(client, method)(BASE + path, body, content_type="application/json")
    assert answer.status_code == status, answer.content
    found: dict[str, object] = answer.json()
    return found


def test_from_the_beginning_to_the_end(world: World, person: Person) -> None:
    client = script(world)
    stages = stages_of(world.acme, "press")
    made = send(client, "/relationships", {"person": person.pk, "kind": "press", "owner": "me"}, 201)
    path = f"/relationships/{made['id']}"
    assert (made["kind"], made["owner"], made["overdue"]) == ("press", "alice@example.org", False)
    send(client, path + "/move", {"stage": stages[1].pk, "why": "called"})
    planned = send(client, path + "/plan", {"next_step": "Send the kit", "next_on": "2026-01-02"})
    assert (planned["next_on"], planned["overdue"]) == ("2026-01-02", True)
    assert send(client, path + "/touch", {})["touched_by"] == "hand"
    assert send(client, path, {"worth": "a page a year"}, method="patch")["worth"] == "a page a year"
    assert send(client, path + "/give", {"owner": None})["owner"] is None
    listed = client.get(f"{BASE}/relationships?kind=press&overdue=true").json()
    assert [one["id"] for one in listed["items"]] == [made["id"]]
    assert send(client, path + "/end", {}, 422)["detail"] == (
        "Say why it ends: whoever meets this person next will want to know"
    )
    assert send(client, path + "/end", {"why": "left the paper"})["ended_why"] == "left the paper"
    assert send(client, path + "/resume", {})["ended"] is None
    regard = client.get(f"{BASE}/relationships/people/{person.pk}").json()
    assert (regard["level"], len(regard["relationships"]), len(regard["formula"])) == ("newcomer", 1, 3)


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("/relationships", {"kind": "friend"}, "no kind of relationship"),
        ("/relationships", {"kind": "fan", "owner": "nobody@example.org"}, "No member of this workspace"),
        ("/relationships", {"kind": "fan", "stage": 987654}, "There is no stage 987654"),
    ],
)
def test_refusals_say_why(world: World, person: Person, path: str, body: dict[str, object], says: str) -> None:
    assert says in str(send(script(world), path, {"person": person.pk, **body}, 422)["detail"])


def test_many_at_once(world: World) -> None:
    client = script(world)
    rows = [make_relationship(make_author(world.acme, f"p{at}").person) for at in range(3)]
    stage = stages_of(world.acme, "influencer")[2]
    pks = [row.pk for row in rows]
    moved = send(client, "/relationships/move", {"relationships": pks, "stage": stage.pk})
    assert moved["changed"] == 3
    assert send(client, "/relationships/give", {"relationships": pks, "owner": "me"})["changed"] == 3
    assert send(client, "/relationships/undo", {"entries": moved["entries"]}) == {"undone": 3}
    assert {row.stage.place for row in Relationship.of(world.acme).select_related("stage")} == {0}


def test_suggestions(world: World, person: Person) -> None:
    client = script(world)
    row = Suggestion.everywhere.create(workspace=world.acme, person=person, kind="review", reason="Praises", found=NOON)
    found = client.get(f"{BASE}/relationships/suggestions").json()
    assert [one["reason"] for one in found["items"]] == ["Praises"]
    path = f"/relationships/suggestions/{row.pk}"
    assert send(client, path, {"answer": "later", "days": 5})["state"] == "later"
    assert send(client, path, {"answer": "reopen"})["state"] == "open"
    assert send(client, path, {"answer": "take"})["relationship"] == Relationship.of(world.acme).get().pk
    assert "no answer" in str(send(client, path, {"answer": "nonsense"}, 422)["detail"])
    outcomes = client.get(f"{BASE}/relationships/suggestions?state=taken").json()["outcomes"]
    assert {one["kind"]: one["taken"] for one in outcomes}["review"] == 1


def test_setting_up(world: World) -> None:
    client = script(world)
    made = send(client, "/relationship-stages", {"kind": "fan", "name": "Met", "active": True}, 201)
    path = f"/relationship-stages/{made['id']}"
    assert send(client, path, {"name": "Met us"}, method="put")["name"] == "Met us"
    shifted = send(client, path + "/shift", {"places": -12})
    assert shifted[0]["name"] == "Met us"
    target = stages_of(world.acme, "fan")[1]
    assert send(client, path + "/remove", {"target": target.pk}) == {"moved": 0}
    told = send(client, "/relationship-settings", {"weights": {"fan": 3}, "limits": {"praises": 2}}, method="patch")
    assert (told["weights"]["fan"], told["limits"]["praises"]) == (3.0, 2)
    levels = client.get(f"{BASE}/levels").json()
    levels.pop("people")
    levels["regular"]["posts_90"] = 2
    assert send(client, "/levels/try", levels)["people"]["core"] == 0
    assert not Audit.of(world.acme).filter(verb="set levels").exists()
    assert send(client, "/levels", levels, method="put")["regular"]["posts_90"] == 2
    levels["core"]["posts_90"] = 1
    assert "fewer posts" in str(send(client, "/levels", levels, 422, "put")["detail"])
    viewer = script(world, Role.VIEWER)
    send(viewer, "/levels", levels, 403, "put")
    assert len(viewer.get(f"{BASE}/relationship-stages").json()) > 20
