"""The door to the network: what it refuses, repeats, limits and says."""

import gzip
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from hubbub.connectors import Http
from hubbub.connectors._guard import is_public
from hubbub.connectors._pace import Pace, asked_to_wait
from hubbub.core.failures import Broken, Failure, Retry

from .conftest import Authority, Reply, Server


def endless(piece: bytes = b"x") -> Iterator[bytes]:
    while True:
        yield piece


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("::7f00:1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::5db8:d822", True),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    ("host", "leads_to"),
    [
        ("127.0.0.1", ["127.0.0.1"]),
        ("[::1]", ["::1"]),
        ("inside.example", ["10.0.0.7"]),
        ("mapped.example", ["::ffff:192.168.0.1"]),
        ("meta.example", ["169.254.169.254"]),
        ("2130706433", ["127.0.0.1"]),
    ],
)
def test_private_addresses_are_refused(host: str, leads_to: list[str]) -> None:
    with Http(resolve=lambda _host, _port: leads_to) as http, pytest.raises(Broken, match="private network"):
        http.get(f"http://{host}/")


@pytest.mark.parametrize("host", ["localhost", "0x7f.1", "017700000001", "2130706433", "127.1", "0", "[::ffff:7f00:1]"])
def test_other_ways_to_write_loopback_are_refused(server: Server, host: str) -> None:
    with Http() as http, pytest.raises(Broken, match="private network"):
        http.get(f"http://{host}:{server.port}/")
    assert server.asked == []


def test_only_what_was_checked_is_dialled(server: Server) -> None:
    """A name server that says something else the second time changes nothing: the checked address is dialled."""
    answers = iter([["10.0.0.7"], ["127.0.0.1"]])
    with Http(resolve=lambda _host, _port: next(answers)) as http, pytest.raises(Broken, match="private network"):
        http.get(f"http://rebind.example:{server.port}/")
    assert server.asked == []


@pytest.mark.parametrize(
    ("allowed", "passes"),
    [
        (["127.0.0.1"], True),
        (["127.0.0.0/8"], True),
        (["shop.example"], True),
        (["SHOP.example"], True),
        (True, True),
        (["other.example", "10.0.0.0/8"], False),
        (False, False),
        ([], False),
    ],
)
def test_an_operator_may_allow_hosts(server: Server, allowed: bool | list[str], passes: bool) -> None:
    server.answers["*"] = Reply(body=b"here")
    with Http(allow_private=allowed, resolve=lambda _host, _port: ["127.0.0.1"]) as http:
        if passes:
            assert http.get(f"http://shop.example:{server.port}/").body == b"here"
        else:
            with pytest.raises(Broken, match="private network"):
                http.get(f"http://shop.example:{server.port}/")


def test_a_redirect_is_checked_anew(server: Server, http: Http) -> None:
    server.answers["*"] = Reply(302, {"location": "http://169.254.169.254/latest/meta-data/"})
    with pytest.raises(Broken, match=r"169\.254\.169\.254, where 127\.0\.0\.1:\d+ leads, is in a private network"):
        http.get(server.url)


@pytest.mark.parametrize(
    ("location", "says"),
    [
        ("ftp://example.com/", "not a web address"),
        ("file:///etc/passwd", "not a web address"),
        ("http://example.com:port/", "not a web address"),
        ("/again", "without an end"),
    ],
)
def test_redirects_that_lead_nowhere(server: Server, http: Http, location: str, says: str) -> None:
    server.answers["*"] = Reply(301, {"location": location})
    with pytest.raises(Broken, match=says):
        http.get(server.url)


def test_secrets_do_not_follow_to_another_host(server: Server, http: Http) -> None:
    other = Server()
    other.answers["*"] = Reply(body=b"there")
    server.answers["/near"] = Reply(302, {"location": "/far"})
    server.answers["/far"] = Reply(307, {"location": f"{other.url}/end"})
    answer = http.get(
        f"{server.url}/near", auth=("me", "s3cret"), headers={"x-token": "s3cret", "if-none-match": '"1"'}
    )
    assert answer.body == b"there"
    assert answer.url == f"{other.url}/end"
    assert [asked.headers.get("authorization") for asked in server.asked] == ["Basic bWU6czNjcmV0"] * 2
    assert "s3cret" not in str(other.asked[0].headers)
    assert "authorization" not in other.asked[0].headers
    assert other.asked[0].headers["if-none-match"] == '"1"'
    other.stop()


@pytest.mark.parametrize(
    ("status", "then"),
    [(301, None), (302, None), (303, ("GET", b"")), (307, ("POST", b'{"a":1}')), (308, ("POST", b'{"a":1}'))],
)
def test_a_redirected_write_is_never_turned_into_a_read(
    server: Server, http: Http, status: int, then: tuple[str, bytes] | None
) -> None:
    server.answers["/old"] = Reply(status, {"location": "/new"})
    server.answers["/new"] = Reply(body=b"ok")
    if then is None:
        with pytest.raises(Broken, match="has moved"):
            http.post(f"{server.url}/old", json={"a": 1})
        assert len(server.asked) == 1
    else:
        http.post(f"{server.url}/old", json={"a": 1})
        assert (server.asked[1].method, server.asked[1].body) == then


@pytest.mark.parametrize(
    ("replies", "method", "tries", "pauses"),
    [
        ([Reply(500), Reply(200)], "GET", 2, [0.5]),
        ([Reply(503), Reply(429), Reply(200)], "GET", 3, [0.5, 2.0]),
        ([Reply(429, {"retry-after": "3"}), Reply(200)], "GET", 2, [3]),
        ([Reply(429, {"retry-after": "3"}), Reply(201)], "POST", 2, [3]),
        ([Reply(503), Reply(201)], "POST", 2, [0.5]),
    ],
)
def test_short_waits_are_waited(
    server: Server, http: Http, slept: list[float], replies: list[Reply], method: str, tries: int, pauses: list[float]
) -> None:
    server.answers["*"] = replies
    assert http.request(method, server.url).status < 300
    assert len(server.asked) == tries
    assert slept == pauses


@pytest.mark.parametrize(
    ("reply", "method", "tries", "after"),
    [
        (Reply(500), "GET", 3, None),
        (Reply(500), "POST", 1, None),
        (Reply(502), "POST", 1, None),
        (Reply(503), "POST", 3, None),
        (Reply(429), "GET", 3, 60),  # it does not say for how long, and goes on: a minute, for all of the account
        (Reply(429, {"retry-after": "3600"}), "GET", 1, 3600),
        (Reply(429, {"retry-after": "6"}), "GET", 2, 6),
        (Reply(503, {"retry-after": "120"}), "POST", 1, 120),
        (Reply(200, {"content-length": "10"}, b"half"), "GET", 3, None),
        (Reply(200, {"content-length": "10"}, b"half"), "POST", 1, None),
    ],
)
def test_longer_waits_are_a_retry(
    server: Server, http: Http, reply: Reply, method: str, tries: int, after: int
) -> None:
    server.answers["*"] = reply
    with pytest.raises(Retry) as caught:
        http.request(method, server.url)
    assert len(server.asked) == tries
    assert caught.value.after == (timedelta(seconds=after) if after is not None else None)


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (400, "does not understand"),
        (401, "password"),
        (403, "does not allow"),
        (404, "nothing at this address"),
        (410, "removed for good"),
        (418, "refuses"),
        (304, None),
    ],
)
def test_refusals(server: Server, http: Http, status: int, says: str | None) -> None:
    server.answers["*"] = Reply(status)
    if says is None:
        assert http.get(server.url).status == status
        return
    with pytest.raises(Broken, match=says):
        http.get(server.url)
    assert http.get(server.url, accept={status}).status == status


NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "Thu, 01 Jan 2026 12:00:30 GMT"}, 30),
        # the server's clock is ten minutes off: its own date counts
        ({"retry-after": "Thu, 01 Jan 2026 12:10:30 GMT", "date": "Thu, 01 Jan 2026 12:10:00 GMT"}, 30),
        ({"retry-after": "Thu, 01 Jan 2026 11:00:00 GMT"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "9" * 30}, 7 * 86400),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: int | None) -> None:
    assert asked_to_wait(headers, NOW) == (None if seconds is None else timedelta(seconds=seconds))


def test_an_endless_answer_is_left(server: Server, http: Http) -> None:
    server.answers["*"] = Reply(body=endless)
    with pytest.raises((Retry, Broken), match=r"too long|more than 20 MB"):
        http.get(server.url)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, {"content-length": "3000000000"}),
        Reply(body=lambda: endless(b"x" * 1_000_000)),
        Reply(200, {"content-encoding": "gzip"}, gzip.compress(b"0" * 1_200_000)),
        Reply(200, {"content-encoding": "deflate"}, zlib.compress(b"0" * 1_200_000)),
    ],
    ids=["announced", "streamed", "zip bomb", "deflate bomb"],
)
def test_large_answers_are_left(server: Server, reply: Reply) -> None:
    server.answers["*"] = reply
    with Http(allow_private=True, max_bytes=1_000_000) as http, pytest.raises(Broken, match="more than 1 MB"):
        http.get(server.url)


@pytest.mark.parametrize(
    ("body", "encoding", "read"),
    [
        (gzip.compress(b"hello"), "gzip", b"hello"),
        (gzip.compress(b"hel") + gzip.compress(b"lo") + b"\0\0", "gzip", b"hello"),
        (zlib.compress(b"hello"), "deflate", b"hello"),
        (b"hello", "identity", b"hello"),
        (b"", "gzip", b""),
        (gzip.compress(b"hello")[:-4], "gzip", Retry),
        (b"hello", "gzip", Broken),
        (b"hello", "br", Broken),
    ],
)
def test_packed_answers(server: Server, http: Http, body: bytes, encoding: str, read: bytes | type[Failure]) -> None:
    server.answers["*"] = Reply(200, {"content-encoding": encoding}, body)
    if isinstance(read, bytes):
        assert http.get(server.url).body == read
    else:
        with pytest.raises(read):
            http.get(server.url)


class Shape(msgspec.Struct):
    a: int


@pytest.mark.parametrize(
    ("body", "fails", "says"),
    [
        (b'{"a": 1}', None, ""),
        (b'\xef\xbb\xbf{"a": 1}', None, ""),
        (b"<!doctype html><p>Sign in", Broken, "web page"),
        (b'{"a": "x"}', Broken, "a form that Hubbub does not know"),
        (b"nonsense", Broken, "not JSON"),
        (b"\xff\xfe", Broken, "not JSON"),
        (b'{"a": ', Retry, "only a part"),
        (b"", Broken, "empty answer"),
    ],
)
def test_json(server: Server, http: Http, body: bytes, fails: type[Failure] | None, says: str) -> None:
    server.answers["*"] = Reply(body=body)
    answer = http.get(server.url)
    if fails is None:
        assert answer.json(Shape).a == 1
    else:
        with pytest.raises(fails, match=says):
            answer.json(Shape)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ftp://example.com", "https://"),
        ("file:///etc/passwd", "https://"),
        ("http://", "https://"),
        ("http://exa mple.com:port", "not a web address"),
        ("", "https://"),
    ],
)
def test_what_is_no_web_address(http: Http, url: str, says: str) -> None:
    with pytest.raises(Broken, match=says):
        http.get(url)


def test_tls_is_checked(tls_server: Server, http: Http, authority: Authority) -> None:
    tls_server.answers["*"] = Reply(body=b"safe")
    with pytest.raises(Broken, match="certificate that cannot be trusted"):
        http.get(tls_server.url)
    assert tls_server.asked == []
    with Http(allow_private=True, tls=authority.trusting) as trusting:
        assert trusting.get(tls_server.url).body == b"safe"
        with pytest.raises(Broken, match="certificate"):
            trusting.get(f"https://localhost:{tls_server.port}/")


def test_https_where_http_is_spoken(server: Server, http: Http) -> None:
    with pytest.raises(Broken, match="HTTPS"):
        http.get(server.url.replace("http", "https"))


def test_proxies_of_the_environment_are_not_used(server: Server, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    server.answers["*"] = Reply(body=b"direct")
    assert http.get(server.url).body == b"direct"


def test_an_address_with_a_password_in_it(server: Server, http: Http) -> None:
    server.answers["*"] = Reply(401)
    with pytest.raises(Broken) as caught:
        http.get(server.url.replace("//", "//me:s3cret@") + "/feed?token=s3cret")
    assert server.asked[0].headers["authorization"] == "Basic bWU6czNjcmV0"
    assert "s3cret" not in str(caught.value)


def test_a_line_break_in_a_token_is_not_shown(server: Server, http: Http) -> None:
    with pytest.raises(Broken, match="line break") as caught:
        http.get(server.url, headers={"authorization": "Bearer s3cret\r\nX: y"})
    assert "s3cret" not in str(caught.value)
    assert server.asked == []


def test_no_cookie_is_kept(server: Server, http: Http) -> None:
    server.answers["*"] = Reply(200, {"set-cookie": "a=b"})
    http.get(server.url)
    http.get(server.url)
    assert "cookie" not in server.asked[1].headers


def test_pace() -> None:
    pace = Pace(rate=2, burst=2)
    turns = [pace.turn("a.example", now, patience=10) for now in (0, 0, 0, 0, 5, 5)]
    assert turns == [0, 0, 0.5, 1.0, 0, 0]
    assert pace.turn("b.example", 0, patience=10) == 0
    assert [pace.turn("c.example", 0, patience=0.4) for _ in range(4)] == [0, 0, None, None]


def test_the_pace_is_kept_and_what_would_wait_long_is_a_retry(server: Server) -> None:
    server.answers["*"] = Reply()
    slept: list[float] = []
    with Http(allow_private=True, pace=Pace(rate=0.2, burst=1), clock=lambda: 0.0, sleep=slept.append) as http:
        for _ in range(3):
            http.get(server.url)
        assert slept == [5.0, 10.0]
        with pytest.raises(Retry, match="wait for"):
            http.get(server.url)
