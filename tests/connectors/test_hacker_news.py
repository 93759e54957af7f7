"""Hacker News: what the search says as posts, long gaps, edits, deletions."""

import json

import pytest

from hubbub.connectors import Batch, Http, connector
from hubbub.core.failures import Broken
from hubbub.core.post import Author

from .conftest import Reply, Server
from .working.hacker_news import BEGAN, hit, search

NEWS = connector("hacker_news")


@pytest.fixture
def hits(server: Server) -> dict[int, dict[str, object]]:
    """What there is; a test changes it."""
    held: dict[int, dict[str, object]] = {}
    server.answers["/api/v1/search_by_date"] = search(held)
    return held


def read(server: Server, http: Http, cursor: str = "", words: str = "acme") -> Batch:
    return NEWS.fetch({"words": words, "address": server.url}, cursor, http)


def test_a_story_and_a_comment_become_posts(server: Server, http: Http, hits: dict[int, dict[str, object]]) -> None:
    hits[1] = hit(
        1, comment_text=None, parent_id=None, title="Acme &amp; rockets", url="https://acme.test/", points=7,
        num_comments=1, story_text='Read <a href="https:&#x2F;&#x2F;acme.test&#x2F;more" rel="nofollow">this</a>',
    )  # fmt: skip
    hits[2] = hit(2, comment_text="First.<p>Second, with a <i>word</i>.", author="bob")
    story, comment = read(server, http).posts
    assert (story.id, story.type, story.title, story.text) == ("1", "post", "Acme & rockets", "Read this")
    assert story.links == ("https://acme.test/", "https://acme.test/more")
    assert (story.likes, story.replies, story.thread, story.parent) == (7, 1, "1", "")
    assert story.published is not None
    assert int(story.published.timestamp()) == BEGAN + 60
    assert (comment.type, comment.text, comment.title) == ("comment", "First.\n\nSecond, with a word.", "")
    assert (comment.parent, comment.thread, comment.replies) == ("1", "1", None)
    assert comment.author == Author("bob", handle="bob", url="https://news.ycombinator.com/user?id=bob")
    assert comment.url == "https://news.ycombinator.com/item?id=2"


def test_what_was_asked(server: Server, http: Http, hits: dict[int, dict[str, object]]) -> None:
    NEWS.check({"words": '"acme rockets" new', "what": "comments", "address": server.url}, http)
    target = server.asked[-1].target
    assert "query=%22acme+rockets%22+new" in target or "query=%22acme%20rockets%22%20new" in target
    assert "tags=comment&" in target
    assert "typoTolerance=false" in target


def test_a_gap_longer_than_one_search_reaches(server: Server, http: Http, hits: dict[int, dict[str, object]]) -> None:
    """2,600 new ones, of which many share a second: all come, each once, oldest first."""
    hits[1] = hit(1)
    cursor = read(server, http).cursor
    hits |= {number: hit(number, created_at_i=BEGAN + 60 + number // 40) for number in range(2, 2602)}
    seen: list[str] = []
    more = True
    while more:
        batch = read(server, http, cursor)
        assert len(batch.posts) <= 500
        seen += [post.id for post in batch.posts]
        cursor, more = batch.cursor, batch.more
    assert seen == [str(number) for number in range(2, 2602)]
    assert read(server, http, cursor).posts == []


def test_an_edit_comes_again_and_points_do_not(server: Server, http: Http, hits: dict[int, dict[str, object]]) -> None:
    hits |= {1: hit(1), 2: hit(2)}
    cursor = read(server, http).cursor
    hits[1] = hit(1, comment_text="Better words")
    hits[2] = hit(2, points=9)
    (again,) = read(server, http, cursor).posts
    assert (again.id, again.text) == ("1", "Better words")


def test_one_that_the_search_learns_of_late(server: Server, http: Http, hits: dict[int, dict[str, object]]) -> None:
    hits |= {1: hit(1), 200: hit(200)}
    cursor = read(server, http).cursor
    hits[150] = hit(150)
    assert [post.id for post in read(server, http, cursor).posts] == ["150"]


@pytest.mark.parametrize(
    ("item", "gone"),
    [
        ({"id": 2, "deleted": True}, ["2"]),
        ({"id": 2, "dead": True, "text": "x"}, ["2"]),
        (None, ["2"]),
        ({"id": 2, "text": "still here, and the search has lost it"}, []),
    ],
)
def test_a_deletion_is_what_the_site_says(
    server: Server, http: Http, hits: dict[int, dict[str, object]], item: object, gone: list[str]
) -> None:
    hits |= {1: hit(1), 2: hit(2), 3: hit(3)}
    cursor = read(server, http).cursor
    del hits[2]
    server.answers["/v0/item/2.json"] = Reply(body=json.dumps(item).encode())
    batch = read(server, http, cursor)
    assert list(batch.gone) == gone
    asked = len(server.asked)
    read(server, http, batch.cursor)
    assert len(server.asked) - asked == (1 if gone else 2)  # what is gone is not asked for again


def test_other_words_begin_anew(server: Server, http: Http, hits: dict[int, dict[str, object]]) -> None:
    hits[1] = hit(1)
    cursor = read(server, http).cursor
    assert read(server, http, cursor).posts == []
    assert len(read(server, http, cursor, words="other").posts) == 1


def test_no_words() -> None:
    with Http() as door, pytest.raises(Broken, match="words to look for are missing"):
        NEWS.check({"words": "  "}, door)
