"""`hubbub query`: what it prints, where, and how it explains itself."""

import io
import json
from datetime import timedelta

import pytest
from rich.console import Console

from hubbub.engine.querying import QueryRefused, Wanted, query_posts
from hubbub.store import fulltext
from tests.world import NOON, World, make_author, make_mention, make_post, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def filled(world: World) -> World:
    source, author = make_source(world.acme), make_author(world.acme, "dave")
    topic = make_topic(world.acme)
    make_post(source, "acme rocket", 1, author=author, title="Look")
    make_post(source, "acme rockets!", 2, likes=5)
    make_mention(make_post(source, "of the rocketry", 3, lang="en"), topic)
    make_post(make_source(world.bravo), "rocket", 4)
    fulltext.step()
    make_post(source, "a late rocket", 5)
    return world


def asked(text: str, **how: object) -> tuple[list[dict[str, object]], str]:
    out, told = io.StringIO(), io.StringIO()
    wanted = Wanted(text, **{"workspace": "Acme", **how})
    query_posts(wanted, out=out, told=Console(file=told, width=200))
    return [json.loads(line) for line in out.getvalue().splitlines()], told.getvalue()


def test_a_line_a_post_the_newest_first(filled: World) -> None:
    lines, told = asked("rocket")
    assert [line["id"] for line in lines] == ["5", "1"]
    assert lines[1] == {
        "id": "1",
        "published": (NOON + timedelta(minutes=1)).isoformat().replace("+00:00", "Z"),
        "source": "Acme blog",
        "author": "dave",
        "title": "Look",
        "text": "acme rocket",
        "url": "https://blog.example.org/hello/#comment-1",
        "spans": [["text", 5, 11]],
    }
    assert told == ""


@pytest.mark.parametrize(
    ("limit", "ids", "more"), [(1, ["5"], True), (2, ["5", "3"], True), (0, ["5", "3", "2", "1"], False)]
)
def test_limit(filled: World, limit: int, ids: list[str], more: bool) -> None:
    lines, told = asked("rocket*", limit=limit)
    assert [line["id"] for line in lines] == ids
    assert ("there may be more" in told) is more


def test_all_of_many(filled: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hubbub.engine.querying.PAGE", 1)
    assert [line["id"] for line in asked("rocket*", limit=3)[0]] == ["5", "3", "2"]


def test_count(filled: World) -> None:
    assert asked("rocket*", count=True) == ([{"count": 4, "exact": True}], "")


def test_count_stops(filled: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hubbub.store.hit_count.MOST", 3)
    lines, told = asked("rocket*", count=True)
    assert lines == [{"count": 3, "exact": False}]
    assert told == "There are more than 3\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ACME  rocket", ["read as      acme AND rocket", "all of", "the word “acme”", "nothing is left to look at"]),
        ("roc*t", ["roc*t stands for 1 word: rocket", "full text", "rocket", "the matcher looks at each"]),
        ("zzz*", ["zzz* stands for 0 words", "not indexed  1 post yet: these are looked at one by one"]),
        ("zzz*a", ["no such words among what is indexed"]),
        ('"a b" OR likes:>=3', ["any of", "the words “a b” in a row", "likes at least 3", "nothing that can"]),
        ("acme likes:<3", ["columns      likes below 3"]),
        ("acme -type:post", ["columns      not type is “post”", "not\n"]),
        ("(lang:en OR type:post) age:<2d", ["columns      (lang is “en” or type is “post”) and age below 172,800"]),
        ("topic:acme", ["the 1 posts of the people or topics named"]),
        ('{Acme} NEAR/3f "a b"~2', ["at most 3 steps apart, in this order", "written exactly so", "at most 2 others"]),
        ('raw:"C++" published:>2026-01-31', ["exactly the characters 'C++'", "published from 2026-02-01 to ever"]),
    ],
)  # fmt: skip
def test_explain(filled: World, text: str, says: list[str]) -> None:
    told = asked(text, explain=True)[1]
    for part in says:
        assert part in told
    assert "looked at" in told


@pytest.mark.parametrize(
    ("text", "workspace", "says"),
    [
        ("rocket (", "Acme", "Line 1, column 8"),
        ("lkes:>3", "Acme", "Did you mean"),
        ("rocket", "", "Name one by --workspace. There are: “Acme”, “Bravo”"),
        ("rocket", "Nobody", "there is no workspace “Nobody”"),
    ],
)
def test_refused(filled: World, text: str, workspace: str, says: str) -> None:
    with pytest.raises(QueryRefused, match=says.replace("(", r"\(")):
        asked(text, workspace=workspace)


@pytest.mark.parametrize("count", [True, False])
def test_a_wildcard_with_too_many_words(filled: World, monkeypatch: pytest.MonkeyPatch, count: bool) -> None:
    monkeypatch.setattr("hubbub.store.narrowing.MOST_EXPANDED", 2)
    with pytest.raises(QueryRefused, match=r"Line 1, column 6: found `rocket\*`\. More than 2 words"):
        asked("acme rocket*", count=count)
