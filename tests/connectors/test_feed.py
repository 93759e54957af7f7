"""Feeds in all their forms, found from pages, read once, and never half lost."""

import json
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hubbub.connectors import Answer, Batch, Http, connector
from hubbub.connectors._feed_forms import read_feed
from hubbub.core.failures import Broken, Failure, Retry
from hubbub.core.post import Author, Media, Post

from .conftest import Asked, Reply, Server

FEED = connector("feed")

RSS = b"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:slash="http://purl.org/rss/1.0/modules/slash/">
<channel><title>Acme &amp; friends</title><link>https://acme.example/</link><language>en-GB</language>
<item><title>Second &lt;b&gt;bakery&lt;/b&gt;</title><link>https://acme.example/2</link>
  <guid isPermaLink="false">acme-2</guid><pubDate>Tue, 03 Mar 2026 10:00:00 +0100</pubDate>
  <dc:creator>Ann Baker</dc:creator><slash:comments>4</slash:comments>
  <description>short</description>
  <content:encoded><![CDATA[<p>We open.</p><p><a href="https://map.example/x">Here</a>
    <img src="https://acme.example/i.png" alt="(shop)"></p>]]></content:encoded></item>
<item><title>Episode one</title><link>https://acme.example/1</link><author>host@acme.example (The Host)</author>
  <guid>https://acme.example/1</guid><pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate>
  <enclosure url="https://acme.example/1.mp3" length="1" type="audio/mpeg"/></item>
<item><description>No title, no address, no date</description><author>just@mail.example</author></item>
</channel></rss>"""

ATOM = b"""<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:yt="http://www.youtube.com/xml/schemas/2015"
  xmlns:media="http://search.yahoo.com/mrss/">
<title>Acme films</title><link rel="alternate" href="https://video.example/acme"/>
<entry><id>yt:video:abc</id><yt:videoId>abc</yt:videoId><title>How we bake</title>
  <link rel="alternate" href="https://video.example/watch?v=abc"/>
  <author><name>Acme</name><uri>https://video.example/channel/acme</uri></author>
  <published>2026-03-01T09:00:00+00:00</published><updated>2026-03-04T09:00:00+00:00</updated>
  <media:group><media:title>How we bake</media:title>
    <media:content url="https://www.youtube.com/v/abc?version=3" type="application/x-shockwave-flash"/>
    <media:thumbnail url="https://video.example/abc.jpg" width="480" height="360"/>
    <media:description>Flour, water, salt.</media:description>
    <media:community><media:starRating count="5" average="5.00" min="1" max="5"/>
      <media:statistics views="123"/></media:community></media:group></entry>
</feed>"""

JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Acme notes",
        "language": "de",
        "authors": [{"name": "Ann", "url": "https://acme.example/ann"}],
        "items": [
            {
                "id": 7,
                "url": "https://acme.example/n/7",
                "content_html": "<p>Neu &amp; gut</p>",
                "date_published": "2026-03-03T10:00:00+01:00",
                "attachments": [{"url": "https://acme.example/a.mp3", "mime_type": "audio/mpeg"}],
            },
            {"id": "6", "title": "Old", "content_text": "text", "external_url": "https://b.example/"},
            {"id": {"not": "an id"}},
            {"content_text": "without an id"},
        ],
    }
).encode()


def answer(body: bytes, kind: str = "application/xml") -> Answer:
    return Answer(200, {"content-type": kind}, body, "https://acme.example/feed")


def test_rss() -> None:
    feed = read_feed(answer(RSS))
    assert feed is not None
    assert (feed.title, feed.form, feed.whole) == ("Acme & friends", "RSS", True)
    article, episode, bare = feed.posts
    assert article == Post(
        id="acme-2",
        text="We open.\n\nHere (shop)",
        title="Second bakery",
        url="https://acme.example/2",
        type="article",
        author=Author("Ann Baker", name="Ann Baker"),
        published=datetime(2026, 3, 3, 9, tzinfo=UTC),
        lang="en",
        replies=4,
        links=("https://map.example/x",),
        media=(Media("image", "https://acme.example/i.png"),),
    )
    assert episode.media == (Media("audio", "https://acme.example/1.mp3"),)
    assert episode.author == Author("The Host", name="The Host")  # the mail address is not taken
    assert (bare.text, bare.title, bare.type, bare.published) == ("No title, no address, no date", "", "post", None)
    assert bare.author is None
    assert len(bare.id) == 20
    assert b"@" not in json.dumps([str(post) for post in feed.posts]).encode()


def test_atom_of_a_video_channel() -> None:
    feed = read_feed(answer(ATOM))
    assert feed is not None
    assert feed.posts == [
        Post(
            id="yt:video:abc",
            text="Flour, water, salt.",
            title="How we bake",
            url="https://video.example/watch?v=abc",
            author=Author("https://video.example/channel/acme", name="Acme", url="https://video.example/channel/acme"),
            published=datetime(2026, 3, 1, 9, tzinfo=UTC),
            likes=5,
            views=123,
            media=(
                Media("video", "https://www.youtube.com/v/abc?version=3"),
                Media("image", "https://video.example/abc.jpg"),
            ),
        )
    ]


def test_json_feed() -> None:
    feed = read_feed(answer(JSON_FEED, "application/feed+json"))
    assert feed is not None
    assert (feed.title, feed.form) == ("Acme notes", "JSON Feed")
    assert [post.id for post in feed.posts[:2]] == ["7", "6"]
    assert feed.posts[0] == Post(
        id="7",
        text="Neu & gut",
        url="https://acme.example/n/7",
        author=Author("https://acme.example/ann", name="Ann", url="https://acme.example/ann"),
        published=datetime(2026, 3, 3, 9, tzinfo=UTC),
        lang="de",
        media=(Media("audio", "https://acme.example/a.mp3"),),
    )
    assert feed.posts[1].links == ("https://b.example/",)
    assert [refused.where for refused in feed.refused] == ["item 3"]


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b"", None),
        (b"<html><body>hello", None),
        (b"\x89PNG\r\n", None),
        (b'{"items": 5}', Broken),
        (b'{"hello": 1}', Broken),
        (b'{"items": [', Retry),
        (b"<rss version='2.0'><channel></channel></rss>", 0),
        (RSS[: RSS.index(b"We open")], Retry),  # cut in the first entry: nothing is sure
        (RSS[: RSS.index(b"No title")], 2),  # cut in the third
        (RSS.replace(b"<title>Episode one</title>", b"<title>Episode <b>one</title>"), 3),
        (RSS.replace(b"Acme &amp; friends", b"Acme & friends"), 3),
        (b"<rss version='2.0'><channel><title>x & y</title><wrong></channel></rss>", Broken),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_damaged_feeds(body: bytes, outcome: int | type[Failure] | None) -> None:
    if isinstance(outcome, type):
        with pytest.raises(outcome):
            read_feed(answer(body))
        return
    feed = read_feed(answer(body))
    if outcome is None:
        assert feed is None
    else:
        assert feed is not None
        assert len(feed.posts) == outcome
        assert bool(feed.refused) is not feed.whole


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=150)
@given(st.sampled_from([RSS, ATOM, JSON_FEED]), st.data())
def test_no_damage_is_a_bug(feed: bytes, data: st.DataObject) -> None:
    """Whatever stands there, it is read, is no feed, or fails by name."""
    start = data.draw(st.integers(0, len(feed)))
    length = data.draw(st.integers(0, 40))
    junk = data.draw(
        st.one_of(st.binary(max_size=12), st.sampled_from([b"<", b"&", b"]]>", b"</item>", b"<!DOCTYPE x>"]))
    )
    try:
        read_feed(answer(feed[:start] + junk + feed[start + length :]))
    except Failure:
        return


def items(numbers: range, guid: str = "g{}") -> bytes:
    entries = "".join(
        f"<item><guid isPermaLink='false'>{guid.format(number)}</guid><title>Post {number}</title>"
        f"<link>https://acme.example/{number}</link>"
        f"<pubDate>{format_datetime(datetime(2026, 1, 1, 0, number // 60, number % 60, tzinfo=UTC))}</pubDate></item>"
        for number in reversed(numbers)
    )
    return f"<rss version='2.0'><channel><title>Acme</title>{entries}</channel></rss>".encode()


def fetch_all(url: str, http: Http, cursor: str = "") -> list[Batch]:
    batches = [FEED.fetch({"url": url}, cursor, http)]
    while batches[-1].more:
        batches.append(FEED.fetch({"url": url}, batches[-1].cursor, http))
    return batches


def test_everything_is_taken_at_first_then_what_is_new(server: Server, http: Http) -> None:
    server.answers["/feed"] = Reply(body=items(range(1200)))
    batches = fetch_all(f"{server.url}/feed", http)
    assert [len(batch.posts) for batch in batches] == [500, 500, 200]
    assert [post.title for batch in batches for post in batch.posts] == [f"Post {number}" for number in range(1200)]
    server.answers["/feed"] = Reply(body=items(range(1100, 1203)))
    (again,) = fetch_all(f"{server.url}/feed", http, batches[-1].cursor)
    assert [post.title for post in again.posts] == ["Post 1200", "Post 1201", "Post 1202"]
    (none,) = fetch_all(f"{server.url}/feed", http, again.cursor)
    assert none.posts == []


def test_a_rewritten_entry_comes_again(server: Server, http: Http) -> None:
    server.answers["/feed"] = Reply(body=items(range(3)))
    first = FEED.fetch({"url": f"{server.url}/feed"}, "", http)
    server.answers["/feed"] = Reply(body=items(range(3)).replace(b"Post 1<", b"Post one<"))
    second = FEED.fetch({"url": f"{server.url}/feed"}, first.cursor, http)
    assert [(post.id, post.title) for post in second.posts] == [("g1", "Post one")]


def test_entries_that_share_an_id_are_all_kept(server: Server, http: Http) -> None:
    server.answers["/feed"] = Reply(body=items(range(3), guid="same"))
    first = FEED.fetch({"url": f"{server.url}/feed"}, "", http)
    assert len({post.id for post in first.posts}) == 3
    server.answers["/feed"] = Reply(body=items(range(2, 3), guid="same"))  # the others have left the feed
    assert FEED.fetch({"url": f"{server.url}/feed"}, first.cursor, http).posts == []


def conditional(asked: Asked) -> Reply:
    if asked.headers.get("if-none-match") == '"v1"':
        return Reply(304)
    return Reply(200, {"etag": '"v1"', "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT"}, items(range(3)))


def test_what_has_not_changed_is_not_sent_again(server: Server, http: Http) -> None:
    server.answers["/feed"] = conditional
    first = FEED.fetch({"url": f"{server.url}/feed"}, "", http)
    second = FEED.fetch({"url": f"{server.url}/feed"}, first.cursor, http)
    assert (second.posts, second.cursor) == ((), first.cursor)
    assert server.asked[-1].headers["if-modified-since"] == "Thu, 01 Jan 2026 00:00:00 GMT"


def test_an_etag_is_kept_only_when_all_was_taken(server: Server, http: Http) -> None:
    whole = items(range(3))
    server.answers["/feed"] = Reply(200, {"etag": '"v1"'}, whole[: whole.index(b"Post 0")])
    first = FEED.fetch({"url": f"{server.url}/feed"}, "", http)
    assert [post.title for post in first.posts] == ["Post 1", "Post 2"]
    assert [refused.where for refused in first.refused] == ["the end"]
    server.answers["/feed"] = conditional
    second = FEED.fetch({"url": f"{server.url}/feed"}, first.cursor, http)
    assert [post.title for post in second.posts] == ["Post 0"]


PAGE = b"""<!doctype html><html><head><title>Acme</title><base href="/blog/">
<link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/1">
<link rel="stylesheet" href="x.css"><link rel="alternate" hreflang="de" href="/de">
<link rel="alternate" type="application/rss+xml" title="Acme" href="feed?a=1&amp;b=2">
<link rel="alternate" type="application/rss+xml" title="Comments" href="comments/feed"></head>"""


def test_a_page_names_its_feed(server: Server, http: Http) -> None:
    server.answers["/"] = Reply(200, {"content-type": "text/html"}, PAGE)
    server.answers["/blog/feed?a=1&b=2"] = Reply(body=items(range(3)))
    found = FEED.check({"url": server.url}, http)
    assert found.says == (
        f"Acme: RSS, 3 entries, the newest of 1 January 2026. The page names this feed: {server.url}/blog/feed?a=1&b=2."
    )
    assert [post.title for post in found.sample] == ["Post 2", "Post 1", "Post 0"]
    first = FEED.fetch({"url": server.url}, "", http)
    assert len(first.posts) == 3
    server.asked.clear()
    assert FEED.fetch({"url": server.url}, first.cursor, http).posts == []
    assert [asked.target for asked in server.asked] == ["/blog/feed?a=1&b=2"]  # the page is not read again
    # the feed moves: the page is asked again
    server.answers["/blog/feed?a=1&b=2"] = Reply(410)
    server.answers["/"] = Reply(200, {"content-type": "text/html"}, PAGE.replace(b"feed?a=1&amp;b=2", b"new"))
    server.answers["/blog/new"] = Reply(body=items(range(4)))
    assert [post.title for post in FEED.fetch({"url": server.url}, first.cursor, http).posts] == ["Post 3"]


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (b"<html><body>Nothing here", "the page names none"),
        (PAGE, "but there is none"),
        (b"\x89PNG\r\n\x1a\n", "There is no feed at this address"),
        (b"", "There is no feed at this address"),
    ],
)
def test_pages_without_a_feed(server: Server, http: Http, page: bytes, says: str) -> None:
    server.answers["/"] = Reply(body=page)
    with pytest.raises(Broken, match=says):
        FEED.fetch({"url": server.url}, "", http)


def test_another_address_starts_anew(server: Server, http: Http) -> None:
    server.answers["/a"] = server.answers["/b"] = Reply(body=items(range(3)))
    first = FEED.fetch({"url": f"{server.url}/a"}, "", http)
    assert len(FEED.fetch({"url": f"{server.url}/b"}, first.cursor, http).posts) == 3
