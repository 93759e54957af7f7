"""Words that carry feeling, and the rules that weigh them: "not good", "very good", "good, but …", "GOOD!!!".

The rules are those that VADER (Hutto and Gilbert, 2014) found, worked over a whole batch at once. Which words carry
how much lies in the shipped model; docs/models.md names the lists it comes from.
"""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from hubbub.core.text.characters import EXCLAIM, QUESTION
from hubbub.core.text.features import Numbers, Reading, steps

Floats = NDArray[np.float64]

NEGATES, BUT, LEAST, NO, NEVER, SO_OR_THIS, KIND, OF = 1, 2, 4, 8, 16, 32, 64, 128  # flags of a word

_SLOTS = 17  # bits: several places for each entry, so that most are found at the first try
_SHIFT = np.uint64(64 - _SLOTS)
_TURNED = -0.74  # "not good" is about as bad as good is good, but less
_SHOUTED = 0.733
_DAMPED = (1.0, 0.95, 0.9)  # of the word before, the one before that, …
_EXCLAIMED = 0.292
_ALPHA = 15.0  # where the sum of feelings turns towards 1


class Entries(Struct, frozen=True):
    """The lexicon as it is shipped: one row a word, little-endian bytes. Row 0 stands for words that are not in it."""

    hashes: bytes  # uint64
    valence: bytes  # int8, tenths: how people rated the word alone, -4 to 4
    polarity: bytes  # int8, hundredths: the same of adjectives, from another list, -1 to 1
    boost: bytes  # int8, hundredths: how much it strengthens the next word
    flags: bytes  # uint8
    rude: bytes  # int16, hundredths: its pull towards profanity
    rarity: bytes  # uint8, tenths: inverse document frequency; 0 where `rude` says nothing
    signs: bytes  # uint64: emoticons of two to four characters, sorted
    sign_valence: bytes  # int8, tenths


class Felt(Struct, frozen=True, eq=False):
    """What the rules made of a batch. One number a text, or a token where said."""

    tokens: Floats  # token → feeling that it adds, after all rules
    compound: Floats  # -1 to 1
    glad: Floats  # sum of what is above 0
    sad: Floats  # sum of what is below 0
    best: Floats
    worst: Floats
    signs: Floats  # sum over emoticons
    polarity: Floats  # mean over adjectives, -1 to 1
    negations: Floats
    turns: Floats  # how many "but"
    rude: Floats  # linear score: above 0 leans to profanity


class Lexicon:
    """The entries, ready to be looked up."""

    def __init__(self, entries: Entries) -> None:
        self._hashes = np.frombuffer(entries.hashes, "<u8")
        self._valence = np.frombuffer(entries.valence, "i1").astype(np.float64) / 10
        self._polarity = np.frombuffer(entries.polarity, "i1").astype(np.float64) / 100
        self._boost = np.frombuffer(entries.boost, "i1").astype(np.float64) / 100
        self._flags = np.frombuffer(entries.flags, "u1")
        self._rude = np.frombuffer(entries.rude, "<i2").astype(np.float64) / 100
        self._rarity = np.frombuffer(entries.rarity, "u1").astype(np.float64) / 10
        self._signs = np.frombuffer(entries.signs, "<u8")
        self._opens, self._follows = np.zeros((2, 0x10000), np.bool_)  # is a character first, or second, in an emoticon
        self._opens[self._signs.astype(np.uint16)] = True
        self._follows[(self._signs >> np.uint64(16)).astype(np.uint16)] = True
        self._sign_valence = np.frombuffer(entries.sign_valence, "i1").astype(np.float64) / 10
        self._slots = self._placed()

    def _placed(self) -> NDArray[np.uint16]:
        slots = np.zeros((1 << _SLOTS) + 64, np.uint16)
        waiting = np.arange(1, len(self._hashes))
        at = (self._hashes >> _SHIFT).astype(np.int64)
        while waiting.size:
            free = slots[at[waiting]] == 0
            places, first = np.unique(at[waiting[free]], return_index=True)
            slots[places] = waiting[free][first]
            waiting = waiting[slots[at[waiting]] != waiting]
            at[waiting] += 1
        return slots

    def find(self, hashes: NDArray[np.uint64]) -> Numbers:
        """Hash of a word → its row, 0 where it has none."""
        at = (hashes >> _SHIFT).astype(np.int64)
        found: Numbers = self._slots.take(at).astype(np.int64)
        astray = ((self._hashes.take(found) != hashes) & (found != 0)).nonzero()[0]
        while astray.size:
            at[astray] += 1
            found[astray] = self._slots[at[astray]]
            here = found[astray]
            astray = astray[(self._hashes[here] != hashes[astray]) & (here != 0)]
        return found

    def feel(self, reading: Reading) -> Felt:
        """Weigh the words of a batch."""
        rows = self.find(reading.hashes)
        flags = self._flags.take(rows)
        seen = int(np.bitwise_or.reduce(flags))  # what no word of the batch has need not be asked of each
        tokens = self._ruled(reading, rows, flags, seen)
        turns = _turned(reading, flags, tokens) if seen & BUT else np.zeros(len(reading))
        signs = self._signs_of(reading)
        polarity = self._polarity.take(rows)
        if seen & (NEGATES | NO):
            polarity *= np.where(_negated_near(reading, flags), -0.5, 1.0)
        glad, sad, adjectives, weighing, pull, rarity, negations = _summed(
            reading,
            np.maximum(tokens, 0),
            np.minimum(tokens, 0),
            polarity,
            polarity != 0,
            self._rude.take(rows),
            np.square(self._rarity.take(rows)),
            flags & NEGATES,
        )
        total = glad + sad + signs
        if reading.kinds[:, EXCLAIM : QUESTION + 1].any():
            total += np.sign(total) * _emphasis(reading)
        return Felt(
            tokens=tokens,
            compound=total / np.sqrt(total * total + _ALPHA),
            glad=glad + np.maximum(signs, 0),
            sad=sad + np.minimum(signs, 0),
            best=_extreme(np.maximum, tokens, reading),
            worst=_extreme(np.minimum, tokens, reading),
            signs=signs,
            polarity=adjectives / np.maximum(weighing, 1),
            negations=negations,
            turns=turns,
            rude=pull / np.maximum(np.sqrt(rarity), 1),
        )

    def _ruled(self, reading: Reading, rows: Numbers, flags: NDArray[np.uint8], seen: int) -> Floats:
        """Token → feeling after the rules that look at words nearby. `seen`: flags that any word has."""
        valence, boost = self._valence.take(rows), self._boost.take(rows)
        felt: Floats = valence * (boost == 0)
        if seen & KIND and seen & OF:
            felt[:-1][((flags[:-1] & KIND) != 0) & ((flags[1:] & OF) != 0)] = 0  # "a kind of" is not kind
        shouted = _shouted(reading)
        if shouted is not None:
            felt += np.sign(felt) * (_SHOUTED * shouted)
        carries = felt.nonzero()[0]
        boosts, turns = bool(boost.any()), seen & (NEGATES | LEAST | NEVER)
        if not carries.size or not (boosts or turns or seen & NO):
            return felt
        value = felt.take(carries)
        bare = valence == 0
        no = (flags & NO) != 0
        for back, damped in enumerate(_DAMPED, 1):
            before = np.maximum(carries - back, 0)
            near = (carries >= back) & (reading.rows.take(before) == reading.rows.take(carries))
            if seen & NO and back < 3:
                value = np.where(near & no.take(before), valence.take(carries) * _TURNED, value)
            near &= bare.take(before)
            if boosts:
                strength = boost.take(before)
                if shouted is not None:
                    strength += np.sign(strength) * _SHOUTED * shouted.take(before)
                value += np.sign(value) * strength * damped * near
            if turns:
                value = _negated(value, flags, carries, flags.take(before) * near, back)
        if seen & NO:
            following = np.minimum(carries + 1, len(felt) - 1)
            leads = no[carries] & (valence[following] != 0) & (reading.rows[following] == reading.rows[carries])
            value = np.where(leads & (following > carries), 0, value)
        felt[carries] = value
        return felt

    def _signs_of(self, reading: Reading) -> Floats:
        """Sum over emoticons that stand alone, such as :-)."""
        letters = reading.letters
        spaces = (letters == 32).nonzero()[0]
        starts, lengths = spaces[:-1] + 1, steps(spaces[:-1], spaces[-1]) - 1
        alike = self._opens.take(letters.take(starts)) & self._follows.take(letters.take(starts + 1, mode="clip"))
        short = (alike & (lengths >= 2) & (lengths <= 4)).nonzero()[0]
        if not short.size:
            return np.zeros(len(reading))
        starts, lengths = starts[short], lengths[short]
        keys = letters[starts].astype(np.uint64)
        for further in (1, 2, 3):
            keys |= (letters[starts + further].astype(np.uint64) << np.uint64(16 * further)) * (lengths > further)
        at = np.minimum(self._signs.searchsorted(keys), len(self._signs) - 1)
        hit = (self._signs[at] == keys).nonzero()[0]
        rows = reading.letter_rows.searchsorted(starts[hit], "right") - 1
        sums = np.bincount(rows, weights=self._sign_valence[at[hit]], minlength=len(reading))
        return sums.astype(np.float64)


def sign_key(sign: str) -> int:
    """An emoticon of two to four characters as the number it is looked up by."""
    return sum(ord(letter) << (16 * place) for place, letter in enumerate(sign))


def _negated(value: Floats, flags: NDArray[np.uint8], carries: Numbers, hit: NDArray[np.uint8], back: int) -> Floats:
    """The feelings after a look at the words so many `back`, whose flags are in `hit`."""
    turned = (hit & NEGATES) != 0
    if back == 1:
        turned |= (hit & LEAST) != 0
    else:
        never = ((hit & NEVER) != 0) & ((flags[carries - 1] & SO_OR_THIS) != 0)
        value = np.where(never, value * 1.25, value)
        turned &= ~never
    return np.where(turned, value * _TURNED, value)


def _turned(reading: Reading, flags: NDArray[np.uint8], felt: Floats) -> Floats:
    """How many "but" each text has. In `felt`, what stands before the first is weakened, what follows strengthened."""
    but = (flags & BUT).nonzero()[0]
    count = np.bincount(reading.rows[but], minlength=len(reading))
    first = np.full(len(reading), len(felt))
    np.minimum.at(first, reading.rows[but], but)
    at = np.arange(len(felt))
    turn = first[reading.rows]
    felt[(at < turn) & (turn < len(felt))] *= 0.5
    felt[at > turn] *= 1.5
    return count.astype(np.float64)


def _summed(reading: Reading, *values: NDArray[np.generic]) -> Floats:
    """(values, texts): sums over each text's tokens."""
    running = np.zeros((len(values), len(reading.rows) + 1))
    for each, row in zip(values, running, strict=True):
        row[1:] = each
    running.cumsum(axis=1, out=running)
    bounds = running.take(reading.token_rows, axis=1)
    sums: Floats = bounds[:, 1:] - bounds[:, :-1]
    return sums


def _extreme(which: np.ufunc, values: Floats, reading: Reading) -> Floats:
    extremes = np.zeros(len(reading), np.float64)
    at = values.nonzero()[0]
    which.at(extremes, reading.rows.take(at), values.take(at))
    return extremes


def _shouted(reading: Reading) -> NDArray[np.bool_] | None:
    """Which words are in CAPITALS while others of their text are not; None where no word is."""
    if not reading.capitals.any():
        return None
    shouted = np.bincount(reading.rows[reading.capitals], minlength=len(reading))
    words = np.bincount(reading.rows[reading.words], minlength=len(reading))
    return reading.capitals & (shouted < words).take(reading.rows)


def _emphasis(reading: Reading) -> Floats:
    exclaims = np.minimum(reading.kinds[:, EXCLAIM], 4) * _EXCLAIMED
    asked = reading.kinds[:, QUESTION]
    asks = np.where(asked > 1, np.where(asked <= 3, asked * 0.18, 0.96), 0)
    return (exclaims + asks).astype(np.float64)


def _negated_near(reading: Reading, flags: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Token → does a negation stand one or two before it."""
    negates = (flags & (NEGATES | NO)) != 0
    near = np.zeros(len(flags), np.bool_)
    for back in (1, 2):
        near[back:] |= negates[:-back] & (reading.rows[back:] == reading.rows[:-back])
    return near
