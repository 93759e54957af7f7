"""The room's calls: what the page shows, for scripts."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from hubbub.store.models import Role, Rollup
from tests.furnished import make_token
from tests.world import NOON, World, make_conversation, make_post, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def told(world: World) -> World:
    make_token(world.roles[Role.VIEWER], Role.VIEWER, "secret")
    source, topic = make_source(world.acme), make_topic(world.acme)
    for about in (topic, None):
        Rollup.everywhere.create(workspace=world.acme, source=source, topic=about, hour=NOON, posts=4)
    make_conversation(make_post(source), opened=NOON, answered=NOON + timedelta(hours=5))
    return world


def get(path: str) -> Any:
    return Client().get(f"/api/measure/{path}", headers={"authorization": "Bearer secret"})


def test_mentions(told: World) -> None:
    found = get("mentions?from=2026-11-01&to=2026-11-02").json()
    topic = found["topics"][0]["topic"]
    assert (found["first"], found["last"]) == ("2026-11-01", "2026-11-02")
    assert found["posts"] == {"now": 4, "before": 0, "change": None}
    assert found["topics"] == [{"topic": topic, "name": "Acme", "mentions": {"now": 4, "before": 0, "change": None}}]
    assert [(row["day"], row["topic"], row["mentions"]) for row in found["days"]] == [
        ("2026-11-01", topic, 4),
        ("2026-11-02", topic, 0),
    ]
    assert [row["mentions"] for row in found["sources"]] == [4]
    assert get(f"mentions?from=2026-11-01&to=2026-11-01&topic={topic}").json()["days"][0]["mentions"] == 4


def test_figures(told: World) -> None:
    found = get("figures?from=2026-11-01&to=2026-11-01").json()
    assert found["conversations_opened"]["now"] == 1
    assert found["answered_share"] == {"now": 1, "before": None, "change": None}
    assert found["median_hours_to_first_answer"]["now"] == 5


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("mentions?from=2026-11-02&to=2026-11-01", "comes after"),
        ("mentions?from=soon", "from"),
        ("mentions?topic=999999", "has no topic 999999"),
        ("mentions?" + "&".join(f"topic={number}" for number in range(21)), "at most 20"),
        ("figures?from=2001-01-01&to=2026-11-01", "at most 366"),
    ],
)
def test_refusals(told: World, path: str, says: str) -> None:
    answer = get(path)
    assert answer.status_code == 422
    assert says in answer.json()["detail"]


def test_topics_of_others_are_unknown(told: World) -> None:
    theirs = make_topic(told.bravo, "Secret")
    answer = get(f"mentions?topic={theirs.pk}")
    assert answer.status_code == 422
    assert "Secret" not in answer.content.decode()
