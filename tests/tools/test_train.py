"""The training of the shipped model on a folder that is made up: same data, same bytes; a slip is named."""

import gzip
import hashlib
import json
from pathlib import Path

import pytest

from hubbub.core.text.analysers import Analysers
from tools.train.heads import calibration_error, curve
from tools.train.lists import Lists, entries
from tools.train.making import make
from tools.train.sources import DataMissing

LISTS = Lists(
    valence={"good": 2.0, "bad": -2.5, ":)": 2.0, "tears": -1.0, "joy": 2.5},
    pictures={"😂": "face with tears of joy"},
    polarity={"good": 0.7, "dull": -0.5},
    rude={"idiot": (20.0, 8.0), "hello": (-5.0, 6.0)},
)
FEELINGS = (("good day number {}", "positive"), ("bad day number {}", "negative"), ("day number {}", "neutral"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every file that training reads, a few rows each."""
    into = tmp_path_factory.mktemp("data")
    feelings = [{"text": text.format(n), "label": label} for n in range(20) for text, label in FEELINGS]
    rude = [
        {"text": text.format(n), "label": label}
        for n in range(10)
        for text, label in (("you idiot {}", 1), ("hello {}", 0))
    ]
    write(into, "sentiment_train", feelings)
    write(into, "sentiment_val", feelings[:30])
    write(into, "davidson", [{"text": f"an idiot {n}", "label": ("offensive", "neither")[n % 2]} for n in range(20)])
    write(into, "edos_train", rude)
    write(into, "toxic_spans_comments", rude)
    write(into, "goemotions_train", [{"text": f"thanks {n}", "labels": [("joy", "anger")[n % 2]]} for n in range(20)])
    return into


@pytest.fixture(scope="module")
def labels(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Intents of the first rows, labelled twice."""
    path = tmp_path_factory.mktemp("labels") / "labels.jsonl"
    rows = [
        {
            "file": "sentiment_train",
            "row": n,
            "sha": hashlib.sha256(FEELINGS[n % 3][0].format(n // 3).encode()).hexdigest()[:16],
            "label": ("compliment", "complaint", "other")[n % 3],
            "first": "other",
            "second": "other",
        }
        for n in range(30)
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A post of our own."""
    path = tmp_path_factory.mktemp("written") / "written.jsonl"
    path.write_text('{"text": "bad soup", "intent": "complaint", "sentiment": "negative"}\n')
    return path


def write(folder: Path, name: str, rows: list[dict[str, object]]) -> None:
    with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)


def test_the_same_data_makes_the_same_bytes(folder: Path, labels: Path, written: Path) -> None:
    first, told = make(folder, LISTS, labels, written, steps=2)
    second, _ = make(folder, LISTS, labels, written, steps=2)
    assert hashlib.sha256(first).hexdigest() == hashlib.sha256(second).hexdigest()
    assert hashlib.sha256(first).hexdigest() in told[-1]
    judged = Analysers.from_bytes(first).judge(["good day", "bad day"])
    assert [one.sentiment for one in judged] == ["positive", "negative"]


def test_a_missing_file_is_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match="sentiment_train"):
        make(tmp_path, LISTS)


def test_another_text_than_the_labelled_one_is_refused(folder: Path, labels: Path, tmp_path: Path) -> None:
    other = tmp_path / "labels.jsonl"
    other.write_text(labels.read_text().replace('"row": 3,', '"row": 4,'))
    with pytest.raises(DataMissing, match="row 4: another text"):
        make(folder, LISTS, other, steps=1)


def test_the_lexicon_holds_words_pictures_and_signs() -> None:
    made = entries(LISTS)
    rows = len(made.hashes) // 8
    assert {len(made.valence), len(made.polarity), len(made.flags), len(made.rude) // 2} == {rows}
    assert len(made.signs) // 8 == len(made.sign_valence) == 2  # ":)" and, cut from ":)))", ":))"


def test_what_was_thought_is_brought_to_what_was_right() -> None:
    import numpy as np

    thoughts = np.linspace(0, 1, 1000)
    right = np.arange(1000) % 2 == 0  # half of all, whatever was thought
    bent = curve(thoughts, right)
    assert list(bent.right) == sorted(bent.right)
    assert calibration_error(thoughts, right) > 0.2
    assert calibration_error(bent.at(thoughts), right) < 0.02
