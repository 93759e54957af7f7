"""Holding a topic against posts that were stored before it."""

from collections import Counter
from collections.abc import Sequence

import pytest

from hubbub.store import rereading
from hubbub.store.counting import Counts
from hubbub.store.models import Mention, Post, Rollup, Topic
from tests.world import NOON, World, make_mention, make_post, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]

TEXTS = ("I like acme", "nothing here", "an #acme rocket", "acme, acme", "rocket")


@pytest.fixture
def batch(monkeypatch: pytest.MonkeyPatch) -> int:
    """Two posts a batch."""
    monkeypatch.setattr(rereading, "BATCH", 2)
    return 2


def fill(world: World) -> None:
    """Five posts of Acme's, an hour apart, newest last, with their counts; one of Bravo's."""
    source = make_source(world.acme)
    for number, text in enumerate(TEXTS):
        count(make_post(source, text, number * 60))
    make_post(make_source(world.bravo), "acme")


def count(post: Post, topics: Sequence[int] = (), *, whole: bool = True) -> None:
    counts = Counts(post.workspace)
    counts.add(post.source_id, post.published, topics, ["posts"], whole=whole)
    counts.save()


def run(topic: Topic) -> int:
    """To the end; the number of batches."""
    steps = 1
    while rereading.step(topic, now=NOON):
        steps += 1
    topic.refresh_from_db()
    return steps


def found(topic: Topic) -> set[str]:
    return set(Mention.of(topic.workspace).filter(topic=topic).values_list("post__text", flat=True))


def counted(topic: Topic) -> Counter[str]:
    hours: Counter[str] = Counter()
    for rollup in Rollup.of(topic.workspace).filter(topic=topic):
        hours[f"{rollup.hour:%H}"] += rollup.posts
    return +hours


@pytest.mark.parametrize(
    ("newest", "query", "texts", "looked_at"),
    [
        (100, "acme", {"I like acme", "an #acme rocket", "acme, acme"}, 5),
        (5, "acme", {"I like acme", "an #acme rocket", "acme, acme"}, 5),
        (4, "acme", {"an #acme rocket", "acme, acme"}, 4),
        (3, "acme", {"an #acme rocket", "acme, acme"}, 3),
        (1, "acme", set(), 1),
        (100, "#acme", {"an #acme rocket"}, 5),
        (100, "unheard", set(), 5),
    ],
)
def test_the_newest_posts_are_gone_through(
    world: World, batch: int, newest: int, query: str, texts: set[str], looked_at: int
) -> None:
    fill(world)
    topic = make_topic(world.acme, query=query)
    assert rereading.begin(topic, newest) == looked_at
    run(topic)
    assert found(topic) == texts
    assert set(Post.of(world.acme).filter(mentioned=True).values_list("text", flat=True)) == texts
    assert sum(counted(topic).values()) == len(texts)
    assert (topic.reread, topic.reread_found, topic.reading_below) == (looked_at, len(texts), None)


def test_mentions_say_where_and_by_which_version(world: World) -> None:
    fill(world)
    topic = make_topic(world.acme, query="acme", version=3)
    rereading.begin(topic, 100)
    run(topic)
    mention = Mention.of(world.acme).get(post__text="I like acme")
    assert (mention.spans, mention.topic_version) == ([["text", 7, 11]], 3)
    assert mention.published == mention.post.published
    assert topic.reread_version == 3


def test_a_changed_query_takes_back_what_it_no_longer_makes(world: World, batch: int) -> None:
    fill(world)
    topic, other = make_topic(world.acme, query="acme"), make_topic(world.acme, "Rocket", "rocket")
    for one in (topic, other):
        rereading.begin(one, 100)
        run(one)
    assert counted(topic) == Counter({"12": 1, "14": 1, "15": 1})
    topic.query, topic.version = "#acme OR nothing", 2
    topic.save()
    rereading.begin(topic, 100)
    run(topic)
    assert found(topic) == {"an #acme rocket", "nothing here"}
    assert counted(topic) == Counter({"13": 1, "14": 1})
    assert found(other) == {"an #acme rocket", "rocket"}
    marked = set(Post.of(world.acme).filter(mentioned=True).values_list("text", flat=True))
    assert marked == {"nothing here", "an #acme rocket", "rocket"}


def test_twice_is_once(world: World) -> None:
    fill(world)
    topic = make_topic(world.acme, query="acme")
    for _ in range(2):
        rereading.begin(topic, 100)
        run(topic)
    assert len(found(topic)) == sum(counted(topic).values()) == 3


def test_mentions_that_stood_are_not_counted_again(world: World) -> None:
    fill(world)
    topic = make_topic(world.acme, query="acme")
    post = Post.of(world.acme).get(text="acme, acme")
    make_mention(post, topic)
    count(post, [topic.pk], whole=False)
    rereading.begin(topic, 100)
    run(topic)
    assert counted(topic) == Counter({"12": 1, "14": 1, "15": 1})


def test_posts_that_come_meanwhile_are_left_to_the_loop(world: World, batch: int) -> None:
    fill(world)
    topic = make_topic(world.acme, query="acme")
    rereading.begin(topic, 100)
    assert rereading.step(topic, now=NOON)
    make_post(make_source(world.acme, "Later"), "acme again", 999)
    run(topic)
    assert "acme again" not in found(topic)
    assert topic.reread == 5


@pytest.mark.parametrize("stop", ["end", "rest", "delete", "break"])
def test_it_stops(world: World, batch: int, stop: str) -> None:
    fill(world)
    topic = make_topic(world.acme, query="acme")
    rereading.begin(topic, 100)
    assert rereading.step(topic, now=NOON)
    stood = found(topic)
    match stop:
        case "end":
            rereading.end(topic)
        case "rest":
            Topic.of(world.acme).update(active=False)
        case "break":  # a query of another version
            Topic.of(world.acme).update(query="acme AND (")
        case "delete":
            Topic.of(world.acme).filter(pk=topic.pk).delete()
    assert rereading.step(topic, now=NOON) is False
    assert stop == "delete" or found(topic) == stood
    assert rereading.waiting() is None


def test_whose_turn_it_is(world: World, batch: int) -> None:
    fill(world)
    assert rereading.waiting() is None
    first, second = make_topic(world.acme, query="acme"), make_topic(world.acme, "Rocket", "rocket")
    rereading.begin(first, 100)
    assert rereading.step(first, now=NOON)
    rereading.begin(second, 100)
    assert rereading.waiting() == second
    run(second)
    assert rereading.waiting() == first


def test_a_workspace_without_posts(world: World) -> None:
    topic = make_topic(world.acme)
    assert rereading.begin(topic, 100) == 0
    assert rereading.step(topic, now=NOON) is False
    assert rereading.waiting() is None
