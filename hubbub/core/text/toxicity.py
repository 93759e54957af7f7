"""Toxicity: how likely it is that most readers would find a text rude, hateful or abusive, 0 to 1."""

from hubbub.core.text import model
from hubbub.core.text.lexicon import Felt
from hubbub.core.text.model import TOXIC, Floats, Sums, scores


def toxicity(head: model.Toxicity, sums: Sums, marks: Floats, felt: Felt) -> Floats:
    """One number a text."""
    learned = scores(head.learned, sums.words[:, TOXIC], sums.letters[:, TOXIC], marks)
    return head.sure.at(learned + head.rude * felt.rude)
