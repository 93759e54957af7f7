"""What a network sent, made fit for the tables: no byte is refused, nothing else is changed."""

from datetime import datetime
from hashlib import sha256

from msgspec import structs

from hubbub.core.post import Author, Post

MOST = 2**63 - 1  # of a count
PROFILE, MOST_LINKS = 2_000, 20  # characters that are kept of what somebody says of themselves, links in it


def clean(post: Post, *, now: datetime) -> Post:
    """The post with what no database can hold replaced: null bytes and lone surrogates (by U+FFFD), ids that are
    too long (by their hash), counts below zero, a date in the future (by `now`: a clock there is wrong)."""
    fixed = _words(post) | _numbers(post, now)
    if post.url and post.url != (address := web(post.url)):
        fixed["url"] = address
    if post.links:
        fixed["links"] = tuple(address for link in post.links if (address := web(link)))
    if post.media:
        fixed["media"] = tuple(structs.replace(medium, url=web(medium.url)) for medium in post.media)
    if post.author and post.author != (fit := author(post.author)):
        fixed["author"] = fit
    return structs.replace(post, **fixed) if fixed else post


def _words(post: Post) -> dict[str, object]:
    fixed: dict[str, object] = {}
    for name, given in (("text", post.text), ("title", post.title)):
        if not _plain(given):
            fixed[name] = text(given)
    for name, given in (("id", post.id), ("parent", post.parent), ("thread", post.thread)):
        if len(given) > 500 or not _plain(given):
            fixed[name] = ident(given)
    if len(post.lang) > 8 or not _plain(post.lang):
        fixed["lang"] = text(post.lang)[:8]
    return fixed


def _numbers(post: Post, now: datetime) -> dict[str, object]:
    fixed: dict[str, object] = {}
    if post.published is None or post.published > now:
        fixed["published"] = now
    counts = (("likes", post.likes), ("replies", post.replies), ("shares", post.shares), ("views", post.views))
    for name, given in counts:
        if given is not None and not 0 <= given <= MOST:
            fixed[name] = count(given)
    return fixed


def _plain(given: str) -> bool:
    """Nothing to replace; true of nearly all, and quickly seen."""
    return given.isascii() and "\x00" not in given


def author(given: Author) -> Author:
    """The same of an author alone."""
    if (
        _plain(given.id + given.handle + given.name)
        and max(len(given.id), len(given.handle), len(given.name)) <= 200
        and not (given.url or given.about or given.links or given.picture)
        and (given.followers is None or 0 <= given.followers <= MOST)
    ):
        return given
    return structs.replace(
        given,
        id=ident(given.id, most=300),
        handle=text(given.handle)[:200],
        name=text(given.name)[:200],
        url=web(given.url),
        followers=count(given.followers),
        about=text(given.about)[:PROFILE],
        links=_profile(given.links),
        verified=_profile(given.verified),
        picture=web(given.picture)[:2000],
    )


def _profile(links: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(address[:2000] for link in links[:MOST_LINKS] if (address := web(link)))


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
