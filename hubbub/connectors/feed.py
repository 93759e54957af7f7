"""RSS, Atom and JSON feeds: of a blog, a news site, a YouTube channel, a podcast. A page that names its feed serves."""

from collections.abc import Sequence
from urllib.parse import urljoin

import msgspec
from msgspec import Struct
from selectolax.lexbor import LexborHTMLParser

from hubbub.core.failures import Broken
from hubbub.core.post import Post

from ._answer import Answer
from ._connector import Batch, Field, Found, ReadOnly, Settings, Tested
from ._feed_forms import Feed as Contents
from ._feed_forms import digest, doubled_ids, read_feed
from ._http import Http

BATCH = 500
ASKS_FOR = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
FEED_TYPES = ("application/atom+xml", "application/rss+xml", "application/feed+json", "application/json")
GONE = frozenset({404, 410})


class _Place(Struct, frozen=True):
    """The cursor. `seen` are fingerprints of the entries that the feed holds and that we have taken."""

    url: str = ""  # the feed that a page named; "" = the address itself is one
    page: str = ""  # the address that it was found with
    etag: str = ""
    modified: str = ""
    seen: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()  # ids that several entries bear


class Feed(ReadOnly):
    """A connector that reads a feed: at first everything that it holds, then what is new or was rewritten."""

    kind = "feed"
    label = "RSS, Atom or JSON feed"
    called = "Feed"
    about = "What a blog, a news site, a YouTube channel or a podcast publishes. No account is needed."
    fields = (
        Field(
            "url",
            "Address",
            "Of the feed, or of the page: most pages name their feed.",
            kind="url",
            placeholder="https://example.com/blog",
        ),
    )
    every = 900
    family = "news"
    keyless = True
    notes = """Of each entry are read: title, text (the fullest that stands there, as plain text), address,
author's name, time, language, links, pictures and other media; where the feed tells them, how many
answers, likes and views. E-mail addresses of authors are left out. At first everything that the
feed holds, then what is new; an entry whose title, text or address was rewritten is read again and
judged anew.

A feed holds only its newest entries, often ten to fifty: what came and went between two looks is
not seen. Comments below articles are not in it. An entry that vanishes from the feed stays in
Hubbub, because feeds drop their oldest ones all the time. Of a feed that breaks off in the middle
the last entry waits until it comes whole; of a damaged one what can be read is taken, and the
source says at which line the damage is."""
    tested = (
        Tested(
            "RSS 2.0, Atom (in the form that YouTube sends) and JSON Feed as tests write them: whole, cut off, and "
            "damaged at random places. Not yet recorded feeds of named sites"
        ),
    )

    def check(self, settings: Settings, http: Http) -> Found:
        """Read the feed, or find it on the page."""
        answer, contents, named = _look(_url(settings), http)
        title = contents.title or answer.host
        dated = sorted((post for post in contents.posts if post.published), key=_when, reverse=True)
        says = f"{title}: {contents.form}, {len(contents.posts):,} entries"
        if dated and dated[0].published:
            says += f", the newest of {dated[0].published:%-d %B %Y}"
        if named:
            says += f". The page names this feed: {named}"
        if contents.refused:
            says += f". Not all of it can be read: {contents.refused[0].where}, {contents.refused[0].why}"
        undated = [post for post in contents.posts if not post.published]
        return Found(says=f"{says}.", name=title, sample=tuple([*dated, *undated][:5]))

    def fetch(self, settings: Settings, cursor: str, http: Http) -> Batch:
        """What the feed holds and we have not taken in this wording, oldest first."""
        url = _url(settings)
        place = msgspec.json.decode(cursor, type=_Place) if cursor else _Place()
        if place.page != url:
            place = _Place(page=url)
        doubled = frozenset(place.doubled)
        if place.url or place.etag or place.modified:
            answer = http.get(place.url or url, headers=_unless_changed(place), accept=GONE)
            if answer.status == 304:
                return Batch((), cursor)
            contents = None if answer.status in GONE else read_feed(answer, doubled)
            named = place.url
        else:
            contents = None
        if contents is None:  # the first time, or the feed has moved since the page was read
            answer, contents, named = _look(url, http, doubled)
        return _batch(place, answer, contents, named)


CONNECTOR = Feed()


def _batch(place: _Place, answer: Answer, contents: Contents, named: str) -> Batch:
    """What is new in the feed, and where we stand after it."""
    prints = {post.id: _fingerprint(post) for post in contents.posts}
    seen = set(place.seen)
    new = [post for post in _oldest_first(contents.posts) if prints[post.id] not in seen]
    taken, more = new[:BATCH], len(new) > BATCH
    held = seen | {prints[post.id] for post in taken}
    # As long as there is more of this answer to take, or a part of it was lost, it must come again: no ETag is kept.
    settled = contents.whole and not more
    after = _Place(
        url=named,
        page=place.page,
        etag=answer.headers.get("etag", "") if settled else "",
        modified=answer.headers.get("last-modified", "") if settled else "",
        seen=tuple(sorted(held & set(prints.values()))),
        doubled=tuple(sorted({*place.doubled, *doubled_ids(contents.posts)})),
    )
    refused = contents.refused if new or not place.seen else ()  # said once, not at every poll
    return Batch(taken, msgspec.json.encode(after).decode(), more, refused)


def _look(url: str, http: Http, doubled: frozenset[str] = frozenset()) -> tuple[Answer, Contents, str]:
    """The feed at an address, or the one that the page there names, with the latter's address."""
    answer = http.get(url, headers={"accept": ASKS_FOR})
    contents = read_feed(answer, doubled)
    if contents is not None:
        return answer, contents, ""
    tried = []
    for named in _named_feeds(answer):
        found = http.get(named, headers={"accept": ASKS_FOR}, accept=GONE)
        contents = None if found.status in GONE else read_feed(found, doubled)
        if contents is not None:
            return found, contents, named
        tried.append(named)
    if tried:
        raise Broken(f"{answer.host} names a feed, {tried[0]}, but there is none. Enter the feed's own address.")
    raise Broken(
        f"There is no feed at this address of {answer.host}, and the page names none. Look on the site for “RSS” or "
        "“Feed” and enter that address."
    )


def _named_feeds(answer: Answer) -> Sequence[str]:
    """The feeds that a web page names, the page's own first: those of its comments stand after it."""
    page = LexborHTMLParser(answer.text())
    base_node = page.css_first("base[href]")
    base = urljoin(answer.url, (base_node.attributes.get("href") or "") if base_node else "")
    named = [
        urljoin(base, (link.attributes.get("href") or "").strip())
        for link in page.css("link[rel~=alternate][href]")
        if (link.attributes.get("type") or "").strip().lower() in FEED_TYPES
        and "oembed" not in (link.attributes.get("href") or "")
        and "/wp-json/" not in (link.attributes.get("href") or "")
    ]
    return list(dict.fromkeys(url for url in named if url.startswith(("http://", "https://"))))[:3]


def _unless_changed(place: _Place) -> dict[str, str]:
    headers = {"accept": ASKS_FOR}
    if place.etag:
        headers["if-none-match"] = place.etag
    if place.modified:
        headers["if-modified-since"] = place.modified
    return headers


def _oldest_first(posts: Sequence[Post]) -> Sequence[Post]:
    """By date where all have one; else as feeds stand, newest at the top."""
    upwards = list(reversed(posts))
    return sorted(upwards, key=_when) if all(post.published for post in posts) else upwards


def _when(post: Post) -> float:
    return post.published.timestamp() if post.published else 0.0


def _fingerprint(post: Post) -> str:
    """The same as long as nobody rewrites the entry; counts of views and answers do not matter."""
    return digest(post.id, post.title, post.text, post.url)[:16]


def _url(settings: Settings) -> str:
    url = settings.get("url", "").strip()
    if not url:
        raise Broken("The address of the feed is missing. Enter it.")
    return url
