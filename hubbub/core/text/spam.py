"""How likely a post is spam: links, repetition, promotion, tricks with letters, and how many said the same before.

Every mark is a number that a reader can check by eye (`MARKS`); the score is a logistic sum of them. What the marks
are was thought out; their weights were fitted by tools/train/spam.py (UCI YouTube Spam Collection, CC BY 4.0, as spam
and ham; tweets of SemEval, CC BY 3.0, as ham). Phrases are looked up by their hashes, over a whole batch at once.
"""

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hubbub.core.text.characters import AT, DIGIT, EXCLAIM, HASH, UPPER
from hubbub.core.text.features import READ, Hashes, Numbers, Reading, hash_of, lots, mixed, read, summed_up
from hubbub.core.text.judgement import Column, Reason
from hubbub.core.text.reasons import moving, stretches, strongest_first, without

VERSION = "1"

PHRASES: dict[str, str] = {  # one or two words each, in small letters; what the mark is called
    "channel": "my channel|our channel|this channel|youtube channel|your channel|channel please|new channel|"
    "my videos|my video|our video|my vids|subscribe|subscribed|subscribers|"
    "subs|sub4sub|my cover|my covers|my music|my song|our music|my blog|my page|our page|my profile|my website|"
    "our website|my site|my store|my etsy|my shop|my app|our app|my soundcloud|my instagram",
    "look": "check my|check this|check us|check me|click here|click on|click link|visit my|visit our|visit us|"
    "come check|link in|in bio|watch my|view my",
    "follow": "follow back|follow me|follow us|follow my|followback|teamfollowback|f4f|l4l|more followers|"
    "gain followers|get followers|free followers|will follow|add me|join me|join us|join my|retweet this|sub to",
    "please": "check out|please like|please subscribe|please check|please watch|please visit|please share|please vote|"
    "plz subscribe|plz check|pls follow|please follow|thumbs up|and share|share this|"
    "donate to|gofundme|kickstarter|my petition",
    "earn": "make money|earn money|earn up|earn cash|from home|per day|per week|per month|passive income|"
    "extra income|extra cash|financial freedom|get paid|paid surveys|paypal|cashapp|free money|get rich|quick cash|"
    "work at|easy money|earning|payday",
    "coins": "bitcoin|btc|crypto|cryptocurrency|ethereum|airdrop|presale|forex|nft|nfts|binary options|"
    "double your|trading signals|guaranteed profit|guaranteed returns|investment plan|invest now|seed phrase|usdt",
    "deal": "promo code|discount code|use code|coupon|coupons|discount|buy now|order now|shop now|free shipping|"
    "limited time|limited offer|best price|lowest price|special offer|free trial|sale now|now available|act now|"
    "cheap|viagra|casino|replica|weight loss|lose weight|signup|register now|download now|free download",
    "contact": "dm me|dm for|dm us|inbox me|whatsapp|telegram|contact me|contact us|text me|call now|call us|"
    "message me|email me|kik me|hit me|my number|snapchat me",
    "win": "giveaway|giveaways|gift card|giftcard|gift cards|free gift|win a|win free|you won|claim your|"
    "free iphone|free ipad|winner|congratulations you|lucky winner|enter to",
    "adult": "onlyfans|hot girls|sexy girls|hot singles|sexy singles|camgirl|webcam|xxx|porn|nudes|escort|escorts",
}  # fmt: skip
SHAPES = (
    "link", "links", "only a link", "short link", "site", "markup", "phone", "price", "tags", "mentions", "capitals",
    "exclaims", "repeats", "mixed letters", "long",
)  # fmt: skip
MARKS = (*PHRASES, *SHAPES)

WEIGHTS: dict[str, float] = {
    "channel": 3.20,
    "look": 2.28,
    "follow": 2.14,
    "please": 3.20,
    "earn": 2.61,
    "coins": 1.95,
    "deal": 1.43,
    "contact": 1.36,
    "win": 1.63,
    "adult": 2.45,
    "link": 0.85,
    "links": 0.54,
    "only a link": 3.20,
    "short link": 0.49,
    "site": 1.30,
    "markup": 0.80,
    "phone": 1.32,
    "price": 0.00,
    "tags": 0.39,
    "mentions": 0.51,
    "capitals": 1.51,
    "exclaims": 0.10,
    "repeats": 0.80,
    "mixed letters": 2.40,
    "long": 1.12,
}
START = -2.84

_MOST = 3.0  # a mark counts no more often
_SHORTENED = re.compile(
    r"//(?:bit\.ly|goo\.gl|tinyurl\.com|ow\.ly|is\.gd|adf\.ly|cutt\.ly|rb\.gy|t\.me|wa\.me|shorturl\.at)/",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\d/=])\+?\d[\d ().-]{7,16}\d(?![\d/])")
_MARKUP = re.compile(r"<(?:a|br|b|i)\b", re.IGNORECASE)
_ENDINGS = ("com", "net", "org", "info", "biz", "tv", "co", "ly", "ru", "shop", "xyz")
_3, _ROW = np.uint64(3), np.uint64(0x9E3779B97F4A7C15)

Floats = NDArray[np.float64]


class Spam:
    """Reads spam."""

    name = "spam"
    version = VERSION

    def judge(self, texts: Sequence[str]) -> Column[float]:
        """0 to 1 for each text; None for one without a letter, a digit or a link. What copies seen before add,
        `layered.py` adds in the end."""
        values: list[float | None] = []
        for lot in lots(texts):
            values += self.of(read(lot), lot).values
        return _column(values)

    def of(self, reading: Reading, texts: Sequence[str]) -> Column[float]:
        """The same over texts that were cut already."""
        scores = marks(reading, texts) @ _weights() + START
        chances = (1 / (1 + np.exp(-scores))).round(4)
        empty = np.bincount(reading.rows[reading.words], minlength=len(reading)) == 0
        return _column([None if no else score for no, score in zip(empty.tolist(), chances.tolist(), strict=True)])

    def why(self, text: str) -> tuple[Reason, ...]:
        """The stretches that moved the score, strongest first: how much greater it is with them than without."""
        spans = stretches(text)
        pairs = [(one[0], two[1]) for one, two in pairwise(spans)]
        read_of = text[:READ]
        scores = [score or 0.0 for score in self.judge([read_of, *without(read_of, (*spans, *pairs))]).values]
        lost = [scores[0] - score for score in scores[1:]]
        reasons = moving(spans, lost[: len(spans)])
        covered = {reason.start for reason in reasons}
        # of a pair only what both words together say, and neither alone
        reasons += [reason for reason in moving(pairs, lost[len(spans) :]) if reason.start not in covered]
        return strongest_first(reasons)


def marks(reading: Reading, texts: Sequence[str]) -> Floats:
    """(texts, MARKS): what speaks for spam, and how often."""
    found = np.zeros((len(reading), len(MARKS)))
    if not len(reading.hashes):
        return found
    _phrases(reading, found)
    words = np.bincount(reading.rows[reading.words], minlength=len(reading))
    links = reading.links
    shape = dict(zip(SHAPES, found.T[len(PHRASES) :], strict=True))
    with_links = links.nonzero()[0]
    if with_links.size:
        shape["link"][:] = links > 0
        shape["links"][:] = np.maximum(links - 1, 0)
        shape["only a link"][:] = (links > 0) & (words - links <= 2)
        for row in with_links.tolist():
            shape["short link"][row] = bool(_SHORTENED.search(texts[row][:READ]))
    _sites(reading, shape["site"])
    shape["price"][:] = _signs(reading, "$")
    shape["tags"][:] = np.maximum(reading.kinds[:, HASH] - 3, 0) / 2
    shape["mentions"][:] = np.maximum(reading.kinds[:, AT] - 3, 0) / 2
    letters = np.maximum(reading.letter_rows[1:] - reading.letter_rows[:-1], 1)
    shape["capitals"][:] = (reading.kinds[:, UPPER] > 0.6 * letters) & (letters > 20)
    shape["exclaims"][:] = np.maximum(reading.kinds[:, EXCLAIM] - 2, 0) / 3
    _repeats(reading, words, shape["repeats"])
    shape["mixed letters"][:] = _mixed_letters(reading)
    shape["long"][:] = np.maximum(letters - 160, 0) / 200
    for row in (reading.kinds[:, DIGIT] >= 9).nonzero()[0].tolist():
        shape["phone"][row] = bool(_PHONE.search(texts[row][:READ]))
    for row in _signs(reading, "<").nonzero()[0].tolist():
        shape["markup"][row] = len(_MARKUP.findall(texts[row][:READ])) / 2
    np.minimum(found, _MOST, out=found)
    return found


def _signs(reading: Reading, sign: str) -> Numbers:
    """How often a sign stands in each text."""
    places = (reading.letters == ord(sign)).nonzero()[0]
    if not places.size:
        return np.zeros(len(reading), np.int64)
    return np.bincount(reading.letter_rows.searchsorted(places, "right") - 1, minlength=len(reading))


def _phrases(reading: Reading, found: Floats) -> None:
    """Counts the phrases into their columns: each word by its hash, each pair by both."""
    keys, columns = _looked_for()
    many = len(reading.hashes)
    hashes = np.empty(2 * many - 1, np.uint64)
    hashes[:many] = reading.hashes
    hashes[many:] = mixed(reading.hashes[:-1] * _3 + reading.hashes[1:])
    places = keys.searchsorted(hashes)
    hits = (keys.take(places, mode="clip") == hashes).nonzero()[0]
    if hits.size:
        first = hits % many  # of a pair, its first word
        within = (hits < many) | (reading.rows[first] == reading.rows[np.minimum(first + 1, many - 1)])
        np.add.at(found, (reading.rows[first[within]], columns[places[hits[within]]]), 1.0)


def _sites(reading: Reading, found: Floats) -> None:
    """How many names of sites stand without http."""
    known = _endings()
    alike = known.take(known.searchsorted(reading.hashes), mode="clip")  # np.isin sorts anew at each call
    places = (alike == reading.hashes).nonzero()[0]
    if places.size:
        ending = places[reading.letters[reading.starts[places] - 1] == ord(".")]
        found[:] = np.bincount(reading.rows[ending], minlength=len(reading))


def _repeats(reading: Reading, words: Numbers, found: Floats) -> None:
    """From 0 to 3: how far the words are always the same ones, in texts of six words and more."""
    known = reading.hashes + reading.rows.astype(np.uint64) * _ROW if len(reading) > 1 else reading.hashes
    order = known.argsort()
    known = known.take(order)
    twice = order[1:][known[1:] == known[:-1]]
    twice = twice[reading.words.take(twice)]
    if twice.size:
        again = np.bincount(reading.rows[twice], minlength=len(reading))
        share = np.where(words >= 6, again / np.maximum(words, 1), 0.0)
        found[:] = np.maximum(share - 0.25, 0.0) * 4


def _mixed_letters(reading: Reading) -> Numbers:
    """How many words mix Latin letters with Cyrillic or Greek ones that look alike."""
    foreign = (reading.letters >= 0x370) & (reading.letters < 0x530)
    if not foreign.any():
        return np.zeros(len(reading), np.int64)
    latin = (reading.letters >= ord("a")) & (reading.letters <= ord("z"))
    others, ours = summed_up(foreign), summed_up(latin)
    both = (others[reading.ends] > others[reading.starts]) & (ours[reading.ends] > ours[reading.starts]) & reading.words
    return np.bincount(reading.rows[both], minlength=len(reading))


@cache
def _looked_for() -> tuple[Hashes, Numbers]:
    """Hashes of the phrases, ascending, and the column of each."""
    known: dict[int, int] = {}
    for column, phrases in enumerate(PHRASES.values()):
        for phrase in phrases.split("|"):
            first, *second = (np.array([hash_of(word)], np.uint64) for word in phrase.split())
            hashed = mixed(first * np.uint64(3) + second[0]) if second else first
            known[int(hashed[0])] = column
    keys = np.array(sorted(known), np.uint64)
    return keys, np.array([known[key] for key in keys.tolist()], np.int64)


@cache
def _endings() -> Hashes:
    return np.array(sorted(hash_of(ending) for ending in _ENDINGS), np.uint64)


@cache
def _weights() -> Floats:
    return np.array([WEIGHTS.get(mark, 0.0) for mark in MARKS])


def _column(values: Sequence[float | None]) -> Column[float]:
    return Column(values, [0.0 if value is None else max(value, 1 - value) for value in values])
