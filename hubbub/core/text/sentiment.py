"""Sentiment: one of three classes, how sure, and a score from -1 to 1."""

import numpy as np
from msgspec import Struct

from hubbub.core.facts import SENTIMENTS, Sentiment
from hubbub.core.text import model
from hubbub.core.text.features import Reading
from hubbub.core.text.lexicon import Felt
from hubbub.core.text.model import NEGATIVE, VALENCE, Floats, Scorer, Sums, softmax

CLASSES = SENTIMENTS
LANES_READ = slice(NEGATIVE, VALENCE + 1)
CLEAR = 0.25  # from here on signs say something
SIGNS_SURE = 0.61  # how often they are right: of 2,150 labelled tweets with clear signs, judged by these alone


class Feelings(Struct, frozen=True, eq=False):
    """What a batch's texts feel like."""

    chances: Floats  # (texts, 3), as in CLASSES; the answer is the greatest
    sure: Floats  # of the answer
    score: Floats  # -1 to 1


class Feeling:
    """The head, ready to judge."""

    def __init__(self, head: model.Sentiments) -> None:
        self._head = head
        self._scores = Scorer((*head.classes, head.valence))
        self._balance = np.array(head.balance)

    def __call__(self, sums: Sums, marks: Floats, felt: Felt) -> Feelings:
        raw = self._scores(sums.words[:, LANES_READ], sums.letters[:, LANES_READ], marks)
        chances = softmax(raw[:, :3] + self._balance)
        score = self._head.learned * np.tanh(raw[:, 3]) + (1 - self._head.learned) * felt.compound
        sure = self._head.sure.at(np.maximum.reduce(chances, axis=1))
        return Feelings(chances, sure, np.minimum(np.maximum(score, -1.0), 1.0))


def signs(reading: Reading, felt: Felt) -> Floats:
    """What pictures and emoticons alone feel like, -1 to 1: they are understood in any language."""
    pictures = np.where(reading.words, 0.0, felt.tokens)
    total = np.bincount(reading.rows, weights=pictures, minlength=len(reading)) + felt.signs
    compound: Floats = total / np.sqrt(total * total + 15.0)
    return compound


def by_signs(compound: float) -> tuple[Sentiment | None, float | None, float]:
    """Class, score and how sure, where nothing but signs can be read; None where they say nothing clear."""
    if abs(compound) < CLEAR:
        return None, None, 0.0
    return ("positive" if compound > 0 else "negative"), round(compound, 4), SIGNS_SURE
