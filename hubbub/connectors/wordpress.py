"""A WordPress site: its comments read in all states, answered, moderated; our articles published and followed."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import ClassVar, TypeVar

import msgspec
from msgspec import Struct

from hubbub.core.failures import Broken, Retry
from hubbub.core.post import Post

from . import _wordpress_acts as acts
from . import _wordpress_articles as articles
from ._connector import Act, Batch, Declared, Done, Field, Found, Limits, Settings, Tested, Verb
from ._http import Http
from ._wordpress_notes import KEYS, NOTES
from ._wordpress_site import MAKE_ONE, PAGE, Comment, RefusedError, Site

Given = TypeVar("Given")

OVERLAP = 50  # comments that are read again at the seam of two pages, so that a deletion between them makes no gap
WATCHED = 1000  # the newest comments, whose changes we follow
STEPS = 40  # questions that one fetch may ask to find its place
VERBS: frozenset[Verb] = frozenset(
    {"reply", "post", "edit", "delete", "approve", "hold", "spam", "hide", "remove", "restore", "redact"}
)


class _Place(Struct, frozen=True):
    """The cursor. It knows no time, only numbers that the site gave, so that no clock can mislead it."""

    site: str = ""  # with the credentials' kind: what was read without them is read anew with them
    last: int = 0  # the highest number of a comment that was taken
    rank: int = 0  # how many comments stood before the place that we reached, when we were there
    behind: bool = True  # there are comments between `last` and the newest page
    page: int = 1  # the page of older comments that is looked through next
    seen: dict[int, str] = {}  # the newest comments and their fingerprints
    articles: dict[int, str] = {}  # our newest articles and theirs
    floor: int = 0  # the highest number whose fingerprint was let go; up to here nothing is watched any more


class WordPress(Declared):
    """A connector that reads and moderates comments. Without credentials it reads what visitors see."""

    kind = "wordpress"
    label = "WordPress comments"
    called = "WordPress"
    about = "Comments on your own WordPress site, also those that wait for approval; answer and moderate, publish."
    fields = (
        Field("site", "Address of the site", kind="url", placeholder="https://example.com"),
        Field(
            "user",
            "User name",
            "Of an editor or administrator. Leave both empty to read only what visitors see.",
            required=False,
        ),
        Field(
            "password",
            "Application password",
            "Not the one you sign in with: under Users → Profile → Application Passwords WordPress makes one for "
            "Hubbub, which you can take back at any time.",
            kind="secret",
            required=False,
        ),
    )
    can: ClassVar[frozenset[Verb]] = VERBS
    every = 120
    names: ClassVar[Mapping[Verb, str]] = {
        "hide": "Unapprove",
        "hold": "Unapprove",
        "remove": "Move to trash",
        "delete": "Move to trash",
        "post": "Publish an article",
        "spam": "Mark as spam",
        "restore": "Restore, and approve",
    }
    limits = Limits(length=65_525, counts="bytes", title="must", media=articles.TAKES)
    keys = KEYS
    family = "comments"
    notes = NOTES
    keyless = True  # what visitors see
    tested = (
        Tested(
            "WordPress 6.1.9 as Debian 12 packages it: reading, every act, a lost answer, wrong passwords, accounts "
            "that may not moderate, three forms of permalinks, and 200 replies during which the worker is killed fifty "
            "times",
            real=True,
        ),
        Tested(
            "recorded answers of that server; made-up sites of up to 1,300 comments that change while they are read"
        ),
        Tested("not tried: other versions, multisite, WordPress.com"),
    )

    def check(self, settings: Settings, http: Http) -> Found:
        """Find the site's API, sign in, and count what is there."""
        return _in_words(lambda: _check(Site(settings, http)))

    def fetch(self, settings: Settings, cursor: str, http: Http) -> Batch:
        """What was written, edited, approved or taken away since, oldest first."""
        return _in_words(lambda: _fetch(Site(settings, http), cursor))

    def act(self, settings: Settings, act: Act, http: Http) -> Done:
        """Answer a comment, change its words, or bring it into the state that the verb asks for; done is done."""
        site = _signed_in(settings, http)
        return _in_words(lambda: acts.do(site, act))

    def find(self, settings: Settings, act: Act, http: Http) -> Done | None:
        """Our answer by the key that it carries, or the comment if it is in the state, or has the words, asked for."""
        site = _signed_in(settings, http)
        return _in_words(lambda: acts.find(site, act))


def _in_words(ask: Callable[[], Given]) -> Given:
    """A refusal that nobody handled becomes the failure that it stands for."""
    try:
        return ask()
    except RefusedError as refused:
        raise refused.failure from refused


def _signed_in(settings: Settings, http: Http) -> Site:
    site = Site(settings, http)
    if not site.signed_in:
        raise Broken(f"Without an account {site.host} can only be read. {MAKE_ONE}.")
    return site


def _check(site: Site) -> Found:
    name = site.index().name or site.host
    if not site.signed_in:
        newest, total = site.comments(order="desc", many=5)
        says = f"{name}: {total:,} comments that visitors see. Without an account Hubbub can only read them."
        return Found(says, name, sample=_posts(site, newest))
    me = site.me()
    if not me.moderates:
        raise Broken(
            f"{me.name} may not moderate comments on {site.host}. Give the account the role Editor, or make the "
            "application password for another one."
        )
    newest, total = site.comments(order="desc", many=5)
    waiting = site.comments(order="desc", many=1, more={"status": "hold"})[1]
    says = f"{name}: {total:,} comments, {waiting:,} of them wait for approval. Signed in as {me.name}"
    says += ", who can answer, approve, hold back, mark as spam, remove, restore and black out words"
    says += ", and publish articles." if me.publishes else "."
    if site.address.startswith("http://"):
        says += " The address begins with http://, so the password travels unprotected; use https:// if the site can."
    can = VERBS if me.publishes else VERBS - {"post"}
    return Found(says, name, can, f"user:{me.id}", _posts(site, newest))


# --- reading


def _fetch(site: Site, cursor: str) -> Batch:
    place = msgspec.json.decode(cursor, type=_Place) if cursor else _Place()
    known_as = f"{site.address}{' with an account' if site.signed_in else ''}"
    if place.site != known_as:
        place = _Place(site=known_as)
    if place.behind and place.last:
        return _go_forward(site, place)
    newest, total = site.comments(order="desc")
    # The newest page closes up to what we have if it holds all there is, or a comment that was there then.
    if total <= PAGE or any(comment.id <= place.last for comment in newest):
        return _look_again(site, place, newest, total)
    return _go_forward(site, place)


def _go_forward(site: Site, place: _Place) -> Batch:
    """Take the next page after `last`. Its rank may have moved since; a page is sure to follow only if it overlaps."""
    offset = max(0, place.rank - OVERLAP)
    back = PAGE
    for _ in range(STEPS):
        page, total = site.comments(order="asc", offset=offset)
        new = [comment for comment in page if comment.id > place.last]
        follows = offset == 0 or len(new) < len(page)
        if follows and (new or offset + PAGE >= total):
            break
        if follows:
            offset += PAGE - 1
        else:
            offset, back = max(0, offset - back), back * 2
    else:
        raise Retry(f"The comments of {site.host} change faster than they can be read.")
    reached = min(offset + PAGE, total)
    after = msgspec.structs.replace(
        place,
        last=max((comment.id for comment in new), default=place.last),
        rank=reached,
        behind=reached < total,
    )
    after = _watching(after, {**place.seen, **_fingerprints(new)})
    return _batch(site, new, after, more=True, done=reached, total=total)


def _look_again(site: Site, place: _Place, newest: Sequence[Comment], total: int) -> Batch:
    """Compare the newest comments, and one page of older ones in turn, with what we saw of them."""
    pages = [(newest, total <= PAGE)]
    step = PAGE - 1  # a page begins with the last comment of the one before, so that none is lost at the seam
    turns = max(1, (min(total, WATCHED) - 1) // step)
    page = place.page if place.page <= turns else 1
    if total > PAGE:
        older, count = site.comments(order="desc", offset=page * step)
        pages.append((older, page * step + PAGE >= count))
    here = {comment.id: comment for comments, _ in pages for comment in comments}
    prints = _fingerprints(here.values())
    changed = [
        comment
        for number, comment in sorted(here.items())
        if number > place.floor and place.seen.get(number) != prints[number]
    ]
    gone = _missing(place.seen, pages)
    seen = {number: mark for number, mark in {**place.seen, **prints}.items() if number not in gone}
    after = msgspec.structs.replace(
        place,
        last=max([place.last, *here]),
        rank=total,
        behind=False,
        page=page + 1,
    )
    after = _watching(after, seen)
    batch = _batch(site, changed, after, gone=tuple(str(number) for number in sorted(gone)))
    return _with_articles(site, batch, after) if site.signed_in else batch


def _with_articles(site: Site, batch: Batch, after: _Place) -> Batch:
    """The batch with what our account published, so that it can be changed here and its comments hang below it."""
    me = site.me()
    fresh, seen, gone = articles.changed(articles.newest(site, me), after.articles)
    after = msgspec.structs.replace(after, articles=seen)
    posts = (*(one.as_post(me.name) for one in fresh), *batch.posts)
    return msgspec.structs.replace(
        batch, posts=posts, gone=(*batch.gone, *gone), cursor=msgspec.json.encode(after).decode()
    )


def _missing(seen: Iterable[int], pages: Sequence[tuple[Sequence[Comment], bool]]) -> set[int]:
    """What we saw and should find on these pages, newest first, and do not: it was deleted, or closed to us.

    The second of each pair says whether nothing older follows the page.
    """
    missing: set[int] = set()
    for place, (comments, is_last) in enumerate(pages):
        numbers = {comment.id for comment in comments}
        if not numbers and not (is_last and place == 0):
            continue
        lowest = 0 if is_last else min(numbers)
        highest = max(numbers) if place else float("inf")
        missing |= {number for number in seen if lowest <= number <= highest and number not in numbers}
    return missing


def _batch(
    site: Site,
    comments: Sequence[Comment],
    after: _Place,
    *,
    more: bool = False,
    gone: Sequence[str] = (),
    done: int | None = None,
    total: int | None = None,
) -> Batch:
    cursor = msgspec.json.encode(after).decode()
    return Batch(_posts(site, comments), cursor, more, done=done, total=total, gone=gone)


def _posts(site: Site, comments: Sequence[Comment]) -> tuple[Post, ...]:
    return tuple(comment.as_post(site.address) for comment in comments)


def _fingerprints(comments: Iterable[Comment]) -> dict[int, str]:
    """The same as long as nobody edits, moves or moderates a comment."""
    return {
        comment.id: hashlib.sha256(
            f"{comment.status}\0{comment.post}\0{comment.parent}\0{comment.author_name}\0"
            f"{comment.content.raw or comment.content.rendered}".encode()
        ).hexdigest()[:8]
        for comment in comments
    }


def _watching(place: _Place, seen: Mapping[int, str]) -> _Place:
    """The place with these fingerprints, as many as we watch."""
    numbers = sorted(number for number in seen if number > place.floor)
    let_go, kept = numbers[:-WATCHED], numbers[-WATCHED:]
    floor = let_go[-1] if let_go else place.floor
    return msgspec.structs.replace(place, seen={number: seen[number] for number in kept}, floor=floor)


CONNECTOR = WordPress()
