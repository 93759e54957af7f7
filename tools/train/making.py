"""Makes the whole model: lexicon, heads, tables, and how sure each answer is."""

import hashlib
from pathlib import Path

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from hubbub.core.text import intent, model
from hubbub.core.text.features import BUCKETS
from hubbub.core.text.lexicon import Lexicon
from hubbub.core.text.marks import MARKS
from hubbub.core.text.model import LANES, NEGATIVE, TOXIC, VALENCE, Line
from hubbub.core.text.toxicity import with_feelings
from tools.train import lists as word_lists
from tools.train import sources
from tools.train.heads import Fitted, Recipe, calibration_error, curve, fit, folds, line, rounded
from tools.train.lists import Lists
from tools.train.matrix import Doubles, Ints, Matrix, matrix
from tools.train.sources import Taught, Written

VERSION = "2"
FEELING = Recipe(penalty=4e-4, words=3.0, letters=2.0, marks_penalty=1e-4, steps=60)
VALUED = Recipe(penalty=4e-4, words=3.0, letters=2.0, marks_penalty=1e-4, steps=40)
RUDE = Recipe(penalty=4e-4, words=3.0, letters=2.0, marks_penalty=1e-4, steps=40)
WANTING = Recipe(penalty=3e-4, words=1.5, letters=1.0, marks_penalty=1e-3, steps=40)
LEARNED = 0.4  # share of the learned score in the sentiment's score
PROFANE = 1.0  # worth of the list of profane words beside what was learned of toxicity
WRITTEN = 2.0  # worth of a post written by us beside another: they are few, and nothing else speaks of customers
WEIGHED = 0.5  # how far rare intents weigh more: 0 not, 1 as much as frequent ones

Lanes = dict[str, NDArray[np.int8]]


def make(
    folder: Path,
    lists: Lists,
    labels: Path = sources.INTENT_LABELS,
    written: Path = sources.WRITTEN,
    *,
    steps: int = 60,
) -> tuple[bytes, list[str]]:
    """The bytes of the model, and what is worth telling of its making. `steps`: at most so many of the solver for each
    head; fewer make another, poorer model. Raises DataMissing."""
    told: list[str] = []
    entries = word_lists.entries(lists)
    lexicon = Lexicon(entries)
    tables = {name: np.zeros((BUCKETS, LANES), np.int8) for name in ("words", "letters", "intents")}
    tables["intent_letters"] = np.zeros((BUCKETS // int(model.FEWER), LANES), np.int8)
    making = _Making(lexicon, tables, told, sources.written(written), steps)
    sentiment, fitted = making.sentiment(folder)
    feeling = _Feeling(fitted, np.array(sentiment.balance))
    toxicity = making.toxicity(folder, feeling)
    intents = making.intents(sources.intents(folder, labels, making.own), feeling, toxicity)
    shipped = model.Shipped(
        version=VERSION,
        entries=entries,
        words=tables["words"][:, : model.FEELINGS].tobytes(),
        letters=tables["letters"][:, : model.FEELINGS].tobytes(),
        intents=tables["intents"][:, : model.WANTS].tobytes(),
        intent_letters=tables["intent_letters"][:, : model.WANTS].tobytes(),
        sentiment=sentiment,
        toxicity=toxicity.head,
        intent=intents,
    )
    made = model.to_bytes(shipped)
    told.append(f"{len(made)} bytes, SHA-256 {hashlib.sha256(made).hexdigest()}")
    return made, told


class _Feeling(Struct, frozen=True, eq=False):
    """The fitted sentiment, as other heads ask it."""

    fitted: Fitted
    balance: Doubles

    def chances(self, cut: Matrix) -> Doubles:
        return model.softmax(self.fitted.scores(cut) + self.balance)


class _Rudeness(Struct, frozen=True, eq=False):
    """The fitted toxicity, as the intent asks it."""

    fitted: Fitted
    head: model.Toxicity

    def chances(self, cut: Matrix, feelings: Doubles) -> Doubles:
        full = cut.with_marks(with_feelings(cut.marks, feelings))
        return self.head.sure.at(self.fitted.scores(full)[:, 0] + PROFANE * _profane(cut))


class _Making(Struct, frozen=True, eq=False):
    """What is on the bench while a model is made; the tables are filled as heads are fitted."""

    lexicon: Lexicon
    tables: Lanes
    told: list[str]
    own: tuple[Written, ...]
    steps: int

    def sentiment(self, folder: Path) -> tuple[model.Sentiments, Fitted]:
        taught = sources.sentiments(folder, "sentiment_train", self.own)
        weights = np.where(taught.sources == sources.OURS, WRITTEN, 1.0)
        fitted = self._fit(matrix(taught.texts, self.lexicon), taught.targets, weights, FEELING, classes=True)
        lines = self._laid(fitted, [NEGATIVE, NEGATIVE + 1, NEGATIVE + 2])
        held = sources.sentiments(folder, "sentiment_val")
        scores, truth = fitted.scores(matrix(held.texts, self.lexicon)), held.targets.argmax(axis=1)
        balance = -np.log(taught.targets[taught.sources != sources.OURS].mean(axis=0))
        balance -= balance.mean()
        chances = model.softmax(scores + balance)
        right = chances.argmax(axis=1) == truth
        self.told.append(
            f"sentiment_val: macro-recall {_recall(chances.argmax(axis=1), truth):.4f}, right {right.mean():.4f}"
        )
        self.told.append(
            f"sentiment_val: calibration error {_checked(chances.max(axis=1), right):.4f} (two halves, crossed)"
        )
        valued = sources.valences(folder, self.own)
        felt = self._fit(matrix(valued.texts, self.lexicon), valued.targets, _alike(valued), VALUED, classes=False)
        head = model.Sentiments(
            classes=(lines[0], lines[1], lines[2]),
            balance=tuple(float(f"{each:.6g}") for each in balance),  # type: ignore[arg-type]
            sure=curve(chances.max(axis=1), right),
            valence=self._laid(felt, [VALENCE])[0],
            learned=LEARNED,
        )
        return head, fitted

    def toxicity(self, folder: Path, feeling: _Feeling) -> _Rudeness:
        taught = sources.toxicities(folder, self.own)
        plain = matrix(taught.texts, self.lexicon)
        cut = plain.with_marks(with_feelings(plain.marks, feeling.chances(plain)))
        weights = _alike(taught) * np.where(np.isin(taught.sources, sources.WEAK), 0.5, 1.0)
        parts = folds(len(taught.texts), 10)
        held, rest = parts[0], np.sort(np.concatenate(parts[1:]))
        trial = self._fit(cut.take(rest), taught.targets[rest], weights[rest], RUDE, classes=True)
        held = held[~np.isin(taught.sources[held], (sources.WEAK[0], sources.OURS))]
        thoughts, right = (
            trial.scores(cut.take(held))[:, 0] + PROFANE * _profane(cut)[held],
            taught.targets[held, 0] > 0.5,
        )
        self.told.append(
            f"toxicity, held-out tenth: calibration error {_checked(thoughts, right):.4f} (two halves, crossed)"
        )
        fitted = self._fit(cut, taught.targets, weights, RUDE, classes=True)
        learned = self._laid(fitted, [TOXIC])[0]
        return _Rudeness(fitted, model.Toxicity(learned, PROFANE, curve(thoughts, right, bends=20)))

    def intents(self, taught: Taught, feeling: _Feeling, rudeness: _Rudeness) -> model.Intents:
        plain = matrix(taught.texts, self.lexicon)
        feelings = feeling.chances(plain)
        marks = intent.with_others(plain.marks, feelings, rudeness.chances(plain, feelings))
        cut = Matrix(plain.words, plain.letters.fewer(int(model.FEWER)), marks)
        truth = taught.targets.argmax(axis=1)
        worth = np.maximum(np.bincount(truth, minlength=len(intent.CLASSES)), 1)[truth] ** -WEIGHED
        measured = np.flatnonzero(taught.sources != sources.ONCE)
        chances = np.zeros(taught.targets.shape)
        for part in folds(len(measured), 5):
            out = measured[part]
            rest = np.setdiff1d(np.arange(len(truth)), out)
            fitted = self._fit(cut.take(rest), taught.targets[rest], worth[rest], WANTING, classes=True)
            chances[out] = model.softmax(fitted.scores(cut.take(out)))
        own = np.flatnonzero(taught.sources == sources.OWN)
        self.told.extend(f"written by us: {line}" for line in _f1(chances[own].argmax(axis=1), truth[own]))
        measured = np.flatnonzero(taught.sources == sources.TWICE)
        answers = chances[measured].argmax(axis=1)
        self.told.extend(_f1(answers, truth[measured]))
        thoughts, right = chances[measured].max(axis=1), answers == truth[measured]
        self.told.append(f"intent: calibration error {_checked(thoughts, right):.4f} (two halves, crossed)")
        fitted = self._fit(cut, taught.targets, worth, WANTING, classes=True)
        lines = []
        for lane in range(len(intent.CLASSES)):
            self.tables["intents"][:, lane], words = rounded(fitted.words[lane])
            few = len(self.tables["intent_letters"])
            self.tables["intent_letters"][:, lane], letters = rounded(fitted.letters[lane][:few])
            lines.append(line(fitted, lane, words, letters))
        return model.Intents(tuple(lines), curve(thoughts, right))

    def _fit(self, cut: Matrix, targets: Doubles, weights: Doubles, recipe: Recipe, *, classes: bool) -> Fitted:
        recipe = structs.replace(recipe, steps=min(recipe.steps, self.steps))
        return fit(cut, targets, weights, recipe, classes=classes)

    def _laid(self, fitted: Fitted, lanes: list[int]) -> tuple[Line, ...]:
        """Put what was fitted into lanes of the shared tables."""
        lines = []
        for row, lane in enumerate(lanes):
            self.tables["words"][:, lane], words = rounded(fitted.words[row])
            self.tables["letters"][:, lane], letters = rounded(fitted.letters[row])
            lines.append(line(fitted, row, words, letters))
        return tuple(lines)


def _profane(cut: Matrix) -> Doubles:
    return np.asarray(cut.marks[:, MARKS.index("rude")] * 2)


def _alike(taught: Taught) -> Doubles:
    """A weight for each text, so that all sources weigh the same; what was written by us, as tweets of a source do."""
    worth = 1 / np.bincount(taught.sources + 1)[taught.sources + 1]
    given = taught.sources != sources.OURS
    return np.where(given, worth, WRITTEN * worth[given].mean())


def _recall(answers: Ints, truth: Ints) -> float:
    """Mean over classes of the share that was found."""
    return float(np.mean([(answers[truth == each] == each).mean() for each in np.unique(truth)]))


def _checked(thoughts: Doubles, right: NDArray[np.bool_]) -> float:
    """Calibration error of a curve fitted on one half and checked on the other, both ways."""
    one, other = folds(len(thoughts), 2)
    errors = [
        calibration_error(curve(thoughts[a], right[a]).at(thoughts[b]), right[b])
        for a, b in ((one, other), (other, one))
    ]
    return float(np.mean(errors))


def _f1(answers: Ints, truth: Ints) -> list[str]:
    told, all_f1 = [], []
    for number, name in enumerate(intent.CLASSES):
        hit = int(((answers == number) & (truth == number)).sum())
        f1 = 2 * hit / max(1, int((answers == number).sum() + (truth == number).sum()))
        all_f1.append(f1)
        told.append(f"intent {name}: F1 {f1:.3f} of {int((truth == number).sum())}")
    return [*told, f"intent: macro-F1 {np.mean(all_f1):.3f}, right {float((answers == truth).mean()):.3f}"]
