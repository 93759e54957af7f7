"""Which language a text is in, by its words' letters.

Links, mentions, hashtags, numbers and pictures say nothing. A script that one language writes in (Greek, Thai, Hangul)
settles it. For Latin, Cyrillic, Arabic and Devanagari letters each word says something for each language by itself, its
first three letters, its last three and its last two: one row of whole numbers each, learned by tools/train/language.py,
summed over the words. How sure the answer is comes from how far it leads and how many letters there were.

Known are 37 languages in Latin letters, 8 in Cyrillic, 3 in Arabic, 3 in Devanagari and 22 by their script alone.
Serbian and Bosnian in Latin letters are read as Croatian, unless a workspace lists one of them and not Croatian.
"""

import pkgutil
import zlib
from collections.abc import Sequence
from functools import cache

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from hubbub.core.text.characters import AT
from hubbub.core.text.features import Bools, Hashes, Numbers, Reading, hash_of, lots, mixed, read, steps
from hubbub.core.text.judgement import Column

VERSION = "1"
FEATURES = 4  # a word's rows: itself, its first three letters, its last three, its last two
LEAST_SURE = 0.5  # below, the answer is "unknown"
LEAST_LETTERS = 6  # with fewer, it is "unknown" too

_WORDS = 60  # of a text's words, so many are asked: 4 * 60 * 255 fits into the 16 bits of a lane
_LISTED = 6.0  # how far ahead the listed languages start: an unlisted one must be plain to see
_SAYS_NOTHING = (
    "http", "rt", "via", "lol", "haha", "hahaha", "xd", "omg", "wow", "ok", "amp", "mt", "cc", "ff", "gt", "lt",
)  # fmt: skip
_OLD_NAMES = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "fil": "tl", "sh": "hr"}
_AS_CROATIAN = ("sr", "bs")

_LATIN, _CYRILLIC, _ARABIC, _DEVANAGARI, _HAN, _KANA = range(1, 7)
_FAMILIES = {"latin": _LATIN, "cyrillic": _CYRILLIC, "arabic": _ARABIC, "devanagari": _DEVANAGARI}
_SCRIPTS: tuple[tuple[str, int, int], ...] = (  # the language, from, to: those that a script settles
    ("el", 0x370, 0x400), ("hy", 0x530, 0x590), ("he", 0x590, 0x600), ("bn", 0x980, 0xA00), ("pa", 0xA00, 0xA80),
    ("gu", 0xA80, 0xB00), ("or", 0xB00, 0xB80), ("ta", 0xB80, 0xC00), ("te", 0xC00, 0xC80), ("kn", 0xC80, 0xD00),
    ("ml", 0xD00, 0xD80), ("si", 0xD80, 0xE00), ("th", 0xE00, 0xE80), ("lo", 0xE80, 0xF00), ("bo", 0xF00, 0x1000),
    ("my", 0x1000, 0x10A0), ("ka", 0x10A0, 0x1100), ("ko", 0x1100, 0x1200), ("am", 0x1200, 0x13A0),
    ("km", 0x1780, 0x1800), ("ko", 0xAC00, 0xD7B0),
)  # fmt: skip
_SHARED: tuple[tuple[int, int, int], ...] = (
    (_LATIN, 0x41, 0x250), (_LATIN, 0x1E00, 0x1F00), (_CYRILLIC, 0x400, 0x530), (_ARABIC, 0x600, 0x780),
    (_ARABIC, 0xFB50, 0xFE00), (_ARABIC, 0xFE70, 0xFF00), (_DEVANAGARI, 0x900, 0x980), (_HAN, 0x3400, 0xA000),
    (_HAN, 0xF900, 0xFB00), (_KANA, 0x3040, 0x3100), (_KANA, 0xFF66, 0xFFA0),
)  # fmt: skip
_SETTLED = ("zh", "ja", *dict.fromkeys(name for name, _, _ in _SCRIPTS))  # their numbers follow those of the shared
_FIRST_SETTLED = _KANA + 1
_COUNTED = _FIRST_SETTLED + len(_SETTLED)
_DENSE = 3  # a letter of Han or Hangul says as much as three others
_JAPANESE = 0.1  # share of kana among Han letters from which on a text is Japanese

_16, _32 = np.uint64(16), np.uint64(32)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_SALTS = np.array([salt * 0x632BE59BD9B4E019 % 2**64 for salt in (1, 2, 3)], np.uint64)

Floats = NDArray[np.float64]


class Family(Struct, frozen=True):
    """The languages of one script, and what was learned of them."""

    script: str
    languages: tuple[str, ...]
    bits: int  # the table has 2**bits rows; row 0 belongs to words that say nothing
    table: bytes  # (2**bits, len(languages)) of int8
    unit: float  # what one unit of the table is worth
    start: tuple[float, ...]  # each language's score before any word
    sure: tuple[float, float, float]  # logit of being right: a + b * log(1 + lead) + c * log(letters)


class Learned(Struct, frozen=True):
    """All that is in language.bin."""

    version: str
    families: tuple[Family, ...]


class Languages:
    """Reads languages. `languages` lists those that are expected, as ISO 639-1 codes; none: all that are known."""

    name = "language"

    def __init__(self, languages: Sequence[str] = ()) -> None:
        listed = frozenset(code for code in map(_code, languages) if code)
        self._latin_serbian = next((code for code in _AS_CROATIAN if code in listed and "hr" not in listed), "hr")
        self._listed = listed | ({"hr"} if self._latin_serbian != "hr" else frozenset())
        self._tables = [_Table(family) for family in learned().families]
        self.version = f"{VERSION}.{learned().version}"

    def judge(self, texts: Sequence[str]) -> Column[str]:
        """One answer a text; of a long one, by what stands at its start."""
        values: list[str | None] = []
        sure: list[float] = []
        for lot in lots(texts):
            found = self.of(read(lot))
            values += found.values
            sure += found.sure
        return Column(values, sure)

    def of(self, reading: Reading) -> Column[str]:
        """The same over texts that were cut already."""
        words = _words(reading)
        counts = _letters_by_script(reading, words)
        values: list[str | None] = [None] * len(reading)
        sure = np.zeros(len(reading))
        weighed = counts * _worth()
        weighed[:, _FIRST_SETTLED + 1] = (counts[:, _HAN] + counts[:, _KANA]) * _DENSE
        most = np.maximum.reduce(weighed, axis=1)
        main = np.where(most >= LEAST_LETTERS, weighed.argmax(axis=1), 0)
        scripts = set(main.tolist())
        if max(scripts, default=0) >= _FIRST_SETTLED:
            share = most / np.maximum(weighed.sum(axis=1), 1)
            for row in (main >= _FIRST_SETTLED).nonzero()[0].tolist():
                values[row] = self._settled(main[row], counts[row])
                sure[row] = 0.5 + 0.49 * share[row] if values[row] else 0.0
        for table in self._tables:
            if table.script in scripts:
                theirs = words[main.take(reading.rows.take(words)) == table.script] if len(main) > 1 else words
                self._weigh(table, reading, theirs, values, sure)
        return Column(values, sure.round(4).tolist())

    def _settled(self, main: int, counts: Numbers) -> str | None:
        name = _SETTLED[main - _FIRST_SETTLED]
        if name == "ja" and counts[_KANA] < _JAPANESE * (counts[_HAN] + counts[_KANA]):
            name = "ja" if "ja" in self._listed and "zh" not in self._listed else "zh"
        return name if not self._listed or name in self._listed else None

    def _weigh(self, table: "_Table", reading: Reading, words: Numbers, values: list[str | None], sure: Floats) -> None:
        """Fills in the answers of the texts that these words are of."""
        rows, scores, letters = table.scores(reading, words)
        names = table.family.languages
        if self._listed:
            scores += [_LISTED if name in self._listed else 0.0 for name in names]
        best = scores.argmax(axis=1)
        chances = table.chances(scores, letters)
        for row, answer, chance in zip(rows.tolist(), best.tolist(), chances.tolist(), strict=True):
            name = names[answer]
            if chance >= LEAST_SURE and (not self._listed or name in self._listed):
                values[row] = self._latin_serbian if name == "hr" else name
                sure[row] = chance


class _Table:
    """A family's table, four lanes of 16 bits to a number, so that rows are summed by adding whole numbers."""

    def __init__(self, family: Family) -> None:
        self.family = family
        self.script = _FAMILIES[family.script]
        lanes = -(-len(family.languages) // 4) * 4
        raised = np.zeros((1 << family.bits, lanes), np.uint16)
        given = np.frombuffer(family.table, np.int8).reshape(1 << family.bits, -1)
        raised[:, : len(family.languages)] = given.astype(np.int16) + 128
        self._packed = raised.view("<u8")
        self._start = np.array(family.start)

    def scores(self, reading: Reading, words: Numbers) -> tuple[Numbers, Floats, Floats]:
        """The texts that the words are of, their scores (texts, languages), and how many letters were read."""
        rows = reading.rows.take(words)
        first = _begins(rows)
        many = steps(first, len(rows))
        if np.maximum.reduce(many) > _WORDS:
            asked = np.arange(len(rows)) - first.repeat(many) < _WORDS
            words, rows = words[asked], rows[asked]
            first = _begins(rows)
            many = steps(first, len(rows))
        found = self._packed.take(buckets(reading, words, self.family.bits).ravel(), axis=0)
        summed = np.add.reduceat(found, first * FEATURES, axis=0)
        lanes = summed.view("<u2")[:, : len(self.family.languages)].astype(np.float64)
        lanes -= (128 * FEATURES) * many[:, None]
        lanes *= self.family.unit
        lanes += self._start
        letters = np.add.reduceat(reading.ends.take(words) - reading.starts.take(words), first)
        return rows.take(first), lanes, letters.astype(np.float64)

    def chances(self, scores: Floats, letters: Floats) -> Floats:
        """How likely the best answer is right."""
        known = np.sort(scores, axis=1)
        lead = known[:, -1] - known[:, -2]
        bias, by_lead, by_letters = self.family.sure
        logit: Floats = bias + by_lead * np.log1p(lead) + by_letters * np.log(letters)
        chances: Floats = 1 / (1 + np.exp(-logit))
        return chances


def buckets(reading: Reading, words: Numbers, bits: int) -> Numbers:
    """(words, FEATURES): the rows of a table that each word is looked up in; 0: none, the word is too short."""
    starts, ends = reading.starts.take(words), reading.ends.take(words)
    letters = reading.letters.astype(np.uint64)
    length = ends - starts
    found = np.empty((len(words), FEATURES), np.uint64)
    ours = found[:, 1:]
    beside = letters[:-1] | letters[1:] << _16  # each letter with the next
    reverse = letters[1:] | letters[:-1] << _16  # and with the one before
    ours[:, 0] = beside.take(starts) | letters.take(starts + 2) << _32
    ours[:, 2] = reverse.take(ends - 2)
    ours[:, 1] = ours[:, 2] | letters.take(ends - 3, mode="wrap") << _32
    ours *= _SPREAD
    ours += _SALTS
    ours[...] = mixed(ours)
    found[:, 0] = reading.hashes.take(words)
    found >>= np.uint64(64 - bits)
    rows: Numbers = np.maximum(found, 1).astype(np.int64)
    rows[length < 4, 1:3] = 0
    rows[length < 3, 3] = 0
    return rows


@cache
def learned() -> Learned:
    """What the package ships."""
    kept = pkgutil.get_data("hubbub.core.text", "language.bin")
    if kept is None:
        raise FileNotFoundError("hubbub/core/text/language.bin is missing: the package is not whole; install it anew")
    return from_bytes(kept)


def to_bytes(learnt: Learned) -> bytes:
    """As language.bin holds it."""
    return zlib.compress(msgspec.msgpack.encode(learnt), 9)


def from_bytes(kept: bytes) -> Learned:
    """Raises zlib.error or msgspec.DecodeError where the bytes are no such file."""
    return msgspec.msgpack.decode(zlib.decompress(kept), type=Learned)


def _words(reading: Reading) -> Numbers:
    """The tokens that speak for a language."""
    return _says(reading).nonzero()[0]


def _says(reading: Reading) -> Bools:
    initial = reading.letters.take(reading.starts)
    says: Bools = reading.words & (reading.letters.take(reading.starts - 1) != ord("#"))
    says &= (initial < ord("0")) | (initial > ord("9"))
    known = _nothing()
    says &= known.take(known.searchsorted(reading.hashes), mode="clip") != reading.hashes
    if not reading.kinds[:, AT].any():
        return says
    places = ((reading.letters[:-1] == ord("@")) & (reading.letters[1:] == ord(" "))).nonzero()[0]
    places = places[reading.origin[places + 1] - reading.origin[places] == 1]  # else it is a mention, its name dropped
    if places.size:  # "@ Los Angeles": the name of a place, in whatever language
        until = np.full(len(reading), len(reading.letters))
        row = np.searchsorted(reading.letter_rows, places, "right") - 1
        np.minimum.at(until, np.minimum(row, len(reading) - 1), places)
        says &= reading.starts < until[reading.rows]
    return says


def _begins(rows: Numbers) -> Numbers:
    """Where in ascending numbers another one begins. There is one at least."""
    begins: Bools = np.empty(len(rows), np.bool_)
    begins[0] = True
    np.not_equal(rows[1:], rows[:-1], out=begins[1:])
    return begins.nonzero()[0]


def _letters_by_script(reading: Reading, words: Numbers) -> Numbers:
    """(texts, _COUNTED): how many letters of each script; a word counts as its first letter does, but for Han words,
    whose kana are counted one by one."""
    rows, starts, ends = reading.rows.take(words), reading.starts.take(words), reading.ends.take(words)
    script = _script_of().take(reading.letters.take(starts))
    lengths = ends - starts
    counts = np.bincount(rows * _COUNTED + script, lengths, len(reading) * _COUNTED).reshape(-1, _COUNTED)
    if counts[:, _HAN : _KANA + 1].any():
        eastern = (script == _HAN) | (script == _KANA)
        kana = np.concatenate(([0], np.cumsum(_script_of()[reading.letters] == _KANA)))
        rows, starts, ends = rows[eastern], starts[eastern], ends[eastern]
        many = np.bincount(rows, kana[ends] - kana[starts], len(reading))
        counts[:, _HAN] += counts[:, _KANA] - many
        counts[:, _KANA] = many
    return counts.astype(np.int64)


@cache
def _script_of() -> NDArray[np.uint8]:
    """Character (of 16 bits, folded) → its script; 0: none that is known."""
    table = np.zeros(0x10000, np.uint8)
    for script, first, last in _SHARED:
        table[first:last] = script
    for name, first, last in _SCRIPTS:
        table[first:last] = _FIRST_SETTLED + _SETTLED.index(name)
    return table


@cache
def _nothing() -> Hashes:
    return np.array(sorted(hash_of(word) for word in _SAYS_NOTHING), np.uint64)


@cache
def _worth() -> Numbers:
    """As how many letters one of each script counts. Those of Han and kana are counted together, elsewhere."""
    worth = np.ones(_COUNTED, np.int64)
    worth[_FIRST_SETTLED + _SETTLED.index("ko")] = _DENSE
    worth[[_HAN, _KANA]] = 0
    return worth


def _code(name: str) -> str:
    """ "pt-BR" → "pt", "nb" → "no"."""
    short = name.strip().lower().replace("_", "-").split("-")[0]
    return _OLD_NAMES.get(short, short)
