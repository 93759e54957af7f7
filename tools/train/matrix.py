"""Texts as a sparse matrix, cut by the same code that reads them later: words, letters, and dense marks."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from hubbub.core.text.features import BUCKETS, letter_buckets, read, word_buckets
from hubbub.core.text.lexicon import Lexicon
from hubbub.core.text.marks import marks

Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]

BATCH = 500


class Table(Struct, frozen=True, eq=False):
    """One table's features: row r has buckets[bounds[r] : bounds[r + 1]], never empty: bucket 0 is added."""

    buckets: NDArray[np.uint32]
    bounds: Ints
    norm: Doubles  # 1 / sqrt(number of features)

    def take(self, rows: Ints) -> "Table":
        lengths = np.diff(self.bounds)[rows]
        starts = self.bounds[:-1][rows]
        before = np.cumsum(lengths) - lengths
        places = np.arange(lengths.sum()) + np.repeat(starts - before, lengths)
        return Table(self.buckets[places], np.concatenate(([0], np.cumsum(lengths))), self.norm[rows])

    def fewer(self, times: int) -> "Table":
        """The same with so many times fewer buckets."""
        return Table(self.buckets // np.uint32(times), self.bounds, self.norm)

    def times(self, weights: Doubles) -> Doubles:
        """The weighted sum of each row."""
        sums: Doubles = np.add.reduceat(weights[self.buckets], self.bounds[:-1]) * self.norm
        return sums

    def back(self, slopes: Doubles) -> Doubles:
        """How much each bucket moved the rows, given how much each row should move."""
        each = np.repeat(slopes * self.norm, np.diff(self.bounds))
        return np.bincount(self.buckets, weights=each, minlength=BUCKETS).astype(np.float64)


class Matrix(Struct, frozen=True, eq=False):
    """All features of a list of texts."""

    words: Table
    letters: Table
    marks: Doubles

    def __len__(self) -> int:
        return len(self.marks)

    def with_marks(self, marks: Doubles) -> "Matrix":
        return Matrix(self.words, self.letters, marks)

    def take(self, rows: Ints) -> "Matrix":
        return Matrix(self.words.take(rows), self.letters.take(rows), self.marks[rows])


def matrix(texts: Sequence[str], lexicon: Lexicon) -> Matrix:
    """Cut the texts, in batches as they are later."""
    words, letters, dense = [], [], []
    for first in range(0, len(texts), BATCH):
        reading = read(texts[first : first + BATCH])
        dense.append(marks(reading, lexicon.feel(reading)).astype(np.float64))
        words.append(_flat(word_buckets(reading), reading.token_rows))
        letters.append(_flat(letter_buckets(reading), reading.letter_rows))
    return Matrix(_table(words), _table(letters), np.concatenate(dense))


def _flat(found: tuple[NDArray[np.uint32], ...], bounds: Ints) -> tuple[NDArray[np.uint32], Ints]:
    """The buckets of each row one after the other, a 0 before them; and how many each row has."""
    rows = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    buckets = np.concatenate([np.zeros(len(bounds) - 1, np.uint32), *found])
    owners = np.concatenate([np.arange(len(bounds) - 1), *([rows] * len(found))])
    held = (buckets > 0) | (np.arange(len(buckets)) < len(bounds) - 1)
    order = np.argsort(owners[held], kind="stable")
    return buckets[held][order], np.bincount(owners[held], minlength=len(bounds) - 1)


def _table(parts: list[tuple[NDArray[np.uint32], Ints]]) -> Table:
    counts = np.concatenate([count for _, count in parts])
    bounds = np.concatenate(([0], np.cumsum(counts)))
    return Table(np.concatenate([buckets for buckets, _ in parts]), bounds, 1 / np.sqrt(counts))
