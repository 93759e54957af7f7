"""The Isso connector on recorded answers of a real server."""

import pytest

from hubbub.connectors import Done, Found, Http
from hubbub.connectors._isso_server import pages_in
from hubbub.core.failures import Broken

from .conftest import Server
from .recording import played


def test_reading(server: Server, http: Http) -> None:
    found, scene = played("isso", "check", server, http)
    assert isinstance(found, Found)
    assert "2 comments, 1 wait for approval" in found.says
    batches, scene = played("isso", "fetch", server, http)
    assert isinstance(batches, list)
    posts = [post for batch in batches for post in batch.posts]
    assert sorted((post.text, post.state, post.title) for post in posts) == [
        ("I think so", "visible", "About cakes"),
        ("Is the **cake** good?", "visible", "About cakes"),
        ("idiots", "pending", "About bread"),
    ]
    answer = next(post for post in posts if post.text == "I think so")
    assert (answer.parent, answer.thread) == (scene["first"], "/cakes.html")
    assert "example.test" not in repr(posts)
    visible, _ = played("isso", "fetch as a visitor", server, http)
    assert isinstance(visible, list)
    assert [post.text for batch in visible for post in batch.posts] == ["Is the cake good?", "I think so"]


@pytest.mark.parametrize(
    ("step", "state"),
    [("approve", "visible"), ("redact", "visible"), ("remove", "removed"), ("remove again", "removed")],
)
def test_moderating(step: str, state: str, server: Server, http: Http) -> None:
    done, scene = played("isso", step, server, http)
    assert isinstance(done, Done)
    assert (done.id, done.state) == (scene["waiting"], state)


def test_a_reply_is_known_again(server: Server, http: Http) -> None:
    assert played("isso", "look for the answer", server, http)[0] is None
    done, _ = played("isso", "answer", server, http)
    assert isinstance(done, Done)
    assert played("isso", "look for the answer again", server, http)[0] == done


def test_what_is_gone_is_said(server: Server, http: Http) -> None:
    failure, _ = played("isso", "approve the removed", server, http)
    assert isinstance(failure, Broken)
    assert "no longer there" in str(failure)


@pytest.mark.parametrize(
    ("entered", "pages"),
    [
        ("", ()),
        ("/cakes.html", ("/cakes.html",)),
        ("https://a.test/cakes.html, https://a.test\n/bread/ /bread/", ("/cakes.html", "/", "/bread/")),
    ],
)
def test_pages(entered: str, pages: tuple[str, ...]) -> None:
    assert pages_in(entered) == pages
