"""What a Mastodon server says of posts and people, and how that looks in the house's shapes."""

from collections.abc import Mapping
from datetime import UTC, datetime

from msgspec import Struct
from selectolax.lexbor import LexborHTMLParser

from hubbub.core.post import Author, Media, MediaType, Post, PostType

from ._text import language, links_in, plain, tidy

MEDIA: Mapping[str, MediaType] = {"image": "image", "gifv": "video", "video": "video", "audio": "audio"}


class Role(Struct, frozen=True):
    """What an account may do; the permissions are bits, written as a number."""

    permissions: str | int = "0"


class Moved(Struct, frozen=True):
    """Where somebody has gone."""

    id: str = ""


class Field(Struct, frozen=True):
    """A line of a profile; verified where the page that it links to links back."""

    value: str = ""  # HTML
    verified_at: datetime | None = None


class Account(Struct, frozen=True):
    """Somebody. `acct` is the name, with @host where the account is another server's."""

    id: str
    username: str = ""
    acct: str = ""
    display_name: str = ""
    url: str | None = ""
    created_at: datetime | None = None
    followers_count: int | None = None
    moved: Moved | None = None
    role: Role | None = None  # only of oneself
    note: str = ""  # HTML
    fields: tuple[Field, ...] | None = ()  # kindred servers leave it out, or say null
    avatar_static: str | None = ""


class Attachment(Struct, frozen=True):
    """A picture, film or sound."""

    id: str
    type: str = ""
    url: str | None = None
    remote_url: str | None = None


class Option(Struct, frozen=True):
    """What can be voted for."""

    title: str = ""


class Poll(Struct, frozen=True):
    """A question with answers to choose from."""

    options: tuple[Option, ...] = ()


class Status(Struct, frozen=True):
    """A post, or a boost of one."""

    id: str
    account: Account
    created_at: datetime
    content: str = ""
    spoiler_text: str = ""
    sensitive: bool = False
    visibility: str = "public"
    language: str | None = None
    url: str | None = None
    uri: str | None = None
    in_reply_to_id: str | None = None
    edited_at: datetime | None = None
    reblog: "Status | None" = None
    replies_count: int | None = None
    reblogs_count: int | None = None
    favourites_count: int | None = None
    favourited: bool = False
    media_attachments: tuple[Attachment, ...] = ()
    poll: Poll | None = None


class Notification(Struct, frozen=True):
    """That something happened to us."""

    id: str
    type: str
    status: Status | None = None


class AdminAccount(Struct, frozen=True):
    """An account as moderators see it."""

    id: str
    silenced: bool = False
    suspended: bool = False
    account: Account | None = None


class AdminReport(Struct, frozen=True):
    """What a member reported."""

    id: str
    action_taken: bool = False
    category: str = ""
    comment: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    account: AdminAccount | None = None
    target_account: AdminAccount | None = None
    statuses: tuple[Status, ...] = ()


class Relationship(Struct, frozen=True):
    """How we stand to an account."""

    id: str
    muting: bool = False
    blocking: bool = False


def order(number: str) -> tuple[int, str]:
    """How numbers are ordered: on Mastodon they are decimal, on kindred servers letters of one length."""
    return len(number), number


def aware(moment: datetime) -> datetime:
    """In UTC; what names no zone is."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def author_of(account: Account, host: str) -> Author:
    """An account in the house's shape."""
    acct = account.acct or account.username
    links = [(link, field) for field in account.fields or () for link in links_in(field.value)]
    return Author(
        id=account.id,
        handle=acct if "@" in acct or not acct else f"{acct}@{host}",
        name=account.display_name or account.username,
        url=account.url or "",
        created=aware(account.created_at) if account.created_at else None,
        followers=account.followers_count if (account.followers_count or 0) >= 0 else None,
        about=plain(account.note) if account.note else "",
        links=tuple(dict.fromkeys(link for link, _ in links)),
        verified=tuple(dict.fromkeys(link for link, field in links if field.verified_at)),
        picture=account.avatar_static or "",
    )


def as_post(status: Status, host: str) -> Post:
    """A status in the house's shape."""
    said = status.reblog or status
    options = "".join(f"\n○ {tidy(option.title)}" for option in said.poll.options) if said.poll else ""
    return Post(
        id=status.id,
        text=plain(said.content) + options,
        title=tidy(said.spoiler_text),
        url=status.url or said.url or said.uri or "",
        type=_type(status),
        author=author_of(status.account, host),
        published=aware(status.created_at),
        lang=language(said.language or ""),
        parent=status.in_reply_to_id or "",
        repost=status.reblog is not None,
        edited=said.edited_at is not None,
        likes=said.favourites_count,
        replies=said.replies_count,
        shares=said.reblogs_count,
        links=_links(said.content),
        media=tuple(
            Media(MEDIA.get(one.type, "file"), url)
            for one in said.media_attachments
            if (url := one.url or one.remote_url or "")
        ),
    )


def _type(status: Status) -> PostType:
    if status.visibility == "direct":
        return "message"
    return "comment" if status.in_reply_to_id else "post"


def _links(content: str) -> tuple[str, ...]:
    """The addresses that the author wrote: not those behind names and hashtags."""
    if "<" not in content:
        return ()
    found = (node.attributes.get("href") or "" for node in LexborHTMLParser(content).css("a[href]"))
    own = {node.attributes.get("href") for node in LexborHTMLParser(content).css("a.mention, a.hashtag")}
    return tuple(dict.fromkeys(url for url in found if url.startswith(("http://", "https://")) and url not in own))
