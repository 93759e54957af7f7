"""Near-duplicates: the same news on many sites, the same text pasted by many hands. Decided by words, not by meaning.

MinHash (A. Z. Broder, "On the resemblance and containment of documents", 1997) over pairs of neighbouring words: eight
minima, eight bits kept of each (P. Li, A. C. König, "b-Bit minwise hashing", 2010), make one signature of 64 bits. Read
are words alone: no links, mentions, hashtags, "RT", pictures or the name of a site behind a dash at the end.

How a stream is grouped, with one indexed look-up a post:

1. `signatures(texts)`: None for a text that is too short to tell (`LEAST_WORDS`); it stays alone.
2. Rows (workspace, key, day, post, signature), one for each of the `bands(signature)` of a first post. Candidates: rows
   with one of the post's keys, published within `WINDOW` of it. A key that leads to many posts already takes no more:
   else a thermometer's posts, one template with other numbers, would each be held against all that came before.
3. Of the candidates, the few with the greatest `likeness`; the last word has `same(text, text)`, which sees that a
   number or a name differs ("Apple rises 3 %", "Tesla rises 5 %") where a signature cannot. Without it, all news of
   one template would be taken for one.
4. The post joins the group of the earliest that is left: post.alike = the first post of that group.

Two texts of which seven in ten pairs are common meet in a band nine times in ten; see docs/models.md for measured
precision and recall.
"""

import re
from collections.abc import Sequence
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

WINDOW = timedelta(days=30)  # how far back a post looks for its like
LEAST_WORDS = 6  # with fewer, equal words are no sign of copying: "happy new year to you all"
READ = 8_000  # characters of a text that are read

_LETTERS = 24  # the words together have at least so many bytes
_VALUES = 8  # minima in a signature, one byte each
ALIKE = 4  # minima that two alike signatures share
_PAIRS = ((0, 1), (2, 3), (4, 5), (6, 7), (0, 2), (4, 6))  # minima that make a band
_BATCH = 500  # texts at once, so that the arrays stay in the cache

_DROP = re.compile(
    r"https?://\S*|www\.\S+|[@#]\w+|&\w+;|\b(?:rt|mt|via)\b:?|\s@ [^@\n]*$"  # the last: where a picture was taken
    "|[\u2000-\u206f\u2190-\u2bff\ufe0f\U0001f000-\U0001faff\U000e0000-\U000e007f]+"
)
_APOSTROPHE = re.compile("['\u2019\u02bc`]")
_SOURCE = re.compile(r"\s(?:[|\u2013\u2014-]\s[^|\u2013\u2014\n]{2,40}|\([^()\n]{2,40}\))\s*$")
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff])"
)  # scripts without spaces
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"\w+")

_IN_WORD = np.zeros(256, np.bool_)
_IN_WORD[[*b"abcdefghijklmnopqrstuvwxyz0123456789_", *range(0x80, 0x100)]] = True
_PRIME = 0x100000001B3  # FNV's
_INVERSE = pow(_PRIME, -1, 2**64)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_TURNS = np.array(
    [pow(0x9E3779B97F4A7C15, 2 * place + 3, 2**64) for place in range(_VALUES)], np.uint64
)  # odd: each is another order of the pairs

Hashes = NDArray[np.uint64]


def signature(text: str) -> int | None:
    """Of one text; None: too short to tell. It fits a signed integer of 64 bits."""
    return signatures((text,))[0]


def signatures(texts: Sequence[str]) -> list[int | None]:
    """Of each text, in order; the same as one by one."""
    found: list[int | None] = []
    for start in range(0, len(texts), _BATCH):
        found += _signatures([_plain(text) for text in texts[start : start + _BATCH]])
    return found


def bands(signature: int) -> tuple[int, ...]:
    """The keys under which a post is found by its like, and finds them. Each is from 0 to 2**19."""
    values = _values(signature)
    return tuple(place << 16 | values[one] << 8 | values[two] for place, (one, two) in enumerate(_PAIRS))


def alike(one: int, two: int) -> bool:
    """Whether two signatures are likely of near-duplicates. Let `same` have the last word."""
    return likeness(one, two) >= ALIKE


def likeness(one: int, two: int) -> int:
    """How many of the eight minima two signatures share: eight times the share of common pairs, roughly."""
    return sum(a == b for a, b in zip(_values(one), _values(two), strict=True))


def same(one: str, two: str) -> bool:
    """Whether two texts are near-duplicates: nearly all words of the shorter stand in the other, and what differs is
    no number, and no name that was put in another's place."""
    first, second = _plain(one), _plain(two)
    words, others = _words(first), _words(second)
    shorter, longer = sorted((words, others), key=len)
    least = LEAST_WORDS - 1 if len(shorter) >= 0.7 * len(longer) else 2 * LEAST_WORDS
    if len(shorter) < max(least, 0.5 * len(longer)):
        return False
    lost = shorter - longer
    gained = longer - shorter
    if len(lost) > (0.2 * len(shorter) if len(shorter) > LEAST_WORDS + 1 else 0):
        return False
    if any(word.isdigit() for word in lost):
        return False
    swapped = min(len(lost), len(gained))
    if not swapped:
        return True
    if swapped > max(1, 0.12 * len(shorter)):
        return False
    return not (_names(one, lost if words is shorter else gained) and _names(two, gained if words is shorter else lost))


def _values(signature: int) -> bytes:
    return (signature & 0xFFFFFFFFFFFFFFFF).to_bytes(_VALUES, "little")


def _plain(text: str) -> str:
    """What is compared, in small letters."""
    plain = _SOURCE.sub("", text[:READ], count=1).lower()
    plain = _APOSTROPHE.sub("", _DROP.sub(" ", plain))
    return plain if plain.isascii() else _UNSPACED.sub(r" \1 ", plain)


def _words(plain: str) -> set[str]:
    return set(_WORD.findall(plain))


def _names(text: str, words: set[str]) -> bool:
    """Whether one of the words is written as a name in the text, unless all its words are written so."""
    written = _WORD.findall(text[:READ])
    large = sum(word[0].isupper() for word in written)
    if 2 * large > len(written):
        return True  # a headline in Capitals says nothing of names: a swapped word may be one
    return any(word[0].isupper() and word.lower() in words for word in written)


def _signatures(texts: list[str]) -> list[int | None]:
    """Bytes → words → pairs → minima, over the whole batch."""
    joined = ("\n" + "\n".join(text.replace("\n", " ") for text in texts) + "\n").encode("utf-8", "surrogatepass")
    letters = np.frombuffer(joined, np.uint8)
    inside = _IN_WORD[letters]
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    starts, ends = edges[::2], edges[1::2]
    lines = np.flatnonzero(letters == 10)
    bounds = np.searchsorted(starts, lines)  # text → its first word
    words = _hashes(letters, starts, ends)
    many = np.diff(bounds)
    length = np.diff(np.concatenate([[0], np.cumsum(ends - starts)])[bounds])
    told = np.flatnonzero((many >= LEAST_WORDS) & (length >= _LETTERS))
    found: list[int | None] = [None] * len(texts)
    if not told.size:
        return found
    pairs = _mixed(words[:-1] * np.uint64(_PRIME) + words[1:])
    spans = np.stack([bounds[told], bounds[told + 1] - 1], axis=1).ravel()  # the last word of a text begins no pair
    pairs = np.append(pairs, np.uint64(0))  # so that the last span may end there
    values = np.empty((told.size, _VALUES), np.uint8)
    for place, turn in enumerate(_TURNS):
        least = np.minimum.reduceat(_mixed(pairs * turn), spans)[::2]
        values[:, place] = (least & np.uint64(0xFF)).astype(np.uint8)
    packed = values.view(np.int64).ravel().tolist()
    for place, value in zip(told.tolist(), packed, strict=True):
        found[place] = value
    return found


def _hashes(letters: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Hashes:
    """A hash of each word, the same wherever it stands: its part of a running sum, shifted back to the start."""
    powers = np.full(letters.size, _PRIME, np.uint64)
    powers[0] = 1
    np.multiply.accumulate(powers, out=powers)
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum((letters.astype(np.uint64) + np.uint64(1)) * powers)])
    back = np.full(letters.size, _INVERSE, np.uint64)
    back[0] = 1
    np.multiply.accumulate(back, out=back)
    return _mixed((sums[ends] - sums[starts]) * back[starts])


def _mixed(hashes: Hashes) -> Hashes:
    """Every bit depends on every other (the finisher of Evensen's rrmxmx, shortened)."""
    hashes = (hashes ^ (hashes >> np.uint64(32))) * _MIX
    hashes = (hashes ^ (hashes >> np.uint64(29))) * _MIX
    mixed: Hashes = hashes ^ (hashes >> np.uint64(32))
    return mixed
