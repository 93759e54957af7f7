"""How far a Bluesky source was read: its cursor. Lists are walked newest first; the newest posts are watched."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from ._bluesky_posts import POST, PostView

WATCHED = 1000  # the newest posts, whose edits, deletions and answers we follow
RECENT = 150  # posts of a list by which we know where we were
SEAM = 25  # posts that are read again at the seam of two pages, so that deletions between them make no gap
ENOUGH = 50  # known posts on a page: nothing new stands below, though somebody dated a post back a little
UNFOLLOWED = -1  # instead of a number of answers: nobody asks for this post's thread


class Watched(Struct, frozen=True, array_like=True):
    """What we know of a post that we took."""

    minute: int  # when it was written, since 1970
    mark: str  # the same as long as nobody edits or moderates it
    answers: int = UNFOLLOWED  # as many as we have looked at
    parent: str = ""  # what it answers, where its thread is followed, as `hint_of` says it


class Walk(Struct, frozen=True):
    """One list. A walk goes from its newest page down to what is known; a crash goes on at the page that was next."""

    recent: dict[str, int] = {}  # what the last walk ended with: post → ms
    edge: int | None = None  # older than this is known; None: all that there is is in `recent`
    page: str = ""  # the network's mark of the page that comes next; "" = the newest
    walked: dict[str, int] = {}  # the newest of this walk
    tail: tuple[str, ...] = ()  # what the last page ended with, which the next may begin with
    taken: int = 0  # posts of this walk

    def is_new(self, key: str, when: int) -> bool:
        """Whether neither the last walk nor this one met it."""
        if key in self.recent or key in self.walked or key in self.tail:
            return False
        return self.edge is None or when >= self.edge

    def onward(self, page: Sequence[tuple[str, int]], following: str) -> "Walk":
        """After a page: what stood there, newest first, and the mark of the page that follows."""
        lowest = min((when for _, when in page), default=0)
        return msgspec.structs.replace(
            self,
            page=following,
            walked=newest({**self.walked, **dict(page)}),
            tail=tuple(key for key, when in page if when == lowest),
            taken=self.taken + len(page),
        )

    def is_over(self, page: Sequence[tuple[str, int]]) -> bool:
        """Whether what stands below the page is known."""
        known = sum(key in self.recent for key, _ in page)
        below = self.edge is not None and min((when for _, when in page), default=0) < self.edge
        return known >= ENOUGH or below

    def ended(self, *, whole: bool) -> "Walk":
        """The list as it is known now. `whole`: this walk came to the list's end."""
        met = {**self.recent, **self.walked}
        kept = newest(met)
        complete = whole and len(kept) == len(met) and self.taken <= RECENT
        return Walk(recent=kept, edge=None if complete or not kept else min(kept.values()))

    def without(self, key: str) -> "Walk":
        """The list as if the post had never stood there: should it come back, it is new."""
        return msgspec.structs.replace(self, recent={one: when for one, when in self.recent.items() if one != key})


class Place(Struct, frozen=True):
    """The cursor."""

    source: str = ""  # whose eyes, which lists: with others everything is read anew
    lists: dict[str, Walk] = {}
    at: int = 0  # the list that is walked; behind the last one: looking at what we have, and reading threads
    seen: dict[str, Watched] = {}
    floor: int = 0  # the minute up to which posts were let go, and nothing is watched
    turn: int = 0  # where looking through the watched ones goes on
    threads: dict[str, int] = {}  # posts whose answers are to be read, and from which moment on (ms)


def newest(met: dict[str, int]) -> dict[str, int]:
    """As many as we remember, with all those of the oldest one's moment."""
    if len(met) <= RECENT:
        return met
    edge = sorted(met.values(), reverse=True)[RECENT - 1]
    return {key: when for key, when in met.items() if when >= edge}


def keep_newest(seen: dict[str, Watched], floor: int) -> tuple[dict[str, Watched], int]:
    """As many as we watch, and the minute up to which nothing is watched."""
    if len(seen) <= WATCHED:
        return seen, floor
    upwards = sorted(seen, key=lambda key: (seen[key].minute, key))
    return {key: seen[key] for key in upwards[-WATCHED:]}, max(floor, seen[upwards[-WATCHED - 1]].minute)


def mark_of(view: PostView) -> str:
    """The same as long as nobody edits or moderates the post."""
    return view.cid[-6:] + ("" if view.state == "visible" else view.state[0])


def name_of(uri: str) -> str:
    """A post in a few letters, one for each. `address_of` turns it back."""
    return uri.removeprefix("at://").removeprefix("did:plc:").replace(f"/{POST}/", "/")


def address_of(name: str) -> str:
    """The at:// address of a post."""
    did, _, rkey = name.partition("/")
    return f"at://{did if did.startswith('did:') else f'did:plc:{did}'}/{POST}/{rkey}"


def key_of(uri: str) -> str:
    """A post on a list, shorter still: we need only know it again."""
    return hashlib.sha256(uri.encode()).hexdigest()[:10]


def hint_of(uri: str) -> str:
    """Enough to find a post among those that we watch, seldom another one with it."""
    return hashlib.sha256(uri.encode()).hexdigest()[:5]


def overlapping(page: str) -> str:
    """The network's mark of a page, moved so that the page begins with the end of the one before.

    Posts of the very same moment, and those that move up because others are deleted, would be missed otherwise.
    Where a mark is neither a moment nor a number it says exactly which post comes next, and stays.
    """
    if page.isdecimal() and len(page) < 10:  # so many posts stand above
        return str(max(0, int(page) - SEAM))
    try:
        at = datetime.fromisoformat(page)
    except ValueError:
        return page
    return (at + timedelta(milliseconds=1)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
