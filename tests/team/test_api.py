"""The room's calls for scripts."""

import json
from typing import Any

import pytest
from django.test import Client

from hubbub.store.models import Audit, Member, Role
from tests.furnished import make_token
from tests.world import World

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def send(token: str, method: str, path: str, body: object = None) -> Any:
    return Client().generic(
        method, f"/api/team/{path}", json.dumps(body) if body is not None else "",
        "application/json", headers={"authorization": f"Bearer {token}"},
    )  # fmt: skip


@pytest.fixture
def admin(world: World) -> str:
    make_token(world.alice, Role.ADMIN, "admin")
    return "admin"


def test_members_page_by_page(world: World, admin: str) -> None:
    first = send(admin, "GET", "members?limit=3").json()
    second = send(admin, "GET", f"members?limit=3&after={first['next']}").json()
    assert second["next"] is None
    emails = [member["email"] for member in first["items"] + second["items"]]
    assert emails == [f"{name}@example.org" for name in ("alice", "viewer", "responder", "moderator", "manager")]


def test_somebody_is_invited_and_changed(world: World, admin: str) -> None:
    added = send(admin, "POST", "members", {"email": "erin@example.org", "role": "viewer"})
    assert added.status_code == 201
    assert Client().get(added.json()["sign_in_link"]).status_code == 302
    path = f"members/{added.json()['id']}"
    changed = send(admin, "PATCH", path, {"role": "manager", "active": False, "why": "leave"}).json()
    assert (changed["role"], changed["active"]) == ("manager", False)
    assert set(Audit.of(world.acme).filter(why="leave").values_list("verb", flat=True)) == {"change role", "deactivate"}
    assert send(admin, "PATCH", path, {"active": True}).json()["active"] is True


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "says"),
    [
        ("POST", "members", {"email": "viewer@example.org", "role": "viewer"}, 422, "is a member"),
        ("POST", "members", {"email": "erin", "role": "viewer"}, 422, "not an e-mail address"),
        ("POST", "members", {"email": "erin@example.org", "role": "king"}, 422, "role"),
        ("POST", "members", {}, 422, "email"),
        ("PATCH", "members/{alice}", {"role": "viewer"}, 422, "last admin"),
        ("POST", "members/{bob}/link", None, 404, "no such member"),
        ("PATCH", "members/{bob}", {"role": "viewer"}, 404, "no such member"),
        ("POST", "tokens/999999/revoke", None, 404, "no such token"),
    ],
)
def test_refused(world: World, admin: str, method: str, path: str, body: object, status: int, says: str) -> None:
    before = list(Member.everywhere.order_by("pk").values())
    answer = send(admin, method, path.format(alice=world.alice.pk, bob=world.bob.pk), body)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert says in answer.json()["detail"]
    assert list(Member.everywhere.order_by("pk").values()) == before


def test_a_new_sign_in_link(world: World, admin: str) -> None:
    path = f"members/{world.roles[Role.VIEWER].pk}/link"
    first, second = (send(admin, "POST", path).json()["sign_in_link"] for _ in range(2))
    assert Client().get(first).status_code == 410  # the second took its place
    assert Client().get(second).status_code == 302
    assert Audit.of(world.acme).filter(verb="make sign-in link").count() == 2


def test_half_a_change_is_no_change(world: World, admin: str) -> None:
    """Role and state are one step: the last admin cannot go, so the role stays too."""
    second = make_token(world.roles[Role.VIEWER], Role.VIEWER, "second").member
    answer = send(admin, "PATCH", f"members/{world.alice.pk}", {"role": "admin", "active": False})
    assert answer.status_code == 422
    assert Member.of(world.acme).get(pk=second.pk).role == "viewer"
    assert not Audit.of(world.acme).exists()


def test_tokens_never_show_their_secret(world: World, admin: str) -> None:
    make_token(world.roles[Role.VIEWER], Role.VIEWER, "viewer's")
    listed = send(admin, "GET", "tokens")
    assert [(row["member"], row["state"]) for row in listed.json()["items"]] == [
        ("viewer@example.org", "open"), ("alice@example.org", "open"),
    ]  # fmt: skip
    assert "hashed" not in listed.content.decode()
    assert [row["member"] for row in send("viewer's", "GET", "tokens").json()["items"]] == ["viewer@example.org"]
    pk = listed.json()["items"][0]["id"]
    assert send(admin, "POST", f"tokens/{pk}/revoke").json()["state"] == "revoked"
    assert send("viewer's", "GET", "me").status_code == 401
