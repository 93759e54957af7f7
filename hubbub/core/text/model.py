"""The shipped model: its file, and the sums over its tables that all heads share.

A table has one row of eight whole numbers (-42 to 42) for each bucket, one a lane. A text's sum in a lane is what its
words, pairs of words and letters say for one class of one head. So small are they that three rows are summed within
their bytes, eight lanes by one addition.
"""

import math
from collections.abc import Sequence
from functools import cached_property

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from hubbub.core.text.features import Buckets, Numbers, Reading, letter_buckets, steps, word_buckets
from hubbub.core.text.lexicon import Entries

Floats = NDArray[np.float64]
Three = tuple[Buckets, Buckets, Buckets]

LANES = 8
FEWER = np.uint32(4)  # a power of two
NEGATIVE, NEUTRAL, POSITIVE, VALENCE, TOXIC = range(
    5
)  # lanes of `words` and `letters`; those of `intents` as in facts.Intent

FEELINGS, WANTS = 5, 6  # lanes in use, which are all that the file holds

_BYTE = np.uint64(8)
_HALF = np.uint64(0x00FF00FF00FF00FF)  # every other byte, with room for a sum to grow into
MOST = 42  # of a table's numbers: three of them, raised to be above 0, fit into a byte
_PIECE = 256  # places summed at once: 256 * 3 * 84 fits into 16 bits


class Line(Struct, frozen=True):
    """One class of one head: what is added up to its score."""

    words: float  # how much one unit of its lane is worth
    letters: float
    marks: tuple[float, ...]  # as in marks.MARKS
    start: float


class Curve(Struct, frozen=True, dict=True):
    """Broken line from what the model thinks to how often it is right. Both ascend."""

    thought: tuple[float, ...]
    right: tuple[float, ...]

    def at(self, thoughts: Floats) -> Floats:
        """How often what is thought is right; 0 to 1."""
        return np.interp(thoughts, *self._points)

    @cached_property
    def _points(self) -> tuple[Floats, Floats]:
        return np.array(self.thought), np.array(self.right)


class Sentiments(Struct, frozen=True):
    """The head for sentiment."""

    classes: tuple[Line, Line, Line]  # negative, neutral, positive
    balance: tuple[float, float, float]  # added to the scores, so that each class is found equally well
    sure: Curve
    valence: Line
    learned: float  # share of what was learned in the score; the rest are the rules


class Toxicity(Struct, frozen=True):
    """The head for toxicity."""

    learned: Line
    rude: float  # worth of the list of profane words beside what was learned
    sure: Curve  # of the score to a probability


class Intents(Struct, frozen=True):
    """The head for intent; the sentiment's three scores and the toxicity are marks here, too."""

    classes: tuple[Line, ...]
    sure: Curve


class Shipped(Struct, frozen=True):
    """All that is in the file."""

    version: str
    entries: Entries
    words: bytes  # (BUCKETS, FEELINGS) of int8
    letters: bytes
    intents: bytes  # (BUCKETS, WANTS)
    intent_letters: bytes  # (BUCKETS / FEWER, WANTS): little is known of intents
    sentiment: Sentiments
    toxicity: Toxicity
    intent: Intents


class Sums(Struct, frozen=True, eq=False):
    """What the tables say of a batch: (texts, LANES) each."""

    words: Floats
    letters: Floats
    intents: Floats
    intent_letters: Floats


class Tables:
    """The tables of a model, laid out to be summed."""

    def __init__(self, shipped: Shipped) -> None:
        self._words = _packed(shipped.words, FEELINGS)
        self._letters = _packed(shipped.letters, FEELINGS)
        self._intents = _packed(shipped.intents, WANTS)
        self._intent_letters = _packed(shipped.intent_letters, WANTS)

    def sums(self, reading: Reading) -> Sums:
        """What the tables say of each text, divided by the root of how much was looked up."""
        words, letters = word_buckets(reading), letter_buckets(reading)
        by_word = _lanes(((self._words, words), (self._intents, words)), reading.token_rows)
        by_letter = _lanes(((self._letters, letters), (self._intent_letters, few(letters))), reading.letter_rows)
        by_word *= _norms(words, reading.token_rows)
        by_letter *= _norms(letters, reading.letter_rows)
        return Sums(words=by_word[0], letters=by_letter[0], intents=by_word[1], intent_letters=by_letter[1])


def few(letters: Three) -> Three:
    """The buckets of a table that has FEWER times fewer rows."""
    return letters[0] // FEWER, letters[1] // FEWER, letters[2] // FEWER


class Scorer:
    """Some lines of one head, ready to be added up over a batch."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._words = np.array([line.words for line in lines])
        self._letters = np.array([line.letters for line in lines])
        self._marks = np.array([line.marks for line in lines]).T
        self._start = np.array([line.start for line in lines])

    def __call__(self, words: Floats, letters: Floats, marks: Floats) -> Floats:
        """(texts, lines). `words`, `letters`: the sums in their lanes."""
        found: Floats = self._start + self._words * words + self._letters * letters + marks @ self._marks
        return found


def softmax(given: Floats) -> Floats:
    """Scores → chances that add up to 1 in each row."""
    chances: Floats = np.exp(given - np.maximum.reduce(given, axis=1, keepdims=True))
    chances /= np.add.reduce(chances, axis=1, keepdims=True)
    return chances


def to_bytes(shipped: Shipped) -> bytes:
    """As model.bin holds it."""
    return msgspec.msgpack.encode(shipped)


def from_bytes(model: bytes) -> Shipped:
    """Raises msgspec.ValidationError or msgspec.DecodeError where the bytes are no model of this version of Hubbub."""
    return msgspec.msgpack.decode(model, type=Shipped)


def _packed(table: bytes, lanes: int) -> NDArray[np.uint64]:
    """A row as one number, each lane raised to be above 0; the lanes that are not in use stand at 0."""
    numbers = np.frombuffer(table, np.int8)
    if len(numbers) % (lanes << 10) or np.abs(numbers).max(initial=0) > MOST:
        raise msgspec.ValidationError("a table of the model has another size or greater numbers than it may have")
    rows = np.full((len(numbers) // lanes, LANES), MOST, np.int8)
    rows[:, :lanes] += numbers.reshape(-1, lanes)
    return rows.view("<u8")[:, 0]


def _lanes(asked: Sequence[tuple[NDArray[np.uint64], Three]], bounds: Numbers) -> Floats:
    """(tables, texts, LANES): of each table the sum of the rows of its buckets between a text's bounds. Bucket 0 holds
    nothing."""
    count = int(bounds[-1])
    if not count:
        return np.zeros((len(asked), len(bounds) - 1, LANES))
    halves = np.empty((len(asked), 2, count), np.uint64)
    for (table, buckets), (lower, upper) in zip(asked, halves, strict=True):
        found = table.take(buckets[0][:count], mode="clip")
        for each in buckets[1:]:
            found += table.take(each[:count], mode="clip")
        np.bitwise_and(found, _HALF, out=lower)
        found >>= _BYTE
        np.bitwise_and(found, _HALF, out=upper)
    lengths = steps(bounds[:-1], count)
    if np.minimum.reduce(lengths) > 0 and np.maximum.reduce(lengths) <= _PIECE:  # each text is a piece
        return _raised(halves, bounds[:-1]) - (3.0 * MOST) * lengths[:, None]
    cuts = np.unique(np.concatenate((bounds, np.arange(0, count, _PIECE))))
    pieces = np.zeros((len(asked), len(cuts), LANES), np.int64)
    np.subtract(_raised(halves, cuts[:-1]), (3 * MOST) * np.diff(cuts)[:, None], out=pieces[:, 1:])
    np.cumsum(pieces, axis=1, out=pieces)
    return np.diff(pieces[:, np.searchsorted(cuts, bounds)], axis=1).astype(np.float64)


def _raised(halves: NDArray[np.uint64], firsts: Numbers) -> NDArray[np.uint16]:
    """(tables, pieces, LANES): sums of the rows as they are held, above 0."""
    summed = np.add.reduceat(halves, firsts, axis=2).view("<u2")
    return summed.reshape(len(halves), 2, -1, LANES // 2).transpose(0, 2, 3, 1).reshape(len(halves), -1, LANES)


def _norms(buckets: Three, bounds: Numbers) -> Floats:
    """(texts, 1): 1 / sqrt(number of features and one more)."""
    count = int(bounds[-1])
    if len(bounds) == 2:
        held = sum(np.count_nonzero(each[:count]) for each in buckets)
        return np.array([[1 / math.sqrt(held + 1)]])
    running = np.zeros(count + 1, np.int32)
    for each in buckets:
        running[1:] += each[:count] > 0
    np.cumsum(running, out=running)
    found = running[bounds]
    norms: Floats = 1 / np.sqrt(found[1:] - found[:-1] + 1)[:, None]
    return norms
