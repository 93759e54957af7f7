"""A batch of texts cut into words and letters, once, for all analysers: arrays over the batch, no loop over texts.

The texts are laid end to end as one array of characters. What is read of a text: folded to small letters, without
the names of mentioned people and the tails of links, runs of one letter cut to two. `origin` leads back.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from hubbub.core.text import characters
from hubbub.core.text.characters import (
    APOSTROPHE,
    AT,
    DIGIT,
    DROPPED,
    EMOJI,
    EXCLAIM,
    KINDS,
    LOWER,
    OTHER,
    QUESTION,
    SPACE,
    UPPER,
)

TOGETHER = 60_000  # characters that are good to cut at once: what the arrays need stays in the processor's cache
READ = 5_000  # characters of a text that are read; what a post is about, it says before
_BITS = 17
BUCKETS = 1 << _BITS  # of each table
_PAD = 4  # spaces behind the last text, so that n-grams need no bounds

Bools = NDArray[np.bool_]
Numbers = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Buckets = NDArray[np.uint32]

_WORD, _PICTURE = 1, 2
_TOKEN_OF = np.zeros(KINDS, np.uint8)  # 0: belongs to no token
_TOKEN_OF[[LOWER, UPPER, OTHER, DIGIT]] = _WORD
_TOKEN_OF[EMOJI] = _PICTURE
_TOKEN_OF[EXCLAIM], _TOKEN_OF[QUESTION], _TOKEN_OF[AT] = 3, 4, 5

_PRIME = 0x9E3779B97F4A7C15
_PRIME_INVERSE = pow(_PRIME, -1, 2**64)
_MIX, _29, _32 = np.uint64(0xD6E8FEB86659FD93), np.uint64(29), np.uint64(32)
_3, _5, _SHIFT = np.uint64(3), np.uint64(5), np.uint64(64 - _BITS)
_LETTER, _NEXT, _STIR = np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B), np.uint32(0x2C1B3C6D)
_15, _SHORT_SHIFT = np.uint32(15), np.uint32(32 - _BITS)
_ENTITIES = tuple(  # as long as what they replace; U+2060 is dropped
    (name, sign + "\u2060" * (len(name) - 1))
    for name, sign in (("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "'"))
)


class Reading(Struct, frozen=True, eq=False):
    """A batch, cut up. Row: number of a text in the batch. Row r's letters are those from letter_rows[r] up to
    letter_rows[r + 1] (the first of them is a space), its tokens those from token_rows[r] up to token_rows[r + 1]."""

    letters: NDArray[np.uint16]  # as read, texts parted by spaces, _PAD spaces at the end
    origin: Numbers  # place of each letter in its text, as characters from its start (-1 for the space before it)
    letter_rows: Numbers
    starts: Numbers  # token → its first letter
    ends: Numbers  # token → one past its last letter
    token_rows: Numbers
    rows: Numbers  # token → its row
    hashes: Hashes  # token → a hash of its letters, the same for the same word everywhere
    words: Bools  # token → is it a word (else a picture, "!", "?", or someone mentioned)
    capitals: Bools  # token → is it a word in CAPITALS, of two letters or more
    kinds: Numbers  # (texts, KINDS): how many characters of each kind
    links: Numbers  # how many links in each text
    stretched: Numbers  # how many letters were cut from runs, as in "sooooo"

    def __len__(self) -> int:
        return len(self.letter_rows) - 1


def lots(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """The texts in order, in lots that are good to cut at once."""
    first, held = 0, 0
    for place, text in enumerate(texts):
        size = min(len(text), READ) + 1
        if held + size > TOGETHER and place > first:
            yield texts[first:place]
            first, held = place, 0
        held += size
    if first < len(texts):
        yield texts[first:]


def read(texts: Sequence[str]) -> Reading:
    """Cut a batch. Keep batches to about a hundred thousand characters, so that the arrays stay in the cache."""
    cut = [text[:READ] for text in texts]
    joined = "\n" + "\n".join(cut) + "\n" * (_PAD + 1)
    if "&" in joined:
        for entity, sign in _ENTITIES:
            joined = joined.replace(entity, sign)
    lengths = np.fromiter(map(len, cut), np.int64, len(cut)) + 1
    firsts = summed_up(lengths)  # of the space before each text
    narrow = characters.of(joined)
    kind = characters.kinds().take(narrow, mode="clip")
    letters = characters.folds().take(narrow, mode="clip")
    letters[firsts] = 32
    kind[firsts] = SPACE

    drop, links, stretched = _dropped(joined, letters, kind, firsts)
    row_of = np.arange(len(cut)).repeat(lengths)
    counted = np.bincount(row_of * KINDS + kind[: firsts[-1]], minlength=len(cut) * KINDS).reshape(-1, KINDS)
    kept = (~drop).nonzero()[0]
    letters, kind = letters.take(kept), kind.take(kept)
    letter_rows = kept.searchsorted(firsts)
    origin = kept - firsts.repeat(steps(letter_rows, len(kept)))
    origin -= 1
    starts, ends = _tokens(kind)
    token_rows = starts.searchsorted(letter_rows)
    upper = summed_up(kind == UPPER)
    lengths_of = ends - starts
    return Reading(
        letters=letters,
        origin=origin,
        letter_rows=letter_rows,
        starts=starts,
        ends=ends,
        token_rows=token_rows,
        rows=np.arange(len(cut)).repeat(token_rows[1:] - token_rows[:-1]),
        hashes=_hashed(letters, starts, ends),
        words=_TOKEN_OF.take(kind.take(starts)) == _WORD,
        capitals=(upper.take(ends) - upper.take(starts) == lengths_of) & (lengths_of > 1),
        kinds=counted,
        links=_counted(links, firsts),
        stretched=_counted(stretched, firsts),
    )


def summed_up(values: NDArray[np.generic]) -> Numbers:
    """Sums of all that stand before each place, and of all at the end."""
    sums = np.zeros(len(values) + 1, np.int64)
    values.cumsum(dtype=np.int64, out=sums[1:])
    return sums


def steps(bounds: Numbers, end: int) -> Numbers:
    """How far it is from each bound to the next, and from the last one to the end."""
    lengths = np.empty(len(bounds), np.int64)
    np.subtract(bounds[1:], bounds[:-1], out=lengths[:-1])
    lengths[-1] = end - bounds[-1]
    return lengths


def _counted(places: Numbers, firsts: Numbers) -> Numbers:
    """How many of the places each text has."""
    if not places.size:
        return np.zeros(len(firsts) - 1, np.int64)
    return np.bincount(firsts.searchsorted(places, "right") - 1, minlength=len(firsts) - 1)


def _dropped(
    joined: str, letters: NDArray[np.uint16], kind: NDArray[np.uint8], firsts: Numbers
) -> tuple[Bools, Numbers, Numbers]:
    """What is not read: which characters, where links begin, where runs of letters were cut."""
    drop = kind == DROPPED
    same = letters[1:] == letters[:-1]
    drop[1:] |= same & (kind[1:] == SPACE)
    stretched = (same[1:] & same[:-1]).nonzero()[0]
    if stretched.size:
        runs = stretched + 2
        runs = runs[kind[runs] != DIGIT]
        drop[runs] = True
        stretched = runs[(kind[runs] == LOWER) | (kind[runs] == UPPER)]
    links = _links(joined, letters)
    if links.size:
        spaces = (kind == SPACE).nonzero()[0]
        drop[_ranges(links + 4, spaces[np.searchsorted(spaces, links)])] = True
        begun = _ranges(links, links + 4)
        drop[begun] = False  # of a run, as in www
        letters[begun] = np.tile(np.frombuffer("http".encode("utf-16-le"), "<u2"), links.size)
        kind[begun] = LOWER
    if "@" in joined:
        at = (kind == AT).nonzero()[0]
        others = _TOKEN_OF.take(kind) != _WORD
        at = at[others[at - 1] & ~others[at + 1]] + 1
        if at.size:
            places = others.nonzero()[0]
            drop[_ranges(at, places.take(places.searchsorted(at)))] = True
    drop[firsts] = False
    drop[-_PAD:] = False
    return drop, links, stretched


def _links(joined: str, letters: NDArray[np.uint16]) -> Numbers:
    """Where links begin: "http(s)://" and "www."; in order."""
    found = np.zeros(0, np.int64)
    if "://" in joined:
        colon = (letters == ord(":")).nonzero()[0]
        colon = colon[(letters[colon + 1] == ord("/")) & (letters[colon + 2] == ord("/")) & (colon > 4)]
        begin = colon - 4 - (letters[colon - 1] == ord("s"))
        found = begin[(letters[begin] == ord("h")) & (letters[begin + 1] == ord("t"))]
    if "www." in joined:
        dot = (letters == ord(".")).nonzero()[0]
        begin = dot[dot > 3] - 3
        www = (letters[begin] == ord("w")) & (letters[begin + 1] == ord("w")) & (letters[begin + 2] == ord("w"))
        begin = begin[www & (letters[begin - 1] == 32)]
        found = np.sort(np.concatenate((found, begin)))
    return found


def _ranges(starts: Numbers, ends: Numbers) -> Numbers:
    """All places from each start up to its end."""
    if len(starts) == 1:
        return np.arange(starts[0], ends[0])
    lengths = np.maximum(ends - starts, 0)
    before = lengths.cumsum() - lengths
    ranges: Numbers = np.arange(lengths.sum()) + (starts - before).repeat(lengths)
    return ranges


def _tokens(kind: NDArray[np.uint8]) -> tuple[Numbers, Numbers]:
    """Words (letters, digits, apostrophes between letters), single pictures, runs of ! or ?, someone mentioned."""
    part = _TOKEN_OF.take(kind, mode="clip")
    apostrophes = (kind == APOSTROPHE).nonzero()[0]
    if apostrophes.size:
        inside = apostrophes[(part[apostrophes - 1] == _WORD) & (part[apostrophes + 1] == _WORD)]
        part[inside] = _WORD
    bound = np.empty(len(part), np.bool_)
    bound[0] = True
    np.not_equal(part[1:], part[:-1], out=bound[1:])
    bound |= part == _PICTURE
    bounds = bound.nonzero()[0]
    held = part.take(bounds).nonzero()[0]
    return bounds.take(held), bounds.take(held + 1)  # spaces stand at the end: there is always a next bound


@lru_cache(maxsize=2)
def _powers(size: int) -> tuple[Hashes, Hashes]:
    def raised(base: int) -> Hashes:
        series = np.full(size, base, np.uint64)
        series[0] = 1
        return np.cumprod(series, dtype=np.uint64)

    return raised(_PRIME), raised(_PRIME_INVERSE)


def _hashed(letters: NDArray[np.uint16], starts: Numbers, ends: Numbers) -> Hashes:
    """A hash of each stretch, by differences of a running polynomial: no loop, whatever the lengths."""
    size = 1 << max(17, len(letters).bit_length())
    powers, inverses = _powers(size)
    running = np.zeros(len(letters) + 1, np.uint64)
    (letters * powers[: len(letters)]).cumsum(out=running[1:])
    hashes: Hashes = running.take(ends)
    hashes -= running.take(starts)
    hashes *= inverses.take(starts)
    return mixed(hashes)


def mixed(hashes: Hashes) -> Hashes:
    """Bits stirred, so that the upper ones depend on all."""
    stirred: Hashes = hashes >> _29
    stirred ^= hashes
    stirred *= _MIX
    stirred ^= stirred >> _32
    return stirred


def hash_of(word: str) -> int:
    """The hash that a word in small letters has in every reading."""
    codes = np.frombuffer(word.encode("utf-16-le"), "<u2")
    return int(_hashed(codes, np.array([0]), np.array([len(codes)]))[0])


def word_buckets(reading: Reading) -> tuple[Buckets, Buckets, Buckets]:
    """Token → its bucket alone, with the next token, and with the one after next. Bucket 0: there is none."""
    hashes = reading.hashes
    if not len(hashes):
        empty = np.zeros(0, np.uint32)
        return empty, empty, empty
    rows = reading.rows
    mingled = np.zeros((3, len(hashes)), np.uint64)
    mingled[0] = hashes
    np.add(hashes[:-1] * _3, hashes[1:], out=mingled[1, :-1])
    np.add(hashes[:-2] * _5, hashes[2:], out=mingled[2, :-2])
    mingled[1:] = mixed(mingled[1:])
    mingled >>= _SHIFT
    found: Buckets = np.maximum(mingled, 1).astype(np.uint32)
    found[1, -1:] = found[2, -2:] = 0
    if len(reading) > 1:
        found[1, :-1] *= rows[1:] == rows[:-1]
        found[2, :-2] *= rows[2:] == rows[:-2]
    return found[0], found[1], found[2]


def letter_buckets(reading: Reading) -> tuple[Buckets, Buckets, Buckets]:
    """Letter → buckets of the 3, 4 and 5 letters from here on that lie in one word with its bounds. 0: none."""
    letters = reading.letters
    count = int(reading.letter_rows[-1])
    inner = letters != 32
    running = letters.astype(np.uint32)
    running *= _LETTER
    two = running[:-1] * _NEXT + running[1:]
    grams = []
    whole = inner[1 : 1 + count]
    for more in (2, 3, 4):
        two = two[:-1] * _NEXT
        two += running[more:]
        if more > 2:
            whole = whole & inner[more - 1 : more - 1 + count]
        hashed: Buckets = two[:count] >> _15
        hashed ^= two[:count]
        hashed *= _STIR
        hashed >>= _SHORT_SHIFT
        hashed *= whole
        grams.append(hashed)
    return grams[0], grams[1], grams[2]
