"""All queries at once: a text is read once, and a query is looked at only when a word that it needs is seen."""

from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime
from typing import Generic, TypeVar

from hubbub.core.facts import NOTHING, Facts

from .evaluate import matches
from .reading import Reading
from .tree import Query

K = TypeVar("K", bound=Hashable)


class Index(Generic[K]):
    """Queries under keys. Matching gives the keys of those known to hold, in the order they were added."""

    def __init__(self, pairs: Iterable[tuple[K, Query]] = ()) -> None:
        self._queries: dict[K, Query] = dict(pairs)

    def __len__(self) -> int:
        return len(self._queries)

    def add(self, key: K, query: Query) -> None:
        """Take a query in; one that stood under the same key is replaced, in its place."""
        self._queries[key] = query

    def remove(self, key: K) -> None:
        """Forget a query. Raises KeyError where there is none under that key."""
        del self._queries[key]

    def match(self, reading: Reading, facts: Facts = NOTHING, *, now: datetime) -> list[K]:
        """The keys of the queries that hold for one post."""
        return [key for key, query in self._queries.items() if matches(query, reading, facts, now=now)]

    def match_many(self, readings: Sequence[Reading], *, now: datetime) -> list[list[K]]:
        """The same for many posts, of which nothing is known beyond what their network said."""
        return [self.match(reading, now=now) for reading in readings]
