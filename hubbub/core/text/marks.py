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
_COUNTED = np.array([EXCLAIM, QUESTION, AT, HASH, EMOJI, DIGIT])


def marks(reading: Reading, felt: Felt) -> NDArray[np.float64]:
    """(texts, MARKS), each between about -2 and 2."""
    kinds = reading.kinds
    tokens = reading.token_rows[1:] - reading.token_rows[:-1]
    some = np.maximum(tokens, 1)
    upper = kinds[:, UPPER]
    capitals = np.bincount(reading.rows[reading.capitals], minlength=len(reading))
    counted = np.log1p(kinds.take(_COUNTED, axis=1))
    columns = (
        felt.compound,
        np.log1p(felt.glad) / 2,
        -np.log1p(-felt.sad) / 2,
        felt.best / 3,
        felt.worst / 3,
        _last(reading, felt) / 3,
        np.minimum(np.maximum(felt.signs, -3), 3) / 2,
        felt.polarity,
        np.minimum(felt.negations, 3) / 2,
        np.minimum(felt.turns, 2) / 2,
        np.minimum(np.maximum(felt.rude, -2), 4) / 2,
        counted[:, 0] / 2,
        counted[:, 1] / 2,
        _asks_last(reading),
        capitals / some,
        upper / np.maximum(upper + kinds[:, LOWER], 1),
        reading.stretched > 0,
        np.minimum(reading.links, 2) / 2,
        counted[:, 2] / 2,
        counted[:, 3] / 2,
        counted[:, 4] / 2,
        counted[:, 5] / 3,
        np.log1p(tokens) / 4,
        tokens < 6,
        (felt.glad == 0) & (felt.sad == 0),
        (felt.glad > 0) & (felt.sad < 0),
    )
    found = np.empty((len(reading), len(MARKS)))
    for place, column in enumerate(columns):
        found[:, place] = column
    return found


def _last(reading: Reading, felt: Felt) -> NDArray[np.float64]:
    """The last feeling of each text: how it ends weighs more than how it begins."""
    last = np.zeros(len(reading), np.float64)
    at = felt.tokens.nonzero()[0]
    last[reading.rows.take(at)] = felt.tokens.take(at)  # of several on one row, the last is kept
    return last


def _asks_last(reading: Reading) -> NDArray[np.bool_]:
    asks = np.zeros(len(reading), np.bool_)
    if not reading.kinds[:, QUESTION].any():
        return asks
    full = (np.diff(reading.token_rows)).nonzero()[0]
    last = reading.token_rows[full + 1] - 1
    asks[full] = reading.letters[reading.starts[last]] == ord("?")
    return asks
