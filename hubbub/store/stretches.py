"""Stretches of posts, newest first, that may match: along the search index, or along the list itself."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from msgspec import Struct

from . import fulltext
from .fulltext import key

CHUNK = 500  # posts read at a time
KEYS, MOST_KEYS = 500, 20_000  # of the index, read at a time: more where the first ones led nowhere
WINDOW = 10_000  # posts that the database holds against columns at a time

Listed = TypeVar("Listed", bound=Model)


class Before(Struct, frozen=True, order=True):
    """A place in a list that runs newest first: what comes after it is older."""

    published: datetime
    id: int


class Stretch(Struct):
    """Some candidates, newest first."""

    ids: Sequence[int]
    seen: int  # posts that were looked at to find them
    end: Before | None  # how far this reaches; None: to the end of the list
    waiting: Collection[int] = ()  # those of them, and others, that are still to be indexed


Stretches = Callable[[Before | None, int], Iterator[Stretch]]  # from a place; how many posts are wanted at first


class Span(Struct, frozen=True):
    """A time: from a moment on, until before another; None: open."""

    since: datetime | None = None
    until: datetime | None = None

    def within(self, other: "Span") -> "Span":
        """What both have in common."""
        return Span(
            max((moment for moment in (self.since, other.since) if moment), default=None),
            min((moment for moment in (self.until, other.until) if moment), default=None),
        )


Hits = Callable[[int, int, int], Sequence[int]]  # keys from, below, how many: the highest of them, highest first
Kept = Callable[[Sequence[int]], Sequence[Before]]  # of posts given by their ids, the places of those in the list


def by_words(hits: Hits, kept: Kept, workspace: int, span: Span) -> Stretches:
    """Along the index: what it finds, and what it does not know yet."""

    def stretches(before: Before | None, first: int) -> Iterator[Stretch]:
        low = key.begin_of(workspace, key.hour_of(span.since) if span.since else 0)
        high = _above(workspace, before, span.until)
        size = KEYS
        while True:
            # in this order: what is indexed in between is seen twice rather than never
            both = (fulltext.queued(low, high, size), hits(low, high, size))
            floor = max(_read_down_to(keys, size, low) for keys in both)
            keys = {one for found in both for one in found if one >= floor}
            if keys or floor == low:
                places = sorted(kept([key.post_in(one) for one in keys]), reverse=True)
                end = Before(key.moment_of(floor), 0) if floor > low else None
                waiting = {key.post_in(one) for one in both[0]}
                for piece in _pieces([at for at in places if before is None or at < before], len(keys), end, first):
                    piece.waiting = waiting
                    yield piece
                if end is None:
                    return
                high, first = floor, CHUNK
                size = min(size * 2, MOST_KEYS)
            else:
                size *= 4  # all of them in one hour: it must be read to its end

    return stretches


def of_few(ids: Sequence[int], kept: Kept) -> Stretches:
    """Of a few posts that are known by their ids."""

    def stretches(before: Before | None, first: int) -> Iterator[Stretch]:
        found = sorted(kept(ids), reverse=True)
        return _pieces([at for at in found if before is None or at < before], len(ids), None, first)

    return stretches


def _above(workspace: int, before: Before | None, until: datetime | None) -> int:
    """What the keys of posts before that place, and before that moment, are below."""
    latest = min((moment for moment in (before and before.published, until) if moment), default=None)
    return key.begin_of(workspace, key.hour_of(latest) + 1) if latest else key.end_of(workspace)


def _read_down_to(keys: Sequence[int], size: int, low: int) -> int:
    """From where on these keys are all there are. Within an hour they do not run by time, so that an hour that was
    not read to its end counts as not read."""
    if len(keys) < size:
        return low
    return key.begin_of(key.workspace_in(keys[-1]), key.hour_in(keys[-1]) + 1)


def _pieces(places: Sequence[Before], seen: int, end: Before | None, first: int) -> Iterator[Stretch]:
    """Cut into stretches of a size that is read at once."""
    at = 0
    while at + first < len(places):
        piece = places[at : at + first]
        yield Stretch([place.id for place in piece], len(piece), piece[-1])
        at += first
        first = CHUNK
    rest = places[at:]
    yield Stretch([place.id for place in rest], max(seen - at, 0), end)


def along(rows: QuerySet[Listed], condition: Q | None, pk: str = "id") -> Stretches:
    """Along a list that is ordered newest first; `pk` is the field that holds a post's id. With a condition, the
    database passes over what does not fulfil it, a window at a time."""

    def stretches(before: Before | None, _first: int) -> Iterator[Stretch]:
        while True:
            reach = older_than(rows, before, key=pk)
            found, seen, end = _all(reach, pk) if condition is None else _some(reach, condition, pk)
            yield Stretch([place.id for place in found], seen, end)
            if end is None:
                return
            before = end

    return stretches


def _all(reach: QuerySet[Listed], pk: str) -> tuple[Sequence[Before], int, Before | None]:
    found = places(reach, pk, CHUNK)
    return found, len(found), found[-1] if len(found) == CHUNK else None


def _some(reach: QuerySet[Listed], condition: Q, pk: str) -> tuple[Sequence[Before], int, Before | None]:
    last = [Before(*row) for row in reach.values_list("published", pk)[WINDOW - 1 : WINDOW]]
    fit = reach.filter(condition)
    if last:
        bottom = last[0]
        fit = fit.filter(
            Q(published__gte=bottom.published) & (Q(published__gt=bottom.published) | Q(**{f"{pk}__gte": bottom.id}))
        )
    found = places(fit, pk, CHUNK)
    if len(found) == CHUNK:
        return found, CHUNK, found[-1]
    return found, WINDOW if last else reach[:WINDOW].count(), last[0] if last else None


def places(rows: QuerySet[Listed], pk: str, most: int | None = None) -> list[Before]:
    """Where these rows stand in their list."""
    return [Before(*row) for row in rows.values_list("published", pk)[:most]]


def older_than(
    rows: QuerySet[Listed], before: Before | None, *, when: str = "published", key: str = "id"
) -> QuerySet[Listed]:
    """What comes after a place in a list that runs newest first by the fields `when` and `key`; None: all of it."""
    if before is None:
        return rows
    same_or_earlier = Q(**{f"{when}__lte": before.published})
    return rows.filter(same_or_earlier & (Q(**{f"{when}__lt": before.published}) | Q(**{f"{key}__lt": before.id})))
