"""Whether a query holds for a post, and why: plain, one node after the other. The reference for the index."""

from datetime import datetime

from hubbub.core.facts import NOTHING, Facts

from . import lookup
from .disguise import disguises
from .places import Place, in_reach, near_places, term_places, texts, windows
from .reading import Address, Reading, Span, Words
from .tree import And, Days, Disguised, Listed, Near, Node, Not, Or, Query, Raw, Term, Value

Answer = tuple[bool | None, list[Span]]
_NO: Answer = (False, [])


def holds(query: Query, reading: Reading, facts: Facts = NOTHING, *, now: datetime) -> bool | None:
    """True, False, or None where the answer hangs on something that is not lookup."""
    return _answer(query.tree, reading, facts, now)[0]


def matches(query: Query, reading: Reading, facts: Facts = NOTHING, *, now: datetime) -> bool:
    """Whether a query is known to hold."""
    return holds(query, reading, facts, now=now) is True


def spans(query: Query, reading: Reading, facts: Facts = NOTHING, *, now: datetime) -> tuple[Span, ...]:
    """Every place that made the match, in order; none where there is no match, none for what stands under NOT."""
    held, found = _answer(query.tree, reading, facts, now)
    return tuple(sorted(set(found))) if held else ()


def _answer(node: Node, reading: Reading, facts: Facts, now: datetime) -> Answer:
    """What is known of a node, and where it was seen. Three values, as Kleene has them."""
    if isinstance(node, And):
        return _all(node, reading, facts, now)
    if isinstance(node, Or):
        return _any(node, reading, facts, now)
    if isinstance(node, Not):
        held, _ = _answer(node.part, reading, facts, now)
        return (None if held is None else not held), []
    if isinstance(node, Term):
        return _term(node, reading)
    if isinstance(node, Listed):
        return _listed(node, reading)
    if isinstance(node, Disguised):
        found = _disguised(node, reading)
        return bool(found), found
    if isinstance(node, Near):
        return _near(node, reading)
    if isinstance(node, Raw):
        return _raw(node, reading)
    if isinstance(node, Value):
        held = lookup.has_value(node, reading, facts)
        return held, _value_spans(node, reading) if held else []
    if isinstance(node, Days):
        return lookup.within_days(node, reading, now), []
    return lookup.within_numbers(node, reading, facts, now), []


def _listed(node: Listed, reading: Reading) -> Answer:
    """A list is long and a text short: what has a word that does not stand there is passed over."""
    if node.any_of is None:
        return None, []
    found: list[Span] = []
    words, others = _entries(node)
    bag = reading.bag
    for word in words.keys() & bag:
        for term in words[word]:
            found += _term(term, reading)[1]
    for one in others:
        found += _disguised(one, reading) if isinstance(one, Disguised) else _term(one, reading)[1]
    return bool(found), found


_Entries = tuple[dict[str, list[Term]], list[Term | Disguised]]
_KEPT = 1_000
_sorted: dict[int, tuple[Listed, _Entries]] = {}  # by the list itself: to compare thousands of entries costs more


def _entries(node: Listed) -> _Entries:
    """The entries of a list by the plain word that they begin with, and those that begin with none."""
    known = _sorted.get(id(node))
    if known is not None and known[0] is node:
        return known[1]
    words: dict[str, list[Term]] = {}
    others: list[Term | Disguised] = []
    for one in node.any_of or ():
        word = "" if isinstance(one, Disguised) else one.tokens[0].word
        if isinstance(one, Disguised) or one.exact or "*" in word or "?" in word:
            others.append(one)
        else:
            words.setdefault(word, []).append(one)
    if len(_sorted) >= _KEPT:
        _sorted.clear()
    _sorted[id(node)] = (node, (words, others))
    return words, others


def _disguised(node: Disguised, reading: Reading) -> list[Span]:
    """Where its words stand in disguise; several rules may ask for one list."""
    known = reading.disguised
    if node.sign not in known:
        known[node.sign] = disguises(node).spans(reading)
    return known[node.sign]


def _all(node: And, reading: Reading, facts: Facts, now: datetime) -> Answer:
    held: bool | None = True
    found: list[Span] = []
    for part in node.parts:
        one, spans_ = _answer(part, reading, facts, now)
        if one is False:
            return _NO
        held = held and one
        found += spans_
    return held, found


def _any(node: Or, reading: Reading, facts: Facts, now: datetime) -> Answer:
    held: bool | None = False
    found: list[Span] = []
    for part in node.parts:
        one, spans_ = _answer(part, reading, facts, now)
        if one:
            held = True
            found += spans_
        elif one is None and held is False:
            held = None
    return held, found


def _term(node: Term, reading: Reading) -> Answer:
    found: list[Span] = []
    held = False
    for field, words in texts(node.field, reading):
        if field == "links":
            if term_places(node, words):
                held = True
                found += _standing(words, reading)
            continue
        if node.slack is None:
            found += [Span(field, *words.place(first, last)) for first, last in term_places(node, words)]
        else:
            # Every token in reach of one that can begin it.
            size = len(node.tokens) + node.slack - 1
            reach = ((first, first + size) for first, _ in windows(node, words))
            found += _single(field, words, in_reach(node, words, reach))
    return held or bool(found), found


def _near(node: Near, reading: Reading) -> Answer:
    found: list[Span] = []
    held = False
    for field, words in texts(node.left[0].field, reading):
        left, right = near_places(node, words)
        if left:
            held = True
            if field == "links":
                found += _standing(words, reading)
            else:
                found += _near_spans(field, words, left + right)
    return held, found


def _near_spans(field: str, words: Words, kept: list[tuple[Term, Place]]) -> list[Span]:
    found: list[Span] = []
    loose: dict[Term, list[Place]] = {}
    for term, place in kept:
        if term.slack is None:
            found.append(Span(field, *words.place(*place)))
        else:
            loose.setdefault(term, []).append(place)
    for term, places in loose.items():
        found += _single(field, words, in_reach(term, words, sorted(places)))
    return found


def _single(field: str, words: Words, numbers: list[int]) -> list[Span]:
    return [Span(field, *words.place(number, number)) for number in numbers]


def _raw(node: Raw, reading: Reading) -> Answer:
    found: list[Span] = []
    for field, source in (("title", reading.post.title), ("text", reading.post.text)):
        at = source.find(node.text)
        while at >= 0:
            found.append(Span(field, at, at + len(node.text)))
            at = source.find(node.text, at + len(node.text))
    return bool(found), found


def _value_spans(node: Value, reading: Reading) -> list[Span]:
    if node.field == "author" and reading.post.author:
        return [Span("author", 0, len(reading.post.author.handle))]
    if node.field == "site":
        return [
            span
            for address in reading.addresses
            if lookup.below(node.text, address.host)
            for span in _standing(address, reading)
        ]
    return []


def _standing(address: Words, reading: Reading) -> list[Span]:
    """Where an address stands in title or text, if it does."""
    if not isinstance(address, Address):
        return []
    return reading.where.get(address.url) or _raw(Raw(address.url), reading)[1]
