"""Your own site: what it sends is believed and read, what is decided is told to it; with the examples of the docs."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from msgspec import json

from hubbub.connectors import Act, Arrived, Http, connector
from hubbub.connectors._signing import believed, exchanged, new_key, older_until, signed
from hubbub.connectors.site import UnsignedError, told
from hubbub.core.failures import Broken

from .conftest import Asked, Reply, Server

PAGE = Path(__file__).parents[2] / "docs" / "connectors.md"
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"id": "1", "text": "Hello"}'


def block(holding: str) -> dict[str, Callable[..., object]]:
    """What the block of Python on the page that holds these words defines."""
    [code] = [one for one in re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL) if holding in one]
    names: dict[str, Callable[..., object]] = {}
    exec(code, names)  # it is our own page
    return names


# --- signatures


def test_it_signs_as_the_standard_says() -> None:
    """The signature that the library standardwebhooks 1.1.0 gave for this key, id, time and body."""
    at = datetime(2021, 3, 1, tzinfo=UTC)
    made = signed(KEY, "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', now=at)
    assert made["webhook-timestamp"] == "1614556800"
    assert made["webhook-signature"] == "v1,jwIj8Ivt1GX/p8i3W2VbTzwRA7udazv/kTeTiJxCBjU="


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, ""),
        ({"webhook-id": ""}, "“webhook-id” is missing"),
        ({"webhook-id": "other"}, "does not fit"),
        ({"webhook-id": "x" * 101}, "longer than 90"),
        ({"webhook-timestamp": "noon"}, "seconds since 1970"),
        ({"webhook-timestamp": "1790000000"}, "seconds away from our clock"),
        ({"webhook-signature": "v1,AAAA"}, "does not fit"),
        ({"webhook-signature": "é"}, "does not fit"),
    ],
)
def test_what_is_believed(change: dict[str, str], says: str) -> None:
    headers = {**signed(KEY, "m1", BODY, now=NOW), **change}
    if not says:
        assert believed(KEY, headers, BODY, now=NOW + timedelta(minutes=4)) == "m1"
        return
    with pytest.raises(UnsignedError, match=says):
        believed(KEY, headers, BODY, now=NOW)


def test_another_body_is_not_believed() -> None:
    with pytest.raises(UnsignedError, match="does not fit"):
        believed(KEY, signed(KEY, "m1", BODY, now=NOW), BODY + b" ", now=NOW)


def test_nothing_is_believed_without_a_key() -> None:
    with pytest.raises(UnsignedError, match="No key has been made"):
        believed("", signed(KEY, "m1", BODY, now=NOW), BODY, now=NOW)


def test_two_keys_count_while_one_is_exchanged() -> None:
    old, fresh = new_key(), new_key()
    kept = exchanged(exchanged("", old, until=NOW), fresh, until=NOW + timedelta(days=7))
    assert older_until(kept) == NOW + timedelta(days=7)
    for key in (old, fresh):
        assert believed(kept, signed(key, "m1", BODY, now=NOW), BODY, now=NOW) == "m1"
        assert believed(key, signed(kept, "m1", BODY, now=NOW), BODY, now=NOW) == "m1"
    later = NOW + timedelta(days=8)
    with pytest.raises(UnsignedError):
        believed(kept, signed(old, "m1", BODY, now=later), BODY, now=later)


# --- what a message says


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"id": "1", "text": "Hello"}', ""),
        ('{"id": 1, "text": "Hello", "state": "pending", "thread": 7, "unknown": {}}', ""),
        ('{"id": "1", "text": "half \\ud83d"}', ""),
        ('{"id": "1", "deleted": true}', ""),
        ('{"report": 1, "id": "r1"}', ""),
        ('{"feedback": "Nice", "id": "f1"}', ""),
        ('{"text": "Hello"}', '"id" is missing'),
        ('{"id": "1"}', '"text" is missing'),
        ('{"id": " ", "text": "Hello"}', '"id" is empty'),
        ('{"id": "1", "text": "Hello", "state": "lost"}', '"state" must be one of visible'),
        ('{"id": "1", "text": "Hello", "published": "noon"}', '"published" must be a time'),
        ('{"id": "1", "text": 7}', '"text" must be a text, not a whole number'),
        ('{"deleted": true}', '"id" is missing'),
        ('{"report": "1"}', '"id" is missing'),
        ('{"feedback": " ", "id": "f1"}', '"feedback" is empty'),
        ("hello", "this is not JSON"),
        ('"hello"', "this is a text"),
        ("", "there is nothing in it"),
    ],
)
def test_each_line(line: str, says: str) -> None:
    said = told(line.encode(), at=NOW)
    assert (said.items, len(said.refused)) == ((0, 1) if says else (1, 0))
    assert not says or says in said.refused[0].why


def test_what_is_wrong_is_named_with_its_place_and_the_rest_is_taken() -> None:
    for body in (
        b'{"id": 1, "text": "a"}\n\nno\n{"id": 2, "text": "b"}',
        b'[{"id": 1, "text": "a"}, 7, {"id": 2, "text": "b"}]',
    ):
        said = told(body, at=NOW)
        assert list(said.posts) == ["1", "2"]
        assert said.refused[0].where in {"line 3", "item 2"}


def test_a_message_has_its_most_lines() -> None:
    said = told(b"\n".join(b'{"id": %d, "text": "a"}' % number for number in range(501)), at=NOW)
    assert len(said.posts) == 500
    assert said.refused[0].where == "line 501"


def test_the_last_word_on_a_post_counts() -> None:
    site = connector("site")
    lines = [
        '{"id": 1, "text": "a"}',
        '{"id": 1, "deleted": true}',
        '{"id": 2, "deleted": true}',
        '{"id": 2, "text": "b"}',
    ]
    batch = site.arrive({}, [Arrived(line.encode(), NOW) for line in lines])
    assert ([post.id for post in batch.posts], batch.gone) == (["2"], ["1"])


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ({"author_id": "7", "author": "ann"}, ("7", "ann")),
        ({"email": "Ann@example.org"}, ("mailto:ann@example.org", "")),
        ({"email": "ann@example.org", "name": "Ann"}, ("mailto:ann@example.org", "")),
        ({}, None),
    ],
)
def test_who_gives_feedback(line: dict[str, str], author: tuple[str, str] | None) -> None:
    post = told(json.encode({"feedback": "Nice", "id": "f1", **line}), at=NOW).posts["f1"]
    assert post is not None
    assert (post.author and (post.author.id, post.author.handle)) == author


def test_a_visitors_name_is_no_member() -> None:
    [report] = told(b'{"report": "1", "id": "r1", "name": "carol", "email": "c@example.org"}', at=NOW).reports
    assert (report.by, report.name, report.email) == (None, "carol", "c@example.org")


# --- decisions


class Page:
    """The receiving example of the docs behind a test server."""

    def __init__(self, server: Server, key: str) -> None:
        self.done: dict[str, object] = {}
        self.applied: list[dict[str, str]] = []
        self.app = block("def taking")["taking"](key, self.done, self.apply)
        server.answers["/hubbub"] = self.answer

    def apply(self, given: dict[str, str]) -> dict[str, object]:
        self.applied.append(given)
        if given["act"] == "ban":
            return {"done": False, "why": "Ann is a moderator."}
        return (
            {"done": True, "id": "c9", "url": "https://example.org/#c9"} if given["act"] == "reply" else {"done": True}
        )

    def answer(self, asked: Asked) -> Reply:
        told_status: list[str] = []
        environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in asked.headers.items()}
        environ |= {"CONTENT_LENGTH": str(len(asked.body)), "wsgi.input": BytesIO(asked.body)}
        body = b"".join(self.app(environ, lambda status, _headers: told_status.append(status)))
        return Reply(int(told_status[0].split()[0]), {}, body)


def settings(server: Server, key: str = KEY) -> dict[str, str]:
    return {"site": server.url, "decisions": f"{server.url}/hubbub", "key": key}


def test_the_example_of_the_docs_says_what_it_can(server: Server, http: Http) -> None:
    Page(server, KEY)
    assert connector("site").check(settings(server), http).can == {"reply", "hide", "remove", "ban"}


def test_a_wrong_key_is_said(server: Server, http: Http) -> None:
    Page(server, KEY)
    with pytest.raises(Broken, match="401"):
        connector("site").check(settings(server, new_key()), http)


def test_an_act_is_done_once(server: Server, http: Http) -> None:
    page, site = Page(server, KEY), connector("site")
    act = Act("reply", "c1", "k1", "Thank you", until=NOW, author="7")
    assert site.find(settings(server), act, http) is None
    done = site.act(settings(server), act, http)
    assert (done.id, done.url) == ("c9", "https://example.org/#c9")
    assert site.find(settings(server), act, http) == site.act(settings(server), act, http) == done
    assert page.applied == [
        {"ask": "do", "act": "reply", "key": "k1", "post": "c1", "author": "7", "text": "Thank you",
         "until": "2026-11-01T12:00:00Z"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("verb", "state"), [("hide", "hidden"), ("remove", "removed"), ("restore", "visible"), ("hold", "pending")]
)
def test_how_a_post_stands_afterwards(verb: str, state: str, server: Server, http: Http) -> None:
    Page(server, KEY)
    assert connector("site").act(settings(server), Act(verb, "c1", "k1"), http).state == state


def test_a_refusal_is_in_the_sites_words(server: Server, http: Http) -> None:
    Page(server, KEY)
    with pytest.raises(Broken, match=r"127\.0\.0\.1 refuses: Ann is a moderator\."):
        connector("site").act(settings(server), Act("ban", "c1", "k1"), http)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"site": ""}, "missing"),
        ({"site": "https://example.org", "decisions": "", "key": KEY}, "no address that takes decisions"),
        ({"site": "https://example.org", "decisions": "https://example.org/x", "key": ""}, "No key has been made"),
    ],
)
def test_what_is_not_set_up_is_said(given: dict[str, str], says: str, http: Http) -> None:
    with pytest.raises(Broken, match=says):
        connector("site").act(given, Act("hide", "c1", "k1"), http)


def test_the_sending_example_of_the_docs_is_believed(server: Server) -> None:
    got: list[Asked] = []

    def take(asked: Asked) -> Reply:
        got.append(asked)
        return Reply(202, {}, b'{"taken": 2}')

    server.answers["/in/1/"] = take
    send = block("def send")["send"]
    answer = send(f"{server.url}/in/1/", KEY, [{"id": "1", "text": "é"}, {"id": "2", "deleted": True}])
    assert answer == {"taken": 2}
    believed(KEY, got[0].headers, got[0].body, now=datetime.now(UTC))
    assert told(got[0].body, at=NOW).items == 2
