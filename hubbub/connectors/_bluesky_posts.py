"""Bluesky's posts as the network shows them, and as our posts: shapes of the answers, threads laid flat."""

from collections.abc import Iterator, Mapping

import msgspec
from msgspec import Struct

from hubbub.core.post import Author, Media, MediaType, Post, PostState

from ._atproto import utc
from ._text import language, tidy

POST = "app.bsky.feed.post"
WEB = "https://bsky.app/profile"
NAME_LENGTH = 250
HIDING: Mapping[str, PostState] = {"!takedown": "removed", "!hide": "hidden"}  # labels that take a post out of sight


class Ref(Struct, frozen=True):
    """A record in one exact version."""

    uri: str
    cid: str = ""


class ReplyRef(Struct, frozen=True):
    """What a post answers, and where its thread begins."""

    root: Ref
    parent: Ref


class _Feature(Struct, frozen=True):
    uri: str = ""
    did: str = ""  # of an account that is named


class _Facet(Struct, frozen=True):
    features: tuple[_Feature, ...] = ()


class _Picture(Struct, frozen=True):
    """A picture as it is shown."""

    fullsize: str = ""


class _External(Struct, frozen=True):
    uri: str = ""


class _EmbedView(Struct, frozen=True):
    """What hangs on a post, as it is shown; `media` where a quoted post hangs on it as well."""

    images: tuple[_Picture, ...] = ()
    playlist: str = ""
    external: _External | None = None
    media: "_EmbedView | None" = None


class Record(Struct, frozen=True, rename={"created_at": "createdAt"}):
    """A post as its author wrote it."""

    text: str = ""
    created_at: str = ""
    langs: tuple[str, ...] = ()
    reply: ReplyRef | None = None
    facets: tuple[_Facet, ...] = ()


class Label(Struct, frozen=True):
    """What a labeler says about a post or an account."""

    val: str = ""
    src: str = ""
    neg: bool = False


class _ActorViewer(Struct, frozen=True):
    muted: bool = False
    blocking: str = ""
    blocked_by: bool = msgspec.field(default=False, name="blockedBy")
    blocking_by_list: object = msgspec.field(default=None, name="blockingByList")


class Actor(Struct, frozen=True, rename="camel"):
    """An account, as far as the answer tells."""

    did: str
    handle: str = ""
    display_name: str = ""
    created_at: str = ""
    followers_count: int | None = None
    description: str = ""
    avatar: str = ""
    viewer: _ActorViewer = _ActorViewer()
    labels: tuple[Label, ...] = ()

    @property
    def blocked(self) -> bool:
        """Whether we do not see each other, by either's wish."""
        return bool(self.viewer.blocking or self.viewer.blocked_by or self.viewer.blocking_by_list)

    def as_author(self) -> Author:
        """The account as an author; the handle may change, the id does not."""
        return Author(
            id=self.did,
            handle="" if self.handle == "handle.invalid" else self.handle,
            name=tidy(self.display_name)[:NAME_LENGTH],
            url=f"{WEB}/{self.did}",
            created=utc(self.created_at),
            followers=self.followers_count,
            about=self.description,
            picture=self.avatar,
        )


class _PostViewer(Struct, frozen=True, rename="camel"):
    like: str = ""
    reply_disabled: bool = False


class PostView(Struct, frozen=True, rename="camel"):
    """A post as the network shows it to us."""

    uri: str
    cid: str
    author: Actor
    record: Record = Record()
    embed: _EmbedView | None = None
    reply_count: int = 0
    repost_count: int = 0
    like_count: int = 0
    indexed_at: str = ""
    viewer: _PostViewer = _PostViewer()
    labels: tuple[Label, ...] = ()

    @property
    def state(self) -> PostState:
        """As labels leave it."""
        return state_of(self.labels)

    @property
    def when(self) -> float:
        """Where lists sort it: when it was written, or when it was seen if that was earlier; seconds since 1970."""
        moments = [at.timestamp() for text in (self.record.created_at, self.indexed_at) if (at := utc(text))]
        return min(moments, default=0.0)

    @property
    def root(self) -> str:
        """Where its thread begins."""
        return self.record.reply.root.uri if self.record.reply else self.uri

    def as_post(self, *, edited: bool = False) -> Post:
        """The post; its id is the at:// address, which stays when the author's handle changes."""
        embed = self.embed or _EmbedView()
        return from_record(
            self.uri,
            self.record,
            self.author.as_author(),
            state=self.state,
            edited=edited,
            likes=self.like_count,
            replies=self.reply_count,
            shares=self.repost_count,
            media=tuple(_media(embed)) + tuple(_media(embed.media or _EmbedView())),
            card=(embed.external or (embed.media or _EmbedView()).external or _External()).uri,
        )


def from_record(
    uri: str,
    record: Record,
    author: Author,
    *,
    state: PostState = "visible",
    edited: bool = False,
    likes: int | None = None,
    replies: int | None = None,
    shares: int | None = None,
    media: tuple[Media, ...] = (),
    card: str = "",
    refers: tuple[str, ...] = (),
) -> Post:
    """A post from what its author wrote, with what the network adds where it is known."""
    links = [feature.uri for facet in record.facets for feature in facet.features] + [card]
    return Post(
        id=uri,
        text=tidy(record.text),
        url=web_url(uri),
        type="comment" if record.reply else "post",
        author=author,
        published=utc(record.created_at),
        lang=language(record.langs[0]) if record.langs else "",
        parent=record.reply.parent.uri if record.reply else "",
        thread=record.reply.root.uri if record.reply else uri,
        edited=edited,
        state=state,
        likes=likes,
        replies=replies,
        shares=shares,
        links=tuple(dict.fromkeys(link for link in links if link.startswith(("http://", "https://")))),
        media=media,
        refers=refers,
    )


def nodes(thread: msgspec.Raw) -> Iterator[tuple[PostView, bool]]:
    """Every post of a thread, and whether its answers are among them. What is blocked or gone is left out."""
    todo = [_node(msgspec.json.decode(thread))]
    while todo:
        node = todo.pop()
        if node is None:
            continue
        view, answers = node
        yield view, bool(answers) or not view.reply_count
        todo.extend(_node(answer) for answer in answers)


def _node(given: object) -> tuple[PostView, list[object]] | None:
    """Not read in one go: an answer without its post (blocked, gone) has another shape at any depth."""
    if not isinstance(given, dict) or not isinstance(given.get("post"), dict):
        return None
    answers = given.get("replies")
    return msgspec.convert(given["post"], PostView), answers if isinstance(answers, list) else []


def state_of(labels: tuple[Label, ...]) -> PostState:
    """What labels make of a post."""
    standing = {label.val for label in labels if not label.neg}
    return next((state for label, state in HIDING.items() if label in standing), "visible")


def web_url(uri: str) -> str:
    """Where people see it; "" for what is no post."""
    did, collection, rkey = parts(uri)
    return f"{WEB}/{did}/post/{rkey}" if collection == POST else ""


def parts(uri: str) -> tuple[str, str, str]:
    """The account, collection and key that an at:// address is made of; empty where it is none."""
    pieces = uri.removeprefix("at://").split("/")
    return (pieces[0], pieces[1], pieces[2]) if uri.startswith("at://") and len(pieces) == 3 else ("", "", "")


def _media(embed: _EmbedView) -> Iterator[Media]:
    kinds: tuple[tuple[MediaType, str], ...] = tuple(("image", image.fullsize) for image in embed.images)
    for kind, url in (*kinds, ("video", embed.playlist)):
        if url:
            yield Media(kind, url)
