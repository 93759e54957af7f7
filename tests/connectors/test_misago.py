"""The Misago connector on recorded answers of a real forum."""

import pytest

from hubbub.connectors import Batch, Done, Found, Http
from hubbub.connectors._marks import mark, unmarked
from hubbub.connectors._misago_forum import _address
from hubbub.connectors.misago import _category
from hubbub.core.failures import Broken

from .conftest import Server
from .recording import played


def test_reading(server: Server, http: Http) -> None:
    found, scene = played("misago", "check", server, http)
    assert isinstance(found, Found)
    assert "Signed in as mod, who can answer and moderate" in found.says
    batches, scene = played("misago", "fetch", server, http)
    assert isinstance(batches, list)
    posts = [post for batch in batches for post in batch.posts]
    assert [(post.id, post.text, post.state, post.type) for post in posts] == [
        (scene["first"], "Which cake is best?", "visible", "post"),
        (scene["answer"], "apple pie", "visible", "comment"),
        (scene["waiting"], "cheap flour", "pending", "comment"),
    ]
    assert {(post.title, post.thread) for post in posts} == {("Cakes", scene["thread"])}
    assert posts[1].author is not None
    assert (posts[1].author.id, posts[1].author.name) == (scene["author"], "troll")
    visible, _ = played("misago", "fetch as a visitor", server, http)
    assert isinstance(visible, list)
    assert [post.id for batch in visible for post in batch.posts] == [scene["first"], scene["answer"]]
    assert all(isinstance(batch, Batch) for batch in visible)


@pytest.mark.parametrize(
    ("step", "which", "state"),
    [
        ("hide an answer", "answer", "hidden"),
        ("hide the first post", "first", "hidden"),
        ("restore the first post", "first", "visible"),
        ("approve", "waiting", "visible"),
        ("close", "first", "visible"),
        ("remove", "answer", "removed"),
        ("remove again", "answer", "removed"),
        ("look for the removed", "answer", "removed"),
    ],
)
def test_moderating(step: str, which: str, state: str, server: Server, http: Http) -> None:
    done, scene = played("misago", step, server, http)
    assert isinstance(done, Done)
    assert (done.id, done.state) == (scene[which], state)


def test_a_reply_is_known_again(server: Server, http: Http) -> None:
    assert played("misago", "look for the answer", server, http)[0] is None
    done, _ = played("misago", "answer", server, http)
    assert isinstance(done, Done)
    assert played("misago", "look for the answer again", server, http)[0] == done


def test_what_is_gone_is_said(server: Server, http: Http) -> None:
    failure, _ = played("misago", "hide the removed", server, http)
    assert isinstance(failure, Broken)
    assert "not any more" in str(failure)


@pytest.mark.parametrize(
    ("entered", "address"),
    [
        ("https://forum.test", "https://forum.test"),
        ("forum.test/", "https://forum.test"),
        ("https://forum.test/t/cakes/3/?x=1#post-2", "https://forum.test"),
        ("https://forum.test/sub/c/cakes/3/", "https://forum.test/sub"),
    ],
)
def test_addresses(entered: str, address: str) -> None:
    assert _address(entered) == address


@pytest.mark.parametrize(
    ("entered", "category"), [("", ""), ("3", "3"), ("https://forum.test/c/cakes-2/3/", "3"), ("cakes", "")]
)
def test_categories(entered: str, category: str) -> None:
    assert _category({"category": entered}) == category


def test_marks() -> None:
    assert len({mark(f"outbox-{number}") for number in range(5000)}) == 5000
    assert unmarked(f"Hello{mark('outbox-1')} you") == "Hello you"
    assert unmarked("a\u200bb") == "a\u200bb"  # fewer than ours are part of somebody's words
    assert mark("outbox-1").strip() == mark("outbox-1")  # no server may cut it off
