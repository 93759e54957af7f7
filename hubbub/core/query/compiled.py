"""A query turned into one function that says whether it is known to hold. The same meaning as evaluate.py, faster."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeGuard

from hubbub.core.facts import Facts

from . import lookup, script
from .anchors import is_anywhere
from .glob import glob
from .places import near_places, term_places, texts
from .reading import Reading, Words
from .tree import And, Cut, Days, Near, Node, Not, Numbers, Or, Raw, Term, Value

# The post's words come first: nearly every check begins with them.
Check = Callable[[set[str], Reading, Facts, datetime], bool]


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
    for part in node.parts:
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


def _words(words: frozenset[str], all_needed: bool, want: bool) -> Check:
    if all_needed:
        return needs_all(words) if want else _none_of(words)
    return _one_of(words) if want else _not_all_of(words)


def _is_plain(node: Node) -> TypeGuard[Term]:
    """A single word, anywhere in title or text."""
    return is_anywhere(node) and not node.tokens[0].wild


def needs_all(words: frozenset[str]) -> Check:
    """Whether all of these words stand in title or text."""
    if len(words) == 1:
        (word,) = words
        return lambda bag, _reading, _facts, _now: word in bag
    return lambda bag, _reading, _facts, _now: words <= bag


def _none_of(words: frozenset[str]) -> Check:
    if len(words) == 1:
        (word,) = words
        return lambda bag, _reading, _facts, _now: word not in bag
    return lambda bag, _reading, _facts, _now: words.isdisjoint(bag)


def _one_of(words: frozenset[str]) -> Check:
    return _negated(_none_of(words)) if len(words) > 1 else needs_all(words)


def _not_all_of(words: frozenset[str]) -> Check:
    return lambda bag, _reading, _facts, _now: not words <= bag


def both(a: Check, b: Check) -> Check:
    """Whether two checks hold."""
    return lambda bag, reading, facts, now: a(bag, reading, facts, now) and b(bag, reading, facts, now)


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
    return lambda _bag, reading, facts, now: lookup.within_numbers(node, reading, facts, now) is want


def _leaf(node: Node) -> Check:
    if isinstance(node, Term):
        return _term(node)
    if isinstance(node, Near):
        return _near(node)
    if isinstance(node, Raw):
        run = node.text
        return lambda _bag, reading, _facts, _now: run in reading.post.text or run in reading.post.title
    if isinstance(node, Value):
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
        return _phrase([token.word for token in term.tokens])
    if len(term.tokens) == 1 and not term.field and not term.exact:
        token = term.tokens[0]
        if not token.mark:
            return _wildcard(token.word)
        if not token.wild:
            return _marked(term, token)
    needed = frozenset(token.word for token in term.tokens) if scoped and plain else frozenset[str]()

    def anywhere(bag: set[str], reading: Reading, _facts: Facts, _now: datetime) -> bool:
        return needed <= bag and any(term_places(term, words) for _, words in texts(term.field, reading))

    return anywhere


def _marked(term: Term, token: Cut) -> Check:
    """A hashtag or a handle."""
    word, written = token.word, token.mark + token.word

    signs = script.MARKS[token.mark]

    def stands(words: Words) -> bool:
        if not any(sign in words.source for sign in signs):
            return False
        folded = words.folded
        if not folded.isascii():
            return bool(term_places(term, words))
        # In ASCII a hashtag stands as it is written, with no letter before or behind: no need to mark out the rest.
        at = folded.find(written)
        while at >= 0:
            end = at + len(written)
            if not _letter(folded[end : end + 1]) and not (at and _letter(folded[at - 1])):
                return True
            at = folded.find(written, at + 1)
        return False

    def marked(bag: set[str], reading: Reading, _facts: Facts, _now: datetime) -> bool:
        return word in bag and (stands(reading.text) or (reading.post.title != "" and stands(reading.title)))

    return marked


def _letter(char: str) -> bool:
    return char.isalnum() or char == "_"


def _phrase(words: list[str]) -> Check:
    needed = frozenset(words)
    first, size = words[0], len(words)

    def stands(text: Words) -> bool:
        tokens = text.tokens
        at = -1
        for _ in range(tokens.count(first)):
            at = tokens.index(first, at + 1)
            if tokens[at : at + size] == words:
                return True
        return False

    def phrase(bag: set[str], reading: Reading, _facts: Facts, _now: datetime) -> bool:
        if not needed <= bag:
            return False
        return stands(reading.text) or (reading.post.title != "" and stands(reading.title))

    return phrase


def _wildcard(pattern: str) -> Check:
    fits = glob(pattern)
    prefix, matches = fits.prefix, fits.matches

    def wildcard(bag: set[str], _reading: Reading, _facts: Facts, _now: datetime) -> bool:
        for word in bag:  # noqa: SIM110 - a generator would cost more
            if word.startswith(prefix) and matches(word):
                return True
        return False

    return wildcard


def _near(node: Near) -> Check:
    # First the side that is quicker to rule out: the one without wildcards, then the one with fewer words.
    sides = sorted((node.left, node.right), key=lambda side: (any(t.tokens[0].wild for t in side), len(side)))
    guard = both(_seen(sides[0]), _seen(sides[1]))
    field = node.left[0].field

    def near(bag: set[str], reading: Reading, facts: Facts, now: datetime) -> bool:
        if not guard(bag, reading, facts, now):
            return False
        return any(bool(near_places(node, words)[0]) for _, words in texts(field, reading))

    if all(_is_plain(term) for term in node.left + node.right):
        return _near_words(node, guard)
    return near


def _seen(terms: tuple[Term, ...]) -> Check:
    """Whether one word of a side is in the post at all: no more than a guard."""
    if any(term.field not in ("", "title", "text") or term.exact for term in terms):
        return lambda _bag, _reading, _facts, _now: True
    wild = [_wildcard(term.tokens[0].word) for term in terms if term.tokens[0].wild]
    plain = frozenset(term.tokens[0].word for term in terms if not term.tokens[0].wild)
    checks = [*([_one_of(plain)] if plain else []), *wild]
    return checks[0] if len(checks) == 1 else _some(tuple(checks))


def _near_words(node: Near, guard: Check) -> Check:
    """NEAR between single words, by far the most common."""
    left = frozenset(term.tokens[0].word for term in node.left)
    right = frozenset(term.tokens[0].word for term in node.right)
    within, forward = node.within, node.forward

    def stands(words: Words) -> bool:
        # One walk: the last place of each side is the nearest so far.
        ours = theirs = -within - 1
        for number, token in enumerate(words.tokens):
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

    def near(bag: set[str], reading: Reading, facts: Facts, now: datetime) -> bool:
        if not guard(bag, reading, facts, now):
            return False
        return stands(reading.text) or (reading.post.title != "" and stands(reading.title))

    return near
