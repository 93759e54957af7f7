"""Errors for scripts: one form (RFC 9457) for whatever goes wrong under /api/."""

from typing import Any

import pytest
from django.test import Client

from hubbub.store.models import Role
from hubbub.team import queries
from tests.furnished import make_token
from tests.world import World

pytestmark = [pytest.mark.database, pytest.mark.django_db]

TOKEN = {"authorization": "Bearer admin"}


def send(method: str, path: str, body: str = "", headers: dict[str, str] | None = None) -> Any:
    client = Client(raise_request_exception=False)
    return client.generic(method, path, body, "application/json", headers=TOKEN if headers is None else headers)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "says"),
    [
        ("GET", "/api/nothing", "", 404, "There is no such call"),
        ("GET", "/api/", "", 404, "There is no such call"),
        ("GET", "/api/team/members/x", "", 404, "There is no such call"),
        ("DELETE", "/api/team/members", "", 405, "does not take that method"),
        ("POST", "/api/team/members", "{", 400, "JSON"),
        ("POST", "/api/team/members", "[]", 422, "body"),
        ("POST", "/api/team/members", '{"email": "a@example.org", "role": "king"}', 422, "role"),
        ("GET", "/api/team/members?limit=many", "", 422, "limit"),
        ("POST", "/api/plan/objectives", '{"kind": "fans", "name": "a\\u0000b"}', 400, "NUL"),
        ("GET", "/api/moderate/log?verb=%00", "", 400, "NUL"),
        ("POST", "/api/listen/topics", '{"name": "x", "query": "' + "y" * 5_000_001 + '"}', 413, "larger"),
        ("POST", "/api/moderate/decide", '{"posts": [99999999999999999999], "decision": "approved"}', 422, "posts"),
        ("GET", "/api/listen/posts?since=0001-01-01T00:00:00%2B23:00", "", 422, "outside the years"),
        ("GET", "/api/measure/mentions?from=0001-01-01&to=0001-01-02", "", 422, "1970"),
        ("GET", "/api/moderate/posts/999999", "", 404, "There is no such thing in this workspace"),
        ("PATCH", "/api/team/members/999999", "{}", 404, "no such member"),
        ("POST", "/api/team/members", '{"email": "viewer@example.org", "role": "viewer"}', 422, "is a member"),
    ],
)
def test_each_error_says_what_and_where(
    world: World, method: str, path: str, body: str, status: int, says: str
) -> None:
    make_token(world.alice, Role.ADMIN, "admin")
    answer = send(method, path, body)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert problem["status"] == status
    assert {"type", "title", "detail"} <= set(problem)
    assert says in problem["detail"]


def test_what_only_looks_like_nul_is_kept(world: World) -> None:
    make_token(world.alice, Role.ADMIN, "admin")
    answer = send("POST", "/api/plan/objectives", '{"kind": "fans", "name": "a\\\\u0000b"}')
    assert (answer.status_code, answer.json()["name"]) == (201, "a\\u0000b")


def test_each_slip_says_where(world: World) -> None:
    make_token(world.alice, Role.ADMIN, "admin")
    slips = send("POST", "/api/team/members", '{"role": "king"}').json()["errors"]
    assert [slip["where"] for slip in slips] == ["body.email", "body.role"]
    [slip] = send("GET", "/api/listen/posts?q=acme+OR").json()["errors"]
    assert (slip["line"], slip["column"], slip["found"]) == (1, 8, "the end")
    assert slip["mend"]


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer unknown"}, {"authorization": "Basic YTpi"}])
def test_without_a_token(world: World, headers: dict[str, str]) -> None:
    answer = send("GET", "/api/team/me", headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_session_opens_no_call(world: World) -> None:
    """Else a page elsewhere could make a signed-in browser call it."""
    assert world.client().get("/api/team/me").status_code == 401


def test_too_small_a_role(world: World) -> None:
    make_token(world.alice, Role.VIEWER, "admin")
    answer = send("POST", "/api/team/members", '{"email": "a@example.org", "role": "viewer"}')
    assert answer.status_code == 403
    assert "admin" in answer.json()["detail"]


def test_a_bug_is_ours_and_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise ZeroDivisionError("a secret of the inside")

    make_token(world.alice, Role.ADMIN, "admin")
    monkeypatch.setattr(queries, "members", broken)
    answer = send("GET", "/api/team/members")
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert "a secret of the inside" not in answer.content.decode()


def test_a_405_says_what_is_taken(world: World) -> None:
    make_token(world.alice, Role.ADMIN, "admin")
    assert set(send("PUT", "/api/team/members")["Allow"].split(", ")) >= {"GET", "POST"}


def test_pages_keep_their_own_errors(world: World) -> None:
    answer = world.client().get("/w/nowhere/team/members/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "<h1>" in answer.content.decode()
