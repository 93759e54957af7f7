"""What the analysers find, and how fast, beside what one would use instead. `python -m bench.analyse [FOLDER]`.

FOLDER holds the labelled files that docs/models.md names; without it only speed is measured, on made-up posts. Times
are those of the processor on one thread. Rivals come with the dependency group `bench`.
"""

import argparse
import gzip
import importlib.util
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from hubbub.core.text.judgement import Judgement
from hubbub.store.shipped import shipped

if TYPE_CHECKING:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

DATA = Path(__file__).parent.parent.parent / "shared/data"
BATCH = 1000
POSTS = 20_000
MADE = (
    "the a this service love hate is was not good bad we will see on monday at work with new game team day please why"
)

Doubles = NDArray[np.float64]


class Rival(Struct, frozen=True):
    """What one would use instead for one judgement: text → number."""

    name: str
    module: str
    scores: Callable[[Sequence[str]], Sequence[float]]


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m bench.analyse", description=__doc__)
    words.add_argument("folder", nargs="?", type=Path, default=DATA / "text")
    words.add_argument("--json", action="store_true")
    given = words.parse_args()
    found: dict[str, object] = {}
    rivals = [rival for rival in RIVALS if _there(rival.module)]
    for rival in RIVALS:
        if rival not in rivals:
            found[f"{rival.name}"] = "not installed (dependency group bench)"
    found |= start() | speed(_posts(), rivals)  # first: a process begins with its parent's highest memory
    if (given.folder / "sentiment_val.jsonl.gz").exists():
        found |= accuracy(given.folder, rivals)
    print(json.dumps(found) if given.json else "\n".join(f"{name:64} {value}" for name, value in found.items()))


def speed(texts: Sequence[str], rivals: Sequence[Rival]) -> dict[str, object]:
    """Posts a second of processor time; how many times as fast as each rival, in this run."""
    analysers = shipped()
    analysers.judge(texts[:BATCH])
    ours = max(_rate(analysers.judge, texts) for _ in range(3))
    found: dict[str, object] = {
        "letters a post": round(sum(map(len, texts)) / len(texts)),
        f"all five, batches of {BATCH:,}, posts a CPU-second": round(ours),
    }
    begin = time.process_time()
    for text in texts[:1000]:
        analysers.judge([text])
    found["a single post, milliseconds"] = round(time.process_time() - begin, 3)
    for rival in rivals:
        rival.scores(texts[:10])  # read and warm
        rate = _rate(rival.scores, texts[:4000])
        found[f"{rival.name}, posts a CPU-second"] = round(rate)
        found[f"Hubbub's five judgements beside {rival.name}'s one"] = f"{ours / rate:.1f} times as fast"
    return found


def start() -> dict[str, object]:
    """Seconds and memory of a fresh process that judges one post and then a batch."""
    program = (
        "import time; begin = time.perf_counter()\n"
        "from hubbub.store.shipped import shipped; shipped().judge(['hello'])\n"
        "print(time.perf_counter() - begin)\n"
        "shipped().judge(['hello there, how are you today? ' * 4] * 1000)\n"
        "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)\n"
    )
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    seconds, megabytes = map(float, run.stdout.split())
    return {"start-up, seconds": round(seconds, 2), "memory of the process, MB": round(megabytes)}


def accuracy(folder: Path, rivals: Sequence[Rival]) -> dict[str, object]:
    """On the files that the model was not fitted to."""
    found: dict[str, object] = {}
    rows = _rows(folder, "sentiment_val")
    texts = [str(row["text"]) for row in rows]
    truth = [str(row["label"]) for row in rows]
    judged = shipped().judge(texts)
    found["sentiment_val: macro-recall"] = _recall([one.sentiment for one in judged], truth)
    found["sentiment_val: not judged"] = sum(one.sentiment is None for one in judged)
    found["sentiment_val: language not en"] = sum(one.language not in {"", "en"} for one in judged)
    steps = np.array([("negative", "neutral", "positive").index(each) - 1 for each in truth])
    found["sentiment_val: score, correlation"] = _correlation(_scores(judged), steps)
    emotions = _rows(folder, "goemotions_dev")
    kept = [(str(row["text"]), _valence(row["labels"])) for row in emotions]
    felt = [text for text, _ in kept]
    balance = np.array([value for _, value in kept])
    found["goemotions_dev: score, correlation with the balance of emotions"] = _correlation(
        _scores(shipped().judge(felt)), balance
    )
    for rival in rivals:
        if rival.name != "alt-profanity-check":
            scores = np.array(rival.scores(texts))
            classes = np.where(scores >= 0.05, "positive", np.where(scores <= -0.05, "negative", "neutral"))
            found[f"sentiment_val: macro-recall of {rival.name}"] = _recall(classes.tolist(), truth)
            found[f"sentiment_val: score of {rival.name}, correlation"] = _correlation(scores, steps)
            found[f"goemotions_dev: score of {rival.name}, correlation"] = _correlation(
                np.array(rival.scores(felt)), balance
            )
    return found | _toxicities(folder, rivals)


def _toxicities(folder: Path, rivals: Sequence[Rival]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name in ("olid_val_evaluate_only", "edos_dev"):
        rows = _rows(folder, name)
        texts = [str(row["text"]) for row in rows]
        truth = np.array([bool(row["label"]) for row in rows])
        ours = np.array([one.toxicity or 0.0 for one in shipped().judge(texts)])
        found[f"{name}: toxicity, area under the curve"] = _area(ours, truth)
        for rival in rivals:
            if rival.name == "alt-profanity-check":
                found[f"{name}: {rival.name}, area under the curve"] = _area(np.array(rival.scores(texts)), truth)
    return found


def _rate(judge: Callable[[Sequence[str]], object], texts: Sequence[str]) -> float:
    begin = time.process_time()
    for first in range(0, len(texts), BATCH):
        judge(texts[first : first + BATCH])
    return len(texts) / (time.process_time() - begin)


def _scores(judged: Sequence[Judgement]) -> Doubles:
    return np.array([one.sentiment_score or 0.0 for one in judged])


def _recall(answers: Sequence[str | None], truth: Sequence[str]) -> float:
    shares = []
    for name in sorted(set(truth)):
        mine = [answer == name for answer, real in zip(answers, truth, strict=True) if real == name]
        shares.append(sum(mine) / len(mine))
    return round(100 * sum(shares) / len(shares), 2)


def _correlation(scores: Doubles, truth: Doubles | NDArray[np.int64]) -> float:
    return round(float(np.corrcoef(scores, truth)[0, 1]), 3)


def _area(scores: Doubles, truth: NDArray[np.bool_]) -> float:
    """How often a toxic text scores above one that is not."""
    above = np.searchsorted(np.sort(scores[~truth]), scores[truth], "left")
    level = np.searchsorted(np.sort(scores[~truth]), scores[truth], "right")
    return round(float((above + level).mean() / 2 / (~truth).sum()), 3)


def _valence(labels: object) -> float:
    from tools.train.sources import Row, valence

    return valence(Row("", "", tuple(labels) if isinstance(labels, list) else ()))


def _rows(folder: Path, name: str) -> list[dict[str, object]]:
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _posts() -> list[str]:
    path = DATA / "posts/tweets.jsonl.gz"
    if path.exists():
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            return [json.loads(line)["text"] for line in lines][:POSTS]
    chance = random.Random(1)
    return [" ".join(chance.choices(MADE.split(), k=16)) for _ in range(POSTS)]


def _there(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


@cache
def _vader_made() -> "SentimentIntensityAnalyzer":
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()


def _vader(texts: Sequence[str]) -> list[float]:
    analyser = _vader_made()
    return [float(analyser.polarity_scores(text)["compound"]) for text in texts]


def _textblob(texts: Sequence[str]) -> list[float]:
    from textblob import TextBlob

    return [float(TextBlob(text).sentiment.polarity) for text in texts]


def _profanity(texts: Sequence[str]) -> list[float]:
    from profanity_check import predict_prob

    return [float(chance) for chance in predict_prob(texts)]


RIVALS = (
    Rival("VADER", "vaderSentiment", _vader),
    Rival("TextBlob", "textblob", _textblob),
    Rival("alt-profanity-check", "profanity_check", _profanity),
)


if __name__ == "__main__":
    main()
