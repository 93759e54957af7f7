"""The room's calls: the plan, read and written by scripts."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hubbub.core.kpi import MEASURES
from hubbub.store.models import Audit, Kpi, Objective, Role
from tests.furnished import make_token
from tests.world import World, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def manager(world: World) -> str:
    make_token(world.roles[Role.MANAGER], Role.MANAGER, "manager")
    make_token(world.roles[Role.VIEWER], Role.VIEWER, "viewer")
    make_token(world.bob, Role.ADMIN, "bob")
    return "manager"


def send(token: str, method: str, path: str, body: object = None) -> Any:
    return Client().generic(
        method, f"/api/plan{path}", Client()._encode_json(body or {}, "application/json"), "application/json",
        headers={"authorization": f"Bearer {token}"},
    )  # fmt: skip


def test_a_plan_is_written_and_read(world: World, manager: str) -> None:
    topic = make_topic(world.acme)
    by_day = (timezone.now().date() + timedelta(days=90)).isoformat()
    objective = send(manager, "POST", "/objectives", {"kind": "fans", "name": "More fans", "why": "They help"})
    assert objective.status_code == 201
    pk = objective.json()["id"]
    kpi = send(manager, "POST", f"/objectives/{pk}/kpis", {"measure": "mentions", "topic": topic.pk, "days": 7})
    assert kpi.status_code == 201
    assert (kpi.json()["value"], kpi.json()["state"], kpi.json()["unit"]) == (None, None, "count")
    target = send(manager, "POST", f"/kpis/{kpi.json()['id']}/targets", {"value": 40, "by_day": by_day, "why": "x"})
    assert target.status_code == 201
    assert (target.json()["value"], target.json()["baseline"], target.json()["set_by"]) == (40, None, "Manager")
    [planned] = send("viewer", "GET", "").json()
    assert (planned["name"], planned["kind"]) == ("More fans", "fans")
    assert planned["kpis"][0]["state"] == "no data"
    assert [one["value"] for one in planned["kpis"][0]["targets"]] == [40]
    assert send("bob", "GET", "").json() == []
    assert Audit.of(world.acme).filter(by_name="Manager").count() == 3


def test_an_objective_from_its_change_to_its_end(world: World, manager: str) -> None:
    pk = send(manager, "POST", "/objectives", {"kind": "fans", "name": "More fans", "why": "They help"}).json()["id"]
    changed = send(manager, "PATCH", f"/objectives/{pk}", {"name": "Twice the fans"}).json()
    assert (changed["name"], changed["kind"], changed["why"]) == ("Twice the fans", "fans", "They help")
    kpi = send(manager, "POST", f"/objectives/{pk}/kpis", {"measure": "conversations"}).json()["id"]
    for value in (40, 50):
        send(manager, "POST", f"/kpis/{kpi}/targets", {"value": value, "by_day": "2100-01-01"})
    told = send("viewer", "GET", f"/kpis/{kpi}").json()
    assert (told["objective"], [target["value"] for target in told["targets"]]) == (pk, [50, 40])
    assert send(manager, "POST", f"/objectives/{pk}/archive", {"why": "later"}).json()["archived"] is True
    assert send("viewer", "GET", "").json() == []
    assert [row["id"] for row in send("viewer", "GET", "?archived=true").json()] == [pk]
    assert send(manager, "POST", f"/objectives/{pk}/restore", {}).json()["archived"] is False
    assert send(manager, "DELETE", f"/kpis/{kpi}?why=unused").status_code == 204
    assert send("viewer", "GET", f"/kpis/{kpi}").status_code == 404
    verbs = Audit.of(world.acme).order_by("pk").values_list("verb", "why")
    assert list(verbs) == [
        ("add", "They help"), ("change", "They help"), ("add", ""), ("add", ""), ("add", ""),
        ("archive", "later"), ("restore", ""), ("remove", "unused"),
    ]  # fmt: skip


def test_every_measure_is_told(world: World, manager: str) -> None:
    told = {one["key"]: one for one in send("viewer", "GET", "/measures").json()}
    assert set(told) == set(MEASURES)
    assert (told["mentions"]["about"], told["mentions"]["unit"]) == ("topic", "count")
    assert "fans" in told["mentions"]["suits"]


def test_objectives_by_page(world: World, manager: str) -> None:
    for number in range(101):
        Objective.everywhere.create(workspace=world.acme, kind="fans", name=f"Aim {number}")
    first = send("viewer", "GET", "/objectives").json()
    assert len(first["items"]) == 100
    second = send("viewer", "GET", f"/objectives?after={first['next']}").json()
    assert ([row["name"] for row in second["items"]], second["next"]) == (["Aim 100"], None)
    assert send("viewer", "GET", "/objectives?archived=true").json()["items"] == []


@pytest.mark.parametrize(
    ("token", "path", "body", "status"),
    [
        ("viewer", "/objectives", {"kind": "fans", "name": "x"}, 403),
        ("viewer", "/objectives/OBJECTIVE/kpis", {"measure": "conversations"}, 403),
        ("viewer", "/kpis/KPI/targets", {"value": 1, "by_day": "2100-01-01"}, 403),
        ("viewer", "/objectives/OBJECTIVE/archive", {}, 403),
        ("bob", "/objectives/OBJECTIVE/archive", {}, 404),
        ("bob", "/objectives/OBJECTIVE/restore", {}, 404),
        ("nobody", "/objectives", {"kind": "fans", "name": "x"}, 401),
        ("manager", "/objectives", {"kind": "fame", "name": "x"}, 422),
        ("manager", "/objectives", {"kind": "fans", "name": " "}, 422),
        ("manager", "/objectives/999999/kpis", {"measure": "conversations"}, 404),
        ("manager", "/objectives/OBJECTIVE/kpis", {"measure": "luck"}, 422),
        ("manager", "/objectives/OBJECTIVE/kpis", {"measure": "mentions", "topic": 999999}, 404),
        ("manager", "/kpis/KPI/targets", {"value": 1, "by_day": "2001-01-01"}, 422),
        ("bob", "/objectives/OBJECTIVE/kpis", {"measure": "conversations"}, 404),
        ("bob", "/kpis/KPI/targets", {"value": 1, "by_day": "2100-01-01"}, 404),
    ],
)
def test_refusals(world: World, manager: str, token: str, path: str, body: dict[str, object], status: int) -> None:
    objective = Objective.everywhere.create(workspace=world.acme, kind="fans", name="More fans")
    kpi = Kpi.everywhere.create(workspace=world.acme, objective=objective, measure="conversations")
    path = path.replace("OBJECTIVE", str(objective.pk)).replace("KPI", str(kpi.pk))
    answer = send(token, "POST", path, body)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert (Objective.of(world.acme).count(), Kpi.of(world.acme).count(), kpi.targets.count()) == (1, 1, 0)


@pytest.mark.parametrize(
    ("token", "method", "path", "body", "status"),
    [
        ("viewer", "PATCH", "/objectives/OBJECTIVE", {"name": "x"}, 403),
        ("bob", "PATCH", "/objectives/OBJECTIVE", {"name": "x"}, 404),
        ("manager", "PATCH", "/objectives/OBJECTIVE", {"name": " "}, 422),
        ("manager", "PATCH", "/objectives/OBJECTIVE", {"kind": "fame"}, 422),
        ("viewer", "DELETE", "/kpis/KPI", {}, 403),
        ("bob", "DELETE", "/kpis/KPI", {}, 404),
        ("bob", "GET", "/kpis/KPI", {}, 404),
    ],
)
def test_changes_refused(
    world: World, manager: str, token: str, method: str, path: str, body: dict[str, object], status: int
) -> None:
    objective = Objective.everywhere.create(workspace=world.acme, kind="fans", name="More fans")
    kpi = Kpi.everywhere.create(workspace=world.acme, objective=objective, measure="conversations")
    path = path.replace("OBJECTIVE", str(objective.pk)).replace("KPI", str(kpi.pk))
    assert send(token, method, path, body).status_code == status
    assert Objective.of(world.acme).get().name == "More fans"
    assert Kpi.of(world.acme).exists()
