"""The pages of opportunities, as a browser sees them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hubbub.store import opportunities
from hubbub.store.models import Conversation, Opportunity, Role, Source
from tests.world import World, make_mention, make_post, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]
BASE = "/w/acme/engage/opportunities/"


@pytest.fixture
def forum(world: World) -> Source:
    """With one opportunity, found just now."""
    place = make_source(world.acme, "Coffee forum", kind="feed", owned=False, can=[])
    when = timezone.now() - timedelta(hours=1)
    post = make_post(place, "Which brewer is better than Bravo?", published=when, taken=when, intent="question")
    make_mention(post, make_topic(world.acme, "Bravo", "bravo", kind="competitor"), [["text", 28, 33]])
    while opportunities.step(timezone.now()):
        pass
    return place


def test_from_seen_to_the_inbox(world: World, forum: Source) -> None:
    client = world.client()
    page = client.get(BASE).content.decode()
    for words in (
        "Which brewer is better than <mark>Bravo</mark>?",
        "a rival is spoken of",
        "Nobody has read the house",
    ):
        assert words in page
    row = Opportunity.of(world.acme).get()
    answer = client.post(f"{BASE}{row.pk}/take/")
    conversation = Conversation.of(world.acme).get()
    assert answer.headers["Location"] == f"/w/acme/engage/{conversation.pk}/#reply"
    assert "No opportunity waits" in client.get(BASE).content.decode()
    assert "Which brewer" in client.get(BASE + "?state=taken").content.decode()


def test_passed_over_with_undo(world: World, forum: Source) -> None:
    client = world.client()
    row = Opportunity.of(world.acme).get()
    client.post(BASE + "pass/", {"pk": row.pk, "reason": "field"})
    page = client.get(BASE + "?state=passed").content.decode()
    assert "not our field" in page
    assert "Undo" in page
    client.post(BASE + "back/", {"pk": row.pk})
    assert "Which brewer" in client.get(BASE).content.decode()


def test_how_many_are_open_in_a_place_leads_to_them(world: World, forum: Source) -> None:
    client, other = world.client(), make_source(world.acme, "Tea forum", kind="feed", owned=False)
    address = f"{BASE}?source={forum.pk}"
    assert f'href="{address}">1 open</a>' in client.get("/w/acme/engage/opportunities/places/").content.decode()
    assert "Which brewer" in client.get(address).content.decode()
    assert "Which brewer" not in client.get(f"{BASE}?source={other.pk}").content.decode()


@pytest.mark.parametrize(
    ("query", "found"), [("brewer", True), ("intent:question", True), ("tea", False), ("AND", False)]
)
def test_the_filter(world: World, forum: Source, query: str, found: bool) -> None:
    assert ("Which brewer" in world.client().get(BASE, {"q": query}).content.decode()) is found


def test_house_rules_stand_by_the_opportunity_and_above_the_answer(world: World, forum: Source) -> None:
    client = world.client()
    assert "Coffee forum" in client.get(BASE + "places/").content.decode()
    given = {"stance": "answer", "note": "Say that you work for us", "url": "https://forum.example/rules"}
    assert client.post(f"{BASE}places/{forum.pk}/", given).status_code == 303
    assert "Say that you work for us" in client.get(BASE).content.decode()
    client.post(f"{BASE}{Opportunity.of(world.acme).get().pk}/take/")
    page = client.get(f"/w/acme/engage/{Conversation.of(world.acme).get().pk}/").content.decode()
    assert "Say that you work for us" in page


def test_a_viewer_looks_on(world: World, forum: Source) -> None:
    client = world.client(world.roles[Role.VIEWER])
    assert "Which brewer" in client.get(BASE).content.decode()
    assert client.post(f"{BASE}{Opportunity.of(world.acme).get().pk}/take/").status_code == 403
    assert client.post(BASE + "settings/", {}).status_code == 403


def test_weights_are_set_with_what_is_wrong_said(world: World, forum: Source) -> None:
    client = world.client()
    page = client.get(BASE + "settings/").content.decode()
    assert "Half as fresh" in page
    assert client.post(BASE + "settings/", {"unhappy": "2"}).status_code == 422
    good = {
        "unhappy": "1",
        "rival": "0.5",
        "field": "0.5",
        "statement": "0.2",
        "half_life": "12",
        "days": "3",
        "least": "1",
    }
    assert client.post(BASE + "settings/", good).status_code == 303
    assert opportunities.weights(opportunities.scouting_of(world.acme)).half_life == 12
