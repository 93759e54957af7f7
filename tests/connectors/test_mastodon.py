"""Mastodon: what the mock in tests/peers does not have, by answers written after the public reference."""

import json
from collections.abc import Iterator
from contextlib import closing
from threading import Event
from typing import Any

import pytest

from hubbub.connectors import Act, Http, Streaming, _mastodon_reading, connector
from hubbub.connectors._mastodon_posts import order
from hubbub.core.failures import Broken, Retry
from hubbub.core.post import Media

from .conftest import Asked, Reply, Server
from .working.mastodon import START, status

NETWORK = connector("mastodon")
assert isinstance(NETWORK, Streaming)


def told(body: object, code: int = 200, **headers: str) -> Reply:
    return Reply(code, {"content-type": "application/json", **headers}, json.dumps(body).encode())


def tag(server: Server) -> dict[str, str]:
    return {"site": f"{server.url}/@acme", "read": "hashtag", "what": "acme"}


def mentions(server: Server) -> dict[str, str]:
    return {"site": server.url, "read": "notifications", "token": "s3cret"}


def one(server: Server, http: Http, given: dict[str, object]) -> Any:
    """The status as a post."""
    server.answers["/api/v1/timelines/tag/acme"] = lambda asked: told([] if "max_id" in asked.target else [given])
    (post,) = NETWORK.fetch(tag(server), "", http).posts
    return post


@pytest.mark.parametrize(
    ("given", "name", "value"),
    [
        ({"spoiler_text": "Ending &amp; all"}, "title", "Ending &amp; all"),
        ({"content": "<p>a<br>b</p><p>c &lt;3 :blob:</p>"}, "text", "a\nb\n\nc <3 :blob:"),
        ({"content": "", "poll": {"options": [{"title": "tea"}, {"title": "coffee"}]}}, "text", "\n○ tea\n○ coffee"),
        ({"visibility": "direct"}, "type", "message"),
        ({"in_reply_to_id": "5"}, "type", "comment"),
        ({"in_reply_to_id": "5"}, "parent", "5"),
        ({"language": "pt-BR"}, "lang", "pt"),
        ({"language": None}, "lang", ""),
        ({"edited_at": "2026-11-02T00:00:00.000Z"}, "edited", True),
        ({"favourites_count": 3}, "likes", 3),
        ({"reblogs_count": 2}, "shares", 2),
        ({"url": None, "uri": "https://a.example/1"}, "url", "https://a.example/1"),
        (
            {
                "content": '<p><a class="u-url mention" href="https://e.example/@ann">@ann</a> '
                '<a href="https://e.example/tags/x" class="mention hashtag">#x</a> '
                '<a href="https://acme.example/lid"><span class="invisible">https://</span>acme.example/lid</a></p>'
            },
            "links",
            ("https://acme.example/lid",),
        ),
        (
            {
                "media_attachments": [
                    {"id": "1", "type": "image", "url": "https://e.example/1.png"},
                    {"id": "2", "type": "gifv", "url": None, "remote_url": "https://o.example/2.mp4"},
                    {"id": "3", "type": "unknown", "url": "https://e.example/3"},
                    {"id": "4", "type": "image", "url": None},
                ]
            },
            "media",
            (
                Media("image", "https://e.example/1.png"),
                Media("video", "https://o.example/2.mp4"),
                Media("file", "https://e.example/3"),
            ),
        ),
    ],
)
def test_what_a_post_says(server: Server, http: Http, given: dict[str, object], name: str, value: object) -> None:
    assert getattr(one(server, http, status(1, **given)), name) == value


def test_who_wrote_it(server: Server, http: Http) -> None:
    far = {"id": "9", "username": "bo", "acct": "bo@far.example", "display_name": "", "followers_count": -1}
    author = one(server, http, status(1, account=far)).author
    assert (author.handle, author.name, author.followers) == ("bo@far.example", "bo", None)
    assert one(server, http, status(1)).author.handle == f"ann@127.0.0.1:{server.port}"


def test_a_boost_carries_the_words_of_another(server: Server, http: Http) -> None:
    inner = status(1, content="<p>words</p>", edited_at="2026-11-02T00:00:00Z")
    post = one(server, http, status(2, content="", reblog=inner, account={"id": "8", "username": "bo"}))
    assert (post.text, post.repost, post.edited, post.author.id) == ("words", True, True, "8")


@pytest.mark.parametrize(
    ("numbers"),
    [["9", "10", "113000000000000000"], ["AbcDefGhiJklMnoP00", "AbcDefGhiJklMnoP0a"], ["01HZ0", "01HZA"]],
    ids=["Mastodon", "Pleroma", "GoToSocial"],
)
def test_numbers_are_ordered_as_the_server_does(numbers: list[str]) -> None:
    assert sorted(set(numbers), key=order) == numbers


def test_what_a_server_is_told_of_late_is_read_all_the_same(server: Server, http: Http) -> None:
    """A post from far away may come with a number from the past: it stands below what was read."""
    there = [status(number) for number in (30, 20, 10)]
    server.answers["/api/v1/timelines/tag/acme"] = lambda asked: told([] if "max_id" in asked.target else there)
    batch = NETWORK.fetch(tag(server), "", http)
    there.insert(1, status(25))
    late = NETWORK.fetch(tag(server), batch.cursor, http)
    assert [post.id for post in late.posts] == [str(START + 25)]
    assert NETWORK.fetch(tag(server), late.cursor, http).posts == []


def test_a_post_that_lost_its_hashtag_is_not_gone(server: Server, http: Http) -> None:
    there = [status(2), status(1)]
    server.answers["/api/v1/timelines/tag/acme"] = lambda asked: told([] if "max_id" in asked.target else there)
    server.answers[f"/api/v1/statuses/{START + 1}"] = told(status(1, content="no tag"))
    batch = NETWORK.fetch(tag(server), "", http)
    del there[1]
    there.append(status(0))  # an older one, so that the page reaches below
    after = NETWORK.fetch(tag(server), batch.cursor, http)
    assert after.gone == []


@pytest.mark.parametrize("call", ["check", "fetch", "act"])
def test_an_account_that_moved_away(server: Server, http: Http, call: str) -> None:
    me = {"id": "7", "username": "acme", "moved": {"id": "8", "username": "acme", "acct": "acme@new.example"}}
    server.answers |= {
        "/api/v1/accounts/verify_credentials": told(me),
        "/api/v2/instance": told({"title": "Example"}),
        "/api/v1/notifications": told([]),
        "/api/v1/statuses/1": told(status(1)),
    }
    calls = {
        "check": lambda: NETWORK.check(mentions(server), http),
        "fetch": lambda: NETWORK.fetch(mentions(server), "", http),
        "act": lambda: NETWORK.act(mentions(server), Act("reply", "1", "key", "Hi"), http),
    }
    with pytest.raises(Broken, match="has moved to another account") as moved:
        calls[call]()
    assert moved.value.sign_in


@pytest.mark.parametrize(
    ("code", "answer"), [(401, {"error": "The access token is invalid"}), (422, {"error": "needs a user"})]
)
def test_a_server_that_shows_its_timeline_to_nobody(server: Server, http: Http, code: int, answer: object) -> None:
    server.answers["/api/v1/timelines/tag/acme"] = told(answer, code)
    with pytest.raises(Broken, match="only to those who sign in there") as refused:
        NETWORK.fetch(tag(server), "", http)
    assert refused.value.sign_in


@pytest.mark.parametrize(
    ("read", "what", "says"),
    [("hashtag", "", "Which hashtag"), ("hashtag", "two words", "Which hashtag"), ("search", " ", "Which words")],
)
def test_what_is_missing_is_said(server: Server, http: Http, read: str, what: str, says: str) -> None:
    with pytest.raises(Broken, match=says):
        NETWORK.fetch({"site": server.url, "read": read, "what": what, "token": "t"}, "", http)


@pytest.mark.parametrize(
    ("instance", "older", "length"),
    [
        ({"configuration": {"statuses": {"max_characters": 5000}}}, None, 5000),
        (None, {"title": "Pleroma", "max_toot_chars": 4000}, 4000),
        ({"title": "says nothing"}, None, None),
    ],
)
def test_how_long_a_post_may_be(
    server: Server, http: Http, instance: object, older: object, length: int | None
) -> None:
    server.answers |= {
        "/api/v2/instance": told(instance) if instance else Reply(404),
        "/api/v1/instance": told(older) if older else Reply(404),
        "/api/v1/timelines/tag/acme": told([]),
    }
    assert NETWORK.check(tag(server), http).length == length


@pytest.mark.parametrize(
    ("permissions", "reports", "moderates"),
    [("1048575", 200, True), ("16", 200, True), ("65536", 200, False), ("1048575", 403, False), ("", 200, False)],
    ids=["admin", "moderator", "member", "a token without the scope", "unknown"],
)
def test_who_moderates(server: Server, http: Http, permissions: str, reports: int, moderates: bool) -> None:
    server.answers |= {
        "/api/v1/accounts/verify_credentials": told(
            {"id": "7", "username": "acme", "role": {"permissions": permissions}}
        ),
        "/api/v1/apps/verify_credentials": told({"scopes": ["read", "write"]}),
        "/api/v1/admin/reports": told([], reports),
        "/api/v2/instance": told({"title": "Example"}),
        "/api/v1/notifications": told([]),
    }
    found = NETWORK.check(mentions(server), http)
    assert ("ban" in found.can) is moderates
    assert "like" in found.can


def test_a_token_that_may_only_read(server: Server, http: Http) -> None:
    server.answers |= {
        "/api/v1/accounts/verify_credentials": told({"id": "7", "username": "acme"}),
        "/api/v1/apps/verify_credentials": told({"scopes": ["read"]}),
        "/api/v2/instance": told({"title": "Example"}),
        "/api/v1/notifications": told([]),
    }
    found = NETWORK.check(mentions(server), http)
    assert found.can == frozenset()
    assert "only for reading" in found.says


def test_streams_are_for_those_who_are_signed_in(server: Server) -> None:
    assert NETWORK.streams(mentions(server))
    assert not NETWORK.streams(tag(server))
    assert not NETWORK.streams({**mentions(server), "read": "reports"})


@pytest.mark.parametrize("elsewhere", ["wss://evil.example", "wss://127.0.0.1.evil.example", "", "nonsense"])
def test_a_token_goes_to_the_servers_own_domain_alone(server: Server, http: Http, elsewhere: str) -> None:
    def events(asked: Asked) -> Reply:
        assert asked.headers["authorization"] == "Bearer s3cret"
        assert "s3cret" not in asked.target
        return Reply(200, {"content-type": "text/event-stream"}, b":)\n")

    server.answers |= {
        "/api/v2/instance": told({"configuration": {"urls": {"streaming": elsewhere}}}),
        "/api/v1/streaming/user/notification": events,
        "/api/v1/accounts/verify_credentials": told({"id": "7", "username": "acme"}),
        "/api/v1/notifications": told([]),
    }
    with pytest.raises(Retry):  # the stream ends
        list(NETWORK.stream(mentions(server), "", http))
    assert any("streaming" in asked.target for asked in server.asked)


def test_what_no_stream_tells_is_looked_for_while_it_lives(
    server: Server, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is streamed the deletion of a mention."""
    monkeypatch.setattr(_mastodon_reading, "LOOK_AGAIN", 0.0)
    told_us = {number: {"id": str(number), "type": "mention", "status": status(number)} for number in (3, 2, 1)}
    over = Event()

    def quiet() -> Iterator[bytes]:
        yield b":)\n"
        over.wait(60)

    server.answers |= {
        "/api/v2/instance": told({"title": "Example"}),
        "/api/v1/streaming/user/notification": Reply(200, {"content-type": "text/event-stream"}, quiet),
        "/api/v1/accounts/verify_credentials": told({"id": "7", "username": "acme"}),
        "/api/v1/notifications": lambda asked: told([] if "max_id" in asked.target else list(told_us.values())),
    }
    with closing(NETWORK.stream(mentions(server), "", http)) as batches:
        assert sorted(post.text for post in next(batches).posts) == ["post 1", "post 2", "post 3"]
        del told_us[2]
        gone = next(batch.gone for batch in batches if batch.gone)
    over.set()
    assert list(gone) == [str(START + 2)]
