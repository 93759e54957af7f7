"""Words in disguise: v1agra, v i a g r a, v.i.a.g.r.a, viaaagra, with letters of other scripts, with invisible ones.

A word of a list is found where every letter of it stands in its place, or something that stands for it:

- a digit or sign for a letter (`STANDS_FOR`), where letters are left, no fewer than digits: `pa55`, `a$$`, not `a55`;
- a letter that looks alike; in a word that is all of another script only from five letters on, so that the Russian
  word for rubbish is no policeman;
- a letter three times or more in place of once (`viaaagra`), also twice for a, i and u in words of four letters or
  more, which no language that doubles other letters minds: `loose` is not `lose`;
- spaces or punctuation between single letters (`v i a g r a`, `v.i.a.g.r.a`), and signs that stand in no word between
  any of them (`via*gra`): `has some` holds no `as s`, because only letters that stand alone are put together.

Words of fewer than three letters are found as they are written only, and so are wildcards but for one `*` at the end.
The cost of a text is that of looking up its different words in what was met before.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from msgspec import Struct

from .lookalikes import FOREIGN, READS, STANDS_FOR
from .reading import Reading, Span, blank_urls
from .tree import Disguised

LEAST = 3  # letters of a word that is looked for in disguise
LONGEST = 200  # characters of a word that is looked at
MOST_MET = 200_000  # words remembered
_ALONE = 5  # letters of a word that is written in another script from its first letter to its last
_SIGNS = "".join(sign for sign in STANDS_FOR if not sign.isalnum())
_LETTER = rf"(?:[^\W_]|[{re.escape(_SIGNS)}])"
_BETWEEN = rf"(?:[^\w{re.escape(_SIGNS)}]|_)"
_PARTS = re.compile(rf"{_LETTER}+")
# at least three letters that stand alone, with little between them
_APART = re.compile(rf"(?<![^\W_]){_LETTER}(?:{_BETWEEN}{{1,3}}{_LETTER}(?![^\W_])){{2,}}")
_NATURAL = frozenset(".,;:/'\"()[]{}?&\u2019\u2018\u201c\u201d-\u2010\u2011\u2013\u2014\u2026%<>#=")  # between words
_AROUND = ".,;:?#\"'()\u2026"  # beside a word, and in no disguise of one
_NO_LETTER = re.compile(r"[\W_]+")
_AGAIN = re.compile(r"(.)\1+")
_CLASS = str.maketrans({sign: letters[0] for sign, letters in STANDS_FOR.items()} | {"l": "i"})  # i and l: one class


class _Word(Struct, frozen=True, gc=False):
    """One word of a list."""

    sign: str  # of its list
    entry: int
    place: int  # within the entry
    size: int
    wild: bool
    foreign: bool
    own: int  # digits that are its own
    pattern: str  # what it may be written as

    def found(self, text: str) -> int | None:
        """How long the part of a text is that is this word, from its beginning; None: it is not."""
        fits = _pattern(self.pattern)
        match = fits.match(text) if self.wild else fits.fullmatch(text)
        if match is None:
            return None
        letters = sum(char.isalpha() for char in match[0])
        if not letters or sum(char.isdigit() for char in match[0]) - self.own > letters:
            return None
        return len(text) if self.wild else match.end()


@lru_cache(maxsize=20_000)  # most words of a list are never seen in disguise: only the others are made ready
def _pattern(written: str) -> "re.Pattern[str]":
    return re.compile(written)


Hit = tuple[_Word, int, int]  # and from where to where in what was looked at


class Disguises:
    """The words of some lists, made ready to be found."""

    def __init__(self, lists: Iterable[Disguised]) -> None:
        self._words: dict[str, list[_Word]] = {}
        self._begins: dict[str, list[_Word]] = {}
        self._sizes: list[int] = []
        self._long: dict[tuple[str, int], int] = {}  # (list, entry) → its words, where it has several
        self._longest = 0
        self._met: dict[str, tuple[Hit, ...]] = {}
        self._dead: set[str] = set()
        for one in lists:
            for entry, words in enumerate(one.entries):
                self._add(one.sign, entry, words)
        self._sizes = sorted({len(begin) for begin in self._begins})

    def _add(self, sign: str, entry: int, words: Sequence[str]) -> None:
        made = [_word(sign, entry, place, word) for place, word in enumerate(words)]
        known = [one for one in made if one is not None]
        if len(known) < len(words) or not any(word.size >= LEAST for word in known):
            return
        if len(words) > 1:
            self._long[sign, entry] = len(words)
        for word, written in zip(known, words, strict=True):
            plain = _skeleton(_read(written.rstrip("*")))
            (self._begins if word.wild else self._words).setdefault(plain, []).append(word)
            self._longest = max(self._longest, 3 * word.size)

    def signs(self, reading: Reading) -> set[str]:
        """The signs of the lists of which a word stands in title or text."""
        post = reading.post
        found = self._signs(post.text)
        return found | self._signs(post.title) if post.title else found

    def _signs(self, text: str) -> set[str]:
        words = set(text.split())
        words -= self._dead
        found: set[str] = set()
        if not words and len(text) < 5:
            return found
        if "://" in text or "www." in text.lower():
            text = blank_urls(text)
            words = set(text.split()) - self._dead
        several = False
        for word in words:
            for one, _, _ in self._hits(word):
                if (one.sign, one.entry) in self._long:
                    several = True
                else:
                    found.add(one.sign)
        if several:
            found.update(word.sign for word, _, _ in self._rows(text))
        found.update(word.sign for word, _, _ in self._apart(text))
        return found

    def spans(self, reading: Reading) -> list[Span]:
        """Every place of a word of them, in the original text."""
        found: list[Span] = []
        for field, source in (("title", reading.post.title), ("text", reading.post.text)):
            text = blank_urls(source)
            places = {(start, end) for _, start, end in self._single(text)}
            places.update((start, end) for _, start, end in self._rows(text))
            places.update((start, end) for _, start, end in self._apart(text))
            found += [Span(field, start, end) for start, end in sorted(places)]
        return found

    # one word without spaces

    def _single(self, text: str) -> Iterator[Hit]:
        for match in re.finditer(r"\S+", text):
            for word, start, end in self._hits(match[0]):
                if (word.sign, word.entry) not in self._long:
                    yield word, match.start() + start, match.start() + end

    def _hits(self, chunk: str) -> tuple[Hit, ...]:
        if chunk in self._dead:
            return ()
        if (known := self._met.get(chunk)) is not None:
            return known
        found = tuple(dict.fromkeys(self._looked_at(chunk)))
        if len(chunk) <= LONGEST:
            if len(self._dead) + len(self._met) >= MOST_MET:
                self._dead.clear()
                self._met.clear()
            if found:
                self._met[chunk] = found
            else:
                self._dead.add(chunk)
        return found

    def _looked_at(self, chunk: str) -> Iterator[Hit]:
        plain = chunk.strip(_AROUND)
        if plain.isascii() and plain.isalnum():  # nearly always: one word with a comma or a quote beside it
            at = chunk.find(plain)
            if len(plain) <= LONGEST:
                yield from ((word, at, at + length) for word, length in self._named(plain.lower()))
            return
        read, places = _placed(chunk)
        for start, end in _variants(read):
            for word, length in self._named(read[start:end]):
                first, last = places[start], places[start + length - 1]
                if word.foreign or word.size >= _ALONE or not _alien(chunk[first : last + 1]):
                    yield word, first, last + 1

    def _named(self, part: str) -> Iterator[tuple[_Word, int]]:
        plain = _skeleton(part)
        for word in self._words.get(plain, ()):
            length = word.found(part)
            if length is not None:
                yield word, length
        for size in self._sizes:
            for word in self._begins.get(plain[:size], ()):
                length = word.found(part)
                if length is not None:
                    yield word, length

    # several words in a row

    def _rows(self, text: str) -> Iterator[Hit]:
        if not self._long:
            return
        open_: list[Hit] = []  # entries of which the words so far stand in a row, the last of them in the chunk before
        for match in re.finditer(r"\S+", text):
            hits = [hit for hit in self._hits(match[0]) if (hit[0].sign, hit[0].entry) in self._long]
            going: list[Hit] = []
            for word, start, end in hits:
                first = match.start() + start
                begun = [first] if word.place == 0 else []
                for before, since, _ in open_:
                    if (before.sign, before.entry, before.place + 1) == (word.sign, word.entry, word.place):
                        begun.append(since)
                for since in begun:
                    if word.place + 1 == self._long[word.sign, word.entry]:
                        yield word, since, match.start() + end
                    else:
                        going.append((word, since, match.start() + end))
            open_ = going

    # letters that stand alone

    def _apart(self, text: str) -> Iterator[Hit]:
        for run in _APART.finditer(text):
            spots = [
                (READS[char], run.start() + at) for at, char in enumerate(run[0]) if re.match(_LETTER, char) is not None
            ]
            letters = [(read, at) for read, at in spots if len(read) == 1]
            plain = "".join(read for read, _ in letters)
            for start in range(len(plain) - LEAST + 1):
                for end in range(start + LEAST, min(len(plain), start + self._longest) + 1):
                    for word, length in self._named(plain[start:end]):
                        whole = (start, end) == (0, len(plain))
                        alone = not word.wild and (word.sign, word.entry) not in self._long
                        if alone and length == end - start and (whole or word.size > LEAST):
                            yield word, letters[start][1], letters[end - 1][1] + 1


@lru_cache(maxsize=256)
def disguises(one: Disguised) -> Disguises:
    """One list, made ready once."""
    return Disguises([one])


def _word(sign: str, entry: int, place: int, written: str) -> _Word | None:
    wild = written.endswith("*")
    bare = _read(written.rstrip("*"))
    if "*" in bare or "?" in bare or not bare:
        return None
    runs = [(match[0][0], len(match[0])) for match in re.finditer(r"(.)\1*", bare, re.DOTALL)]
    letters = sum(1 for _, number in runs for _ in range(number))
    small = letters < LEAST
    between = "" if small else f"{_BETWEEN}*"
    parts = [re.escape(char * number) if small else _run(char, number, letters) for char, number in runs]
    own = sum(char.isdigit() for char in bare)
    foreign = any(char in FOREIGN for char in written)
    return _Word(sign, entry, place, letters, wild, foreign, own, between.join(parts))


def _run(char: str, number: int, letters: int) -> str:
    """What may stand in the place of one letter that stands so many times."""
    stand = "".join(sign for sign, meant in STANDS_FOR.items() if char in meant)
    one = f"[{re.escape(char + stand)}]" if char.isalpha() else re.escape(char)
    if not char.isalpha():
        return one * number
    one = f"(?:{one})"
    if number > 1:
        return f"{one}(?:{_BETWEEN}*{one}){{{number - 1},}}"
    more = f"(?:{_BETWEEN}*{one})"
    return f"{one}{more}*" if char in "aiu" and letters > LEAST else f"{one}(?:{more}{{2,}})?"


def _read(text: str) -> str:
    return "".join([READS[char] for char in text])


def _placed(chunk: str) -> tuple[str, list[int]]:
    """A word as it is taken for, and where each of its characters stands."""
    if chunk.isascii():
        return chunk.lower(), list(range(len(chunk)))
    read: list[str] = []
    places: list[int] = []
    for at, char in enumerate(chunk):
        for one in READS[char]:
            read.append(one)
            places.append(at)
    return "".join(read), places


def _skeleton(text: str) -> str:
    """Its letters, each once where it stands in a row; what can stand for several letters is taken for the first."""
    plain = text.translate(_CLASS)
    return _AGAIN.sub(_once, plain if plain.isalnum() else _NO_LETTER.sub("", plain))


def _once(run: "re.Match[str]") -> str:
    return run[1]


def _variants(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of a word that may be a word of a list: itself, its parts, and both without signs at their ends."""
    stretches: dict[tuple[int, int], None] = {}
    parts = [match.span() for match in _PARTS.finditer(text)]
    for start, end in parts:
        stretches[start, end] = None
    if len(parts) > 1 and _broken(text, parts):
        stretches[parts[0][0], parts[-1][1]] = None
    for start, end in list(stretches):
        first, last = start, end
        while first < last and not text[first].isalnum():
            first += 1
        while last > first and not text[last - 1].isalnum():
            last -= 1
        for one in ((start, end), (first, last), (start, last), (first, end)):
            if LEAST <= one[1] - one[0] <= LONGEST or 0 < one[1] - one[0] < LEAST:
                stretches[one] = None
    yield from (one for one in stretches if one[1] - one[0] <= LONGEST)


def _broken(text: str, parts: Sequence[tuple[int, int]]) -> bool:
    """Whether the parts are one word that was broken up: single letters, or signs between that stand in no text."""
    if all(end - start == 1 for start, end in parts):
        return True
    between = text[parts[0][1] : parts[-1][0]]
    return not any(char in _NATURAL for char in between)


def _alien(written: str) -> bool:
    """Whether all letters are of another script."""
    letters = [char for char in written if char.isalpha()]
    return bool(letters) and all(char in FOREIGN for char in letters)
