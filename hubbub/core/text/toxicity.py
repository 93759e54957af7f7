"""Toxicity: how likely it is that most readers would find a text rude, hateful or abusive, 0 to 1."""

import numpy as np

from hubbub.core.text import model
from hubbub.core.text.lexicon import Felt
from hubbub.core.text.model import TOXIC, Floats, Scorer, Sums


class Rudeness:
    """The head, ready to judge."""

    def __init__(self, head: model.Toxicity) -> None:
        self._head = head
        self._scores = Scorer((head.learned,))

    def __call__(self, sums: Sums, marks: Floats, felt: Felt) -> Floats:
        """One number a text. `marks`: those of the text, then those of `with_feelings`."""
        lane = slice(TOXIC, TOXIC + 1)
        learned = self._scores(sums.words[:, lane], sums.letters[:, lane], marks)[:, 0]
        return self._head.sure.at(learned + self._head.rude * felt.rude)


def with_feelings(marks: Floats, chances: Floats) -> Floats:
    """The marks of a text with what it feels like beside them: what insults is seldom glad."""
    return np.concatenate((marks, chances[:, ::2], np.log(chances[:, :1] + 1e-3)), axis=1)
