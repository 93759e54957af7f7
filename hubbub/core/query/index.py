"""All queries at once: a text is read once, and a query is looked at only when a word that it needs is seen."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime
from typing import Generic, TypeVar

from hubbub.core.facts import NOTHING, Facts

from .anchors import disguised, words_of
from .compiled import Check, compiled
from .disguise import Disguises
from .glob import Glob, glob
from .leads import Lead, leads
from .reading import Reading
from .tree import And, Disguised, Node, Query, Value

K = TypeVar("K", bound=Hashable)
MOST_MET = 300_000  # words remembered, with what they lead to
_LONG = 64  # longer ones are not remembered
OFTEN_ASKED = frozenset({"has", "is", "type"})  # fields that are soon looked up, and known of every post
_NONE: list[Lead] = []
_NO_SIZES: list[int] = []


_Round = tuple[Check | None, list[tuple[int, Check]]]  # what all of some queries need, and what else each does


class _Slot(Generic[K]):
    """One query in the index, and the words that lead to it; None: it is always looked at."""

    __slots__ = ("anchors", "number", "query")

    def __init__(self, query: Query, number: int) -> None:
        self.query = query
        self.number = number
        self.anchors: tuple[str, ...] | None = None


class Index(Generic[K]):
    """Queries under keys. Matching gives the keys of those known to hold, in the order they were added.

    The cost of a post follows its words and the queries that need one of them, not the number of queries.
    """

    def __init__(self, pairs: Iterable[tuple[K, Query]] = ()) -> None:
        self._slots: dict[K, _Slot[K]] = {}
        self._keys: list[K] = []  # by the number of the query; also of those that were removed
        self._uses: Counter[str] = Counter()  # in how many queries a word stands
        self._words: dict[str, list[Lead]] = {}  # what a word leads to
        self._begins: dict[str, list[Lead]] = {}  # what a word leads to that begins so: `acme*`
        self._globs: dict[str, list[tuple[Glob, Lead]]] = {}  # the same for other wildcards, by what they begin with
        self._sizes: dict[str, list[int]] = {}  # how long those beginnings are, by their first two or three characters
        self._always: dict[int, Node] = {}
        self._rounds: list[_Round] = []  # the same, made ready
        self._live: dict[str, list[Lead]] = {}  # words that were met, with all that they lead to
        self._dead: set[str] = set()  # words that were met and lead nowhere
        self._lists: Counter[Disguised] = Counter()  # words in disguise that queries ask for, and how many do
        self._disguises: Disguises | None = None
        taken = dict(pairs)
        for query in taken.values():
            self._uses.update(words_of(query.tree))
        for key, query in taken.items():
            self._put(key, query, len(self._keys))

    def __len__(self) -> int:
        return len(self._slots)

    def add(self, key: K, query: Query) -> None:
        """Take a query in; one that stood under the same key is replaced, in its place."""
        old = self._slots.get(key)
        if old:
            self._drop(old)
        self._uses.update(words_of(query.tree))
        self._put(key, query, old.number if old else len(self._keys))

    def remove(self, key: K) -> None:
        """Forget a query. Raises KeyError where there is none under that key."""
        self._drop(self._slots.pop(key))

    def match(self, reading: Reading, facts: Facts = NOTHING, *, now: datetime) -> list[K]:
        """The keys of the queries that hold for one post."""
        bag = reading.bag
        if self._lists and (seen := self._seen(reading)):
            bag = bag | seen
        found: list[int] = []
        live = self._live
        for word in bag - self._dead:
            # The words of which none may stand, and one more that must, rule most out before anything is called.
            for also, refused, check, number in live.get(word) or self._meet(word):
                if (
                    (not also or also in bag)
                    and (refused is None or refused.isdisjoint(bag))
                    and (check is None or check(bag, reading, facts, now))
                ):
                    found.append(number)
        if self._always:
            for first, rest in self._rounds or self._grouped():
                # what begins alike is asked once: most of the many that want a link are done with it
                if first is None or first(bag, reading, facts, now):
                    found += [number for number, check in rest if check(bag, reading, facts, now)]
        if not found:
            return []
        keys = self._keys
        if len(found) == 1:
            return [keys[found[0]]]
        # Several words may lead to one query; each is enough.
        return [keys[number] for number in sorted(set(found))]

    def match_many(self, readings: Sequence[Reading], *, now: datetime) -> list[list[K]]:
        """The same for many posts, of which nothing is known beyond what their network said."""
        if not self._slots:
            return [[] for _ in readings]
        match = self.match
        return [match(reading, now=now) for reading in readings]

    def _grouped(self) -> "list[_Round]":
        """The queries that are always looked at, by a field that they have in common."""
        alike: dict[Node | None, list[tuple[int, Check]]] = {}
        for number, tree in self._always.items():
            parts = tree.parts if isinstance(tree, And) else ()
            first = next((part for part in parts if isinstance(part, Value) and part.field in OFTEN_ASKED), None)
            if first is None:
                alike.setdefault(None, []).append((number, compiled(tree)))
            else:
                left = tuple(part for part in parts if part is not first)
                rest = left[0] if len(left) == 1 else And(left)
                alike.setdefault(first, []).append((number, compiled(rest)))
        self._rounds = [(None if first is None else compiled(first), rest) for first, rest in alike.items()]
        return self._rounds

    def _seen(self, reading: Reading) -> set[str]:
        """The signs of the lists of which a word stands there in disguise."""
        if self._disguises is None:
            self._disguises = Disguises(self._lists)
        return self._disguises.signs(reading)

    def _meet(self, word: str) -> list[Lead]:
        """What a word leads to that was not met before."""
        found = self._words.get(word, _NONE)
        # A wildcard's beginning has three characters, or two where more stands behind it.
        sizes = self._sizes.get(word[:3]) or _NO_SIZES
        if len(word) > 2 and (pair := self._sizes.get(word[:2])):
            sizes = pair + sizes
        for size in sizes:
            beginning = word[:size]
            if beginning in self._begins:
                found = found + self._begins[beginning]
            if self._globs and beginning in self._globs:
                found = found + [lead for fits, lead in self._globs[beginning] if fits.matches(word)]
        if len(word) > _LONG:
            return found
        if len(self._dead) + len(self._live) >= MOST_MET:
            self._dead.clear()
            self._live.clear()
        if found:
            self._live[word] = found
        else:
            self._dead.add(word)
        return found

    def _put(self, key: K, query: Query, number: int) -> None:
        slot: _Slot[K] = _Slot(query, number)
        self._see(disguised(query.tree), 1)
        self._slots[key] = slot
        if number == len(self._keys):
            self._keys.append(key)
        else:
            self._keys[number] = key
        found = leads(query.tree, self._uses, number)
        if found is None:
            self._always[number] = query.tree
            self._rounds = []
            if number + 1 < len(self._keys):  # replaced: it keeps its place among them
                self._always = dict(sorted(self._always.items()))
            return
        slot.anchors = tuple(dict.fromkeys(word for word, _ in found))
        for word, lead in found:
            if "*" not in word and "?" not in word:
                self._words.setdefault(word, []).append(lead)
                continue
            fits = glob(word)
            if fits.open:
                self._begins.setdefault(fits.prefix, []).append(lead)
            else:
                self._globs.setdefault(fits.prefix, []).append((fits, lead))
            sizes = self._sizes.setdefault(fits.prefix[:3], [])
            if len(fits.prefix) not in sizes:
                sizes.append(len(fits.prefix))
        self._forget(slot.anchors)

    def _drop(self, slot: _Slot[K]) -> None:
        number = slot.number
        self._uses.subtract(words_of(slot.query.tree))
        self._see(disguised(slot.query.tree), -1)
        if slot.anchors is None:
            del self._always[number]
            self._rounds = []
            return
        for word in slot.anchors:
            if "*" not in word and "?" not in word:
                _without(self._words, word, number)
                continue
            begins = glob(word).prefix
            _without(self._begins, begins, number)
            kept = [pair for pair in self._globs.pop(begins, ()) if pair[1][3] != number]
            if kept:
                self._globs[begins] = kept
        self._forget(slot.anchors)

    def _see(self, lists: Iterable[Disguised], number: int) -> None:
        """Look for the words of these lists, too, or no longer."""
        for one in lists:
            self._lists[one] += number
            self._disguises = None
        self._lists = +self._lists

    def _forget(self, changed: Iterable[str]) -> None:
        """Look anew at the words that a change concerns; for a wildcard at all of them."""
        for word in changed:
            if "*" in word or "?" in word:
                self._live.clear()
                self._dead.clear()
                return
            self._live.pop(word, None)
            self._dead.discard(word)


def _without(leading: dict[str, list[Lead]], word: str, number: int) -> None:
    kept = [lead for lead in leading.pop(word, ()) if lead[3] != number]
    if kept:
        leading[word] = kept
