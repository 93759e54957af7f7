"""Fits the weights of hubbub/core/text/spam.py: `python tools/train/spam.py DATA`, and prints them to be put there.

Spam and ham: UCI YouTube Spam Collection (T. C. Alberto, J. V. Lochter, 2015; CC BY 4.0, doi 10.24432/C58885). Ham,
nearly all: tweets of SemEval (CC BY 3.0). Logistic regression with a quadratic penalty on leaving
what was thought of each mark; no weight may be below zero, as no mark speaks for ham. Measured by leaving one video
out.
"""

import gzip
import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hubbub.core.text.features import read
from hubbub.core.text.spam import MARKS, marks

Floats = NDArray[np.float64]

TWEETS = 20_000
TWEET = 0.1  # how much a tweet counts beside a labelled comment: some of them are spam
MOST = 3.2  # no mark alone makes a post spam
PENALTY = 4.0  # for leaving what was thought
THOUGHT = {  # what each mark is worth by judgement, where the data have too few of it to say
    "channel": 1.5, "look": 1.0, "follow": 2.0, "please": 1.0, "earn": 2.5, "coins": 2.0, "deal": 1.5, "contact": 1.5,
    "win": 1.5, "adult": 2.5, "link": 0.6, "links": 0.6, "only a link": 1.5, "short link": 0.8, "site": 1.0,
    "markup": 0.3, "phone": 1.5, "price": 0.5, "tags": 0.7, "mentions": 0.7, "capitals": 0.5, "exclaims": 0.3,
    "repeats": 1.0, "mixed letters": 2.5, "long": 0.2,
}  # fmt: skip


def rows(path: Path) -> list[dict[str, str | int]]:
    with gzip.open(path, "rt") as lines:
        return [json.loads(line) for line in lines]


def marked(texts: list[str]) -> Floats:
    return np.concatenate([marks(read(texts[at : at + 500]), texts[at : at + 500]) for at in range(0, len(texts), 500)])


def fitted(given: Floats, truth: Floats, worth: Floats) -> Floats:
    """Weights and, last, the start: projected descent with a step that bounds the curvature."""
    table = np.hstack([given, np.ones((len(given), 1))])
    thought = np.array([*(THOUGHT[mark] for mark in MARKS), 0.0])
    weights = thought.copy()
    steep = (np.abs(table) * np.abs(table).sum(axis=1, keepdims=True) * worth[:, None]).sum(axis=0) / 4 + PENALTY
    for _ in range(3_000):
        off = (1 / (1 + np.exp(-table @ weights)) - truth) * worth
        slope = table.T @ off
        slope[:-1] += PENALTY * (weights - thought)[:-1]
        weights -= slope / steep
        weights[:-1] = np.clip(weights[:-1], 0, MOST)
    return weights


def area(scores: Floats, truth: Floats) -> float:
    """Under the ROC curve: how often spam scores above ham, ties half."""
    _, place, times = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(times) - (times - 1) / 2)[place]
    many = truth.sum()
    return float((ranks[truth == 1].sum() - many * (many + 1) / 2) / (many * (len(truth) - many)))


def main() -> None:
    folder = Path(sys.argv[1]) / "text"
    comments = rows(folder / "youtube_comment_spam.jsonl.gz")
    tweets = [str(row["text"]) for row in rows(folder / "sentiment_train.jsonl.gz")]
    given = marked([str(row["text"]) for row in comments])
    truth = np.array([float(row["label"]) for row in comments])
    video = np.array([int(row["video"]) for row in comments])
    ham, fresh = marked(tweets[:TWEETS]), marked(tweets[TWEETS:])
    worth = np.concatenate([np.ones(len(given)), np.full(len(ham), TWEET)])
    for left_out in sorted(set(video.tolist())):
        learnt = video != left_out
        table = np.concatenate([given[learnt], ham])
        weights = fitted(
            table, np.append(truth[learnt], np.zeros(len(ham))), np.append(np.ones(learnt.sum()), worth[len(given) :])
        )
        scores = given[~learnt] @ weights[:-1] + weights[-1]
        told = truth[~learnt]
        caught, alarms = (scores[told == 1] > 0).mean(), (scores[told == 0] > 0).mean()
        print(f"video {left_out} left out: AUC {area(scores, told):.3f}, caught {caught:.1%}, false {alarms:.1%}")
    weights = fitted(np.concatenate([given, ham]), np.append(truth, np.zeros(len(ham))), worth)
    print(f"tweets held back: {((fresh @ weights[:-1] + weights[-1]) > 0).mean():.2%} above 0.5")
    if len(sys.argv) > 2:
        order = np.argsort(-(fresh @ weights[:-1]))[: int((fresh @ weights[:-1] + weights[-1] > 0).sum())]
        for at in np.random.default_rng(1).permutation(order)[: int(sys.argv[2])]:
            hits = {MARKS[place]: round(float(fresh[at, place]), 1) for place in np.flatnonzero(fresh[at])}
            print("  ", tweets[TWEETS:][at], hits)
    for mark, weight in zip(MARKS, weights, strict=False):
        print(f'    "{mark}": {weight:.2f},')
    print(f"START = {weights[-1]:.2f}")


if __name__ == "__main__":
    main()
