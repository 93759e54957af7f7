"""What a text has besides its words, as numbers of about one: feeling by the rules, signs, capitals, length."""

import numpy as np
from numpy.typing import NDArray

from hubbub.core.text.characters import AT, DIGIT, EMOJI, EXCLAIM, HASH, LOWER, QUESTION, UPPER
from hubbub.core.text.features import Reading
from hubbub.core.text.lexicon import Felt

MARKS = (
    "compound", "glad", "sad", "best", "worst", "last", "signs", "polarity", "negations", "turns",
    "rude", "exclaims", "questions", "asks last", "capital words", "capital letters", "stretched", "links",
    "mentions", "hashtags", "pictures", "digits", "length", "short", "no feeling", "both feelings",
)  # fmt: skip


def marks(reading: Reading, felt: Felt) -> NDArray[np.float64]:
    """(texts, MARKS), each between about -2 and 2."""
    kinds = reading.kinds
    tokens = np.diff(reading.token_rows)
    some = np.maximum(tokens, 1)
    upper = kinds[:, UPPER]
    capitals = np.bincount(reading.rows[reading.capitals], minlength=len(reading))
    columns = (
        felt.compound,
        np.log1p(felt.glad) / 2,
        -np.log1p(-felt.sad) / 2,
        felt.best / 3,
        felt.worst / 3,
        _last(reading, felt) / 3,
        np.clip(felt.signs, -3, 3) / 2,
        felt.polarity,
        np.minimum(felt.negations, 3) / 2,
        np.minimum(felt.turns, 2) / 2,
        np.clip(felt.rude, -2, 4) / 2,
        np.log1p(kinds[:, EXCLAIM]) / 2,
        np.log1p(kinds[:, QUESTION]) / 2,
        _asks_last(reading),
        capitals / some,
        upper / np.maximum(upper + kinds[:, LOWER], 1),
        reading.stretched > 0,
        np.minimum(reading.links, 2) / 2,
        np.log1p(kinds[:, AT]) / 2,
        np.log1p(kinds[:, HASH]) / 2,
        np.log1p(kinds[:, EMOJI]) / 2,
        np.log1p(kinds[:, DIGIT]) / 3,
        np.log1p(tokens) / 4,
        tokens < 6,
        (felt.glad == 0) & (felt.sad == 0),
        (felt.glad > 0) & (felt.sad < 0),
    )
    return np.stack(columns, axis=1).astype(np.float64)


def _last(reading: Reading, felt: Felt) -> NDArray[np.float64]:
    """The last feeling of each text: how it ends weighs more than how it begins."""
    last = np.zeros(len(reading), np.float64)
    at = felt.tokens.nonzero()[0]
    last[reading.rows[at]] = felt.tokens[at]  # of several on one row, the last is kept
    return last


def _asks_last(reading: Reading) -> NDArray[np.bool_]:
    asks = np.zeros(len(reading), np.bool_)
    full = (np.diff(reading.token_rows)).nonzero()[0]
    last = reading.token_rows[full + 1] - 1
    asks[full] = reading.letters[reading.starts[last]] == ord("?")
    return asks
