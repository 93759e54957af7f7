"""What must be seen before a query is worth a look: the rarest words of which it needs at least one."""

from collections.abc import Mapping
from typing import TypeGuard

from . import script
from .common import likelihood
from .tree import And, Leaf, Near, Node, Or, Term, leaves

_Found = tuple[float, tuple[str, ...]]  # how often a post holds one of them, guessed; and the words


def anchors(node: Node, uses: Mapping[str, int]) -> tuple[str, ...] | None:
    """Words and wildcards of which every post that matches holds at least one; None where there are none.

    `uses` says in how many queries a word stands: what many ask for is likely to be common.
    """
    found = _anchors(node, uses)
    return tuple(dict.fromkeys(found[1])) if found else None


def is_anywhere(node: Node) -> TypeGuard[Term]:
    """A single word or wildcard, in title or text, in whatever form."""
    return (
        isinstance(node, Term)
        and len(node.tokens) == 1
        and not node.field
        and not node.exact
        and not node.tokens[0].mark
    )


def words_of(node: Node) -> set[str]:
    """The words and wildcards of a query that stand in title or text, also those under NOT."""
    return {word for leaf, _ in leaves(node) for term in _terms(leaf) if _in_words(term) for word in _words(term)}


def _terms(leaf: Leaf) -> tuple[Term, ...]:
    if isinstance(leaf, Near):
        return leaf.left + leaf.right
    return (leaf,) if isinstance(leaf, Term) else ()


def _in_words(term: Term) -> bool:
    return term.field in ("", "title", "text")


def _words(term: Term) -> list[str]:
    if term.exact:
        return [script.fold(token.word) for token in term.tokens]
    return [token.word for token in term.tokens]


def _anchors(node: Node, uses: Mapping[str, int]) -> _Found | None:
    if isinstance(node, Term):
        return _rarest(node, uses)
    if isinstance(node, Near):
        sides = [_any([_rarest(term, uses) for term in side]) for side in (node.left, node.right)]
        return _cheapest(sides)
    if isinstance(node, And):
        return _cheapest([_anchors(part, uses) for part in node.parts])
    if isinstance(node, Or):
        return _any([_anchors(part, uses) for part in node.parts])
    return None  # NOT, and fields that are compared as a whole, need no word


def _rarest(term: Term, uses: Mapping[str, int]) -> _Found | None:
    if not _in_words(term):
        return None
    cost, word = min((likelihood(word) * (1 + uses.get(word, 0) / 50), word) for word in _words(term))
    return cost, (word,)


def _cheapest(parts: list[_Found | None]) -> _Found | None:
    found = [part for part in parts if part]
    return min(found) if found else None


def _any(parts: list[_Found | None]) -> _Found | None:
    words: list[str] = []
    cost = 0.0
    for part in parts:
        if part is None:
            return None
        cost += part[0]
        words += part[1]
    return cost, tuple(words)


def also_needed(node: Node, anchor: str) -> str:
    """Another word without which a query cannot match, the rarest of them; "" where there is none."""
    words = {word for part in (node.parts if isinstance(node, And) else (node,)) for word in _needed(part)}
    return min(words - {anchor}, key=likelihood, default="")


def _needed(node: Node) -> set[str]:
    """Plain words of a part that must all stand in title or text."""
    if isinstance(node, Near):
        return {word for side in (node.left, node.right) if len(side) == 1 for word in _needed(side[0])}
    if isinstance(node, Term) and _in_words(node):
        return {word for word in _words(node) if "*" not in word and "?" not in word}
    return set()
