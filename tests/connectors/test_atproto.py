"""Signing in on an AT Protocol server: renewed in time, once for all, never too often, and where the account lives."""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from hubbub.connectors import Http, connector
from hubbub.connectors._atproto import ALPHABET, tid
from hubbub.core.failures import Broken, Retry

from .conftest import Asked, Reply, Server
from .working.bluesky import PROFILE, US, answer

NETWORK = connector("bluesky")
CREATE, REFRESH = "/xrpc/com.atproto.server.createSession", "/xrpc/com.atproto.server.refreshSession"
GET = "/xrpc/app.bsky.actor.getProfile"
FEED = "/xrpc/app.bsky.feed.getAuthorFeed"


def token(name: str, *, ends: float) -> str:
    """A token that ends so many seconds from now."""
    claims = urlsafe_b64encode(json.dumps({"exp": time.time() + ends, "name": name}).encode()).decode().rstrip("=")
    return f"head.{claims}.sign"


def session(access: str, **more: object) -> Reply:
    return answer({"did": US, "handle": "acme.test", "accessJwt": access, "refreshJwt": "refresh", **more})


def settings(server: Server, **more: str) -> dict[str, str]:
    return {
        "handle": "@acme.test",
        "password": "abcd",
        "service": server.url,
        "read": "account",
        "what": "ann.test",
        **more,
    }


@pytest.fixture
def pds(server: Server) -> Server:
    server.answers[CREATE] = session("first")
    server.answers[GET] = answer(PROFILE)
    server.answers[FEED] = answer({"feed": []})
    return server


def asked(server: Server, path: str) -> list[Asked]:
    return [one for one in server.asked if one.target.partition("?")[0] == path]


def tokens(server: Server, path: str) -> list[str]:
    return [one.headers["authorization"].removeprefix("Bearer ") for one in asked(server, path)]


def test_a_session_serves_until_shortly_before_its_end(pds: Server, http: Http) -> None:
    pds.answers[CREATE] = session(token("soon", ends=100))
    pds.answers[REFRESH] = session(long := token("long", ends=7200))
    for _ in range(3):
        NETWORK.fetch(settings(pds), "", http)
    assert len(asked(pds, CREATE)) == len(asked(pds, REFRESH)) == 1
    assert tokens(pds, REFRESH) == ["refresh"]
    assert tokens(pds, FEED) == [long] * 3


def test_a_token_that_is_refused_is_renewed_once(pds: Server, http: Http) -> None:
    pds.answers[REFRESH] = session("second")
    expired = Reply(400, {}, b'{"error": "ExpiredToken", "message": "Token has expired"}')
    pds.answers[FEED] = [expired, answer({"feed": []})]
    NETWORK.fetch(settings(pds), "", http)
    assert tokens(pds, FEED)[:2] == ["first", "second"]
    pds.answers[FEED] = expired
    with pytest.raises(Broken, match="no longer accepts") as caught:
        NETWORK.fetch(settings(pds), "", http)
    assert caught.value.sign_in


def test_an_ended_session_begins_anew_with_the_app_password(pds: Server, http: Http) -> None:
    pds.answers[CREATE] = [session(token("a", ends=60)), session("b")]
    pds.answers[REFRESH] = Reply(400, {}, b'{"error": "ExpiredToken"}')
    NETWORK.fetch(settings(pds), "", http)
    NETWORK.fetch(settings(pds), "", http)
    assert len(asked(pds, CREATE)) == 2
    pds.answers[CREATE] = Reply(401, {}, b'{"error": "AuthenticationRequired", "message": "Invalid"}')
    http.known.clear()
    with pytest.raises(Broken, match="app password") as caught:
        NETWORK.fetch(settings(pds), "", http)
    assert caught.value.sign_in


def test_many_sources_of_one_account_sign_in_once(pds: Server, http: Http) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: NETWORK.fetch(settings(pds, what=f"n{number}.test"), "", http), range(8)))
    assert len(asked(pds, CREATE)) == 1


@pytest.fixture
def moved(authority: object) -> Iterator[Server]:
    """Another server, where the account lives now."""
    del authority
    one = Server()
    yield one
    one.stop()


def doc(server: Server) -> dict[str, object]:
    return {"service": [{"id": "#atproto_pds", "serviceEndpoint": server.url}]}


def test_it_asks_where_the_accounts_document_says(pds: Server, moved: Server, http: Http) -> None:
    """As on Bluesky's own servers, where one door signs in for many."""
    pds.answers[CREATE] = session("first", didDoc=doc(moved))
    moved.answers[FEED] = answer({"feed": []})
    NETWORK.fetch(settings(pds), "", http)
    assert asked(pds, FEED) == []
    assert tokens(moved, FEED) == ["first"]


def test_a_moved_account_is_followed(pds: Server, moved: Server, http: Http) -> None:
    pds.answers[CREATE] = session("old", active=False, status="deactivated", didDoc=doc(moved))
    moved.answers[CREATE] = session("new", didDoc=doc(moved))
    moved.answers[FEED] = answer({"feed": []})
    NETWORK.fetch(settings(pds), "", http)
    assert tokens(moved, FEED) == ["new"]
    http.known.clear()
    moved.answers[CREATE] = Reply(401, {}, b'{"error": "AuthenticationRequired"}')
    with pytest.raises(Broken, match=f"has moved to 127.0.0.1:{moved.port}.*app password there") as caught:
        NETWORK.fetch(settings(pds), "", http)
    assert caught.value.sign_in


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply(401, {}, b'{"error": "AuthFactorTokenRequired"}'), "account's own password"),
        (Reply(401, {}, b'{"error": "AccountTakedown"}'), "taken this account down"),
        (session("x", active=False, status="suspended"), "not active.*suspended"),
        (Reply(200, {}, b'{"hello": "world"}'), "does not speak the AT Protocol"),
    ],
)
def test_why_we_are_not_let_in(pds: Server, http: Http, reply: Reply, says: str) -> None:
    pds.answers[CREATE] = reply
    with pytest.raises(Broken, match=says):
        NETWORK.fetch(settings(pds), "", http)


def test_an_account_that_had_too_many_requests_waits_with_all_its_sources(pds: Server, http: Http) -> None:
    reset = int(time.time()) + 170
    pds.answers[FEED] = Reply(429, {"ratelimit-reset": str(reset)}, b'{"error": "RateLimitExceeded"}')
    with pytest.raises(Retry, match="slow down") as caught:
        NETWORK.fetch(settings(pds), "", http)
    assert caught.value.after is not None
    assert timedelta(seconds=60) < caught.value.after <= timedelta(seconds=170)
    before = len(pds.asked)
    with pytest.raises(Retry, match="slow down") as caught:
        NETWORK.fetch(settings(pds, what="other.test"), "", http)
    assert caught.value.after == timedelta(minutes=3)
    assert len(pds.asked) == before  # not asked again


def test_sign_ins_wait_as_long_as_the_network_says(pds: Server, http: Http) -> None:
    pds.answers[CREATE] = Reply(429, {"retry-after": "300"}, b'{"error": "RateLimitExceeded"}')
    for _ in range(3):
        with pytest.raises(Retry, match="slow down") as caught:
            NETWORK.fetch(settings(pds), "", http)
        assert caught.value.after == timedelta(minutes=5)
    assert len(asked(pds, CREATE)) == 1


def test_keys_of_records() -> None:
    keys = {tid(f"key {number}") for number in range(2000)}
    assert len(keys) == 2000
    assert tid("key 1") == tid("key 1")
    for key in keys:
        assert len(key) == 13
        assert set(key) <= set(ALPHABET)
        assert key[0] in "234567abcdefghij"
        assert "3k" < key < "3l"  # in the winter of 2023
