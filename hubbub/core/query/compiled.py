"""A query turned into one function that says whether it is known to hold. The same meaning as evaluate.py, faster."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeGuard

from msgspec import Struct

from hubbub.core.facts import Facts

from . import lookup, script
from .anchors import is_anywhere
from .glob import Glob, glob
from .places import fitting, near_places, stands, term_places, texts
from .reading import Reading, Words
from .tree import And, Days, Disguised, Listed, Near, Node, Not, Numbers, Or, Raw, Term, Value

# The post's words come first: nearly every check begins with them.
Check = Callable[[set[str], Reading, Facts, datetime], bool]


_COUNTED = frozenset({"posts_24h", "removed_share", "same_links", "self_promotion"})


def compiled(node: Node, given: str = "") -> Check:
    """Whether a node is known to hold, `given` that a word, or one that fits a wildcard, stands in title or text."""
    return _sure(node, True, given)


def _yes(_bag: set[str], _reading: Reading, _facts: Facts, _now: datetime) -> bool:
    return True


def _no(_bag: set[str], _reading: Reading, _facts: Facts, _now: datetime) -> bool:
    return False


def _sure(node: Node, want: bool, given: str) -> Check:
    """Whether a node is known to be as wanted. What is not known is neither."""
    if isinstance(node, Not):
        return _sure(node.part, not want, given)
    if isinstance(node, Listed):
        return _no if node.any_of is None else _sure(node.plain, want, given)
    if isinstance(node, And | Or):
        return _joined(node, want, given)
    if isinstance(node, Value | Numbers) and node.field in lookup.UNSURE:
        return _unsure(node, want)
    check = _yes if is_anywhere(node) and node.tokens[0].word == given else _leaf(node)
    if want:
        return check
    return _no if check is _yes else _negated(check)


def _negated(check: Check) -> Check:
    return lambda bag, reading, facts, now: not check(bag, reading, facts, now)


def _joined(node: And | Or, want: bool, given: str) -> Check:
    all_needed = isinstance(node, And) is want
    plain: list[str] = []
    rest: list[Check] = []
    for part in sorted(node.parts, key=_is_counted):  # what must be counted comes last: the rest often decides
        if _is_plain(part) and part.tokens[0].word != given:
            plain.append(part.tokens[0].word)
            continue
        check = _sure(part, want, given)
        if check is (_no if all_needed else _yes):
            return check  # this one decides
        if check is not (_yes if all_needed else _no):
            rest.append(check)
    if plain:
        rest.insert(0, _words(frozenset(plain), all_needed, want))
    if len(rest) > 2:
        return _every(tuple(rest)) if all_needed else _some(tuple(rest))
    if len(rest) == 2:
        return both(*rest) if all_needed else _either(*rest)
    return rest[0] if rest else (_yes if all_needed else _no)


def _is_counted(node: Node) -> bool:
    """Whether a person's history is asked for."""
    return isinstance(node, Numbers) and node.field in _COUNTED


def _words(words: frozenset[str], all_needed: bool, want: bool) -> Check:
    if all_needed:
        return needs_all(words) if want else _none_of(words)
    return _one_of(words) if want else _not_all_of(words)


def _is_plain(node: Node) -> TypeGuard[Term]:
    """A single word, anywhere in title or text."""
    return is_anywhere(node) and not node.tokens[0].wild


def needs_all(words: frozenset[str]) -> Check:
    """Whether all of these words stand in title or text."""
    return _Words(words)


def _none_of(words: frozenset[str]) -> Check:
    if len(words) == 1:
        (word,) = words
        return lambda bag, _reading, _facts, _now: word not in bag
    return lambda bag, _reading, _facts, _now: words.isdisjoint(bag)


def _one_of(words: frozenset[str]) -> Check:
    return _negated(_none_of(words)) if len(words) > 1 else needs_all(words)


def _not_all_of(words: frozenset[str]) -> Check:
    return lambda bag, _reading, _facts, _now: not words <= bag


class _Words(Struct, gc=False):
    """Words that must all stand."""

    words: frozenset[str]

    def __call__(self, bag: set[str], _reading: Reading, _facts: Facts, _now: datetime) -> bool:
        return self.words <= bag


def both(a: Check, b: Check) -> Check:
    """Whether two checks hold."""
    return _Both(a, b)


class _Both(Struct, gc=False):
    a: Check
    b: Check

    def __call__(self, bag: set[str], reading: Reading, facts: Facts, now: datetime) -> bool:
        return self.a(bag, reading, facts, now) and self.b(bag, reading, facts, now)


def _either(a: Check, b: Check) -> Check:
    return lambda bag, reading, facts, now: a(bag, reading, facts, now) or b(bag, reading, facts, now)


def _every(checks: tuple[Check, ...]) -> Check:
    def every(bag: set[str], reading: Reading, facts: Facts, now: datetime) -> bool:
        for check in checks:  # noqa: SIM110 - a generator would cost more than the checks
            if not check(bag, reading, facts, now):
                return False
        return True

    return every


def _some(checks: tuple[Check, ...]) -> Check:
    def some(bag: set[str], reading: Reading, facts: Facts, now: datetime) -> bool:
        for check in checks:  # noqa: SIM110 - as above
            if check(bag, reading, facts, now):
                return True
        return False

    return some


def _unsure(node: Value | Numbers, want: bool) -> Check:
    if isinstance(node, Value):
        return lambda _bag, reading, facts, _now: lookup.has_value(node, reading, facts) is want
    if want:
        return lookup.surely_within(node)
    return lambda _bag, reading, facts, now: lookup.within_numbers(node, reading, facts, now) is False


def _leaf(node: Node) -> Check:
    if isinstance(node, Term):
        return _term(node)
    if isinstance(node, Near):
        return _near(node)
    if isinstance(node, Disguised):
        return needs_all(frozenset((node.sign,)))
    if isinstance(node, Raw):
        run = node.text
        return lambda _bag, reading, _facts, _now: run in reading.post.text or run in reading.post.title
    if isinstance(node, Value):
        if own := lookup.own(node.field):
            return lambda _bag, reading, _facts, _now: own(node, reading)
        return lambda _bag, reading, facts, _now: bool(lookup.has_value(node, reading, facts))
    if isinstance(node, Days):
        return lambda _bag, reading, _facts, now: lookup.within_days(node, reading, now)
    if isinstance(node, Numbers):
        return lambda _bag, reading, facts, now: bool(lookup.within_numbers(node, reading, facts, now))
    raise TypeError(node)


def _term(term: Term) -> Check:
    if _is_plain(term):
        return needs_all(frozenset((term.tokens[0].word,)))
    scoped = term.field in ("", "title", "text")
    plain = not term.exact and not any(token.mark or token.wild for token in term.tokens)
    if plain and term.slack is None and not term.field:
        words = [token.word for token in term.tokens]
        return _Phrase(frozenset(words), f" {' '.join(words)} ")
    if plain and not scoped:
        return _Elsewhere(term, frozenset(token.word for token in term.tokens))
    if len(term.tokens) == 1 and not term.field and not term.exact:
        token = term.tokens[0]
        if not token.mark:
            return _Wildcard(glob(token.word))
        if not token.wild:
            return _Marked(term, token.word, token.mark + token.word, script.MARKS[token.mark])
    return _Placed(term, frozenset(token.word for token in term.tokens) if scoped and plain else frozenset())


# Leaves are made by the hundred thousand: objects without references back, that the garbage collector passes by.


class _Phrase(Struct, gc=False):
    """Words in a row, anywhere in title or text."""

    needed: frozenset[str]
    run: str  # with a space around each word

    def __call__(self, bag: set[str], reading: Reading, _facts: Facts, _now: datetime) -> bool:
        if not self.needed <= bag:
            return False
        return self.run in reading.text.joined or (reading.post.title != "" and self.run in reading.title.joined)


class _Placed(Struct, gc=False):
    """A term of which the places must be worked out."""

    term: Term
    needed: frozenset[str]

    def __call__(self, bag: set[str], reading: Reading, _facts: Facts, _now: datetime) -> bool:
        if not self.needed <= bag:
            return False
        return any(stands(self.term, words) for _, words in texts(self.term.field, reading))


class _Elsewhere(Struct, gc=False):
    """Words in a name or in the addresses. Most are ruled out by not standing there at all."""

    term: Term
    needed: frozenset[str]

    def __call__(self, _bag: set[str], reading: Reading, _facts: Facts, _now: datetime) -> bool:
        for words in (reading.name,) if self.term.field == "name" else reading.addresses:
            if self.needed <= words.at.keys() and (len(self.needed) == 1 == len(self.term.tokens) or self._in(words)):
                return True
        return False

    def _in(self, words: Words) -> bool:
        return stands(self.term, words)


class _Marked(Struct, gc=False):
    """A hashtag or a handle."""

    term: Term
    word: str
    written: str
    signs: str  # the characters that read as its mark

    def __call__(self, bag: set[str], reading: Reading, _facts: Facts, _now: datetime) -> bool:
        if self.word not in bag:
            return False
        return self._stands(reading.text) or (reading.post.title != "" and self._stands(reading.title))

    def _stands(self, words: Words) -> bool:
        for sign in self.signs:
            if sign in words.source:
                break
        else:
            return False
        folded, written = words.folded, self.written
        if not folded.isascii():
            return bool(term_places(self.term, words))
        # In ASCII a hashtag stands as it is written, with no letter before or behind: no need to mark out the rest.
        at = folded.find(written)
        while at >= 0:
            end = at + len(written)
            if not _letter(folded[end : end + 1]) and not (at and _letter(folded[at - 1])):
                return True
            at = folded.find(written, at + 1)
        return False


def _letter(char: str) -> bool:
    return char.isalnum() or char == "_"


class _Wildcard(Struct, gc=False):
    """Any word that fits."""

    pattern: Glob

    def __call__(self, bag: set[str], reading: Reading, _facts: Facts, _now: datetime) -> bool:
        return bool(fitting(self.pattern, bag, reading))


def _near(node: Near) -> Check:
    if all(_is_plain(term) for term in node.left + node.right):
        left, right = (frozenset(term.tokens[0].word for term in side) for side in (node.left, node.right))
        return _NearWords(left, right, node.within, node.forward)
    # First the side that is quicker to rule out: the one without wildcards, then the one with fewer words.
    sides = sorted((node.left, node.right), key=lambda side: (any(t.tokens[0].wild for t in side), len(side)))
    return _Near(node, _seen(sides[0]), _seen(sides[1]))


class _Near(Struct, gc=False):
    """NEAR between terms of any kind."""

    node: Near
    first: Check
    second: Check

    def __call__(self, bag: set[str], reading: Reading, facts: Facts, now: datetime) -> bool:
        if not (self.first(bag, reading, facts, now) and self.second(bag, reading, facts, now)):
            return False
        return any(near_places(self.node, words)[0] for _, words in texts(self.node.left[0].field, reading))


def _seen(terms: tuple[Term, ...]) -> Check:
    """Whether one word of a side is in the post at all: no more than a guard."""
    if len(terms) == 1:
        return _term(terms[0])
    if any(term.field not in ("", "title", "text") or term.exact for term in terms):
        return _yes
    wild: list[Check] = [_Wildcard(glob(term.tokens[0].word)) for term in terms if term.tokens[0].wild]
    plain = frozenset(term.tokens[0].word for term in terms if not term.tokens[0].wild)
    checks = [*([_one_of(plain)] if plain else []), *wild]
    return checks[0] if len(checks) == 1 else _some(tuple(checks))


class _NearWords(Struct, gc=False):
    """NEAR between single words, by far the most common."""

    left: frozenset[str]
    right: frozenset[str]
    within: int
    forward: bool

    def __call__(self, bag: set[str], reading: Reading, _facts: Facts, _now: datetime) -> bool:
        if self.left.isdisjoint(bag) or self.right.isdisjoint(bag):
            return False
        return self._stands(reading.text.tokens) or (reading.post.title != "" and self._stands(reading.title.tokens))

    def _stands(self, tokens: list[str]) -> bool:
        # One walk: the last place of each side is the nearest so far.
        left, right, within, forward = self.left, self.right, self.within, self.forward
        ours = theirs = -within - 1
        for number, token in enumerate(tokens):
            if token in right:
                if number - ours <= within:
                    return True
                if token in left and not forward and number - theirs <= within:
                    return True
                theirs = number
            if token in left:
                if not forward and token not in right and number - theirs <= within:
                    return True
                ours = number
        return False
