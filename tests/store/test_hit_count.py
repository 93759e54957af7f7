"""Counts are exact as far as they go, and say where they stop. That they are right: tests/store/test_search_made.py."""

from datetime import timedelta

import pytest

from hubbub.core import query as language
from hubbub.store import fulltext
from hubbub.store.hit_count import Count, count, count_topic
from hubbub.store.models import Mention, Post
from tests.world import NOON, World, make_mention, make_post, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NOW = NOON + timedelta(days=1)


@pytest.fixture
def filled(world: World) -> World:
    source, topic = make_source(world.acme), make_topic(world.acme)
    for number in range(30):
        post = make_post(source, "acme rocket" if number % 3 else "acme moon", number, likes=number)
        if number % 2:
            make_mention(post, topic)
    fulltext.step()
    return world


def counted(world: World, text: str) -> Count:
    query = language.parse(text, language.Use.VIEW) if text else None
    return count(Post.of(world.acme), query, now=NOW, workspace=world.acme)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 30),
        ("acme", 30),
        ("rocket", 20),
        ("acme -moon", 20),
        ("rocket likes:>=20", 7),
        ("nosuch", 0),
        ("-moon", 20),
    ],
)
def test_exact(filled: World, text: str, number: int) -> None:
    assert counted(filled, text) == Count(number)
    assert str(counted(filled, text)) == str(number)


@pytest.mark.parametrize("text", ["", "acme", "acme NEAR rocket", "likes:>=0", "-moon"])
def test_no_further_than_most(filled: World, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hubbub.store.hit_count.MOST", 10)
    assert counted(filled, text) == Count(10, more=True)
    assert str(counted(filled, text)) == "more than 10"


def test_stopped(filled: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hubbub.store.hit_count.HELD", 4)
    monkeypatch.setattr("hubbub.store.stretches.CHUNK", 4)
    monkeypatch.setattr("hubbub.store.hit_count.CHUNK", 4)
    found = counted(filled, "acme NEAR moon")
    assert found.unfinished
    assert str(found) == f"at least {found.number}"


def test_where_all_is_indexed_no_post_is_read(filled: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hubbub.store.candidates.COLUMNS", ("id", "nothing"))
    assert counted(filled, "acme -moon likes:<9") == Count(6)


def test_of_a_topic(filled: World) -> None:
    mentions = Mention.of(filled.acme)
    query = language.parse("moon", language.Use.VIEW)
    assert count_topic(mentions, query, now=NOW, workspace=filled.acme) == Count(5)
    assert count_topic(mentions, None, now=NOW, workspace=filled.acme) == Count(15)


def test_a_wildcard_with_too_many_words(filled: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hubbub.store.narrowing.MOST_EXPANDED", 0)
    [slip] = counted(filled, "acme rock*").slips
    assert (slip.line, slip.column, slip.found) == (1, 6, "`rock*`")
    assert "Write more of the word" in slip.mend
