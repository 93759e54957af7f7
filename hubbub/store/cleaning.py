"""What a network sent, made fit for the tables: no byte is refused, nothing else is changed."""

from datetime import datetime
from hashlib import sha256

from msgspec import structs

from hubbub.core.post import Author, Post

MOST = 2**63 - 1  # of a count


def clean(post: Post, *, now: datetime) -> Post:
    """The post with what no database can hold replaced: null bytes and lone surrogates (by U+FFFD), ids that are
    too long (by their hash), counts below zero, a date in the future (by `now`: a clock there is wrong)."""
    published = post.published
    return structs.replace(
        post,
        id=ident(post.id),
        text=text(post.text),
        title=text(post.title),
        url=web(post.url),
        author=post.author and _author(post.author),
        published=now if published is None or published > now else published,
        lang=text(post.lang)[:8],
        parent=ident(post.parent),
        thread=ident(post.thread),
        likes=count(post.likes),
        replies=count(post.replies),
        shares=count(post.shares),
        views=count(post.views),
        links=tuple(address for link in post.links if (address := web(link))),
        media=tuple(structs.replace(medium, url=web(medium.url)) for medium in post.media),
    )


def _author(author: Author) -> Author:
    return structs.replace(
        author,
        id=ident(author.id, most=300),
        handle=text(author.handle)[:200],
        name=text(author.name)[:200],
        url=web(author.url),
        followers=count(author.followers),
    )


def text(given: str) -> str:
    """Without null bytes and lone surrogates."""
    if "\x00" in given:
        given = given.replace("\x00", "\ufffd")
    return given if given.isascii() else given.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def ident(given: str, most: int = 500) -> str:
    """An id that fits its column and stays the same for the same input."""
    given = text(given)
    return given if len(given) <= most else "sha256:" + sha256(given.encode()).hexdigest()


def web(address: str) -> str:
    """The address where it is one of the web, else nothing: javascript: and data: are never kept."""
    address = text(address).strip()
    return address if address.lower().startswith(("https://", "http://")) else ""


def count(number: int | None) -> int | None:
    """A number of things, or None."""
    return None if number is None else max(0, min(number, MOST))
