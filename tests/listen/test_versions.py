"""A topic's versions: what is kept, what differs, an earlier one brought back, what a mention was caught by."""

from typing import Any

import pytest

from hubbub.listen import topic_actions
from hubbub.listen.topic_actions import TopicDraft
from hubbub.listen.versions import Piece, difference, versions
from hubbub.store import rereading
from hubbub.store.models import Audit, Role, Topic, TopicVersion
from hubbub.ui.api import Refusal
from tests.world import World, make_mention, make_post, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]

HERE = "/w/acme/listen/topics/"


def written(world: World) -> Topic:
    """A topic of three states: written, its query changed, its name changed."""
    topic = topic_actions.add_topic(world.acme, TopicDraft("Acme", "acme"), by=world.alice, why="our name")
    manager = world.roles[Role.MANAGER]
    topic_actions.change_topic(topic, TopicDraft("Acme", "acme NOT jobs"), by=manager, why="job ads")
    topic_actions.change_topic(topic, TopicDraft("Acme & Co", "acme NOT jobs", "campaign"), by=world.alice)
    return topic


def test_each_state_is_kept(world: World) -> None:
    rows = versions(written(world))
    assert [(row.number, row.name, row.query, row.by, row.why, row.newest, list(row.changed)) for row in rows] == [
        (2, "Acme & Co", "acme NOT jobs", "Alice", "", True, ["name", "kind"]),
        (2, "Acme", "acme NOT jobs", "Manager", "job ads", False, ["query"]),
        (1, "Acme", "acme", "Alice", "our name", False, []),
    ]


@pytest.mark.parametrize("changed", [False, True])
def test_a_topic_from_before_versions_were_kept(world: World, changed: bool) -> None:
    topic = make_topic(world.acme, version=4)
    if changed:
        topic_actions.change_topic(topic, TopicDraft("Acme", "acme OR acmee"), by=world.alice)
    first = versions(topic)[-1]
    assert (first.number, first.query, first.by, first.at) == (4, "acme", "", topic.created)
    assert len(versions(topic)) == (2 if changed else 1)


def test_nothing_changed_is_no_version(world: World) -> None:
    topic = written(world)
    assert not topic_actions.change_topic(topic, TopicDraft("Acme & Co", "acme NOT jobs", "campaign"), by=world.alice)
    assert TopicVersion.of(world.acme).count() == 3


@pytest.mark.parametrize(
    ("old", "new", "pieces"),
    [
        ("acme", "acme NOT jobs", [("same", "acme"), ("added", " NOT jobs")]),
        ("acme OR tea", "acme", [("same", "acme"), ("removed", " OR tea")]),
        ('a "b c"', 'a "b d"', [("same", "a "), ("removed", '"b c"'), ("added", '"b d"')]),
        ("(a)", "(a OR b)", [("same", "(a"), ("added", " OR b"), ("same", ")")]),
        ("a  b", "a\nb", [("same", "a b")]),
        ("a", "b", [("removed", "a"), ("added", "b")]),
    ],
)
def test_what_differs(old: str, new: str, pieces: list[tuple[Any, str]]) -> None:
    assert difference(old, new) == [Piece(kind, text) for kind, text in pieces]


def test_long_queries_differ_too() -> None:
    old = " OR ".join(f"word{number}" for number in range(1_000))
    assert difference(old, f"{old} OR acme") == [Piece("added", "acme")]


@pytest.mark.parametrize(("which", "number", "waits"), [(-1, 3, True), (1, 2, False)])
def test_a_version_is_brought_back(world: World, which: int, number: int, waits: bool) -> None:
    make_post(make_source(world.acme))
    topic = written(world)
    before = versions(topic)
    data = {"why": "it was better", "newest": "10000"}
    answer = world.client().post(f"{HERE}{topic.pk}/versions/{before[which].id}/bring-back/", data)
    assert (answer.status_code, answer["Location"]) == (303, f"{HERE}{topic.pk}/")
    topic.refresh_from_db()
    assert (topic.name, topic.kind, topic.query, topic.version) == ("Acme", "brand", before[which].query, number)
    after = versions(topic)
    assert (len(after), after[0].why, after[0].by) == (4, "it was better", "Alice")
    assert Audit.of(world.acme).filter(verb="bring back a version", why="it was better").exists()
    assert (rereading.waiting() == topic) is waits


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        ({"name": "Taken"}, "There is a topic called"),
        ({"query": "sentiment:happy"}, "can no longer be read"),
        ({"name": "Acme & Co", "kind": "campaign", "query": "acme NOT jobs"}, "stands like that already"),
    ],
)
def test_a_version_that_cannot_come_back(world: World, spoil: dict[str, str], says: str) -> None:
    topic = written(world)
    make_topic(world.acme, "Taken", "taken")
    first = TopicVersion.of(world.acme).order_by("id")[0]
    TopicVersion.of(world.acme).filter(pk=first.pk).update(**spoil)
    page = world.client().post(f"{HERE}{topic.pk}/versions/{first.pk}/bring-back/", follow=True).content.decode()
    assert says in page
    topic.refresh_from_db()
    assert topic.version == 2


def test_a_colleague_changed_it_meanwhile(world: World) -> None:
    topic = written(world)
    with pytest.raises(Refusal, match="Alice changed the query meanwhile"):
        topic_actions.change_topic(topic, TopicDraft("Acme", "tea"), by=world.alice, was=1)
    page = world.client().post(
        f"{HERE}{topic.pk}/", {"name": "Acme", "kind": "brand", "query": "tea", "newest": "0", "was": "1"}
    )
    assert page.status_code == 422
    assert "changed the query meanwhile" in page.content.decode()
    assert ">tea</textarea>" in page.content.decode().replace("\n", ""), "what was typed is still there"
    assert 'name="was" value="2"' in page.content.decode(), "told of it, they may save over it"
    data = {"name": "Acme", "kind": "brand", "query": "tea", "newest": "0", "was": "2", "why": "for tea"}
    assert world.client().post(f"{HERE}{topic.pk}/", data).status_code == 303
    assert versions(Topic.of(world.acme).get())[0].why == "for tea"


def test_the_page_tells_them_apart(world: World) -> None:
    topic = written(world)
    page = world.client().get(f"{HERE}{topic.pk}/versions/").content.decode()
    assert "<del>Acme</del> <ins>Acme &amp; Co</ins>" in page
    assert '<ins><span class="hidden-visually">added: </span> NOT jobs</ins>' in page
    assert page.count("Bring this version back") == 2
    viewer = world.client(world.roles[Role.VIEWER]).get(f"{HERE}{topic.pk}/versions/").content.decode()
    assert "Bring this version back" not in viewer


@pytest.mark.parametrize(
    ("caught", "shown"),
    [(2, "acme NOT jobs"), (1, '<span class="code">acme</span>'), (7, "was not kept")],
)
def test_a_post_says_what_it_was_caught_by(world: World, caught: int, shown: str) -> None:
    topic, post = written(world), make_post(make_source(world.acme))
    mention = make_mention(post, topic)
    mention.topic_version = caught
    mention.save()
    page = world.client().get(f"/w/acme/listen/post/{post.pk}/").content.decode()
    assert f"Acme &amp; Co, version {caught}" in page
    assert shown in page
