"""The labelled texts that the model may be made from, and what each label teaches. Licences: docs/models.md."""

import gzip
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np
from msgspec import Struct

from hubbub.core.facts import Intent, Sentiment
from hubbub.core.text import intent
from hubbub.core.text.sentiment import CLASSES
from tools.train.matrix import Doubles, Ints

_GLAD = "admiration amusement approval caring excitement gratitude joy love optimism pride relief"
_SAD = "anger annoyance disappointment disapproval disgust embarrassment fear grief nervousness remorse sadness"
GLAD, SAD = frozenset(_GLAD.split()), frozenset(_SAD.split())
RUDE = frozenset(("anger", "annoyance", "disgust"))
OURS = -1  # source of what was written by us, in `sentiments`, `valences` and `toxicities`
WEAK = (3, 4)  # sources of `toxicities` whose labels only hint: a class of emotion; tweets that nobody found toxic
INTENT_LABELS = Path(__file__).with_name("intent_labels.jsonl")
WRITTEN = Path(__file__).with_name("written.jsonl")
Line = TypeVar("Line")
TWICE, ONCE, OWN = 0, 1, 2  # sources of `intents`: labelled in two passes, in one, written by us


class Row(Struct, frozen=True):
    """One line of a file of the data folder."""

    text: str
    label: str | int = ""
    labels: tuple[str, ...] = ()


class Taught(Struct, frozen=True):
    """Texts with numbers that a head shall find for them."""

    texts: tuple[str, ...]
    targets: Doubles  # (texts, outputs)
    sources: Ints  # text → number of its source, so that sources can weigh alike


class DataMissing(Exception):
    """A file of the folder is not there or is not what it should be; the text names it."""


def rows(folder: Path, name: str) -> tuple[Row, ...]:
    """The rows of one file, in order. Raises DataMissing."""
    path = folder / f"{name}.jsonl.gz"
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            found = [json.loads(line) for line in lines]
        return tuple(Row(row["text"], row.get("label", ""), tuple(row.get("labels", ()))) for row in found)
    except (OSError, ValueError, KeyError) as error:
        raise DataMissing(f"{path}: {error}") from None


class Written(Struct, frozen=True):
    """One line of written.jsonl: a post as customers write them, made up by us."""

    text: str
    intent: Intent
    sentiment: Sentiment


def written(path: Path = WRITTEN) -> tuple[Written, ...]:
    """How customers talk to a business, which none of the other sources knows. Raises DataMissing."""
    return tuple(_lines(path, Written))


def sentiments(folder: Path, name: str, own: tuple[Written, ...] = ()) -> Taught:
    """One column a class."""
    said = [(row.text, str(row.label)) for row in rows(folder, name)] + [(each.text, each.sentiment) for each in own]
    answers = [CLASSES.index(label) for _, label in said]
    sources = np.repeat([0, OURS], [len(said) - len(own), len(own)])
    return Taught(tuple(text for text, _ in said), np.eye(3)[answers], sources)


def valences(folder: Path, own: tuple[Written, ...] = ()) -> Taught:
    """One column, -1 to 1: tweets by their class, Reddit's comments by the balance of their emotions."""
    return _joined(
        [
            (rows(folder, "sentiment_train"), lambda row: CLASSES.index(str(row.label)) - 1.0),
            (rows(folder, "goemotions_train"), valence),
        ],
        [(each.text, CLASSES.index(each.sentiment) - 1.0) for each in own],
    )


def valence(row: Row) -> float:
    """Glad emotions against sad ones."""
    glad, sad = len(GLAD.intersection(row.labels)), len(SAD.intersection(row.labels))
    return (glad - sad) / max(glad + sad, 1)


def toxicities(folder: Path, own: tuple[Written, ...] = ()) -> Taught:
    """One column, 0 or 1."""
    return _joined(
        [
            (rows(folder, "davidson"), lambda row: float(row.label != "neither")),
            (rows(folder, "edos_train"), lambda row: float(row.label)),
            (rows(folder, "toxic_spans_comments"), lambda row: float(row.label)),
            (rows(folder, "goemotions_train"), lambda row: float(bool(RUDE.intersection(row.labels)))),
            (rows(folder, "sentiment_train"), lambda _: 0.0),
        ],
        [(each.text, 0.0) for each in own],  # who complains of a thing insults nobody
    )


def _joined(parts: list[tuple[tuple[Row, ...], Callable[[Row], float]]], ours: Sequence[tuple[str, float]]) -> Taught:
    texts = [row.text for part, _ in parts for row in part] + [text for text, _ in ours]
    targets = [teach(row) for part, teach in parts for row in part] + [target for _, target in ours]
    sources = np.repeat([*range(len(parts)), OURS], [*(len(part) for part, _ in parts), len(ours)])
    return Taught(tuple(texts), np.array(targets)[:, None], sources)


class Labelled(Struct, frozen=True):
    """One line of intent_labels.jsonl."""

    file: str
    row: int  # counted from 0
    sha: str  # beginning of the SHA-256 of the text, in UTF-8
    label: Intent
    first: str = ""
    second: str = ""  # "" where only one pass was made: good to learn from, not to be measured on


def intents(folder: Path, labels: Path = INTENT_LABELS, ours: tuple[Written, ...] = ()) -> Taught:
    """One column a class: the posts labelled by hand, then those written by us; sources TWICE, ONCE, OWN. Raises
    DataMissing where a post is not what was labelled."""
    files: dict[str, tuple[Row, ...]] = {}
    texts, answers, once = [], [], []
    for each in _lines(labels, Labelled):
        if each.file not in files:
            files[each.file] = rows(folder, each.file)
        text = files[each.file][each.row].text if each.row < len(files[each.file]) else ""
        if hashlib.sha256(text.encode()).hexdigest()[: len(each.sha)] != each.sha:
            raise DataMissing(f"{folder / each.file}, row {each.row}: another text than the one that was labelled")
        texts.append(text)
        answers.append(intent.CLASSES.index(each.label))
        once.append(TWICE if each.second else ONCE)
    for own in ours:
        texts.append(own.text)
        answers.append(intent.CLASSES.index(own.intent))
        once.append(OWN)
    return Taught(tuple(texts), np.eye(len(intent.CLASSES))[answers], np.array(once, np.int64))


def _lines(path: Path, shape: type[Line]) -> Iterator[Line]:
    try:
        for line in path.read_bytes().splitlines():
            yield msgspec.json.decode(line, type=shape)
    except (OSError, msgspec.DecodeError) as error:
        raise DataMissing(f"{path}: {error}") from None
