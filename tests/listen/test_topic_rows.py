"""The list of topics: what may be worth a look, how often and when they were changed, in which order."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hubbub.listen import topic_actions
from hubbub.listen.topic_actions import TopicDraft
from hubbub.listen.topic_rows import topic_rows
from hubbub.store.models import Rollup, Topic
from tests.world import World, make_mention, make_post, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.mark.parametrize(
    ("topic", "age", "caught", "month", "warning"),
    [
        ({}, 2, False, 0, "never matched"),
        ({}, 0, False, 0, ""),  # it has not had its chance yet
        ({"reread_version": 1}, 0, False, 0, "never matched"),
        ({"reading_below": 9}, 2, False, 0, ""),
        ({"active": False}, 2, False, 0, ""),
        ({}, 2, True, 30, ""),
        ({}, 2, True, 300, "matches 30%"),
    ],
)
def test_what_may_be_worth_a_look(
    world: World, topic: dict[str, object], age: int, caught: bool, month: int, warning: str
) -> None:
    now, source, one = timezone.now(), make_source(world.acme), make_topic(world.acme, **topic)
    Topic.of(world.acme).update(created=now - timedelta(days=age))
    if caught:
        make_mention(make_post(source), one)
    hour = now.replace(minute=0, second=0, microsecond=0) - timedelta(days=3)
    Rollup.everywhere.create(workspace=world.acme, source=source, hour=hour, posts=1_000)
    Rollup.everywhere.create(workspace=world.acme, source=source, hour=hour, topic=one, posts=month)
    (row,) = topic_rows(world.acme, now=now)
    assert (row.warning, row.month, bool(row.says)) == (warning, month, bool(warning))
    page = world.client().get("/w/acme/listen/topics/").content.decode()
    assert (warning in page) if warning else ("never matched" not in page)


@pytest.mark.parametrize(
    ("sort", "names"),
    [("name", "ABC"), ("nonsense", "ABC"), ("caught", "BAC"), ("changed", "ACB"), ("warnings", "CAB")],
)
def test_the_order(world: World, sort: str, names: str) -> None:
    source, now = make_source(world.acme), timezone.now()
    topics = {}
    for name in "CBA":
        topics[name] = topic_actions.add_topic(world.acme, TopicDraft(name, name * 4), by=world.alice)
        Topic.of(world.acme).filter(name=name).update(created=now - timedelta(days=3))
    topic_actions.change_topic(topics["C"], TopicDraft("C", "other"), by=world.alice)
    topic_actions.change_topic(topics["A"], TopicDraft("A", "another"), by=world.alice)
    hour = now.replace(minute=0, second=0, microsecond=0)
    for number, name in enumerate("AB", start=1):
        make_mention(make_post(source, number=number), topics[name])
        Rollup.everywhere.create(workspace=world.acme, source=source, hour=hour, topic=topics[name], posts=number)
    page = world.client().get("/w/acme/listen/topics/", {"sort": sort}).content.decode()
    shown = [part.split("</strong>")[0] for part in page.split("<strong>")[1:]]
    assert "".join(name for name in shown if name in topics) == names
    assert {row.topic.name: row.versions for row in topic_rows(world.acme, now=now)} == {"A": 2, "B": 1, "C": 2}
