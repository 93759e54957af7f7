"""Bad input, from the wire to the source's page: a clear message there and in the log, and the loop goes on."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from hubbub.connectors import Http
from hubbub.connectors._pace import Pace
from hubbub.engine import loop
from hubbub.store.models import Post, Source
from tests.connectors.conftest import Reply, Server
from tests.world import World, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Acme</title>
<item><guid>1</guid><title>One</title><description>acme</description><pubDate>{date}</pubDate></item></channel></rss>"""


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server()
    yield one
    one.stop()


@pytest.fixture(autouse=True)
def door(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The loop's door, which may go to 127.0.0.1 and nowhere else that is private."""
    with Http(allow_private=["127.0.0.1"], pace=Pace(rate=1e6, burst=1_000_000), sleep=lambda _: None) as http:
        monkeypatch.setattr(loop, "door", lambda: http)
        yield


def feed(date: datetime | None = None) -> bytes:
    return FEED.format(date=(date or datetime.now(UTC)).strftime("%a, %d %b %Y %H:%M:%S GMT")).encode()


def endless() -> Iterator[bytes]:
    for _ in range(3_000):
        yield b"x" * 1_000_000


def due(world: World, name: str, kind: str, settings: dict[str, str], **secrets: str) -> Source:
    source = make_source(world.acme, name, kind=kind, settings=settings, due=timezone.now() - timedelta(minutes=1))
    source.keep_secrets(secrets)
    source.save()
    return source


def page_of(world: World, source: Source) -> str:
    return world.client().get(reverse("listen:source", args=["acme", source.pk])).content.decode()


@pytest.mark.parametrize(
    ("kind", "reply", "says"),
    [
        ("feed", Reply(200, {"content-type": "application/rss+xml"}, b"<rss><channel><item><title>x</tit"), "feed"),
        ("feed", Reply(200, {"content-type": "text/html"}, b"<html><body>Welcome</body></html>"), "no feed"),
        ("wordpress", Reply(200, {"content-type": "text/html"}, b"<html>Maintenance</html>"), ""),
        ("feed", Reply(200, {}, endless), "more than 20 MB"),
        ("feed", Reply(302, {"location": "http://169.254.169.254/latest/meta-data/"}), "169.254.169.254"),
        ("feed", Reply(401, {}, b"who are you?"), "does not accept"),
        ("feed", Reply(429, {"retry-after": "120"}), ""),
        ("feed", Reply(500, {}, b"oops"), "500"),
    ],
    ids=["malformed", "html for a feed", "html for json", "3 GB", "metadata", "credentials", "429", "500"],
)
def test_a_clear_message_and_the_loop_goes_on(
    world: World, server: Server, caplog: pytest.LogCaptureFixture, kind: str, reply: Reply, says: str
) -> None:
    server.answers = {"*": reply, "/good.xml": Reply(200, {"content-type": "application/rss+xml"}, feed())}
    setting = "site" if kind == "wordpress" else "url"
    bad = due(
        world, "Bad", kind, {setting: f"{server.url}/bad"}, **({"password": "s3cret"} if kind == "wordpress" else {})
    )
    good = due(world, "Good", "feed", {"url": f"{server.url}/good.xml"})
    with caplog.at_level(logging.WARNING, "hubbub"):
        while loop.read_one():
            pass
    bad.refresh_from_db()
    good.refresh_from_db()
    assert bad.error
    assert says.lower() in bad.error.lower()
    assert "mistake" not in bad.error  # a named failure, no bug
    assert bad.error in caplog.text
    assert "s3cret" not in caplog.text + bad.error
    assert bad.due > timezone.now()
    assert (good.error, good.posts_taken) == ("", 1)
    assert escape(bad.error) in page_of(world, bad)


def test_nothing_is_lost_when_it_comes_back(world: World, server: Server) -> None:
    server.answers = {"/feed.xml": [Reply(200, {}, feed()[:150]), Reply(200, {}, feed())]}
    source = due(world, "Feed", "feed", {"url": f"{server.url}/feed.xml"})
    assert loop.read_one()
    source.refresh_from_db()
    assert (bool(source.error), source.posts_taken) == (True, 0)
    Source.everywhere.filter(pk=source.pk).update(due=timezone.now(), state="active")
    assert loop.read_one()
    source.refresh_from_db()
    assert (source.error, source.posts_taken) == ("", 1)


def test_a_csv_in_latin_1(world: World, tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_bytes("id,text\n1,plain\n2,Café au lait\n3,more\n".encode("latin-1"))
    source = due(world, "File", "files", {"file": str(path)})
    while loop.read_one():
        pass
    source.refresh_from_db()
    assert (source.posts_taken, source.refused_count, source.state) == (2, 1, "finished")
    assert source.refused[0]["where"] == "line 3"
    assert "encoding" in source.refused[0]["why"]
    assert "line 3" in page_of(world, source)
    source.settings["encoding"] = "cp1252"
    source.state, source.due = "active", timezone.now()
    source.save()
    while loop.read_one():
        pass
    assert set(Post.of(world.acme).values_list("text", flat=True)) == {"plain", "Café au lait", "more"}


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_clock_ten_minutes_off_loses_nothing(world: World, server: Server, minutes: int) -> None:
    there = datetime.now(UTC) + timedelta(minutes=minutes)
    comment = {
        "id": 7,
        "post": 1,
        "parent": 0,
        "author": 0,
        "author_name": "Carol",
        "author_url": "",
        "date": there.strftime("%Y-%m-%dT%H:%M:%S"),
        "date_gmt": there.strftime("%Y-%m-%dT%H:%M:%S"),
        "content": {"rendered": "<p>Hello</p>"},
        "link": f"{server.url}/hello/#comment-7",
        "status": "approved",
        "type": "comment",
        "meta": [],
    }

    def answer(asked: object) -> Reply:
        target = getattr(asked, "target", "")
        headers = {"content-type": "application/json", "date": there.strftime("%a, %d %b %Y %H:%M:%S GMT")}
        if "comments" in target:
            return Reply(200, headers | {"x-wp-total": "1", "x-wp-totalpages": "1"}, json.dumps([comment]).encode())
        if "posts" in target:
            return Reply(
                200, headers, json.dumps([{"id": 1, "title": {"rendered": "Hello"}, "link": server.url}]).encode()
            )
        root = {"name": "Peer", "namespaces": ["wp/v2"], "routes": {}, "authentication": []}
        return Reply(200, headers, json.dumps(root).encode())

    server.answers = {"*": answer}
    source = due(world, "Site", "wordpress", {"site": server.url})
    for _ in range(2):
        Source.everywhere.filter(pk=source.pk).update(due=timezone.now())
        assert loop.read_one()
    source.refresh_from_db()
    assert source.error == ""
    assert [post.text for post in Post.of(world.acme)] == ["Hello"]
    assert Post.of(world.acme).get().published <= timezone.now()
