"""What every connector must hold, built in or added: it declares itself, goes on where it was, and fails by name."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import replace

from hubbub.connectors import (
    BUILT_IN as BUILT_IN_KINDS,
)
from hubbub.connectors import (
    Act,
    Attached,
    Batch,
    Connector,
    Field,
    Found,
    Http,
    Pushed,
    Reads,
    Verb,
    connector,
    connectors,
)
from hubbub.connectors.feed import Feed
from hubbub.core.failures import Broken, Failure, Retry
from hubbub.core.post import POST_STATES, POST_TYPES, Post
from tests.pictures import png

from .conftest import Reply, Server
from .working import fixed, sample_act, working_one

SECRET = "s3cret-token"
ALL = pytest.mark.parametrize("network", connectors().values(), ids=connectors())
ONLINE = [one for one in connectors().values() if any(field.kind == "url" for field in one.fields)]
KINDS = {"text", "url", "secret", "choice", "upload"}


@ALL
def test_it_declares_itself(network: Connector) -> None:
    assert connector(network.kind) is network
    assert network.kind.isidentifier()
    assert network.kind.islower()
    assert network.label
    assert network.about.endswith(".")
    assert 30 <= network.every <= 86_400
    assert network.can <= set(get_args(Verb))
    assert set(network.names) <= network.can
    assert network.reads <= set(get_args(Reads))
    assert network.tested
    assert network.keys or not any(field.kind == "secret" for field in network.fields)
    assert network.fields
    assert len({field.name for field in network.fields}) == len(network.fields)
    for field in network.fields:
        assert field.kind in KINDS
        assert field.label
        assert bool(field.choices) is (field.kind == "choice")
        assert field.name.isidentifier()


def test_an_unknown_kind_is_said() -> None:
    with pytest.raises(Broken, match="'carrier-pigeon'"):
        connector("carrier-pigeon")


# --- one that works, for each kind: settings, and what there is to fetch; working/<kind>.py makes it

WORKING = {kind: working_one(kind) for kind in BUILT_IN_KINDS}
# what sends to us by itself has nothing to be fetched; how it is taken in: test_site*.py
BUILT_IN = pytest.mark.parametrize("kind", [kind for kind in WORKING if not isinstance(connector(kind), Pushed)])


def test_each_built_in_one_is_tried() -> None:
    assert list(connectors())[: len(WORKING)] == list(WORKING)


def batches(network: Connector, settings: dict[str, str], http: Http, cursor: str = "") -> Iterator[Batch]:
    while True:
        batch = network.fetch(settings, cursor, http)
        yield batch
        cursor = batch.cursor
        if not batch.more:
            return


def fit(post: Post) -> None:
    assert post.id
    assert len(post.id) < 500
    assert post.type in POST_TYPES
    assert post.state in POST_STATES
    assert "\0" not in post.text + post.title
    assert post.published is None or post.published.utcoffset() == timedelta()


@BUILT_IN
def test_a_check_names_what_it_found(kind: str, tmp_path: Path, server: Server, http: Http) -> None:
    works = WORKING[kind](tmp_path, server)
    found = connector(kind).check(works.settings, http)
    assert isinstance(found, Found)
    assert works.says in found.says
    assert found.name
    assert found.can == works.can
    assert 1 <= len(found.sample) <= 5


@BUILT_IN
def test_every_post_comes_once(kind: str, tmp_path: Path, server: Server, http: Http) -> None:
    network, works = connector(kind), WORKING[kind](tmp_path, server)
    settings = works.settings
    read = list(batches(network, settings, http))
    posts = [post for batch in read for post in batch.posts]
    assert len(posts) == len({post.id for post in posts}) == works.many
    assert all(len(batch.posts) <= 500 for batch in read)
    for post in posts:
        fit(post)
    for _ in range(3):
        (again,) = batches(network, settings, http, read[-1].cursor)
        assert list(again.posts) == []


@BUILT_IN
def test_it_goes_on_from_every_cursor(kind: str, tmp_path: Path, server: Server, http: Http) -> None:
    """A crash after any batch: what was saved with its cursor is not read again, the rest is."""
    network, works = connector(kind), WORKING[kind](tmp_path, server)
    settings = works.settings
    read = list(batches(network, settings, http))
    before: list[str] = []
    for batch in read[:-1]:
        before += [post.id for post in batch.posts]
        rest = [post.id for later in batches(network, settings, http, batch.cursor) for post in later.posts]
        assert len(rest) == works.many - len(before)
        assert not set(rest) & set(before)


@BUILT_IN
def test_what_can_only_be_read_says_so(kind: str, tmp_path: Path, server: Server, http: Http) -> None:
    network, works = connector(kind), WORKING[kind](tmp_path, server)
    if works.can:
        pytest.skip("these settings allow more than reading")
    with pytest.raises(Broken, match="only be read"):
        network.act(works.settings, Act("reply", "1", "key", "text"), http)


# --- faults


def endless() -> Iterator[bytes]:
    while True:
        yield b" "


def three_gigabytes() -> Iterator[bytes]:
    for _ in range(3000):
        yield b" " * 1_000_000


LINK = {"link": '<http://169.254.169.254/wp-json/>; rel="https://api.w.org/"'}
FAULTS: dict[str, tuple[Reply, type[Failure] | tuple[type[Failure], ...], str]] = {
    "429 without Retry-After": (Reply(429), Retry, "slow down"),
    "429 with Retry-After": (Reply(429, {"retry-after": "3600"}), Retry, "slow down"),
    "500": (Reply(500), Retry, "trouble of its own"),
    "503 with a date": (Reply(503, {"retry-after": "Thu, 01 Jan 2099 00:00:00 GMT"}), Retry, "trouble of its own"),
    "half an answer": (Reply(200, {"content-length": "1000"}, b'{"name": "Ac'), Retry, "broke off"),
    "an answer that never ends": (Reply(200, {}, endless), (Retry, Broken), "takes too long|more than 20 MB"),
    "wrong content type": (Reply(200, {"content-type": "image/png"}, b"\x89PNG\r\n\x1a\n\0\0"), Broken, "address"),
    "HTML for JSON": (Reply(200, {"content-type": "text/html"}, b"<!doctype html><p>Sign in"), Broken, "address"),
    "nothing": (Reply(200), Broken, "address"),
    "3 GB": (Reply(200, {}, three_gigabytes), Broken, "more than 20 MB"),
    "3 GB, announced": (Reply(200, {"content-length": "3000000000"}), Broken, "more than 20 MB"),
    "redirect into the cloud's own network": (
        Reply(302, {"location": "http://169.254.169.254/latest/"}),
        Broken,
        "private network|has moved to",  # what would be written is not sent on to another address
    ),
    "redirects in a circle": (Reply(302, {"location": "/"}), Broken, "without an end|has moved to"),
    "wrong credentials": (
        Reply(401, {}, b'{"code": "incorrect_password", "message": "No."}'),
        Broken,
        "password",
    ),
    "not allowed": (Reply(403, {}, b'{"code": "rest_forbidden", "message": "No."}'), Broken, "does not allow"),
    "gone": (Reply(404), Broken, "address"),
}


def settings_for(network: Connector, url: str) -> dict[str, str]:
    def value(field: Field) -> str:
        if field.kind == "url":
            return f"{url}/?token={SECRET}"
        return field.choices[0][0] if field.choices else SECRET

    return {field.name: value(field) for field in network.fields} | fixed(network.kind)


def all_calls(network: Connector, settings: dict[str, str], http: Http) -> Iterator[Callable[[], object]]:
    yield lambda: network.check(settings, http)
    if not isinstance(network, Pushed):
        yield lambda: network.fetch(settings, "", http)
    for verb in sorted(network.can):
        act = sample_act(network.kind, verb)
        yield lambda act=act: network.act(settings, act, http)
        yield lambda act=act: network.find(settings, act, http)
    for verb in sorted(network.limits.media.verbs) if network.limits.media.many else ():
        kind = next(kind.replace("*", "png") for kind in network.limits.media.kinds)
        act = replace(sample_act(network.kind, verb), media=(Attached("oven.png", kind, png(), ""),))
        yield lambda act=act: network.act(settings, act, http)


def says_all(failure: BaseException | None) -> str:
    """The text of a failure and of all that led to it, as a log shows them."""
    said = ""
    while failure:
        said += f"{failure}\n"
        failure = failure.__cause__
    return said


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("network", ONLINE, ids=lambda network: network.kind)
def test_faults_have_a_name(network: Connector, fault: str, server: Server, http: Http) -> None:
    reply, fails, says = FAULTS[fault]
    server.answers["*"] = reply
    settings = settings_for(network, server.url)
    for call in all_calls(network, settings, http):
        with pytest.raises(fails, match=says) as caught:
            call()
        assert "127.0.0.1" in str(caught.value)  # it says where
        assert str(caught.value)[-1] in ".?"
        assert SECRET not in says_all(caught.value)
        if fault == "429 with Retry-After":
            assert isinstance(caught.value, Retry)
            assert caught.value.after == timedelta(hours=1)
        if fault in {"3 GB", "an answer that never ends"}:
            break  # each call takes its time


@pytest.mark.parametrize("network", ONLINE, ids=lambda network: network.kind)
def test_a_certificate_that_cannot_be_trusted(network: Connector, tls_server: Server, http: Http) -> None:
    for call in all_calls(network, settings_for(network, tls_server.url), http):
        with pytest.raises(Broken, match="certificate that cannot be trusted"):
            call()
    assert tls_server.asked == []


@pytest.mark.parametrize("network", ONLINE, ids=lambda network: network.kind)
@pytest.mark.parametrize(
    ("url", "fails", "says"),
    [
        ("http://127.0.0.1:1", Retry, "refuses connections"),
        ("http://no-such-host.invalid", Retry, "No server is known"),
        ("ftp://127.0.0.1", Broken, "https://"),
        ("http://10.0.0.1", Broken, "private network"),
        ("http://[::ffff:169.254.169.254]", Broken, "private network"),
    ],
)
def test_what_cannot_be_reached(network: Connector, http: Http, url: str, fails: type[Failure], says: str) -> None:
    for call in all_calls(network, settings_for(network, url), http):
        with pytest.raises(fails, match=says) as caught:
            call()
        assert SECRET not in says_all(caught.value)


@pytest.mark.parametrize("network", ONLINE, ids=lambda network: network.kind)
def test_a_missing_address_is_said(network: Connector, http: Http) -> None:
    with pytest.raises(Broken, match="missing"):
        network.check({}, http)
    with pytest.raises(Broken, match="missing"):
        network.fetch({}, "", http)


class Point:
    """An entry point of an installed package."""

    def __init__(self, name: str, target: Connector) -> None:
        self.name = name
        self.load = lambda: target


class Pigeon(Feed):
    """A connector as a package of a third party would bring it."""

    kind = "pigeon"


def test_packages_may_add_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hubbub.connectors.entry_points", lambda group: [Point("pigeon", Pigeon())])
    assert list(connectors.__wrapped__()) == [*WORKING, "pigeon"]


def test_no_package_may_take_the_place_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hubbub.connectors.entry_points", lambda group: [Point("x", connector("feed"))])
    with pytest.raises(ValueError, match="'feed'"):
        connectors.__wrapped__()
