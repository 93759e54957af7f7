"""Reads the three forms of a feed, RSS, Atom and JSON Feed, into posts. Bytes in, posts out; no network."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Literal
from xml.sax import SAXParseException

import feedparser
import msgspec
from msgspec import Raw, Struct

from hubbub.core.failures import Broken, Retry
from hubbub.core.post import Author, Media, MediaType, Post

from ._answer import Answer
from ._connector import Refused
from ._text import images_in, language, links_in, plain, tidy

MAIL = re.compile(r"\S+@\S+\.\S+")
ROOT_CLOSES = re.compile(rb"</\s*(?:\w+:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)


class Feed(Struct, frozen=True):
    """What one answer of a feed holds, in the order in which it stands there."""

    title: str
    form: Literal["RSS", "Atom", "JSON Feed"]
    posts: Sequence[Post]
    refused: Sequence[Refused] = ()
    whole: bool = True  # False: cut off or damaged, so that there may be more at the same address


def read_feed(answer: Answer, doubled: frozenset[str] = frozenset()) -> Feed | None:
    """The feed in an answer; None where it is something else, such as a web page.

    `doubled`: ids that more than one entry bore once. Raises Broken for a feed that cannot be read, Retry for half one.
    """
    body = answer.body.removeprefix(b"\xef\xbb\xbf").lstrip()
    if body.startswith(b"{"):
        return _json_feed(answer, doubled)
    return _xml_feed(answer, doubled)


def doubled_ids(posts: Iterable[Post]) -> frozenset[str]:
    """The ids that had to be told apart, as `read_feed` wants them the next time."""
    return frozenset(post.id.rpartition("#~")[0] for post in posts if "#~" in post.id)


# --- RSS and Atom


def _xml_feed(answer: Answer, doubled: frozenset[str]) -> Feed | None:
    headers = {"content-type": answer.headers.get("content-type", ""), "content-location": answer.url}
    parsed = feedparser.parse(BytesIO(answer.body), response_headers=headers, sanitize_html=False)
    damage = parsed.get("bozo_exception") if parsed.bozo else None
    if not parsed.get("version") and not parsed.entries:
        return None
    entries = list(parsed.entries)
    refused: list[Refused] = []
    cut = ROOT_CLOSES.search(answer.body[-2000:]) is None
    if cut:
        if len(entries) < 2:
            raise Retry(f"{answer.host} sent only a part of its feed.")
        entries.pop()  # it may have lost its end
        refused.append(Refused("the end", "the feed breaks off here; its last entry is taken when it comes whole"))
    elif isinstance(damage, SAXParseException):
        where = f"line {damage.getLineNumber()}"
        if not entries:
            raise Broken(
                f"The feed of {answer.host} is damaged at {where}: {damage.getMessage()}. Whoever runs the site must "
                "mend it; a feed validator shows the place."
            )
        refused.append(Refused(where, f"the feed is damaged here ({damage.getMessage()}); what could be read is taken"))
    about = parsed.feed
    posts = [_entry(entry, about) for entry in entries]
    return Feed(
        title=plain(about.get("title", "")),
        form="Atom" if str(parsed.version).startswith("atom") else "RSS",
        posts=_told_apart(posts, doubled),
        refused=refused,
        whole=not refused,
    )


def _entry(entry: Mapping[str, Any], about: Mapping[str, Any]) -> Post:
    html, text = _content(entry)
    title = plain(entry.get("title", ""))
    url = _web(entry.get("link", ""))
    video = entry.get("yt_videoid")
    views = (entry.get("media_statistics") or {}).get("views")
    return Post(
        id=entry.get("id") or url or digest(title, text),
        text=text,
        title=title,
        url=url,
        type="article" if title and not video else "post",
        author=_author(entry) or _author(about),
        published=_published(entry),
        lang=language(entry.get("language") or about.get("language") or ""),
        replies=_count(entry.get("slash_comments") or entry.get("thr_total")),
        likes=_count((entry.get("media_starrating") or {}).get("count")),
        views=_count(views),
        links=links_in(html),
        media=_media(entry, html),
    )


def _content(entry: Mapping[str, Any]) -> tuple[str, str]:
    """The fullest text of an entry: as HTML ("" where it is plain) and as plain text."""
    candidates = [*entry.get("content", ()), entry.get("summary_detail") or {}]
    for candidate in candidates:
        value = candidate.get("value") or ""
        if value.strip():
            return ("", tidy(value)) if candidate.get("type") == "text/plain" else (value, plain(value))
    return "", ""


def _author(part: Mapping[str, Any]) -> Author | None:
    """Who wrote it. An e-mail address is not taken: it is nobody's business here."""
    detail = part.get("author_detail") or {}
    written = part.get("author") or detail.get("name") or ""
    name = MAIL.sub("", written if "@" in written else detail.get("name") or written)
    name = tidy(name).strip(" ()<>")
    url = _web(detail.get("href") or "")
    return Author(id=url or name, name=name, url=url) if name or url else None


def _media(entry: Mapping[str, Any], html: str) -> tuple[Media, ...]:
    carried = [(item.get("href") or "", item.get("type") or "", "") for item in entry.get("enclosures", ())]
    carried += [
        (item.get("url") or "", item.get("type") or "", item.get("medium") or "")
        for item in entry.get("media_content", ())
    ]
    carried += [(item.get("url") or "", "image/*", "") for item in entry.get("media_thumbnail", ())]
    found = [Media(_media_type(kind, medium, url), url) for url, kind, medium in carried if _web(url)]
    found += [Media("image", url) for url in images_in(html)]
    return tuple({item.url: item for item in reversed(found)}.values())[::-1]


def _media_type(kind: str, medium: str, url: str) -> MediaType:
    main = medium or kind.partition("/")[0]
    if main == "application" and "youtube.com/v/" in url:  # a player, as YouTube's feeds name their films
        return "video"
    for known in ("image", "video", "audio"):
        if main == known:
            return known
    return "file"


def _published(entry: Mapping[str, Any]) -> datetime | None:
    """When it was published, else when it was last changed. Asked one by one: feedparser mixes them up otherwise."""
    times = [_moment(entry[name]) for name in ("published_parsed", "updated_parsed") if name in entry]
    return next((time for time in times if time), None)


def _moment(parsed: Sequence[int] | None) -> datetime | None:
    if not parsed:
        return None
    year, month, day, hour, minute, second = parsed[:6]
    try:
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)  # 60 and 61 are leap seconds
    except ValueError:
        return None


def _count(text: object) -> int | None:
    return int(str(text)) if text is not None and re.fullmatch(r"\d{1,15}", str(text)) else None


# --- JSON Feed


class _Person(Struct):
    name: str | None = None
    url: str | None = None


class _Attachment(Struct):
    url: str
    mime_type: str = ""


class _Item(Struct):
    id: str | int | float | None = None
    url: str | None = None
    external_url: str | None = None
    title: str | None = None
    content_html: str | None = None
    content_text: str | None = None
    summary: str | None = None
    image: str | None = None
    date_published: str | None = None
    date_modified: str | None = None
    authors: list[_Person] | None = None
    author: _Person | None = None  # as version 1 had it
    language: str | None = None
    attachments: list[_Attachment] | None = None


class _JsonFeed(Struct):
    version: str = ""
    title: str = ""
    language: str = ""
    authors: list[_Person] = []
    author: _Person | None = None
    items: list[Raw] | None = None


def _json_feed(answer: Answer, doubled: frozenset[str]) -> Feed:
    feed = answer.json(_JsonFeed)
    if feed.items is None:
        raise Broken(f"{answer.host} answered with JSON, but not with a JSON Feed: it has no items. Check the address.")
    posts: list[Post] = []
    refused: list[Refused] = []
    for number, raw in enumerate(feed.items, 1):
        try:
            posts.append(_item(msgspec.json.decode(raw, type=_Item), feed))
        except (msgspec.ValidationError, UnicodeDecodeError) as error:
            refused.append(Refused(f"item {number}", f"it is not as JSON Feed has it: {error}"))
    return Feed(feed.title, "JSON Feed", _told_apart(posts, doubled), refused)


def _item(item: _Item, feed: _JsonFeed) -> Post:
    html = item.content_html or ""
    text = plain(html) or tidy(item.content_text or item.summary or "")
    title = tidy(item.title or "")
    url = _web(item.url or "")
    people = [*(item.authors or ()), item.author, *feed.authors, feed.author]
    person = next((one for one in people if one and (one.name or one.url)), None)
    pictures = [Media("image", _web(item.image))] if item.image and _web(item.image) else []
    attached = [Media(_media_type(a.mime_type, "", a.url), a.url) for a in item.attachments or () if _web(a.url)]
    outside = (item.external_url,) if _web(item.external_url or "") and item.external_url else ()
    return Post(
        id=str(item.id) if item.id not in (None, "") else url or digest(title, text),
        text=text,
        title=title,
        url=url or _web(item.external_url or ""),
        type="article" if title else "post",
        author=Author(id=person.url or person.name or "", name=person.name or "", url=_web(person.url or ""))
        if person
        else None,
        published=_rfc_3339(item.date_published) or _rfc_3339(item.date_modified),
        lang=language(item.language or feed.language),
        links=tuple(dict.fromkeys((*outside, *links_in(html)))),
        media=(*pictures, *attached, *(Media("image", found) for found in images_in(html))),
    )


def _rfc_3339(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat((text or "").strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


# --- both


def _told_apart(posts: Sequence[Post], doubled: frozenset[str]) -> Sequence[Post]:
    """Some feeds give the same id to all their entries. None may be lost, so each of these gets one of its own."""
    ids = [post.id for post in posts]
    twice = doubled | {one for one in ids if ids.count(one) > 1} if len(set(ids)) < len(ids) else doubled
    apart = [
        msgspec.structs.replace(post, id=f"{post.id}#~{digest(post.url, post.title, post.text)}")
        if post.id in twice
        else post
        for post in posts
    ]
    return list({post.id: post for post in apart}.values())  # what is the same in all is the same entry


def digest(*parts: str) -> str:
    """A short text that differs where the parts differ."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:20]


def _web(url: str) -> str:
    return url.strip() if url.strip().startswith(("http://", "https://")) else ""
