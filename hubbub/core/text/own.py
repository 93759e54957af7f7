"""A workspace's own layer: what its people corrected, laid over the shipped model's answer.

For one field (sentiment, intent, toxicity, spam) the layer turns the shipped probabilities p and the text's words into

    score[class] = trust * log p[class] + lean[class] + sum of weight[word, class] / sqrt(number of words)

and a softmax of the scores. It is multinomial logistic regression, fitted by full-batch descent with Nesterov's
momentum (Y. Nesterov, 1983; restarted when the loss rises, B. O'Donoghue and E. Candès, 2015) and a step for each
weight that bounds the curvature (D. Böhning, "Multinomial logistic regression algorithm", 1992), on the sum of log
losses plus a quadratic penalty on (trust - 1), lean and weight: without evidence the layer is the shipped answer (a
Gaussian prior around it). A post counts the more, the rarer its class: all classes weigh the same, none is given up for
a frequent one. Words are hashed into buckets by CRC-32: the layer keeps no word that people wrote. Equal examples give
the same layer: in another order up to rounding, in the same order to the byte on one machine.

Before a layer is used, `measure` shows it on labels it was not fitted on (k-fold cross-validation: M. Stone, 1974), and
how many answers it mends and breaks, with the exact sign test's chance of so clear a balance if the layer changed
nothing (Q. McNemar, 1947). Both refuse, in words, where the labels are too few or too one-sided.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import comb, sqrt
from typing import Literal
from zlib import crc32

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from hubbub.core.facts import INTENTS, SENTIMENTS
from hubbub.core.text.trust import Trust, trust

Field = Literal["sentiment", "intent", "toxicity", "spam"]

CLASSES: Mapping[Field, tuple[str, ...]] = {
    "sentiment": SENTIMENTS,
    "intent": INTENTS,
    "toxicity": ("fine", "toxic"),  # toxic: 0.5 and more
    "spam": ("fine", "spam"),  # spam: 0.5 and more
}
NEEDED = 200  # labels, before a layer is fitted
NEEDED_EACH = 10  # labels of a class, for it to count as known
FOLDS = 5

_BITS = 14
_WORDS = 60  # of a text's words, the first so many are read
_LETTERS = 2_000  # of a text, so many characters are read
_SEEN = 2  # a bucket counts from so many examples on
_STEPS = 200
_STIFF_TRUST, _STIFF_LEAN, _STIFF_WORD = 20.0, 20.0, 1.0  # how strong the prior is, in examples
_LEAST = 1e-4  # a shipped probability is never taken for less: nothing is impossible

Floats = NDArray[np.float64]
Words = tuple[NDArray[np.int64], NDArray[np.int64], Floats]
Rows = Sequence[Sequence[float]]


class NotEnough(Exception):
    """The labels do not suffice; the message says what is missing, for the person who asked."""


class Example(Struct, frozen=True):
    """One post that a person labelled."""

    text: str
    shipped: tuple[float, ...]  # the shipped model's probabilities, in the order of CLASSES[field]
    label: str  # one of CLASSES[field]


class Layer(Struct, frozen=True):
    """What was learned for one field."""

    field: Field
    model: str  # the version of the shipped model that it rests on; no use on another
    labels: int  # how many it was fitted on
    trust: float
    lean: tuple[float, ...]
    buckets: tuple[int, ...]  # ascending
    weights: tuple[tuple[float, ...], ...]  # a bucket's row: one number a class

    def to_bytes(self) -> bytes:
        """For keeping. `Layer.from_bytes` reads it back."""
        return msgspec.msgpack.encode(self)

    @classmethod
    def from_bytes(cls, kept: bytes) -> "Layer":
        """Raises msgspec.DecodeError for what is no layer."""
        return msgspec.msgpack.decode(kept, type=cls)


class Measured(Struct, frozen=True):
    """The shipped answers and the layer's, on the same labels; the layer never saw the label it is measured on."""

    field: Field
    labels: int
    before: Trust
    after: Trust
    mended: int  # wrong before, right after
    broken: int  # right before, wrong after
    chance: float  # of a balance at least as clear, either way, if the layer changed nothing

    @property
    def better(self) -> bool:
        """More mended than broken, hardly by chance, and not at the cost of the rarer classes."""
        kept = (self.after.macro_recall or 0.0) >= (self.before.macro_recall or 0.0) - 0.005
        return kept and self.mended > self.broken and self.chance < 0.05


def binary(probability: float) -> tuple[float, float]:
    """A toxicity or spam score as the shipped probabilities of its two classes."""
    return 1.0 - probability, probability


def refusal(field: Field, labels: Sequence[str]) -> str:
    """Why no layer can be fitted on these labels, for the person who asked; "" if it can."""
    counts = Counter(label for label in labels if label in CLASSES[field])
    known = sum(counts.values())
    if known < NEEDED:
        return (
            f"{known} of the {NEEDED} labels for {field} that a model of your own needs are there. "
            f"Correct or confirm {NEEDED - known} more posts."
        )
    enough = [name for name in CLASSES[field] if counts[name] >= NEEDED_EACH]
    if len(enough) >= 2:
        return ""
    rarest = [f"{name}: {counts[name]}" for name in CLASSES[field] if counts[name] < NEEDED_EACH]
    return (
        f"The labels for {field} say nearly always the same, so there is nothing to tell apart ({', '.join(rarest)}). "
        f"Label at least {NEEDED_EACH} posts of another class."
    )


def train(field: Field, examples: Sequence[Example], *, model: str) -> Layer:
    """A layer fitted on all examples. Raises NotEnough, or ValueError for a label or row that does not fit `field`."""
    because = refusal(field, [example.label for example in examples])
    if because:
        raise NotEnough(because)
    return _fit(field, examples, model)


def apply(layer: Layer, texts: Sequence[str], shipped: Rows) -> list[tuple[float, ...]]:
    """The layer's probabilities for each text, in the order of CLASSES[layer.field].

    `shipped` holds what the shipped model `layer.model` said of each text. Raises ValueError where they do not fit.
    """
    if not texts:
        return []
    rows, buckets, share = _words(texts)
    keys = np.asarray(layer.buckets, np.int64)
    base = _logs(shipped, len(texts), len(CLASSES[layer.field]))
    scores = layer.trust * base + np.asarray(layer.lean)
    if keys.size and buckets.size:
        places = np.searchsorted(keys, buckets)
        places[places == keys.size] = 0
        known = keys[places] == buckets
        weights = np.asarray(layer.weights)[places[known]] * share[known][:, None]
        for column in range(scores.shape[1]):
            scores[:, column] += np.bincount(rows[known], weights[:, column], len(texts))
    return [tuple(row) for row in _softmax(scores).tolist()]


def choose(field: Field, probabilities: Sequence[float]) -> tuple[str, float]:
    """The likeliest class and how sure it is; of equals the last, so that a score of 0.5 counts as reached."""
    at = max(range(len(probabilities)), key=lambda one: (probabilities[one], one))
    return CLASSES[field][at], probabilities[at]


def measure(field: Field, examples: Sequence[Example], *, folds: int = FOLDS) -> Measured:
    """Before and after, by cross-validation: each label is judged by a layer that was fitted without it.

    Equal texts stay in one fold, so that a copy cannot teach its own answer. Raises NotEnough as `train` does.
    """
    because = refusal(field, [example.label for example in examples])
    if because:
        raise NotEnough(because)
    fold = _folds(examples, folds)
    after = [""] * len(examples)
    for number in range(folds):
        rest = [example for example, of in zip(examples, fold, strict=True) if of != number]
        held = [at for at, of in enumerate(fold) if of == number]
        layer = _fit(field, rest, "")
        answers = apply(layer, [examples[at].text for at in held], [examples[at].shipped for at in held])
        for at, answer in zip(held, answers, strict=True):
            after[at] = choose(field, answer)[0]
    before = [choose(field, example.shipped)[0] for example in examples]
    truth = [example.label for example in examples]
    mended = sum(one != label == two for one, two, label in zip(before, after, truth, strict=True))
    broken = sum(two != label == one for one, two, label in zip(before, after, truth, strict=True))
    return Measured(
        field=field,
        labels=len(examples),
        before=trust(zip(before, truth, strict=True), CLASSES[field]),
        after=trust(zip(after, truth, strict=True), CLASSES[field]),
        mended=mended,
        broken=broken,
        chance=_sign_test(mended, broken),
    )


def _folds(examples: Sequence[Example], folds: int) -> list[int]:
    """Which fold each example is in: dealt out class by class, in an order that depends on the texts alone."""
    groups: dict[str, int] = {}
    dealt: Counter[str] = Counter()
    first = {example.text: example.label for example in reversed(examples)}
    for text in sorted(first, key=lambda one: (_crc(one), one)):
        groups[text] = dealt[first[text]] % folds
        dealt[first[text]] += 1
    return [groups[example.text] for example in examples]


def _sign_test(mended: int, broken: int) -> float:
    """Twice the smaller tail of a fair coin, thrown once for each answer that changed sides."""
    changed = mended + broken
    if changed > 1_000:  # the normal value serves, and 2**changed would leave the floats
        z = (abs(mended - broken) - 1) / sqrt(changed)
        return float(min(1.0, 2 * np.exp(-z * z / 2) / (max(z, 1.0) * sqrt(2 * np.pi))))
    tail = sum(comb(changed, count) for count in range(min(mended, broken) + 1))
    return float(min(1.0, 2 * tail / 2**changed))


def _fit(field: Field, examples: Sequence[Example], model: str) -> Layer:
    classes = CLASSES[field]
    unknown = sorted({example.label for example in examples} - set(classes))
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: no class of {field}; its classes are {', '.join(classes)}")
    rows, buckets, share = _words([example.text for example in examples])
    kept, column, times = np.unique(buckets, return_inverse=True, return_counts=True)
    often = times >= _SEEN
    use = often[column]
    rows, share, column = rows[use], share[use], (np.cumsum(often) - 1)[column[use]]
    kept = kept[often]
    base = _logs([example.shipped for example in examples], len(examples), len(classes))
    truth = np.zeros((len(examples), len(classes)))
    truth[np.arange(len(examples)), [classes.index(example.label) for example in examples]] = 1
    weights = _descend(base, truth, (rows, column, share), len(kept))
    return Layer(
        field=field,
        model=model,
        labels=len(examples),
        trust=float(weights[0, 0]),
        lean=tuple(weights[1].tolist()),
        buckets=tuple(kept.tolist()),
        weights=tuple(tuple(row) for row in weights[2:].tolist()),
    )


def _descend(base: Floats, truth: Floats, words: Words, many: int) -> Floats:
    """Trust (row 0, first column), leans (row 1) and a row for each word, at the least loss."""
    rows, column, share = words
    posts, classes = truth.shape
    start = np.zeros((2 + many, classes))
    start[0, 0] = 1.0
    stiff = np.full((2 + many, 1), _STIFF_WORD)
    stiff[0], stiff[1] = _STIFF_TRUST, _STIFF_LEAN
    weight = 1 / np.maximum(truth.sum(axis=0), 1)[truth.argmax(axis=1)]
    weight *= posts / weight.sum()
    size = np.sqrt((base * base).sum(axis=1))
    total = weight * (1 + size + np.bincount(rows, share, posts))  # of a post's features, in absolute value
    load = np.bincount(column, share * total[rows], many)
    curve = np.concatenate([[size @ total, total.sum()], load])[:, None] / 2 + stiff
    here, ahead, speed, last = start.copy(), start.copy(), 1.0, np.inf
    for _ in range(_STEPS):
        scores = ahead[0, 0] * base + ahead[1]
        for name in range(classes):
            scores[:, name] += np.bincount(rows, ahead[2:, name][column] * share, posts)
        chances = _softmax(scores)
        away = ahead - start
        loss = float(-(weight @ np.log(chances[truth == 1])) + (stiff * away * away).sum() / 2)
        off = (chances - truth) * weight[:, None]
        slope = stiff * away
        slope[0, 0] += (off * base).sum()
        slope[0, 1:] = 0.0
        slope[1] += off.sum(axis=0)
        for name in range(classes):
            slope[2:, name] += np.bincount(column, off[rows, name] * share, many)
        there = ahead - slope / curve
        if loss > last:
            speed = 1.0
        faster = (1 + sqrt(1 + 4 * speed * speed)) / 2
        ahead = there + (speed - 1) / faster * (there - here)
        here, speed, last = there, faster, loss
    return here


def _words(texts: Sequence[str]) -> Words:
    """Of every text's different words: the text's place, the word's bucket, and the word's part in the text."""
    rows: list[int] = []
    buckets: list[int] = []
    share: list[float] = []
    for place, text in enumerate(texts):
        found = sorted({_crc(word) >> (32 - _BITS) for word in text[:_LETTERS].lower().split()[:_WORDS]})
        rows += [place] * len(found)
        buckets += found
        share += [1 / sqrt(len(found))] * len(found) if found else []
    return np.asarray(rows, np.int64), np.asarray(buckets, np.int64), np.asarray(share, np.float64)


def _crc(word: str) -> int:
    return crc32(word.encode("utf-8", "surrogatepass"))


def _logs(shipped: Rows, posts: int, classes: int) -> Floats:
    table = np.asarray(shipped, np.float64)
    if table.shape != (posts, classes):
        raise ValueError(f"the shipped answers are {table.shape}, but {posts} texts of {classes} classes were expected")
    logs: Floats = np.log(np.clip(np.nan_to_num(table), _LEAST, 1.0))
    return logs


def _softmax(scores: Floats) -> Floats:
    chances: Floats = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    return chances
