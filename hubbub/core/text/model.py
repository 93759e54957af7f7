"""The shipped model: its file, and the sums over its tables that all heads share.

A table has one row of eight whole numbers (-128 to 127) for each bucket, one a lane. A text's sum in a lane is what its
words, pairs of words and letters say for one class of one head.
"""

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from hubbub.core.text.features import BUCKETS, Buckets, Numbers, Reading, letter_buckets, word_buckets
from hubbub.core.text.lexicon import Entries

Floats = NDArray[np.float64]

LANES = 8
NEGATIVE, NEUTRAL, POSITIVE, VALENCE, TOXIC = range(
    5
)  # lanes of `words` and `letters`; those of `intents` as in facts.Intent

_HALF = np.uint64(0x00FF00FF00FF00FF)  # every other byte, with room for a sum to grow into
_PIECE = 64  # places summed at once: 64 * 3 features * 255 fits into 16 bits


class Line(Struct, frozen=True):
    """One class of one head: what is added up to its score."""

    words: float  # how much one unit of its lane is worth
    letters: float
    marks: tuple[float, ...]  # as in marks.MARKS
    start: float


class Curve(Struct, frozen=True):
    """Broken line from what the model thinks to how often it is right. Both ascend."""

    thought: tuple[float, ...]
    right: tuple[float, ...]

    def at(self, thoughts: Floats) -> Floats:
        return np.interp(thoughts, self.thought, self.right)


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
    words: bytes  # (BUCKETS, LANES) of int8
    letters: bytes
    intents: bytes
    sentiment: Sentiments
    toxicity: Toxicity
    intent: Intents


class Sums(Struct, frozen=True, eq=False):
    """What the tables say of a batch: (texts, LANES) each."""

    words: Floats
    letters: Floats
    intents: Floats


class Tables:
    """The tables of a model, laid out to be summed."""

    def __init__(self, shipped: Shipped) -> None:
        self._words = _packed(shipped.words)
        self._letters = _packed(shipped.letters)
        self._intents = _packed(shipped.intents)

    def sums(self, reading: Reading) -> Sums:
        words, letters = word_buckets(reading), letter_buckets(reading)
        per_word = _norms(words, reading.token_rows)
        return Sums(
            words=_lanes(self._words, words, reading.token_rows) * per_word,
            letters=_lanes(self._letters, letters, reading.letter_rows) * _norms(letters, reading.letter_rows),
            intents=_lanes(self._intents, words, reading.token_rows) * per_word,
        )


def scores(line: Line, words: Floats, letters: Floats, marks: Floats) -> Floats:
    """One head's class over a batch. `words` and `letters`: the sums in its lane."""
    found: Floats = line.start + line.words * words + line.letters * letters + marks @ np.array(line.marks)
    return found


def softmax(given: Floats) -> Floats:
    """Scores → chances that add up to 1 in each row."""
    raised = np.exp(given - given.max(axis=1, keepdims=True))
    chances: Floats = raised / raised.sum(axis=1, keepdims=True)
    return chances


def to_bytes(shipped: Shipped) -> bytes:
    return msgspec.msgpack.encode(shipped)


def from_bytes(model: bytes) -> Shipped:
    """Raises msgspec.ValidationError or msgspec.DecodeError where the bytes are no model of this version of Hubbub."""
    return msgspec.msgpack.decode(model, type=Shipped)


def _packed(table: bytes) -> NDArray[np.uint64]:
    """A row as one number, each lane raised by 128 to be above 0."""
    raised = (np.frombuffer(table, np.int8).astype(np.int16) + 128).astype(np.uint8)
    packed = raised.view("<u8")
    if len(packed) != BUCKETS:
        raise msgspec.ValidationError(f"a table of the model has {len(packed)} rows; {BUCKETS} are needed")
    return packed


def _lanes(table: NDArray[np.uint64], buckets: tuple[Buckets, Buckets, Buckets], bounds: Numbers) -> Floats:
    """(texts, LANES): the sum of the rows of all buckets between a text's bounds. Bucket 0 holds nothing."""
    count = int(bounds[-1])
    low, high = np.zeros(count + 1, np.uint64), np.zeros(count + 1, np.uint64)
    for each in buckets:
        found = table[each[:count]]
        low[1:] += found & _HALF
        high[1:] += (found >> np.uint64(8)) & _HALF
    np.cumsum(low, out=low)
    np.cumsum(high, out=high)
    cuts = np.unique(np.concatenate((bounds, np.arange(0, count, _PIECE))))
    pieces = np.empty((len(cuts), LANES), np.int64)
    pieces[0] = 0
    for first, running in ((0, low), (1, high)):
        part = np.diff(running[cuts])  # right even where the running sums have overflowed
        pieces[1:, first::2] = part.view("<u2").reshape(-1, 4)
    pieces[1:] -= (128 * len(buckets)) * np.diff(cuts)[:, None]
    np.cumsum(pieces, axis=0, out=pieces)
    return np.diff(pieces[np.searchsorted(cuts, bounds)], axis=0).astype(np.float64)


def _norms(buckets: tuple[Buckets, Buckets, Buckets], bounds: Numbers) -> Floats:
    """(texts, 1): 1 / sqrt(number of features and one more)."""
    running = np.zeros(int(bounds[-1]) + 1, np.int64)
    for each in buckets:
        running[1:] += each[: bounds[-1]] > 0
    np.cumsum(running, out=running)
    norms: Floats = 1 / np.sqrt(np.diff(running[bounds]) + 1)[:, None]
    return norms
