"""What must be seen before a query is worth a look: the rarest words of which it needs at least one."""

from collections.abc import Mapping, Sequence
from typing import TypeGuard

from . import script
from .common import likelihood
from .tree import And, Disguised, Leaf, Listed, Near, Node, Or, Term, leaves

# What must hold as well, a chain: the first of it belongs to one way alone, what follows is shared by many.
Needs = tuple[Node, "Needs | None"]
# One way in which a query can match: a word or wildcard that the post must hold, and all else that it must.
Way = tuple[str, Needs]
_RARE = 0.002  # how likely a text is to hold a word of a list in disguise, guessed


def ways(node: Node, uses: Mapping[str, int]) -> list[Way] | None:
    """All ways in which a query can match: a post that matches does so in one of them; None where one needs no word.

    `uses` says in how many queries a word stands: what many ask for is likely to be common.
    """
    rarity = _Rarity(uses)
    if rarity.of(node) is None:
        return None
    found: list[Way] = []
    _ways(node, None, rarity, found)
    return found


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


def disguised(node: Node) -> list[Disguised]:
    """The lists of a query whose words are looked for in disguise."""
    listed = [leaf for leaf, _ in leaves(node) if isinstance(leaf, Listed)]
    return [one for leaf in listed for one in leaf.any_of or () if isinstance(one, Disguised)]


def needed(node: Node) -> set[str]:
    """Plain words of a part that must all stand in title or text."""
    if isinstance(node, Near):
        return {word for side in (node.left, node.right) if len(side) == 1 for word in needed(side[0])}
    if isinstance(node, Term) and _in_words(node):
        return {word for word in _words(node) if "*" not in word and "?" not in word}
    return set()


def _terms(leaf: Leaf) -> tuple[Term, ...]:
    if isinstance(leaf, Near):
        return leaf.left + leaf.right
    if isinstance(leaf, Listed):
        return tuple(one for one in leaf.any_of or () if isinstance(one, Term))
    return (leaf,) if isinstance(leaf, Term) else ()


def _in_words(term: Term) -> bool:
    return term.field in ("", "title", "text")


def _words(term: Term) -> list[str]:
    if term.exact:
        return [script.fold(token.word) for token in term.tokens]
    return [token.word for token in term.tokens]


class _Rarity:
    """How likely a post is to hold one of the words that a node needs, guessed; None where it needs none."""

    def __init__(self, uses: Mapping[str, int]) -> None:
        self._uses = uses
        self._known: dict[int, float | None] = {}

    def of(self, node: Node) -> float | None:
        """The guess for a node of the query, each made once."""
        if isinstance(node, Term):
            return self._word(node)[0] if _in_words(node) else None
        if isinstance(node, Disguised):
            return _RARE
        if id(node) not in self._known:
            self._known[id(node)] = self._joined(node)
        return self._known[id(node)]

    def word(self, term: Term) -> str:
        """The rarest word of a term."""
        return self._word(term)[1]

    def side(self, near: Near) -> tuple[Term, ...] | None:
        """The side of NEAR with the rarer words."""
        sides = [(cost, n) for n, side in enumerate((near.left, near.right)) if (cost := self._all(side)) is not None]
        return (near.left, near.right)[min(sides)[1]] if sides else None

    def _word(self, term: Term) -> tuple[float, str]:
        uses = self._uses
        return min((likelihood(word) * (1 + uses.get(word, 0) / 50), word) for word in _words(term))

    def _joined(self, node: Node) -> float | None:
        if isinstance(node, Near):
            sides = (self._all(node.left), self._all(node.right))
            return min((cost for cost in sides if cost is not None), default=None)
        if isinstance(node, Listed):
            return None if node.any_of is None else self._all(node.any_of)
        if isinstance(node, And):
            return min((cost for part in node.parts if (cost := self.of(part)) is not None), default=None)
        return self._all(node.parts) if isinstance(node, Or) else None  # NOT and other fields need no word

    def _all(self, parts: Sequence[Node]) -> float | None:
        total = 0.0
        for part in parts:
            cost = self.of(part)
            if cost is None:
                return None
            total += cost
        return total


def _ways(node: Node, rest: Needs | None, rarity: _Rarity, found: list[Way]) -> None:
    """Ways in which a node can match, each with what else it needs. Depth is bounded by that of the brackets."""
    if isinstance(node, Term):
        found.append((rarity.word(node), (node, rest)))
    elif isinstance(node, Disguised):
        found.append((node.sign, (node, rest)))
    elif isinstance(node, Listed):
        for one in node.any_of or ():
            _ways(one, rest, rarity, found)
    elif isinstance(node, Near):
        side = rarity.side(node)
        for term in side or ():
            alone = node if len(side or ()) == 1 else _with_one(node, term, is_left=side is node.left)
            found.append((rarity.word(term), (alone, rest)))
    elif isinstance(node, Or):
        for part in node.parts:
            _ways(part, rest, rarity, found)
    elif isinstance(node, And):
        costs = [(cost, n) for n, part in enumerate(node.parts) if (cost := rarity.of(part)) is not None]
        chosen = min(costs)[1]
        for n, part in enumerate(node.parts):
            if n != chosen:
                rest = (part, rest)
        _ways(node.parts[chosen], rest, rarity, found)


def _with_one(near: Near, term: Term, *, is_left: bool) -> Near:
    if is_left:
        return Near((term,), near.right, near.within, near.forward)
    return Near(near.left, (term,), near.within, near.forward)
