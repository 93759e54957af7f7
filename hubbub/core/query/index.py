"""All queries at once: a text is read once, and a query is looked at only when a word that it needs is seen."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime
from typing import Generic, TypeVar

from hubbub.core.facts import NOTHING, Facts

from .anchors import also_needed, anchors, words_of
from .compiled import Check, compiled
from .glob import Glob, glob
from .reading import Reading
from .tree import Query

K = TypeVar("K", bound=Hashable)
MOST_MET = 500_000  # words remembered, with what asks for them


class _Slot(Generic[K]):
    """One query in the index."""

    __slots__ = ("anchors", "key", "order", "query")

    def __init__(self, key: K, query: Query, order: int) -> None:
        self.key = key
        self.query = query
        self.order = order
        self.anchors: tuple[str, ...] | None = None  # None: always looked at


class _Entry(Generic[K]):
    """A query under one of its anchors: what is left to be checked once that anchor was seen."""

    __slots__ = ("anchor", "check", "key", "order", "slot")

    def __init__(self, slot: _Slot[K], anchor: str) -> None:
        self.slot = slot
        self.key = slot.key
        self.order = slot.order
        self.anchor = anchor
        self.check: Check | None = None  # compiled when first looked at: of many queries, most never are

    def compile(self) -> Check:
        """Make the check."""
        self.check = compiled(self.slot.query.tree, self.anchor)
        return self.check


_Lead = tuple[str, _Entry[K]]  # another word that must be seen, "" for none; and the query


class Index(Generic[K]):
    """Queries under keys. Matching gives the keys of those known to hold, in the order they were added.

    The cost of a post follows its words and the queries that need one of them, not the number of queries.
    """

    def __init__(self, pairs: Iterable[tuple[K, Query]] = ()) -> None:
        self._slots: dict[K, _Slot[K]] = {}
        self._next = 0
        self._uses: Counter[str] = Counter()  # in how many queries a word stands
        self._words: dict[str, list[_Lead[K]]] = {}  # what to look at when a word is seen
        self._wilds: dict[str, list[tuple[Glob, _Lead[K]]]] = {}  # by the first two or three characters
        self._always: list[_Entry[K]] = []
        self._live: dict[str, list[_Lead[K]]] = {}  # words that were seen: with what the wildcards add
        self._dead: set[str] = set()  # words that were seen and that no query asks for
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
        bag = reading.bag
        found: list[_Entry[K]] = []
        live = self._live
        for word in bag - self._dead:
            entries = live.get(word)
            for also, entry in self._learn(word) if entries is None else entries:
                # Most are ruled out by one more word, before anything else of theirs is touched.
                if (not also or also in bag) and (entry.check or entry.compile())(bag, reading, facts, now):
                    found.append(entry)
        if self._always:
            always = self._always
            found += [entry for entry in always if (entry.check or entry.compile())(bag, reading, facts, now)]
        if len(found) < 2:
            return [entry.key for entry in found]
        # Several words may lead to one query; each is enough.
        once = {entry.order: entry.key for entry in found}
        return [once[order] for order in sorted(once)]

    def match_many(self, readings: Sequence[Reading], *, now: datetime) -> list[list[K]]:
        """The same for many posts, of which nothing is known beyond what their network said."""
        match = self.match
        return [match(reading, now=now) for reading in readings]

    def _learn(self, word: str) -> list[_Lead[K]]:
        """What is to be looked at when a word is seen, which was not seen before."""
        entries = list(self._words.get(word, ()))
        for begins in {word[:2], word[:3]}:
            entries += [lead for fits, lead in self._wilds.get(begins, ()) if fits.matches(word)]
        if len(self._dead) + len(self._live) >= MOST_MET:
            self._dead.clear()
            self._live.clear()
        if entries:
            self._live[word] = entries
        else:
            self._dead.add(word)
        return entries

    def _put(self, key: K, query: Query, order: int) -> None:
        slot = _Slot(key, query, order)
        self._slots[key] = slot
        slot.anchors = anchors(query.tree, self._uses)
        if slot.anchors is None:
            self._always.append(_Entry(slot, ""))
            return
        for anchor in slot.anchors:
            lead = (also_needed(query.tree, anchor), _Entry(slot, anchor))
            if "*" in anchor or "?" in anchor:
                fits = glob(anchor)
                self._wilds.setdefault(fits.prefix[:3], []).append((fits, lead))
            else:
                self._words.setdefault(anchor, []).append(lead)
        self._forget(slot.anchors)

    def _drop(self, slot: _Slot[K]) -> None:
        self._uses.subtract(words_of(slot.query.tree))
        if slot.anchors is None:
            self._always = [entry for entry in self._always if entry.slot is not slot]
            return
        for anchor in slot.anchors:
            if "*" in anchor or "?" in anchor:
                begins = glob(anchor).prefix[:3]
                kept = [pair for pair in self._wilds.pop(begins, ()) if pair[1][1].slot is not slot]
                if kept:
                    self._wilds[begins] = kept
            else:
                left = [lead for lead in self._words.pop(anchor, ()) if lead[1].slot is not slot]
                if left:
                    self._words[anchor] = left
        self._forget(slot.anchors)

    def _forget(self, changed: Iterable[str]) -> None:
        """Look anew at the words that a change concerns; for a wildcard at all of them."""
        for anchor in changed:
            if "*" in anchor or "?" in anchor:
                self._live.clear()
                self._dead.clear()
                return
            self._live.pop(anchor, None)
            self._dead.discard(anchor)
