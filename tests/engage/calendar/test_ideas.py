"""What people ask most: put together by the loop, shown, put away, planned; by page and by script."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hubbub.engage.calendar import actions
from hubbub.store import asked as asking
from hubbub.store.models import Asked, Audit, Planned, Post, Role, Source
from tests.furnished import make_token
from tests.world import World, make_author, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def ask(source: Source, who: str, text: str, number: int, **more: object) -> Post:
    given: dict[str, object] = {"intent": "question", "published": timezone.now() - timedelta(hours=number)}
    return make_post(source, text, number, author=make_author(source.workspace, who), **{**given, **more})


@pytest.fixture
def source(world: World) -> Source:
    """Three people ask for blue lids; what else is asked makes no group."""
    source = make_source(world.acme)
    for number, who in enumerate(("ann", "ben", "cid"), 1):
        ask(source, who, f"When do blue lids come, {who}?", number)
    ask(source, "dan", "Is the shop open?", 4)
    return source


def count(world: World) -> dict[str, tuple[int, int]]:
    asking.count(world.acme, timezone.now())
    return {row.phrase: (row.people, row.questions) for row in Asked.of(world.acme)}


def test_it_is_counted_once_an_hour_for_each_workspace(world: World, source: Source) -> None:
    now = timezone.now()
    assert [asking.step(now) for _ in range(3)] == [True, True, False]
    assert Asked.everywhere.get().says == "blue lids"
    assert asking.step(now + timedelta(hours=1, minutes=1))


@pytest.mark.parametrize(
    ("more", "people"),
    [
        ({}, 4),
        ({"intent": "praise"}, 3),
        ({"ours": True}, 3),
        ({"repost": True}, 3),
        ({"state": "removed"}, 3),
        ({"decision": "removed"}, 3),
        ({"published": timezone.now() - timedelta(days=40)}, 3),
    ],
)
def test_which_posts_count(world: World, source: Source, more: dict[str, object], people: int) -> None:
    ask(source, "eve", "Are blue lids sold?", 5, **more)
    assert count(world) == {"blue lids": (people, people)}


def test_who_asks_twice_counts_once(world: World, source: Source) -> None:
    again = make_post(source, "Blue lids, please?", 9, author=Post.everywhere.get(native_id="1").author)
    Post.everywhere.filter(pk=again.pk).update(intent="question", published=timezone.now())
    assert count(world) == {"blue lids": (3, 4)}


def test_what_was_put_away_stays_away_and_what_is_over_goes(world: World, source: Source) -> None:
    count(world)
    Asked.everywhere.update(put_away=timezone.now(), put_away_by=world.alice)
    assert count(world) == {"blue lids": (3, 3)}
    assert Asked.everywhere.get().put_away is not None
    Post.everywhere.all().update(published=timezone.now() - timedelta(days=50))
    assert count(world) == {"blue lids": (0, 0)}  # it says who put it away
    Asked.everywhere.update(put_away=None, put_away_by=None)
    assert count(world) == {}


def test_the_pages(world: World, source: Source) -> None:
    count(world)
    row, client = Asked.everywhere.get(), Client()
    client.force_login(world.roles[Role.RESPONDER].user, backend="django.contrib.auth.backends.ModelBackend")
    ideas, act = "/w/acme/engage/calendar/ideas/", f"/w/acme/engage/calendar/ideas/{row.pk}/act/"
    assert b"3 people, 3 questions" in client.get(ideas).content
    assert b"When do blue lids come" in client.get(f"{ideas}{row.pk}/").content
    client.post(act, {"act": "away"})
    assert b"3 people" not in client.get(ideas).content
    assert b"3 people" in client.get(f"{ideas}?away=1").content
    client.post(act, {"act": "back"})
    made = client.post(act, {"act": "plan"})
    item = Planned.everywhere.get()
    assert made["Location"] == f"/w/acme/engage/calendar/{item.pk}/edit/"
    assert (item.about.count(), "blue lids" in item.title, item.state) == (3, True, "draft")
    assert client.post(act, {"act": "plan"})["Location"] == made["Location"]
    actions.drop(item, by=world.alice)
    assert client.post(act, {"act": "plan"})["Location"] != made["Location"]
    verbs = Audit.everywhere.filter(noun="asked").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["put away", "bring back", "plan", "plan"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MODERATOR, None])
def test_who_may_only_look_does_nothing(world: World, source: Source, role: Role | None) -> None:
    """None: an admin of another workspace."""
    count(world)
    client, pk = Client(), Asked.everywhere.get().pk
    member = world.bob if role is None else world.roles[role]
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(f"/w/acme/engage/calendar/ideas/{pk}/act/", {"act": "plan"})
    may = role is not None and role.may(Role.RESPONDER)
    assert answer.status_code == (303 if may else 404 if role is None else 403)
    assert Planned.everywhere.exists() == may


# ---- by script


def send(token: str, method: str, path: str, body: object = None) -> Any:
    return Client().generic(
        method, f"/api/engage{path}", Client()._encode_json(body or {}, "application/json"), "application/json",
        headers={"authorization": f"Bearer {token}"},
    )  # fmt: skip


@pytest.fixture
def token(world: World) -> str:
    make_token(world.roles[Role.RESPONDER], Role.RESPONDER, "responder")
    make_token(world.bob, Role.ADMIN, "bob")
    return "responder"


def test_questions_by_script(world: World, source: Source, token: str) -> None:
    count(world)
    [one] = send(token, "GET", "/asked").json()["items"]
    assert (one["says"], one["people"], one["planned"]) == ("blue lids", 3, None)
    assert send("bob", "POST", f"/asked/{one['id']}/plan").status_code == 404
    made = send(token, "POST", f"/asked/{one['id']}/plan")
    assert (made.status_code, made.json()["state"]) == (201, "draft")
    assert send(token, "POST", f"/asked/{one['id']}/away").json()["put_away"] is True
    assert send(token, "GET", "/asked").json()["items"] == []
    assert send(token, "POST", f"/asked/{one['id']}/back").json()["planned"] == made.json()["id"]


def test_a_planned_post_by_script(world: World, source: Source, token: str) -> None:
    source.can = ["post"]
    source.save()
    theirs = make_source(world.bravo, "Theirs", can=["post"])
    wish: dict[str, Any] = {"title": "Lid", "text": "It is here", "due": "2100-05-01T09:00:00"}
    wordings = [{"source": source.pk, "title": "The lid"}]
    made = send(token, "POST", "/planned", {**wish, "wordings": wordings})
    assert (made.status_code, made.json()["due"]) == (201, "2100-05-01T09:00:00Z")
    pk = made.json()["id"]
    assert send(token, "POST", f"/planned/{pk}/plan").json()["state"] == "planned"
    moved = send(token, "POST", f"/planned/{pk}/move", {"due": "2100-06-01T09:00:00+02:00"}).json()
    assert moved["due"] == "2100-06-01T07:00:00Z"
    assert send("bob", "GET", f"/planned/{pk}").status_code == 404
    for path, body in (
        ("/planned", {**wish, "wordings": [{"source": theirs.pk}]}),
        ("/planned", {**wish, "due": "0001-01-01T00:00:00"}),
        (f"/planned/{pk}/move", {"due": "9999-12-31T23:59:00"}),
        (f"/planned/{pk}/repeat", {"rule": "FREQ=HOURLY"}),
        (f"/planned/{pk}/end", {}),
    ):
        assert send(token, "POST", path, body).status_code == 422, path
    assert send(token, "POST", f"/planned/{pk}/drop").json()["state"] == "dropped"
    assert send(token, "POST", f"/planned/{pk}/restore").json()["state"] == "draft"


def test_reading_goes_on_where_the_last_row_changed_meanwhile(world: World, source: Source, token: str) -> None:
    """A script that reads all drafts comes to the end, whatever becomes of them while it reads."""
    due = timezone.now() + timedelta(days=3)
    made = [
        Planned.everywhere.create(workspace=world.acme, title=str(n), due=due, created=due, changed=due)
        for n in range(60)
    ]
    first = send(token, "GET", "/planned?state=draft").json()
    assert (len(first["items"]), first["after"]) == (50, made[49].pk)
    Planned.everywhere.filter(pk=first["after"]).update(state="dropped")
    rest = send(token, "GET", f"/planned?state=draft&after={first['after']}").json()
    assert ([one["id"] for one in rest["items"]], rest["after"]) == ([one.pk for one in made[50:]], None)
