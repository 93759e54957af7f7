"""The page of what is said: its numbers are those of the posts that its links lead to, alike posts once or all."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from hubbub.core.facts import Intent, Sentiment
from hubbub.core.text.judgement import Judgement
from hubbub.measure import actions
from hubbub.store import judgements
from hubbub.store.counting import Counts
from hubbub.store.models import Judge, Post, Topic
from tests.world import World, make_mention, make_post, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]

PAGE = "/w/acme/measure/said/"
# number → sentiment, intent, the number of the post it repeats, whether the topic caught it
POSTS: dict[int, tuple[Sentiment | None, Intent | None, int | None, bool]] = {
    1: ("negative", "complaint", None, True),
    2: ("negative", "complaint", 1, True),
    3: ("positive", "compliment", None, True),
    4: ("positive", "question", None, False),
    5: (None, None, None, True),
    6: ("neutral", "other", 1, False),
}


@pytest.fixture
def topic(world: World) -> Topic:
    judge = Judge.everywhere.create(workspace=world.acme, version="1", made_of="1", since=timezone.now())
    topic, source = make_topic(world.acme), make_source(world.acme)
    made: dict[int, Post] = {}
    for number, (sentiment, intent, repeats, caught) in POSTS.items():
        when = timezone.now() - timedelta(minutes=10 * number)
        post = make_post(source, f"post-{number}", number, published=when, alike=made.get(repeats or 0))
        if caught:
            make_mention(post, topic)
        said = Judgement("en", 0.9, sentiment, 0.0, 0.8, 0.9 if number == 1 else 0.1, 0.1, intent, 0.5)
        judgements.settle([post], [said], judge.pk, now=when)
        made[number] = post
    counts = Counts(world.acme)
    counts.add_posts(made.values())
    counts.save()
    return topic


def text(world: World, path: str) -> str:
    answer = world.client().get(path)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def links(page: str) -> dict[str, tuple[str, int]]:
    """Class → the address of its posts in these days, and the number that the address stands on."""
    rows = re.findall(r'<th scope="row">([\w ]+)</th><td class="number"><a data-open href="([^"]+)">([\d,]+)</a>', page)
    return {name: (url, int(number)) for name, url, number in rows}


@pytest.mark.parametrize(
    ("address", "numbers"),
    [
        ("", {"negative": 2, "neutral": 1, "positive": 2, "complaint": 2, "toxic": 1}),
        ("?alike=all", {"negative": 2, "neutral": 1, "positive": 2, "question": 1}),
        ("?topic={topic}", {"negative": 2, "positive": 1}),
        ("?alike=once", {"negative": 1, "positive": 2}),
        ("?alike=once&topic={topic}", {"negative": 1, "positive": 1}),
        ("?days=90", {"negative": 2, "neutral": 1, "positive": 2}),
    ],
)
def test_numbers_are_those_of_the_posts_behind_them(
    world: World, topic: Topic, address: str, numbers: dict[str, int]
) -> None:
    found = links(text(world, PAGE + address.format(topic=topic.pk)))
    assert {name: found[name][1] for name in numbers} == numbers
    assert "neutral" in found or "neutral" not in numbers
    for name in ("negative", "positive"):
        url, number = found[name]
        assert text(world, url).count("data-open") == number, name


def test_a_person_s_word_is_counted(world: World, topic: Topic) -> None:
    post = Post.of(world.acme).get(native_id="1")
    actions.correct(post, "sentiment", "positive", by=world.alice)
    assert links(text(world, PAGE))["positive"][1] == 3


def test_what_the_numbers_rest_on_is_said(world: World, topic: Topic) -> None:
    page = text(world, PAGE)
    assert "rest on model 1 (6 posts)" in page
    assert "Nobody has checked this model on your own posts yet" in page
    actions.correct(Post.of(world.acme).get(native_id="1"), "sentiment", "positive", by=world.alice)
    assert "Only 1 label of your own" in text(world, PAGE)


def test_no_share_of_a_handful(world: World, topic: Topic) -> None:
    assert "of fewer than ten posts a share says nothing" in text(world, PAGE)


@pytest.mark.parametrize(("address", "status"), [("?from=2026-13-01", 422), ("?topic=0", 422), ("?topic=", 200)])
def test_odd_addresses(world: World, topic: Topic, address: str, status: int) -> None:
    assert world.client().get(PAGE + address).status_code == status


@pytest.mark.parametrize(("alike", "mentions", "posts"), [("", 4, 6), ("all", 4, 6), ("once", 3, 4)])
def test_mentions_count_alike_posts_once_or_all(
    world: World, topic: Topic, alike: str, mentions: int, posts: int
) -> None:
    page = text(world, f"/w/acme/measure/?alike={alike}")
    rows = re.findall(r'<th scope="row">(Acme|All posts read)</th>.*?href="([^"]+)">([\d,]+)</a>', page)
    found = {name: (url, int(number)) for name, url, number in rows}
    assert (found["Acme"][1], found["All posts read"][1]) == (mentions, posts)
    for name, (url, number) in found.items():
        assert text(world, url).count("data-open") == number, name
