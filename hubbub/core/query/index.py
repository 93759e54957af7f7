"""All queries at once: a text is read once, and a query is looked at only when a word that it needs is seen."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Generic, TypeVar

from hubbub.core.facts import NOTHING, Facts

from .anchors import anchors, words_of
from .compiled import Check, compiled
from .glob import Glob, glob
from .reading import Reading
from .tree import Query

K = TypeVar("K", bound=Hashable)
MOST_SEEN = 250_000  # words remembered as tried against the wildcards


class _Slot(Generic[K]):
    """One query in the index."""

    __slots__ = ("anchors", "check", "key", "order", "query")

    def __init__(self, key: K, query: Query, order: int) -> None:
        self.key = key
        self.query = query
        self.order = order
        self.anchors: tuple[str, ...] | None = None  # None: always looked at
        self.check: Check = self._first

    def _first(self, bag: set[str], reading: Reading, facts: Facts, now: datetime) -> bool:
        """Compiles when first looked at: of many queries, most never are."""
        self.check = compiled(self.query.tree)
        return self.check(bag, reading, facts, now)


_order: Callable[[_Slot[K]], int] = attrgetter("order")


class Index(Generic[K]):
    """Queries under keys. Matching gives the keys of those known to hold, in the order they were added.

    The cost of a post follows its words and the queries that need one of them, not the number of queries.
    """

    def __init__(self, pairs: Iterable[tuple[K, Query]] = ()) -> None:
        self._slots: dict[K, _Slot[K]] = {}
        self._next = 0
        self._uses: Counter[str] = Counter()  # in how many queries a word stands
        self._words: dict[str, list[_Slot[K]]] = {}  # those to look at when a word is seen
        self._wilds: dict[str, list[tuple[Glob, _Slot[K]]]] = {}  # by the first three characters
        self._always: list[_Slot[K]] = []
        self._seen: set[str] = set()  # words that were tried against the wildcards
        self._grown: dict[str, list[_Slot[K]]] = {}  # what the wildcards found for them
        self._live: set[str] = set()  # the keys of _words and _grown
        taken = dict(pairs)
        for query in taken.values():
            self._uses.update(words_of(query.tree))
        for key, query in taken.items():
            self._put(key, query, self._next)
            self._next += 1

    def __len__(self) -> int:
        return len(self._slots)

    def add(self, key: K, query: Query) -> None:
        """Take a query in; one that stood under the same key is replaced, in its place."""
        old = self._slots.get(key)
        if old:
            self._drop(old)
        self._uses.update(words_of(query.tree))
        self._put(key, query, old.order if old else self._next)
        self._next += old is None

    def remove(self, key: K) -> None:
        """Forget a query. Raises KeyError where there is none under that key."""
        self._drop(self._slots.pop(key))

    def match(self, reading: Reading, facts: Facts = NOTHING, *, now: datetime) -> list[K]:
        """The keys of the queries that hold for one post."""
        tokens = reading.tokens
        if self._wilds and not self._seen.issuperset(tokens):
            self._learn(tokens)
        seen = self._live.intersection(tokens)
        if not seen and not self._always:
            return []
        bag = reading.bag
        return [slot.key for slot in self._candidates(seen) if slot.check(bag, reading, facts, now)]

    def match_many(self, readings: Sequence[Reading], *, now: datetime) -> list[list[K]]:
        """The same for many posts, of which nothing is known beyond what their network said."""
        return [self.match(reading, now=now) for reading in readings]

    def _candidates(self, seen: set[str]) -> Sequence[_Slot[K]]:
        """The queries to look at, in their order."""
        if not seen:
            return self._always
        if len(seen) == 1 and not self._always:
            (word,) = seen
            if word not in self._grown:
                return self._words[word]
        found = set(self._always)
        for word in seen:
            found.update(self._words.get(word, ()))
            found.update(self._grown.get(word, ()))
        return sorted(found, key=_order)

    def _put(self, key: K, query: Query, order: int) -> None:
        slot = _Slot(key, query, order)
        self._slots[key] = slot
        slot.anchors = anchors(query.tree, self._uses)
        if slot.anchors is None:
            _insert(self._always, slot)
            return
        for anchor in slot.anchors:
            if "*" in anchor or "?" in anchor:
                self._wilds.setdefault(anchor[:3], []).append((glob(anchor), slot))
            else:
                _insert(self._words.setdefault(anchor, []), slot)
                self._live.add(anchor)
        self._forget_wilds(slot.anchors)

    def _drop(self, slot: _Slot[K]) -> None:
        self._uses.subtract(words_of(slot.query.tree))
        if slot.anchors is None:
            self._always.remove(slot)
            return
        for anchor in slot.anchors:
            if "*" in anchor or "?" in anchor:
                kept = [pair for pair in self._wilds[anchor[:3]] if pair[1] is not slot]
                if kept:
                    self._wilds[anchor[:3]] = kept
                else:
                    del self._wilds[anchor[:3]]
            else:
                self._words[anchor].remove(slot)
                if not self._words[anchor]:
                    del self._words[anchor]
                    if anchor not in self._grown:
                        self._live.discard(anchor)
        self._forget_wilds(slot.anchors)

    def _forget_wilds(self, changed: Iterable[str]) -> None:
        """Try the words again where the wildcards have changed."""
        if self._seen and any("*" in anchor or "?" in anchor for anchor in changed):
            self._live -= self._grown.keys() - self._words.keys()
            self._seen.clear()
            self._grown.clear()

    def _learn(self, tokens: Iterable[str]) -> None:
        """Try new words against the wildcards, once each."""
        if len(self._seen) > MOST_SEEN:
            self._live -= self._grown.keys() - self._words.keys()
            self._seen.clear()
            self._grown.clear()
        new = set(tokens) - self._seen
        self._seen |= new
        for word in new:
            slots = list(dict.fromkeys(slot for fits, slot in self._wilds.get(word[:3], ()) if fits.matches(word)))
            if slots:
                self._grown[word] = slots
                self._live.add(word)


def _insert(slots: list[_Slot[K]], slot: _Slot[K]) -> None:
    """Keep the order in which queries were added; nearly always at the end."""
    slots.append(slot)
    if len(slots) > 1 and slots[-2].order > slot.order:
        slots.sort(key=_order)
