"""Intent: what the author wants of whoever is addressed. docs/intent-guideline.md says what each class means."""

import numpy as np
from msgspec import Struct

from hubbub.core.facts import INTENTS
from hubbub.core.text import model
from hubbub.core.text.model import Floats, Scorer, Sums, softmax

CLASSES = INTENTS


class Wants(Struct, frozen=True, eq=False):
    """What a batch's authors want."""

    chances: Floats  # (texts, classes), as in CLASSES; the answer is the greatest
    sure: Floats  # of the answer


class Wanting:
    """The head, ready to judge."""

    def __init__(self, head: model.Intents) -> None:
        self._sure = head.sure
        self._scores = Scorer(head.classes)

    def __call__(self, sums: Sums, marks: Floats) -> Wants:
        """`marks`: those of the text, then those that other heads found; see `with_others`."""
        lanes = slice(0, len(CLASSES))
        chances = softmax(self._scores(sums.intents[:, lanes], sums.intent_letters[:, lanes], marks))
        return Wants(chances, self._sure.at(np.maximum.reduce(chances, axis=1)))


def with_others(marks: Floats, chances: Floats, toxicity: Floats) -> Floats:
    """The marks of a text with what it feels like and how toxic it is beside them."""
    return np.concatenate([marks, chances, toxicity[:, None]], axis=1)
