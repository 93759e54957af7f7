"""Intent: what the author wants of whoever is addressed. docs/intent-guideline.md says what each class means."""

from typing import get_args

import numpy as np
from msgspec import Struct

from hubbub.core.facts import Intent
from hubbub.core.text import model
from hubbub.core.text.model import Floats, Sums, scores, softmax

CLASSES: tuple[Intent, ...] = get_args(Intent)


class Wants(Struct, frozen=True, eq=False):
    """What a batch's authors want."""

    chances: Floats  # (texts, classes), as in CLASSES; the answer is the greatest
    sure: Floats  # of the answer


def wants(head: model.Intents, sums: Sums, marks: Floats) -> Wants:
    """`marks`: those of the text, then those that other heads found; see `with_others`."""
    raw = np.stack(
        [scores(line, sums.intents[:, lane], np.zeros(len(marks)), marks) for lane, line in enumerate(head.classes)],
        axis=1,
    )
    chances = softmax(raw)
    return Wants(chances, head.sure.at(chances.max(axis=1)))


def with_others(marks: Floats, chances: Floats, toxicity: Floats) -> Floats:
    """The marks of a text with what it feels like and how toxic it is beside them."""
    return np.concatenate([marks, chances, toxicity[:, None]], axis=1)
