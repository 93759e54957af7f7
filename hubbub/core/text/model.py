"""The shipped model: its file, and the sums over its tables that all heads share.

A table has one row of eight whole numbers (-42 to 42) for each bucket, one a lane. A text's sum in a lane is what its
words, pairs of words and letters say for one class of one head. So small are they that three rows are summed within
their bytes, eight lanes by one addition.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from hubbub.core.text.features import Buckets, Numbers, Reading, letter_buckets, word_buckets
from hubbub.core.text.lexicon import Entries

Floats = NDArray[np.float64]

LANES = 8
FEWER = np.uint32(4)
NEGATIVE, NEUTRAL, POSITIVE, VALENCE, TOXIC = range(
    5
)  # lanes of `words` and `letters`; those of `intents` as in facts.Intent

FEELINGS, WANTS = 5, 6  # lanes in use, which are all that the file holds

_HALF = np.uint64(0x00FF00FF00FF00FF)  # every other byte, with room for a sum to grow into
MOST = 42  # of a table's numbers: three of them, raised to be above 0, fit into a byte
_PIECE = 256  # places summed at once: 256 * 3 * 84 fits into 16 bits


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
        """How often what is thought is right; 0 to 1."""
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
        per_word, per_letter = _norms(words, reading.token_rows), _norms(letters, reading.letter_rows)
        return Sums(
            words=_lanes(self._words, words, reading.token_rows) * per_word,
            letters=_lanes(self._letters, letters, reading.letter_rows) * per_letter,
            intents=_lanes(self._intents, words, reading.token_rows) * per_word,
            intent_letters=_lanes(self._intent_letters, few(letters), reading.letter_rows) * per_letter,
        )


def few(letters: tuple[Buckets, Buckets, Buckets]) -> tuple[Buckets, Buckets, Buckets]:
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
    raised = np.exp(given - given.max(axis=1, keepdims=True))
    chances: Floats = raised / raised.sum(axis=1, keepdims=True)
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


def _lanes(table: NDArray[np.uint64], buckets: tuple[Buckets, Buckets, Buckets], bounds: Numbers) -> Floats:
    """(texts, LANES): the sum of the rows of all buckets between a text's bounds. Bucket 0 holds nothing."""
    count = int(bounds[-1])
    if not count:
        return np.zeros((len(bounds) - 1, LANES))
    found = table.take(buckets[0][:count], mode="clip")
    for each in buckets[1:]:
        found += table.take(each[:count], mode="clip")
    lengths = bounds[1:] - bounds[:-1]
    if lengths.min() > 0 and lengths.max() <= _PIECE:  # no text is empty or too long: each is a piece
        sums = np.empty((len(lengths), LANES))
        for first, half in ((0, found & _HALF), (1, (found >> np.uint64(8)) & _HALF)):
            sums[:, first::2] = np.add.reduceat(half, bounds[:-1]).view("<u2").reshape(-1, 4)
        sums -= (MOST * len(buckets)) * lengths[:, None]
        return sums
    cuts = np.unique(np.concatenate((bounds, np.arange(0, count, _PIECE))))
    pieces = np.empty((len(cuts), LANES), np.int64)
    pieces[0] = 0
    for first, half in ((0, found & _HALF), (1, (found >> np.uint64(8)) & _HALF)):
        pieces[1:, first::2] = np.add.reduceat(half, cuts[:-1]).view("<u2").reshape(-1, 4)
    pieces[1:] -= (MOST * len(buckets)) * np.diff(cuts)[:, None]
    np.cumsum(pieces, axis=0, out=pieces)
    return np.diff(pieces[np.searchsorted(cuts, bounds)], axis=0).astype(np.float64)


def _norms(buckets: tuple[Buckets, Buckets, Buckets], bounds: Numbers) -> Floats:
    """(texts, 1): 1 / sqrt(number of features and one more)."""
    count = int(bounds[-1])
    held = np.zeros(count + 1, np.int32)
    for each in buckets:
        held[1:] += each[:count] > 0
    np.cumsum(held, out=held)
    found = held[bounds]
    norms: Floats = 1 / np.sqrt(found[1:] - found[:-1] + 1)[:, None]
    return norms
