"""Saved views: what stands in each, in which order, with which number; made, changed, deleted, brought back."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hubbub.core.priority import Weights
from hubbub.engage import current, ordering
from hubbub.engage.saved import actions, queries
from hubbub.store import settling
from hubbub.store.models import Audit, Conversation, Role, SavedView, Sort
from hubbub.ui.api import Refusal
from tests.world import NOON, World, make_author, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def talks(world: World) -> dict[str, Conversation]:
    """a is Alice's complaint whose promise is about to break; b a question; c broken and done; d plain, urgent."""
    source, carol, now = make_source(world.acme), make_author(world.acme), timezone.now()
    more: dict[str, dict[str, object]] = {
        "a": {"kind": "complaint", "assignee": world.alice, "due": now + timedelta(minutes=20), "unanswered": NOON},
        "b": {"kind": "question", "due": now + timedelta(days=1), "unanswered": NOON + timedelta(hours=1)},
        "c": {"kind": "complaint", "status": "done", "due": now - timedelta(hours=1)},
        "d": {"priority": "urgent"},
    }
    return {
        name: make_conversation(
            make_post(source, f"about {name}", at, thread=name, author=carol), subject=name, score=float(at), **fields
        )
        for at, (name, fields) in enumerate(more.items(), start=1)
    }


def at(name: str, *args: object, query: str = "") -> str:
    return reverse(f"engage:{name}", args=["acme", *args]) + query


def listed(world: World, **given: str) -> str:
    found = QueryDict(mutable=True)
    found.update(given)
    return "".join(one.subject for one in current.page(current.current_of(world.alice, found)).conversations)


@pytest.mark.parametrize(
    ("fields", "names", "number"),
    [
        ({}, "dba", "3"),
        ({"kind": "complaint"}, "a", "1"),
        ({"kind": "complaint", "status": "all"}, "ca", "2"),
        ({"whose": "me"}, "a", "1"),
        ({"whose": "nobody", "status": "unfinished"}, "db", "2"),
        ({"promised": "soon"}, "a", "1"),
        ({"promised": "broken", "status": "done"}, "c", "1"),
        ({"promised": "none"}, "d", "1"),
        ({"sort": "newest"}, "dba", "3"),
        ({"sort": "oldest"}, "abd", "3"),
        ({"sort": "promise"}, "abd", "3"),
        ({"query": "about -b"}, "da", ""),
    ],
)
def test_what_stands_in_a_view(
    world: World, talks: dict[str, Conversation], fields: dict[str, str], names: str, number: str
) -> None:
    view = actions.save(SavedView(), {"name": "One", **fields}, by=world.alice)
    assert listed(world, view=str(view.pk)) == names
    assert queries.counted(view, world.alice, timezone.now()).number == number


def test_the_loop_counts_views_with_a_query_that_are_looked_at(world: World, talks: dict[str, Conversation]) -> None:
    view = actions.save(SavedView(), {"name": "One", "query": "about -b"}, by=world.alice)
    now = timezone.now()
    assert not queries.count_one(now)
    queries.pinned(world.alice, now)
    assert queries.count_one(now)
    assert not queries.count_one(now)
    view.refresh_from_db()
    assert queries.counted(view, world.alice, now).number == "2"


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("size", [1, 2, 9])
def test_pages_lose_nothing_in_any_order(world: World, talks: dict[str, Conversation], sort: Sort, size: int) -> None:
    found = QueryDict(mutable=True)
    found.update({"tab": "all", "sort": sort})
    seen: list[str] = []
    while True:
        listing = current.current_of(world.alice, found)
        page = current.page(listing, size=size)
        seen += [one.subject for one in page.conversations]
        if page.older is None:
            break
        found["before"] = ordering.write_place(page.older)
    assert sorted(seen) == ["a", "b", "c", "d"]
    rows = sorted(Conversation.everywhere.all(), key=lambda row: ordering.key(row, sort))
    assert [row.subject for row in rows] == seen


@pytest.mark.parametrize(
    ("who", "fields", "says"),
    [
        (Role.ADMIN, {"name": " "}, "no name"),
        (Role.ADMIN, {"name": "x" * 61}, "longer than 60"),
        (Role.ADMIN, {"name": "One", "sort": "size"}, "is no sort"),
        (Role.ADMIN, {"name": "taken"}, "already"),
    ],
)
def test_what_is_refused(world: World, who: Role, fields: dict[str, str], says: str) -> None:
    actions.save(SavedView(), {"name": "Taken"}, by=world.roles[who])
    with pytest.raises(Refusal, match=says):
        actions.save(SavedView(), fields, by=world.roles[who])


def test_whose_views_are_seen_and_changed(world: World) -> None:
    mine = actions.save(SavedView(), {"name": "Mine alone"}, by=world.alice)
    shared = actions.save(SavedView(), {"name": "Ours"}, by=world.alice, shared=True)
    responder = world.roles[Role.RESPONDER]
    assert list(queries.visible(responder)) == [shared]
    with pytest.raises(Refusal, match="changed by managers"):
        actions.delete(shared, by=responder)
    assert world.client(responder).get(at("view_edit", mine.pk)).status_code == 404


def test_deleted_and_brought_back(world: World) -> None:
    view = actions.save(SavedView(), {"name": "Lids", "query": "lid", "sort": "oldest"}, by=world.alice)
    client: Client = world.client()
    page = client.post(at("view_delete", view.pk), follow=True).content.decode()
    assert "“Lids” is deleted." in page
    entry = Audit.of(world.acme).get(noun="savedview", verb="delete")
    client.post(at("view_restore"), {"entry": entry.pk})
    back = SavedView.of(world.acme).get(name="Lids")
    assert (back.query, back.sort, back.member) == ("lid", "oldest", world.alice)


def test_saved_from_the_list_that_is_shown(world: World, talks: dict[str, Conversation]) -> None:
    client = world.client()
    page = client.get(at("view_new", query="?tab=mine&q=lid&sort=oldest")).content.decode()
    assert "\nlid</textarea>" in page
    assert '<option value="me" selected>' in page
    given = {"name": "My lids", "query": "lid", "status": "unfinished", "whose": "me", "sort": "oldest", "pinned": "on"}
    answer = client.post(at("view_new"), given)
    assert answer.status_code == 303
    assert "My lids" in client.get(answer.headers["Location"]).content.decode()
    assert client.post(at("view_new"), {**given, "name": "Bad", "query": "("}).status_code == 422


def test_weights_put_the_inbox_in_order_again(world: World, talks: dict[str, Conversation]) -> None:
    now = timezone.now()
    while settling.step(now):
        pass
    first = listed(world)
    actions.weigh(Weights(kind=5, priority=0, promise=0), by=world.alice)
    assert Conversation.of(world.acme).filter(stirred=True, status="open").count() == 3
    while settling.step(now):
        pass
    assert (first[0], listed(world)[0]) == ("d", "a")
    with pytest.raises(Refusal, match="between 0 and 5"):
        actions.weigh(Weights(kind=6), by=world.alice)


def test_the_page_of_the_order_tries_before_it_saves(world: World, talks: dict[str, Conversation]) -> None:
    client = world.client()
    weights = dict.fromkeys(actions.WEIGHTS, 1) | {"doubling_hours": 10, "stale_days": 7}
    assert "These would come first" in client.post(at("inbox_order"), {**weights, "try": "1"}).content.decode()
    assert queries.ranking(world.acme).doubling_hours == 48
    assert client.post(at("inbox_order"), weights).status_code == 303
    assert queries.ranking(world.acme).doubling_hours == 10
    assert client.post(at("inbox_order"), {**weights, "kind": 9}).status_code == 422
