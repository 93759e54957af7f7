"""Words and what they carry, from the lists of three packages, brought to one lexicon.

VADER's lexicon and its names of emoji (MIT), TextBlob's adjectives (public domain, PDDL, by De Smedt and Daelemans) and
the linear weights of alt-profanity-check (MIT). Only those files of the packages are read.
"""

from collections.abc import Iterator, Mapping
from importlib import resources
from xml.etree import ElementTree

import numpy as np
from msgspec import Struct

from hubbub.core.text import lexicon
from hubbub.core.text.characters import emoji_code
from hubbub.core.text.features import hash_of
from hubbub.core.text.lexicon import Entries, sign_key

_NEGATIONS = """
aint arent cannot cant couldnt didnt doesnt dont hadnt hasnt havent isnt mightnt mustnt neednt shant shouldnt wasnt
werent wont wouldnt ain't aren't can't couldn't didn't doesn't don't hadn't hasn't haven't isn't mightn't mustn't
needn't shan't shouldn't wasn't weren't won't wouldn't daren't oughtn't neither never none nope nor not nothing
nowhere without rarely seldom despite
"""
_STRONGER = """
absolutely amazingly awfully completely considerable considerably decidedly deeply effing enormous enormously
entirely especially exceptional exceptionally extreme extremely fabulously flipping flippin frackin fracking
fricking frickin frigging friggin fully fuckin fucking greatly hella highly hugely incredible incredibly intensely
major majorly more most particularly purely quite really remarkably so substantially thoroughly total totally
tremendous tremendously uber unbelievably unusually utter utterly very
"""
_WEAKER = """
almost barely hardly kinda kindof less little marginal marginally occasional occasionally partly scarce scarcely
slight slightly somewhat sorta sortof
"""
NEGATIONS, STRONGER, WEAKER = _NEGATIONS.split(), _STRONGER.split(), _WEAKER.split()
PICTURED: dict[str, float] = {  # by our own judgement: where an emoji's name does not tell what it is used for
    "😡": -2.6, "😠": -2.2, "🤬": -3.2, "😤": -1.6, "👎": -2.2, "💔": -2.4, "😢": -2.0, "😞": -2.2, "😔": -1.8,
    "😩": -1.6,    "😫": -1.6, "🙄": -1.4, "😒": -1.8, "😕": -1.2, "💩": -1.6, "🤮": -2.8, "🤢": -2.2, "😖": -1.8,
    "😣": -1.6, "🖕": -2.8,
    "👍": 1.9, "👏": 2.0, "🎉": 2.4, "🥳": 2.6, "❤": 2.9, "🥰": 3.0, "😍": 3.0, "😊": 2.2, "💪": 1.5,
    "🙌": 2.0,
    "💯": 1.8, "✨": 1.2, "😻": 2.6, "🤩": 2.6, "💖": 2.8, "💕": 2.6, "🏆": 1.9, "😎": 1.6, "🤗": 2.2, "😁": 2.0,
}  # fmt: skip
STRENGTH = 29  # hundredths


class Lists(Struct, frozen=True):
    """What the lexicon is made of. Words are in small letters."""

    valence: Mapping[str, float]  # words and emoticons, -4 to 4
    pictures: Mapping[str, str]  # emoji → its name
    polarity: Mapping[str, float]  # -1 to 1
    rude: Mapping[str, tuple[float, float]]  # weight times rarity, rarity


def installed() -> Lists:
    """The lists as the packages of the dependency group `train` hold them."""
    vader = resources.files("vaderSentiment")
    valence = {}
    for line in (vader / "vader_lexicon.txt").read_text("utf-8").splitlines():
        word, rated = line.split("\t")[:2]
        valence[word.strip().lower()] = float(rated)
    named = (line.split("\t") for line in (vader / "emoji_utf8_lexicon.txt").read_text("utf-8").splitlines())
    tree = ElementTree.fromstring((resources.files("textblob") / "en" / "en-sentiment.xml").read_bytes())
    senses: dict[str, list[float]] = {}
    for each in tree.iter("word"):
        senses.setdefault(each.attrib["form"].lower(), []).append(float(each.attrib["polarity"]))
    return Lists(
        valence=valence,
        pictures={parts[0]: parts[1] for parts in named if len(parts) > 1},
        polarity={form: sum(values) / len(values) for form, values in sorted(senses.items())},
        rude=dict(_profanity()),
    )


def _profanity() -> Iterator[tuple[str, tuple[float, float]]]:
    import joblib

    folder = resources.files("profanity_check") / "data"
    with (folder / "model.joblib").open("rb") as model, (folder / "vectorizer.joblib").open("rb") as vectorizer:
        learned, seen = joblib.load(model), joblib.load(vectorizer)
    weights = np.mean([each.estimator.coef_[0] for each in learned.calibrated_classifiers_], axis=0)
    for word, column in sorted(seen.vocabulary_.items()):
        yield word, (float(weights[column] * seen.idf_[column]), float(seen.idf_[column]))


def entries(lists: Lists) -> Entries:
    """The lexicon as it ships: one row a word."""
    felt = {word: value for word, value in lists.valence.items() if _is_word(word)}
    signs = {word: value for word, value in lists.valence.items() if not _is_word(word) and 2 <= len(word) <= 4}
    for sign, value in list(signs.items()):  # ":)))" is read as ":))"
        signs.setdefault(sign + sign[-1], value)
    signs = {sign: value for sign, value in signs.items() if len(sign) <= 4}
    for picture, name in lists.pictures.items():
        if len(picture.rstrip("\ufe0f")) == 1:
            value = sum(lists.valence.get(word.lower(), 0.0) for word in name.split())
            if value:
                felt[chr(emoji_code(picture[0]))] = max(-4.0, min(4.0, value))
    felt |= {chr(emoji_code(picture)): value for picture, value in PICTURED.items()}
    words = sorted({*felt, *lists.polarity, *lists.rude, *NEGATIONS, *STRONGER, *WEAKER, *_FLAGS}, key=hash_of)
    rude = [lists.rude.get(word, (0.0, 0.0)) for word in words]
    keys = sorted(signs, key=sign_key)
    return Entries(
        hashes=np.array([0, *map(hash_of, words)], "<u8").tobytes(),
        valence=_whole([felt.get(word, 0) * 10 for word in words], "i1"),
        polarity=_whole([lists.polarity.get(word, 0) * 100 for word in words], "i1"),
        boost=_whole([STRENGTH * ((word in STRONGER) - (word in WEAKER)) for word in words], "i1"),
        flags=_whole([_FLAGS.get(word, 0) | (lexicon.NEGATES if word in NEGATIONS else 0) for word in words], "u1"),
        rude=_whole([pull * 100 for pull, _ in rude], "<i2"),
        rarity=_whole([rarity * 10 for _, rarity in rude], "u1"),
        signs=np.array([sign_key(sign) for sign in keys], "<u8").tobytes(),
        sign_valence=np.rint(np.array([signs[sign] * 10 for sign in keys])).astype("i1").tobytes(),
    )


_FLAGS = {
    "but": lexicon.BUT,
    "least": lexicon.LEAST,
    "no": lexicon.NO,
    "never": lexicon.NEVER | lexicon.NEGATES,
    "so": lexicon.SO_OR_THIS,
    "this": lexicon.SO_OR_THIS,
    "kind": lexicon.KIND,
    "of": lexicon.OF,
}


def _is_word(word: str) -> bool:
    return all(letter.isalnum() or letter in "'_" for letter in word) and word[0] != "'" and word[-1] != "'"


def _whole(values: list[float], kind: str) -> bytes:
    """Rounded, with the empty row 0 before them."""
    bounds = np.iinfo(np.dtype(kind))
    rounded = np.rint(np.clip(np.array([0.0, *values]), bounds.min, bounds.max))
    return bytes(rounded.astype(kind).tobytes())
