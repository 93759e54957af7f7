"""Where a term stands in a text: token numbers, the first and the last, of every place."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator

from . import script
from .glob import Glob, glob
from .reading import Reading, Words
from .tree import Cut, Near, Term

Place = tuple[int, int]  # the first and the last token
_MANY = 64  # words in a text from which on they are looked up in order
_FLOODED = 2_000  # steps from which on a phrase is looked for in all places at once


def texts(field: str, reading: Reading) -> tuple[tuple[str, Words], ...]:
    """The texts that a term looks through, each with its field's name."""
    if field == "":
        return (("title", reading.title), ("text", reading.text))
    if field == "title":
        return (("title", reading.title),)
    if field == "text":
        return (("text", reading.text),)
    if field == "name":
        return (("name", reading.name),)
    return tuple(("links", address) for address in reading.addresses)


def numbers(cut: Cut, exact: bool, words: Words) -> list[int]:
    """The numbers of the tokens that fit, in order."""
    if exact:
        fit = words.at.get(script.fold(cut.word), [])
        fit = [number for number in fit if script.exact(words.original(number)) == cut.word]
    elif cut.wild:
        pattern = glob(cut.word)
        fit = sorted(n for word in fitting(pattern, words.at, words) for n in words.at[word])
    else:
        fit = words.at.get(cut.word, [])
    if cut.mark and fit:
        fit = [number for number in fit if words.marks[number] == cut.mark]
    return fit


def fitting(pattern: Glob, found: Collection[str], source: Words | Reading) -> list[str]:
    """Those of the words found in a text that fit a pattern; in a long text only those that begin alike are tried."""
    prefix, matches = pattern.prefix, pattern.matches
    if len(found) < _MANY:
        return [word for word in found if word.startswith(prefix) and matches(word)]
    words = source.in_order
    at = bisect_left(words, prefix)
    fit: list[str] = []
    while at < len(words) and words[at].startswith(prefix):
        if matches(words[at]):
            fit.append(words[at])
        at += 1
    return fit


def _sets(term: Term, words: Words) -> list[list[int]]:
    """For each word of a term the tokens that fit; each different word is looked for once."""
    known: dict[Cut, list[int]] = {}
    for cut in term.tokens:
        if cut not in known:
            known[cut] = numbers(cut, term.exact, words)
            if not known[cut]:
                return []
    return [known[cut] for cut in term.tokens]


def term_places(term: Term, words: Words) -> list[Place]:
    """Every place of a term in one text, in order of the first token."""
    if len(term.tokens) == 1:
        return [(n, n) for n in numbers(term.tokens[0], term.exact, words)]
    if term.slack is not None:
        return list(windows(term, words))
    sets = _sets(term, words)
    if not sets:
        return []
    # Begin at the token with the fewest places.
    size = len(sets)
    rarest = min(range(size), key=lambda n: len(sets[n]))
    if len(sets[rarest]) * size > _FLOODED:
        return [(at, at + size - 1) for at in _starts(sets, len(words.tokens))]
    rest = [(offset - rarest, set(found)) for offset, found in enumerate(sets) if offset != rarest]
    starts = [at for at in sets[rarest] if all(at + offset in found for offset, found in rest)]
    return [(at - rarest, at - rarest + size - 1) for at in starts]


def stands(term: Term, words: Words) -> bool:
    """Whether a term has a place in a text."""
    if term.slack is not None and len(term.tokens) > 1:
        return next(windows(term, words), None) is not None
    return bool(term_places(term, words))


def _starts(sets: list[list[int]], count: int) -> list[int]:
    """Where a phrase begins: one number of as many bits as there are tokens for each word, laid over one another."""
    masks: dict[int, int] = {}
    for found in sets:
        if id(found) not in masks:
            digits = bytearray(b"0" * count)
            for number in found:
                digits[count - 1 - number] = 49  # "1"
            masks[id(found)] = int(digits, 2)
    starts = masks[id(sets[0])]
    for offset, found in enumerate(sets):
        starts &= masks[id(found)] >> offset
        if not starts:
            return []
    digits_left = f"{starts:b}"[::-1]
    return [at for at, digit in enumerate(digits_left) if digit == "1"]


def windows(term: Term, words: Words) -> Iterator[Place]:
    """For `"…"~n`: from every token that can begin it the shortest window holding all words, each at its own place."""
    sets = _sets(term, words)
    if not sets:
        return
    size = len(sets) + (term.slack or 0)
    fits: dict[int, int] = {}  # for each token that fits any word, which words, one bit each
    for bit, found in enumerate(sets):
        for number in found:
            fits[number] = fits.get(number, 0) | 1 << bit
    places = sorted(fits)
    taken = _Taken(fits, sets)
    ahead = 0
    for start in places:
        while taken.free and ahead < len(places) and places[ahead] < start + size:
            taken.arrive(places[ahead])
            ahead += 1
        if not taken.free:
            yield start, places[ahead - 1]
        elif ahead == len(places) and places[-1] < start + size:
            return  # no window that begins later holds more
        taken.leave(start, places[ahead - 1] if ahead else start)


def in_reach(term: Term, words: Words, found: Iterable[Place]) -> list[int]:
    """The tokens within these windows, in order of their start, that are one of the term's words."""
    fits = sorted({number for fit in _sets(term, words) for number in fit})
    seen: list[int] = []
    at = 0
    for first, last in found:
        at = max(at, bisect_left(fits, first))
        end = bisect_right(fits, last)
        seen += fits[at:end]
        at = max(at, end)
    return seen


class _Taken:
    """Which word stands at which token of a window that moves on: as many words as can be, each at its own.

    Bipartite matching, kept the largest possible by one path for each token that comes or goes.
    """

    def __init__(self, fits: dict[int, int], sets: list[list[int]]) -> None:
        self._fits = fits
        self._sets = sets
        self._token: list[int | None] = [None] * len(sets)  # of each word
        self._word: dict[int, int] = {}  # of each token taken
        self.free = len(sets)  # words without a token

    def arrive(self, token: int) -> None:
        """A token more: some word may have it, others moving on."""
        back: dict[int, int] = {}  # word → the token it was reached from
        queue = [token]
        left = ~0
        while queue:
            at = queue.pop()
            reached = self._fits[at] & left
            left &= ~reached
            while reached:
                bit = reached & -reached
                reached ^= bit
                word = bit.bit_length() - 1
                back[word] = at
                held = self._token[word]
                if held is None:
                    self._give(word, back)
                    return
                queue.append(held)

    def _give(self, word: int, back: dict[int, int]) -> None:
        self.free -= 1
        while True:
            token = back[word]
            before = self._word.get(token)
            self._word[token], self._token[word] = word, token
            if before is None:
                return
            word = before

    def leave(self, token: int, last: int) -> None:
        """The first token goes; its word looks for another up to `last`."""
        word = self._word.pop(token, None)
        if word is None:
            return
        self._token[word] = None
        self.free += 1
        ahead: dict[int, int] = {}  # word → the word that may have its token
        queue = [word]
        seen = {word}
        while queue:
            at = queue.pop()
            spare = self._spare(at, token, last)
            if spare is not None:
                self._move(at, spare, ahead)
                return
            for other, held in enumerate(self._token):
                if other not in seen and held is not None and self._fits[held] >> at & 1:
                    seen.add(other)
                    ahead[other] = at
                    queue.append(other)

    def _spare(self, word: int, after: int, last: int) -> int | None:
        fit = self._sets[word]
        at = bisect_right(fit, after)
        while at < len(fit) and fit[at] <= last:
            if fit[at] not in self._word:
                return fit[at]
            at += 1  # at most as many as there are words are taken
        return None

    def _move(self, word: int, token: int, ahead: dict[int, int]) -> None:
        self.free -= 1
        while True:
            before = self._token[word]
            self._word[token], self._token[word] = word, token
            if before is None:
                return
            word, token = ahead[word], before


def near_places(node: Near, words: Words) -> tuple[list[tuple[Term, Place]], list[tuple[Term, Place]]]:
    """The places on the left and on the right that stand near enough to one of the other side."""
    left = [(term, place) for term in node.left for place in term_places(term, words)]
    if not left:
        return [], []
    right = [(term, place) for term in node.right for place in term_places(term, words)]
    return (
        _with_partner(left, right, node.within, before=True, behind=not node.forward),
        _with_partner(right, left, node.within, before=not node.forward, behind=True),
    )


def _with_partner(
    ours: list[tuple[Term, Place]], theirs: list[tuple[Term, Place]], within: int, *, before: bool, behind: bool
) -> list[tuple[Term, Place]]:
    """Those of ours that stand at most `within` steps before, or behind, one of theirs."""
    starts = sorted(place[0] for _, place in theirs)
    ends = sorted(place[1] for _, place in theirs)
    kept = []
    for term, (first, last) in ours:
        ahead = before and bisect_right(starts, last + within) > bisect_right(starts, last)
        past = behind and bisect_left(ends, first) > bisect_left(ends, first - within)
        if ahead or past:
            kept.append((term, (first, last)))
    return kept
