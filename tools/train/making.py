"""Makes the whole model: lexicon, heads, tables, and how sure each answer is."""

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hubbub.core.text import intent, model
from hubbub.core.text.features import BUCKETS
from hubbub.core.text.lexicon import Lexicon
from hubbub.core.text.marks import MARKS
from hubbub.core.text.model import LANES, NEGATIVE, TOXIC, VALENCE, Line
from tools.train import lists as word_lists
from tools.train import sources
from tools.train.heads import Fitted, Recipe, calibration_error, curve, fit, folds, line, rounded
from tools.train.lists import Lists
from tools.train.matrix import Doubles, Ints, Matrix, matrix
from tools.train.sources import Taught

VERSION = "1"
FEELING = Recipe(penalty=2e-4, words=1.5)
VALUED = Recipe(penalty=2e-4, words=1.5, steps=30)
RUDE = Recipe(penalty=2e-4, words=1.5, steps=30)
WANTING = Recipe(penalty=1e-3, marks_penalty=1e-3, letters=0.0)
LEARNED = 0.5  # share of the learned score in the sentiment's score
HINT = 0.3  # what a hint weighs beside a label, all hints together beside all labels


def make(folder: Path, lists: Lists, labels: Path = sources.INTENT_LABELS) -> tuple[bytes, list[str]]:
    """The bytes of the model, and what is worth telling of its making. Raises DataMissing."""
    told: list[str] = []
    entries = word_lists.entries(lists)
    lexicon = Lexicon(entries)
    tables = {name: np.zeros((BUCKETS, LANES), np.int8) for name in ("words", "letters", "intents")}
    sentiment = _sentiment(folder, lexicon, tables, told)
    toxicity = _toxicity(folder, lexicon, tables, told)
    half = model.Shipped(
        version=VERSION,
        entries=entries,
        **{name: table.tobytes() for name, table in tables.items()},
        sentiment=sentiment,
        toxicity=toxicity,
        intent=model.Intents(
            (Line(0.0, 0.0, (0.0,) * (len(MARKS) + 4), 0.0),) * len(intent.CLASSES), model.Curve((0.0, 1.0), (0.0, 1.0))
        ),
    )
    shipped = _with_intent(folder, half, lexicon, tables, labels, told)
    made = model.to_bytes(shipped)
    told.append(f"{len(made)} bytes, SHA-256 {hashlib.sha256(made).hexdigest()}")
    return made, told


def _laid(tables: dict[str, NDArray[np.int8]], fitted: Fitted, lanes: list[int]) -> tuple[Line, ...]:
    """Put what was fitted into lanes of the shared tables."""
    lines = []
    for row, lane in enumerate(lanes):
        tables["words"][:, lane], words = rounded(fitted.words[row])
        tables["letters"][:, lane], letters = rounded(fitted.letters[row])
        lines.append(line(fitted, row, words, letters))
    return tuple(lines)


def _alike(taught: Taught) -> Doubles:
    """A weight for each text, so that all sources weigh the same."""
    return 1 / np.bincount(taught.sources)[taught.sources]


def _sentiment(
    folder: Path, lexicon: Lexicon, tables: dict[str, NDArray[np.int8]], told: list[str]
) -> model.Sentiments:
    taught = sources.sentiments(folder, "sentiment_train")
    fitted = fit(matrix(taught.texts, lexicon), taught.targets, np.ones(len(taught.texts)), FEELING, classes=True)
    lines = _laid(tables, fitted, [NEGATIVE, NEGATIVE + 1, NEGATIVE + 2])
    held = sources.sentiments(folder, "sentiment_val")
    scores, truth = fitted.scores(matrix(held.texts, lexicon)), held.targets.argmax(axis=1)
    balance = -np.log(taught.targets.mean(axis=0))
    balance -= balance.mean()
    chances = model.softmax(scores + balance)
    right = chances.argmax(axis=1) == truth
    told.append(f"sentiment_val: macro-recall {_recall(chances.argmax(axis=1), truth):.4f}, right {right.mean():.4f}")
    told.append(f"sentiment_val: calibration error {_checked(chances.max(axis=1), right):.4f} (two halves, crossed)")
    valued = sources.valences(folder)
    felt = fit(matrix(valued.texts, lexicon), valued.targets, _alike(valued), VALUED, classes=False)
    return model.Sentiments(
        classes=(lines[0], lines[1], lines[2]),
        balance=tuple(float(f"{each:.6g}") for each in balance),  # type: ignore[arg-type]
        sure=curve(chances.max(axis=1), right),
        valence=_laid(tables, felt, [VALENCE])[0],
        learned=LEARNED,
    )


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


def _toxicity(folder: Path, lexicon: Lexicon, tables: dict[str, NDArray[np.int8]], told: list[str]) -> model.Toxicity:
    taught = sources.toxicities(folder)
    cut = matrix(taught.texts, lexicon)
    weights = _alike(taught)
    parts = folds(len(taught.texts), 10)
    held, rest = parts[0], np.sort(np.concatenate(parts[1:]))
    trial = fit(cut.take(rest), taught.targets[rest], weights[rest], RUDE, classes=True)
    rude = cut.marks[held, MARKS.index("rude")] * 2
    thoughts, right = trial.scores(cut.take(held))[:, 0] + rude, taught.targets[held, 0] > 0.5
    told.append(f"toxicity, held-out tenth: calibration error {_checked(thoughts, right):.4f} (two halves, crossed)")
    fitted = fit(cut, taught.targets, weights, RUDE, classes=True)
    return model.Toxicity(_laid(tables, fitted, [TOXIC])[0], rude=1.0, sure=curve(thoughts, right, bends=20))


def _with_intent(
    folder: Path,
    half: model.Shipped,
    lexicon: Lexicon,
    tables: dict[str, NDArray[np.int8]],
    labels: Path,
    told: list[str],
) -> model.Shipped:
    from hubbub.core.text.analysers import Analysers

    taught, hints = sources.intents(folder, labels), sources.hinted(folder)
    texts = (*taught.texts, *hints.texts)
    plain = matrix(texts, lexicon)
    analysers = Analysers(half)
    feelings = np.array(analysers.chances(texts, "sentiment"))
    rude = np.array(analysers.chances(texts, "toxicity"))[:, 1]
    cut = Matrix(plain.words, plain.letters, intent.with_others(plain.marks, feelings, rude))
    targets = np.concatenate([taught.targets, hints.targets])
    count = len(taught.texts)
    worth = np.concatenate([np.ones(count), np.full(len(hints.texts), HINT * count / max(1, len(hints.texts)))])
    extra = np.arange(count, len(texts))
    chances = np.zeros((count, len(intent.CLASSES)))
    for part in folds(count, 5):
        rest = np.concatenate([np.setdiff1d(np.arange(count), part), extra])
        chances[part] = model.softmax(
            fit(cut.take(rest), targets[rest], worth[rest], WANTING, classes=True).scores(cut.take(part))
        )
    answers, truth = chances.argmax(axis=1), taught.targets.argmax(axis=1)
    told += _f1(answers, truth)
    right = answers == truth
    told.append(f"intent: calibration error {_checked(chances.max(axis=1), right):.4f} (two halves, crossed)")
    fitted = fit(cut, targets, worth, WANTING, classes=True)
    lines = []
    for lane in range(len(intent.CLASSES)):
        tables["intents"][:, lane], unit = rounded(fitted.words[lane])
        lines.append(line(fitted, lane, unit, 0.0))
    return model.Shipped(
        version=half.version,
        entries=half.entries,
        words=half.words,
        letters=half.letters,
        intents=tables["intents"].tobytes(),
        sentiment=half.sentiment,
        toxicity=half.toxicity,
        intent=model.Intents(tuple(lines), curve(chances.max(axis=1), right)),
    )


def _f1(answers: Ints, truth: Ints) -> list[str]:
    told, all_f1 = [], []
    for number, name in enumerate(intent.CLASSES):
        hit = int(((answers == number) & (truth == number)).sum())
        f1 = 2 * hit / max(1, int((answers == number).sum() + (truth == number).sum()))
        all_f1.append(f1)
        told.append(f"intent {name}: F1 {f1:.3f} of {int((truth == number).sum())}")
    return [*told, f"intent: macro-F1 {np.mean(all_f1):.3f}, right {float((answers == truth).mean()):.3f}"]
