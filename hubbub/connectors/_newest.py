"""Following a list that a network shows newest first, page by page: what is new, what was edited, what is gone."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from hubbub.core.post import Post

DEEPEST = 20  # pages that one fetch reads at most to reach what it knows
WATCHED = 1000  # the newest posts of a list, whose edits and deletions are followed


class Line(Struct, frozen=True):
    """How far a list was followed; a part of a cursor. It knows no clock of ours, only what the network said."""

    seen: dict[str, tuple[float, str]] = {}  # id → when it was written (seconds), mark; the newest
    floor: float | None = None  # what was written up to here is no longer watched
    page: int = 2  # the page of older posts that is looked through next
    edge: float | None = None  # when the last post of the page before that was written


class Entry(Struct, frozen=True):
    """One post of the list. The mark is the same as long as nobody edits or moderates it."""

    post: Post
    when: float
    mark: str
    pinned: bool = False  # shown above the others, whenever it was written: its place on a page tells nothing


class Followed(Struct, frozen=True):
    """What following a list brought."""

    posts: Sequence[Post]  # new or changed, oldest first
    gone: Sequence[str]
    line: Line
    more: bool  # there is more to be had at once


ASKED = 5  # posts at the seams of pages that one fetch asks the network about

Read = Callable[[int], tuple[Sequence[Entry], bool]]  # page, from 1 → what stands there, and whether it is the last


def entry(post: Post, changes: str = "", *, pinned: bool = False) -> Entry:
    """A post with a date as an entry. `changes`: what else, beside words and state, makes it another one."""
    said = "\0".join([post.title, post.text, post.state, *post.links, *(media.url for media in post.media), changes])
    return Entry(post, _seconds(post.published), hashlib.sha256(said.encode()).hexdigest()[:8], pinned)


def follow(
    line: Line,
    read: Read,
    *,
    there: Callable[[str], bool] | None = None,
    most: int = 250,
    deepest: int = DEEPEST,
    watched: int = WATCHED,
) -> Followed:
    """Read the list from its newest page on until a page holds nothing new, then one older page in turn.

    At most `most` posts are brought at once, the oldest first: a crash in between loses none. A page may move while
    others are read; then posts are seen twice, never missed, and none is taken for gone that only moved. `there` says
    of one that was written in the very moment of a page's first or last post whether it still stands; without it such
    a one is missed only once the pages have moved on.
    """
    pages: list[Page] = []
    edge: float | None = None  # where the page before ended
    for number in range(1, deepest + 1):
        pages.append(Page(*read(number), edge))
        edge = pages[-1].lowest or edge
        entries = pages[-1].in_order  # none, though more follow: what stands there is not for us to see
        if pages[-1].is_last or (entries and not any(_is_new(line, one) for one in entries)):
            break
    turn = max(line.page, len(pages) + 1)
    if not pages[-1].is_last and line.seen:
        older = Page(*read(turn), edge if turn == len(pages) + 1 else line.edge)
        pages.append(older)
        # a page on which nothing is for us to see says nothing of how far down we are
        ends = older.is_last or (bool(older.entries) and all(_let_go(line, one.when) for one in older.entries))
        turn, edge = (2, None) if ends else (turn + 1, older.lowest)
    here = {one.post.id: one for page in pages for one in page.entries}
    upwards = list(here.values())[::-1]  # as the network orders what is of one moment
    upwards.sort(key=lambda one: one.when)
    changed = [one for one in upwards if _is_new(line, one)]
    taken = changed[:most]
    missing, unsure = _missing(line.seen, pages, here)
    gone = [*missing, *(key for key in unsure[:ASKED] if there is not None and not there(key))]
    seen = {key: value for key, value in line.seen.items() if key not in gone}
    seen |= {one.post.id: (one.when, one.mark) for one in taken}
    kept = dict(sorted(seen.items(), key=lambda item: item[1][0])[-watched:])
    let_go = [when for key, (when, _) in seen.items() if key not in kept]
    floors = let_go if line.floor is None else [line.floor, *let_go]
    after = Line(kept, max(floors, default=None), turn, edge)
    return Followed([one.post for one in taken], gone, after, more=len(changed) > most)


class Page(Struct, frozen=True):
    """What stood on one page. `above`: when the last post of the page before it was written; None: nobody looked."""

    entries: Sequence[Entry]
    is_last: bool
    above: float | None

    @property
    def in_order(self) -> Sequence[Entry]:
        """Without what is pinned above the others."""
        return [one for one in self.entries if not one.pinned]

    @property
    def lowest(self) -> float | None:
        """When its last post was written."""
        return min((one.when for one in self.in_order), default=None)


def _let_go(line: Line, when: float) -> bool:
    return line.floor is not None and when <= line.floor


def _is_new(line: Line, one: Entry) -> bool:
    """Not seen in this form. Older than all that is watched: taken long ago."""
    known = line.seen.get(one.post.id)
    return not _let_go(line, one.when) if known is None else known[1] != one.mark


def _missing(
    seen: Mapping[str, tuple[float, str]], pages: Sequence[Page], here: Mapping[str, Entry]
) -> tuple[list[str], list[str]]:
    """What was seen, belongs between the first and the last post of one of these pages, and stands on none; and what
    belongs to the seam of two pages, and may just have moved from the one that we read later to the other."""
    missing: set[str] = set()
    unsure: set[str] = set()
    for place, page in enumerate(pages):
        times = [one.when for one in page.in_order]
        if not times and not page.is_last:
            continue
        lowest = float("-inf") if page.is_last else min(times)
        highest = float("inf") if place == 0 else max(times, default=lowest)
        above = highest if page.above is None else max(highest, page.above)
        for key, (when, _) in seen.items():
            if key not in here and lowest <= when <= above:
                (missing if lowest < when < highest else unsure).add(key)
    return sorted(missing), sorted(unsure - missing)


def _seconds(when: datetime | None) -> float:
    if when is None:
        raise ValueError("a list is followed by the dates of its posts; this one has none")
    return when.timestamp()
