"""The pages about topics: slips shown where they are, the preview, what is saved, going through stored posts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hubbub.store import rereading
from hubbub.store.models import Audit, Kpi, Mention, Objective, Role, Rollup, Topic
from tests.world import NOON, World, make_mention, make_post, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]

HERE = "/w/acme/listen/topics/"
TYPED = {"name": "Rocket", "kind": "campaign", "query": "rocket", "newest": "0"}


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ('acme "rocket', "<u>"),
        ("(acme OR rocket", "<u>"),
        ("acme and rocket AND", "<u>"),
        ("*cket", "<u>"),
        ("txet:acme", "<u>txet"),
        ("sentiment:negative acme", "<u>sentiment"),
    ],
)
def test_a_query_that_cannot_be_read_is_underlined(world: World, query: str, shown: str) -> None:
    for answer in (
        world.client().post(f"{HERE}preview/", {"query": query}),
        world.client().post(f"{HERE}new/", {**TYPED, "query": query}),
    ):
        page = answer.content.decode()
        assert shown in page
        assert "Line 1, column" in page
    assert answer.status_code == 422
    assert 'value="Rocket"' in page, "nothing typed is lost"
    assert not Topic.of(world.acme).exists()


def test_hostile_queries_are_shown_as_text(world: World) -> None:
    page = world.client().post(f"{HERE}preview/", {"query": '"<script>alert(1)</script>'}).content.decode()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("query", "words", "marks"),
    [
        ("acme", "Found <strong>2</strong> in all 3 stored posts", ["<mark>acme</mark>", "<mark>Acme</mark>"]),
        ('"red rocket"', "Found <strong>1</strong> in all 3", ["<mark>red rocket</mark>"]),
        ("unheard", "Found <strong>0</strong> in all 3", []),
        ("", "Write a query to see what it finds", []),
    ],
)
def test_the_preview(world: World, query: str, words: str, marks: list[str]) -> None:
    source = make_source(world.acme)
    for number, text in enumerate(("I like acme", "Acme & <b>co</b>", "a red rocket")):
        make_post(source, text, number)
    make_post(make_source(world.bravo), "acme of another workspace")
    page = world.client().post(f"{HERE}preview/", {"query": query}).content.decode()
    assert words in page
    assert [mark for mark in marks if mark not in page] == []
    assert "another workspace" not in page
    assert "<b>co" not in page


def test_the_preview_says_what_it_did_not_look_at(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hubbub.listen.trial.LOOKED", 2)
    source = make_source(world.acme)
    for number in range(5):
        make_post(source, "acme" if number % 2 else "no", number)
    page = world.client().post(f"{HERE}preview/", {"query": "acme"}).content.decode()
    assert "in the newest 2 stored posts" in page


def test_a_topic_is_written_and_held_against_stored_posts(world: World) -> None:
    make_post(make_source(world.acme), "rocket")
    answer = world.client().post(f"{HERE}new/", {**TYPED, "newest": "10000"})
    topic = Topic.of(world.acme).get()
    assert (answer.status_code, answer["Location"]) == (303, f"{HERE}{topic.pk}/")
    assert rereading.waiting() == topic
    page = world.client().get(f"{HERE}{topic.pk}/").content.decode()
    assert "Going through the newest 1 stored posts" in page
    assert "Stop" in page
    assert not rereading.step(topic, now=NOON)
    assert (
        "It was looked for in the newest 1 stored posts; 1 found."
        in world.client().get(f"{HERE}{topic.pk}/progress/").content.decode()
    )


@pytest.mark.parametrize(
    ("query", "newest", "waits"),
    [("rocket", "10000", False), ("rockets", "10000", True), ("rockets", "0", False)],
)
def test_a_changed_query_is_held_against_stored_posts(world: World, query: str, newest: str, waits: bool) -> None:
    make_post(make_source(world.acme), "rocket")
    topic = make_topic(world.acme, "Rocket", "rocket")
    answer = world.client().post(f"{HERE}{topic.pk}/", {**TYPED, "query": query, "newest": newest})
    assert answer.status_code == 303
    assert (rereading.waiting() == topic) is waits


def test_without_javascript_there_is_a_button_for_the_preview(world: World) -> None:
    make_post(make_source(world.acme), "a rocket")
    page = world.client().post(f"{HERE}new/", {**TYPED, "do": "preview"}).content.decode()
    assert "<mark>rocket</mark>" in page
    assert not Topic.of(world.acme).exists()


@pytest.mark.parametrize(("act", "newest"), [("apply", "100"), ("apply", "0"), ("apply", "x"), ("stop", "")])
def test_going_through_stored_posts_is_asked_for_and_stopped(world: World, act: str, newest: str) -> None:
    make_post(make_source(world.acme))
    topic = make_topic(world.acme)
    if act == "stop":
        rereading.begin(topic, 10)
    answer = world.client().post(f"{HERE}{topic.pk}/{act}/", {"newest": newest})
    assert answer.status_code == 303
    assert (rereading.waiting() == topic) is (newest == "100")
    assert Audit.of(world.acme).count() == (1 if act == "stop" or newest == "100" else 0)


def test_numbers_lead_to_the_posts_behind_them(world: World) -> None:
    topic, source = make_topic(world.acme), make_source(world.acme)
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    for days, number in ((1, 3), (20, 4), (40, 5)):
        when = hour - timedelta(days=days)
        Rollup.everywhere.create(workspace=world.acme, source=source, topic=topic, hour=when, posts=number)
        for one in range(number):
            post = make_post(source, number=days * 10 + one, published=when)
            make_mention(post, topic)
    client = world.client()
    page = client.get(HERE).content.decode()
    for count, behind in ((3, 3), (7, 7)):
        link = page.split(f'">{count}</a>')[0].rsplit('href="', 1)[1].replace("&amp;", "&")
        assert client.get(link).content.decode().count("data-row") == behind


def test_topics_rest_and_it_can_be_undone(world: World) -> None:
    topic = make_topic(world.acme)
    client = world.client()
    client.post(f"{HERE}active/", {"topic": [topic.pk], "active": ""})
    assert "1 topic put to rest." in client.get(HERE).content.decode()
    client.post(f"{HERE}active/", {"topic": [topic.pk], "active": "yes", "why": "undone"})
    topic.refresh_from_db()
    assert topic.active
    assert Audit.of(world.acme).order_by("-id")[0].why == "undone"


def test_deleting_says_what_goes_with_it(world: World) -> None:
    topic = make_topic(world.acme)
    make_mention(make_post(make_source(world.acme)), topic)
    aim = Objective.everywhere.create(workspace=world.acme, kind="fans", name="More")
    Kpi.everywhere.create(workspace=world.acme, objective=aim, measure="mentions", topic=topic)
    assert "1 KPI counted on it" in world.client().get(f"{HERE}{topic.pk}/delete/").content.decode()
    world.client().post(f"{HERE}{topic.pk}/delete/")
    assert not Topic.of(world.acme).exists()
    assert not Mention.of(world.acme).exists()


def test_who_may_not_write_reads(world: World) -> None:
    topic = make_topic(world.acme, query='"<acme>"')
    client = world.client(world.roles[Role.MODERATOR])
    page = client.get(f"{HERE}{topic.pk}/").content.decode()
    assert "&lt;acme&gt;" in page
    assert '<form method="post" class="form"' not in page
    assert client.post(f"{HERE}{topic.pk}/", TYPED).status_code == 403
