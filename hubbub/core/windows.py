"""Counts over the posts of a person that lie within a window of time, kept while the window moves from post to post.

A window stands where it was asked for last. Asked for another post it moves there, forwards or backwards, and only
what enters and what leaves is counted: the cost follows the posts that change, not those in the window. What these
counts mean is told plainly in `recount.py`; `tests/core/test_windows.py` holds the two against each other.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter

from .past import Past, owned
from .recount import week

place_of = attrgetter("published", "order")
LAST = 1 << 63  # an order behind all others


class Span:
    """From which to before which of some posts, in order of time, a window holds; moved as posts come in between."""

    __slots__ = ("first", "last", "posts")

    def __init__(self, posts: list[Past]) -> None:
        self.posts = posts
        self.first = self.last = 0

    def move(self, since: datetime | None, before: Past) -> bool:
        """Go to the posts after `since` and before a post, which need not be among them. False: it stands there."""
        posts, first, last = self.posts, self.first, self.last
        published, order = before.published, before.order
        size = len(posts)
        if last < size and not _not_before(posts[last], published, order):
            last += 1  # nearly always that is all
            if last < size and not _not_before(posts[last], published, order):
                last = self.before(published, order)
        elif last and _not_before(posts[last - 1], published, order):
            last = self.before(published, order)
        if since is None:
            first = 0
        elif first < size and posts[first].published <= since:
            first = bisect_right(posts, (since, LAST), first, size, key=place_of)
        elif first and posts[first - 1].published > since:
            first = bisect_right(posts, (since, LAST), 0, first, key=place_of)
        if first > last:  # a window that ends before it begins holds nothing
            first = last
        if first == self.first and last == self.last:
            return False
        self.first, self.last = first, last
        return True

    def before(self, published: datetime, order: int) -> int:
        """How many of the posts come before that place in time."""
        return bisect_left(self.posts, (published, order), key=place_of)

    def put_in(self, place: int) -> bool:
        """A post was put among the posts, at this place. True: it lies within."""
        if place >= self.last:
            return False
        self.last += 1
        if place <= self.first:
            self.first += 1
            return False
        return True


def _not_before(past: Past, published: datetime, order: int) -> bool:
    return past.published > published or (past.published == published and past.order >= order)


class Window:
    """Posts in order of time of which some are counted. What is counted says a subclass."""

    __slots__ = ("posts", "span")

    def __init__(self, posts: list[Past]) -> None:
        self.posts = posts  # in order of time; others may look at them, too
        self.span = Span(posts)

    def move(self, since: datetime | None, before: Past) -> None:
        """Go to the posts after `since` and before a post, and count what changed by it."""
        span = self.span
        a, b = span.first, span.last
        if span.move(since, before):
            c, d = span.first, span.last
            posts = self.posts
            left = posts[a : min(b, c)] + posts[max(a, d) : b]
            self.change(left, posts[c : min(d, a)] + posts[max(c, b) : d])

    def put_in(self, place: int) -> None:
        """A post was put among the posts, at this place: one that came late may lie within."""
        if self.span.put_in(place):
            self.change((), (self.posts[place],))

    def change(self, left: Iterable[Past], entered: Iterable[Past]) -> None:
        """Posts left the window, and others came into it."""
        raise NotImplementedError


class Taken(Window):
    """How many of the posts had been taken away by some time."""

    __slots__ = ("_at", "_number", "_until")

    def __init__(self, posts: list[Past]) -> None:
        super().__init__(posts)
        self._number = 0
        # for which times the number is right: from the one until before the other; _at None: for none
        self._at: datetime | None = None
        self._until: datetime | None = None

    def number(self, since: datetime | None, before: Past, at: datetime) -> int:
        """Of the posts after `since` and before a post."""
        self.move(since, before)
        if self._at is None or at < self._at or (self._until is not None and at >= self._until):
            self._at, self._until, self._number = at, None, 0
            self._count(self.posts[self.span.first : self.span.last], 1)
        return self._number

    def forget(self) -> None:
        """What was decided about one of the posts changed."""
        self._at = None

    def change(self, left: Iterable[Past], entered: Iterable[Past]) -> None:
        """See above."""
        if self._at is not None:
            self._count(left, -1)
            self._count(entered, 1)

    def _count(self, posts: Iterable[Past], step: int) -> None:
        at = self._at
        if at is None:
            return
        for past in posts:
            if past.gone(at):
                self._number += step
            for moment in (past.decided, past.undone):  # from then on it may be otherwise
                if moment is not None and moment > at and (self._until is None or moment < self._until):
                    self._until = moment


class Linked(Window):
    """How many of the posts carry a link."""

    __slots__ = ("links",)

    def __init__(self, posts: list[Past]) -> None:
        super().__init__(posts)
        self.links: dict[str, int] = {}

    def number(self, since: datetime | None, before: Past) -> int:
        """Of the posts after `since` and before a post, those that carry a link of it."""
        self.move(since, before)
        links, ours = self.links, before.links
        found = [links[link] for link in ours if link in links]
        if len(found) < 2:
            return found[0] if found else 0
        return sum(not ours.isdisjoint(past.links) for past in self.posts[self.span.first : self.span.last])

    def change(self, left: Iterable[Past], entered: Iterable[Past]) -> None:
        """See above."""
        for past in left:
            _less(self.links, past.links)
        for past in entered:
            _more(self.links, past.links)


class Promoted(Window):
    """How many of the posts link to what is theirs or praise it."""

    __slots__ = ("_about", "_declared", "_own", "_sites")

    def __init__(self, posts: list[Past]) -> None:
        super().__init__(posts)
        self._sites: dict[str, int] = {}
        self._declared: dict[str, int] = {}
        self._own: tuple[str, ...] = ()  # what is theirs, as the number has it
        self._about = 0

    def number(self, since: datetime | None, before: Past) -> int:
        """Of the posts after `since` and before a post."""
        self.move(since, before)
        profile = before.profile
        if profile and profile not in self._declared:
            own = owned((*self._declared, profile), self._sites)
            return sum(past.about(own) for past in self.posts[self.span.first : self.span.last])
        return self._about

    def change(self, left: Iterable[Past], entered: Iterable[Past]) -> None:
        """See above."""
        moved = False
        for past in left:
            if past.sites or past.profile:
                moved = True
                _less(self._sites, past.sites)
                if past.profile:
                    _less(self._declared, (past.profile,))
        for past in entered:
            if past.sites or past.profile:
                moved = True
                _more(self._sites, past.sites)
                if past.profile:
                    _more(self._declared, (past.profile,))
        own = owned(self._declared, self._sites) if moved else self._own
        if own != self._own:
            self._own = own
            within = self.posts[self.span.first : self.span.last]
            self._about = sum(past.about(own) for past in within) if own else 0
        elif own:
            self._about += sum(past.about(own) for past in entered) - sum(past.about(own) for past in left)


class Done(Window):
    """What the posts add up to: answers given and got, praise, and in how many weeks there was one."""

    __slots__ = ("answers", "praises", "recent", "replied", "weeks")

    def __init__(self, posts: list[Past]) -> None:
        super().__init__(posts)
        self.recent = Span(posts)  # the last of the days alone
        self.answers = self.replied = self.praises = 0
        self.weeks: dict[int, int] = {}

    def change(self, left: Iterable[Past], entered: Iterable[Past]) -> None:
        """See above."""
        for past in left:
            self._count(past, -1)
        for past in entered:
            self._count(past, 1)

    def _count(self, past: Past, step: int) -> None:
        self.answers += step * past.answering
        self.praises += step * past.praises
        self.replied += step * past.replied
        number = week(past.published)
        found = self.weeks.get(number, 0) + step
        if found:
            self.weeks[number] = found
        else:
            del self.weeks[number]

    def put_in(self, place: int) -> None:
        """A post was put among the posts, at this place: one that came late may lie within."""
        super().put_in(place)
        self.recent.put_in(place)


def _more(counts: dict[str, int], names: Iterable[str]) -> None:
    for name in names:
        counts[name] = counts.get(name, 0) + 1


def _less(counts: dict[str, int], names: Iterable[str]) -> None:
    for name in names:
        if counts[name] == 1:
            del counts[name]
        else:
            counts[name] -= 1


def put(posts: list[Past], past: Past) -> int:
    """Put a post among others, at its place in time; of equals behind. Says which place that is."""
    if not posts or not _not_before(posts[-1], past.published, past.order):
        posts.append(past)
        return len(posts) - 1
    place = bisect_right(posts, place_of(past), key=place_of)
    posts.insert(place, past)
    return place
