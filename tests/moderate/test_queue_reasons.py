"""Why a post waits is said; questions that a decision closed; filters that name word lists."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from hubbub.moderate import actions, opinions, queries
from hubbub.store.audit import audit
from hubbub.store.models import Decision, Post, Role, System, WordList
from hubbub.ui.api import Refusal
from tests.furnished import make_token
from tests.world import World

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def at(name: str, *args: object) -> str:
    return reverse(f"moderate:{name}", args=["acme", *args])


@pytest.mark.parametrize(
    ("verb", "why", "says"),
    [
        ("queue", "The rule “spam” was stopped: it acted 500 times in an hour, which is its cap", None),
        ("queue", "A member reported it", None),
        ("refused", "hide: the network says 403", "Site did not do what was asked for: hide: the network says 403"),
        ("not done", "ban: no right to", "Site did not do what was asked for: ban: no right to"),
        ("undo", "undo of entry 1", "Site took a decision back"),
        ("queue", "x", ""),  # its verdict says that already
    ],
)
def test_why_it_waits_is_said(world: World, waiting: dict[str, Post], verb: str, why: str, says: str | None) -> None:
    post, says = waiting["spam"], why if says is None else says
    with transaction.atomic():
        audit(post, "queue", by=System("Site"), why="what came before counts no more")
        audit(post, verb, by=System("Site"), why=why)
        audit(post, "correct", by=System("Site"), why="another matter")
    assert queries.cards([post])[0].waits == says
    make_token(world.alice, Role.MODERATOR, "s")
    client = world.client()
    items = Client(headers={"authorization": "Bearer s"}).get("/api/moderate/queue").json()["items"]
    assert {one["id"]: one["waits_because"] for one in items}[post.pk] == says
    for page in (at("queue"), at("focus", post.pk)):
        assert (f"waits</span> {says}</p>" in client.get(page).content.decode()) is bool(says)
    assert at("effects", post.pk) in client.get(at("focus", post.pk)).content.decode()


def test_taking_a_decision_back_asks_the_same_question_again(world: World, waiting: dict[str, Post]) -> None:
    post, other = waiting["spam"], world.roles[Role.MODERATOR]
    opinion = opinions.ask(post, by=world.alice, note="is it?", decision=Decision.HIDDEN)
    done = actions.decide(post, Decision.APPROVED, by=other, why="fine")
    actions.undo(done.act, by=other)
    opinion.refresh_from_db()
    assert (opinion.closed, opinion.decided, opinion.decided_by) == (None, "", "")
    with pytest.raises(Refusal, match="second opinion"):
        actions.decide(post, Decision.APPROVED, by=world.alice)
    actions.decide(post, Decision.APPROVED, by=other, why="fine")
    assert not opinions.asked(post).exists()


def test_lists_in_filters(world: World, waiting: dict[str, Post]) -> None:
    WordList.everywhere.create(workspace=world.acme, name="pills", entries="pills\nviagra")
    make_token(world.alice, Role.MODERATOR, "s")
    asked = {"q": "list:pills", "order": "oldest"}
    found = Client(headers={"authorization": "Bearer s"}).get("/api/moderate/queue", asked).json()
    assert [one["id"] for one in found["items"]] == [waiting["spam"].pk]
    to = world.client().post(at("next"), asked).headers["Location"]
    assert to.startswith(at("focus", waiting["spam"].pk))


@pytest.mark.parametrize("pk", ["9" * 20, "-1", "x", "²"])
def test_ids_that_cannot_be(world: World, waiting: dict[str, Post], pk: str) -> None:
    client = world.client()
    fields = {"pk": [pk, str(waiting["spam"].pk)], "decision": "approved"}
    assert "1 post" in client.post(at("decide_many"), fields, follow=True).content.decode()
    assert client.post(at("undo"), {"acts": [pk]}).status_code == 303
