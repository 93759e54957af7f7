"""The Matrix connector on recorded answers of a real homeserver, and on events that clients may make up."""

import json

import msgspec
import pytest

from hubbub.connectors import Done, Found, Http
from hubbub.connectors._matrix_posts import as_post
from hubbub.connectors._matrix_server import Event, Homeserver, parts
from hubbub.core.failures import Broken

from .conftest import Reply, Server
from .recording import played


def test_reading(server: Server, http: Http) -> None:
    found, scene = played("matrix", "check", server, http)
    assert isinstance(found, Found)
    assert found.account == scene["founder"]
    assert found.can >= {"remove", "ban", "mute"}
    batches, scene = played("matrix", "fetch", server, http)
    assert isinstance(batches, list)
    posts = [post for batch in batches for post in batch.posts]
    assert [(post.id, post.text, post.edited) for post in posts] == [
        (scene["first"], "Which cake is the best?", True),
        (scene["waiting"], "idiots", False),
    ]


@pytest.mark.parametrize(
    ("step", "state"),
    [("remove", "removed"), ("remove again", "removed"), ("ban", "visible"), ("ban again", "visible")],
)
def test_moderating(step: str, state: str, server: Server, http: Http) -> None:
    done, scene = played("matrix", step, server, http)
    assert isinstance(done, Done)
    assert (done.id, done.state) == (scene["waiting"], state)


def test_a_reply_is_known_again(server: Server, http: Http) -> None:
    assert played("matrix", "look for the answer", server, http)[0] is None
    done, _ = played("matrix", "answer", server, http)
    assert isinstance(done, Done)
    assert played("matrix", "look for the answer again", server, http)[0] == done


def test_a_founder_is_not_silenced(server: Server, http: Http) -> None:
    failure, _ = played("matrix", "mute the founder", server, http)
    assert isinstance(failure, Broken)
    assert "cannot silence" in str(failure)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"msgtype": "m.text", "body": "hi"}, "hi"),
        ({"msgtype": "m.text", "body": "x", "format": "org.matrix.custom.html", "formatted_body": "<b>a</b> b"}, "a b"),
        ({"msgtype": "m.text", "body": "> q\n\na", "m.relates_to": {"m.in_reply_to": {"event_id": "$q"}}}, "a"),
        ({"msgtype": "m.text", "body": "> not an answer"}, "> not an answer"),
        ({"msgtype": "m.text", "body": 17}, ""),
        ({"msgtype": "m.text"}, ""),
        ({"body": "hi", "m.relates_to": "nonsense"}, ""),
        ([], ""),
        ({}, None),
        ({"body": "* x", "m.relates_to": {"rel_type": "m.replace", "event_id": "$a"}}, None),
    ],
)
def test_events_may_hold_anything(content: object, text: str | None, http: Http) -> None:
    raw = json.dumps({"type": "m.room.message", "event_id": "$e", "sender": "@a:b", "content": content})
    event = msgspec.json.decode(raw, type=Event)
    post = as_post(Homeserver({"site": "https://m.test", "token": "t"}, http), "!r:b", event, {})
    assert (post.text if post else None) == text


@pytest.mark.parametrize("ident", ["", "x", "!room:example.com", "room/$event", "$event"])
def test_what_names_no_message(ident: str) -> None:
    with pytest.raises(Broken, match="does not name a message"):
        parts(ident)


def test_where_the_server_is(server: Server, http: Http) -> None:
    """A domain may say that its server stands elsewhere."""
    server.answers["/.well-known/matrix/client"] = Reply(
        body=json.dumps({"m.homeserver": {"base_url": f"{server.url}/there/"}}).encode()
    )
    server.answers["/there/_matrix/client/versions"] = Reply(body=b'{"versions": ["v1.11"]}')
    server.answers["/there/_matrix/client/v3/account/whoami"] = Reply(body=b'{"user_id": "@a:b"}')
    assert Homeserver({"site": server.url, "token": "t"}, http).me() == "@a:b"
