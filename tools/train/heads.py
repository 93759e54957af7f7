"""Fits one head: softmax over classes or a line, with a quadratic penalty, and rounds it to the lanes of the tables."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from hubbub.core.text.features import BUCKETS
from hubbub.core.text.model import MOST, Curve, Line
from tools.train.matrix import Doubles, Ints, Matrix, Table
from tools.train.solver import minimise

TAIL = 8.0  # how far beyond what was seen a curve goes on


class Recipe(Struct, frozen=True):
    """How a head is fitted."""

    penalty: float = 2e-4  # on what words and letters say
    marks_penalty: float = 1e-3
    words: float = 1.5  # how freely words may speak, beside letters
    letters: float = 1.0
    steps: int = 40


class Fitted(Struct, frozen=True, eq=False):
    """Weights as found: one row a class."""

    words: Doubles  # (classes, BUCKETS)
    letters: Doubles
    marks: Doubles
    starts: Doubles

    def scores(self, matrix: Matrix) -> Doubles:
        """(rows, classes)"""
        columns = [
            matrix.words.times(words) + matrix.letters.times(letters) + matrix.marks @ marks + start
            for words, letters, marks, start in zip(self.words, self.letters, self.marks, self.starts, strict=True)
        ]
        return np.stack(columns, axis=1)


def fit(matrix: Matrix, targets: Doubles, weights: Doubles, recipe: Recipe, *, classes: bool) -> Fitted:
    """`targets` (rows, outputs). With `classes` a row has a share for each class, and a softmax is fitted (one column:
    a sigmoid); without, least squares."""
    scales = _rarity(matrix.words) * recipe.words, _rarity(matrix.letters) * recipe.letters
    outputs, dense = targets.shape[1], matrix.marks.shape[1]
    size = 2 * BUCKETS + dense + 1
    weights = weights / weights.sum()
    penalty = np.full(size, recipe.penalty)
    penalty[2 * BUCKETS : -1] = recipe.marks_penalty
    penalty[-1] = 0

    def fitted(place: Doubles) -> Fitted:
        rows = place.reshape(outputs, size)
        return Fitted(
            rows[:, :BUCKETS] * scales[0],
            rows[:, BUCKETS : 2 * BUCKETS] * scales[1],
            rows[:, 2 * BUCKETS : -1],
            rows[:, -1],
        )

    def loss(place: Doubles) -> tuple[float, Doubles]:
        value, slopes = _loss(fitted(place).scores(matrix), targets, classes=classes)
        slopes *= weights[:, None]
        found = np.empty((outputs, size))
        for row, slope in zip(found, slopes.T, strict=True):
            row[:BUCKETS] = matrix.words.back(slope) * scales[0]
            row[BUCKETS : 2 * BUCKETS] = matrix.letters.back(slope) * scales[1]
            row[2 * BUCKETS : -1] = matrix.marks.T @ slope
            row[-1] = slope.sum()
        held = penalty * place.reshape(outputs, size)
        total = float(weights @ value) + 0.5 * float((held * place.reshape(outputs, size)).sum())
        return total, (found + held).ravel()

    return fitted(minimise(loss, np.zeros(outputs * size), steps=recipe.steps))


def _loss(scores: Doubles, targets: Doubles, *, classes: bool) -> tuple[Doubles, Doubles]:
    """Loss of each row, and its slope along the scores."""
    if not classes:
        away = scores - targets
        return 0.5 * (away * away).sum(axis=1), away
    if scores.shape[1] == 1:
        both = np.concatenate([np.zeros_like(scores), scores], axis=1)
        value, slope = _loss(both, np.concatenate([1 - targets, targets], axis=1), classes=True)
        return value, slope[:, 1:]
    top = scores.max(axis=1, keepdims=True)
    logs = scores - top - np.log(np.exp(scores - top).sum(axis=1, keepdims=True))
    return -(targets * logs).sum(axis=1), np.exp(logs) - targets


def _rarity(table: Table) -> Doubles:
    """How freely each bucket may speak: more if it is rare; bucket 0 not at all."""
    seen = np.bincount(table.buckets, minlength=BUCKETS).astype(float)
    rarity = (np.log((1 + len(table.norm)) / (1 + seen)) + 1) / 5 * (seen > 0)
    rarity[0] = 0
    return np.asarray(rarity)


def rounded(weights: Doubles) -> tuple[NDArray[np.int8], float]:
    """Weights as whole numbers, and what one of them is worth."""
    some = np.abs(weights[weights != 0])
    unit = float(np.quantile(some, 0.9996)) / MOST if some.size else 1.0
    return np.rint(np.clip(weights / unit, -MOST, MOST)).astype(np.int8), float(np.float32(unit))


def line(fitted: Fitted, row: int, words: float, letters: float) -> Line:
    return Line(words, letters, tuple(_short(x) for x in fitted.marks[row]), _short(fitted.starts[row]))


def _short(number: float) -> float:
    return float(f"{number:.6g}")


def curve(thoughts: Doubles, right: NDArray[np.bool_], *, bends: int = 12) -> Curve:
    """How often what was thought is right: means over equal lots, made to ascend (pool adjacent violators).
    It goes on ascending beyond what was seen, so that what stands out most still does."""
    order = np.argsort(thoughts, kind="stable")
    lots = [lot for lot in np.array_split(order, min(bends, max(1, len(order) // 50))) if lot.size]
    blocks = [(float(thoughts[lot].mean()), (float(right[lot].sum()) + 0.5) / (len(lot) + 1), len(lot)) for lot in lots]
    pooled: list[tuple[float, float, int]] = []
    for block in blocks:
        pooled.append(block)
        while len(pooled) > 1 and pooled[-2][1] >= pooled[-1][1]:
            (x, y, n), (x2, y2, n2) = pooled[-2:]
            pooled[-2:] = [((x * n + x2 * n2) / (n + n2), (y * n + y2 * n2) / (n + n2), n + n2)]
    (first, low, _), (last, high, _) = pooled[0], pooled[-1]
    ends = [(first - TAIL, low / 10), *((x, y) for x, y, _ in pooled), (last + TAIL, 1 - (1 - high) / 10)]
    return Curve(tuple(_short(x) for x, _ in ends), tuple(_short(y) for _, y in ends))


def calibration_error(chances: Doubles, right: NDArray[np.bool_], *, bins: int = 10) -> float:
    """Expected calibration error: how far chances are from how often they are right, over equal bins of chance."""
    at = np.minimum((chances * bins).astype(int), bins - 1)
    counts = np.bincount(at, minlength=bins)
    away = np.abs(np.bincount(at, chances, bins) - np.bincount(at, right.astype(float), bins))
    return float(away.sum() / counts.sum())


def folds(count: int, parts: int, seed: int = 4) -> list[Ints]:
    """Row numbers, dealt into parts by a fixed shuffle."""
    shuffled = np.random.default_rng(seed).permutation(count)
    return [np.sort(part) for part in np.array_split(shuffled, parts)]
