"""Sentiment: one of three classes, how sure, and a score from -1 to 1."""

from typing import get_args

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from hubbub.core.facts import Sentiment
from hubbub.core.text import model
from hubbub.core.text.lexicon import Felt
from hubbub.core.text.model import NEGATIVE, VALENCE, Floats, Sums, scores, softmax

CLASSES: tuple[Sentiment, ...] = get_args(Sentiment)


class Feelings(Struct, frozen=True, eq=False):
    """What a batch's texts feel like."""

    raw: Floats  # (texts, 3): scores before they are balanced
    chances: Floats  # (texts, 3), as in CLASSES; the answer is the greatest
    sure: Floats  # of the answer
    score: Floats  # -1 to 1


def feelings(head: model.Sentiments, sums: Sums, marks: Floats, felt: Felt) -> Feelings:
    raw = np.stack(
        [
            scores(line, sums.words[:, lane], sums.letters[:, lane], marks)
            for lane, line in enumerate(head.classes, NEGATIVE)
        ],
        axis=1,
    )
    chances = softmax(raw + np.array(head.balance))
    learned = np.tanh(scores(head.valence, sums.words[:, VALENCE], sums.letters[:, VALENCE], marks))
    score = head.learned * learned + (1 - head.learned) * felt.compound
    return Feelings(raw, chances, head.sure.at(chances.max(axis=1)), np.clip(score, -1.0, 1.0))


def speaks_by_signs(felt: Felt, words: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which texts can be judged in any language: pictures and emoticons decide."""
    return (np.abs(felt.compound) >= 0.3) & (words >= 0)
