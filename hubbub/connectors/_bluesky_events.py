"""What happens on an AT Protocol network, gathered: posts, deletions, accounts that go, new handles."""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import quote

import libipld
import msgspec
from msgspec import Struct

from hubbub.core.post import Author, Media, Post

from ._bluesky_posts import POST, WEB, Record, from_record
from ._connector import Batch, Refused

PICTURES = "https://cdn.bsky.app/img/feed_fullsize/plain"
FILMS = "https://video.bsky.app/watch"
WHY_GONE = frozenset({"takendown", "suspended", "deleted", "deactivated"})  # an account's posts are no longer shown


class _Blob(Struct, frozen=True, gc=False):
    ref: object = None  # {"$link": cid} in JSON, the bytes of the CID in CBOR

    @property
    def cid(self) -> str:
        """The file's name; "" where there is none."""
        if isinstance(self.ref, bytes):
            try:
                return str(libipld.encode_cid(self.ref))
            except ValueError:
                return ""
        link = self.ref.get("$link") if isinstance(self.ref, dict) else ""
        return link if isinstance(link, str) else ""


class _Picture(Struct, frozen=True, gc=False):
    image: _Blob = _Blob()


class _External(Struct, frozen=True, gc=False):
    uri: str = ""


class _Embed(Struct, frozen=True, gc=False):
    """What hangs on a post, as its author sent it. `record` is a quoted post, or holds one."""

    images: tuple[_Picture, ...] = ()
    video: _Blob | None = None
    external: _External | None = None
    record: object = None
    media: "_Embed | None" = None

    def quoted(self) -> str:
        """The address of the quoted post; "" where none is quoted."""
        record = self.record
        while isinstance(record, dict) and "uri" not in record:
            record = record.get("record")
        uri = record.get("uri") if isinstance(record, dict) else ""
        return uri if isinstance(uri, str) else ""

    def all_media(self, did: str) -> Iterator[Media]:
        """Pictures and films, where Bluesky shows them."""
        for picture in self.images:
            if picture.image.cid:
                yield Media("image", f"{PICTURES}/{did}/{picture.image.cid}@jpeg")
        if self.video and self.video.cid:
            yield Media("video", f"{FILMS}/{quote(did, safe='')}/{self.video.cid}/playlist.m3u8")
        if self.media:
            yield from self.media.all_media(did)

    @property
    def card(self) -> str:
        """The page that is shown under the post."""
        external = self.external or (self.media.external if self.media else None)
        return external.uri if external else ""


class Written(Record, frozen=True, rename={"created_at": "createdAt"}):
    """A post's record with what hangs on it."""

    embed: _Embed | None = None


class _Plain(Struct, frozen=True, rename={"created_at": "createdAt"}):
    """What is read of a record that is not as the network's lexicon wants it."""

    text: str = ""
    created_at: str = ""


def written(record: object) -> Written | None:
    """A record out of CBOR. None: nothing of it can be read."""
    try:
        return msgspec.convert(record, Written)
    except msgspec.ValidationError:
        return _read_plainly(record)


def _read_plainly(record: object) -> Written | None:
    try:
        plain = msgspec.convert(record, _Plain)
    except msgspec.ValidationError:
        return None
    return Written(plain.text, plain.created_at)


class Gathering:
    """What came since the last batch, in the order in which it came; the same post twice is its newest wording."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._posts: dict[str, Post] = {}
        self._gone: dict[str, None] = {}
        self._gone_authors: dict[str, None] = {}
        self._authors: dict[str, Author] = {}
        self._refused: list[Refused] = []
        self._at: datetime | None = None

    def __len__(self) -> int:
        return len(self._posts) + len(self._gone) + len(self._gone_authors)

    def happened(self, at: datetime | None) -> None:
        """When the newest event happened."""
        self._at = at or self._at

    def wrote(self, did: str, rkey: str, record: Written, *, edited: bool) -> None:
        """Somebody wrote a post, or gave it another wording."""
        uri = f"at://{did}/{POST}/{rkey}"
        embed, card = record.embed, ""
        media: tuple[Media, ...] = ()
        refers = [feature.did for facet in record.facets for feature in facet.features if feature.did]
        if embed is not None:
            refers += filter(None, (embed.quoted(),))
            media, card = tuple(embed.all_media(did)), embed.card
        self._posts.pop(uri, None)
        self._gone.pop(uri, None)
        author = Author(did, name=did, url=f"{WEB}/{did}")  # a DID is no handle; who it is, is asked for few
        self._posts[uri] = from_record(uri, record, author, edited=edited, media=media, card=card, refers=tuple(refers))

    def deleted(self, did: str, rkey: str) -> None:
        """Its author deleted a post."""
        uri = f"at://{did}/{POST}/{rkey}"
        self._posts.pop(uri, None)
        self._gone[uri] = None

    def account(self, did: str, status: str, *, active: bool) -> None:
        """An account went, or came back; what was said while it was away is not told again by the network."""
        if active:
            self._gone_authors.pop(did, None)
        elif status in WHY_GONE:
            self._gone_authors[did] = None
            for uri in [uri for uri in self._posts if uri.startswith(f"at://{did}/")]:
                del self._posts[uri]

    def handle(self, did: str, handle: str) -> None:
        """Somebody may be called otherwise now."""
        if handle and handle != "handle.invalid":
            self._authors[did] = Author(did, handle=handle)

    def lost(self, where: str, why: str) -> None:
        """A part of the stream that cannot be had any more."""
        self._refused.append(Refused(where, why))

    def batch(self, cursor: str) -> Batch:
        """All of it, and begin anew."""
        made = Batch(
            posts=list(self._posts.values()),
            cursor=cursor,
            refused=tuple(self._refused),
            gone=tuple(self._gone),
            gone_authors=tuple(self._gone_authors),
            authors=tuple(self._authors.values()),
            at=self._at,
            sift=True,
        )
        self._begin()
        return made
