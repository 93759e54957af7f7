"""What a word leads to once it is seen: the queries that it makes possible, each with what is left to be checked."""

from collections.abc import Mapping
from sys import intern
from typing import TypeGuard

from .anchors import Needs, is_anywhere, needed, ways
from .common import likelihood
from .compiled import Check, both, compiled, needs_all
from .tree import Disguised, Node, Not, Or, Term

# Another word that must stand; words of which none may; what else must hold; the number of the query.
# Most leads are ruled out by the first two, without a call.
Lead = tuple[str, frozenset[str] | None, Check | None, int]

_NOTHING = (frozenset[str](), None, None)
_Left = tuple[frozenset[str], frozenset[str] | None, Check | None]  # words needed, words refused, the rest


def leads(node: Node, uses: Mapping[str, int], number: int) -> list[tuple[str, Lead]] | None:
    """The words and wildcards to wait for, each with its lead; None where a query needs no word."""
    found = ways(node, uses)
    if found is None:
        return None
    shared: dict[int, _Left] = {}
    return [(word, _lead(word, needs, shared, number)) for word, needs in found]


def _lead(word: str, needs: Needs, shared: dict[int, _Left], number: int) -> Lead:
    own, rest = needs
    words, refused, check = _all_left(rest, shared)
    if not (is_anywhere(own) and own.tokens[0].word == word) and not isinstance(own, Disguised):
        words, check = words | needed(own), _join(compiled(own, word), check)
    if not words or (len(words) == 1 and word in words):
        return "", refused, check, number
    words -= {word}
    also = intern(min(words, key=likelihood))  # the same few by the thousand: one object stays near at hand
    if len(words) > 1:
        check = _join(needs_all(words - {also}), check)
    return also, refused, check, number


def _all_left(needs: Needs | None, shared: dict[int, _Left]) -> _Left:
    """What a chain of needs comes to; the end of it is shared by many ways and worked out once."""
    chain: list[Needs] = []
    while needs is not None and id(needs) not in shared:
        chain.append(needs)
        needs = needs[1]
    left = shared[id(needs)] if needs is not None else _NOTHING
    for one in reversed(chain):
        left = shared[id(one)] = _with(one[0], left)
    return left


def _with(node: Node, left: _Left) -> _Left:
    words, refused, check = left
    for part in _flat(node):
        if _is_word(part):
            words |= {part.tokens[0].word}
        elif isinstance(part, Not) and (plain := _refused(part.part)):
            refused = plain if refused is None else refused | plain
        else:
            words |= needed(part)
            check = _join(check, compiled(part))
    return words, refused, check


def _flat(node: Node) -> list[Node]:
    """NOT (a OR b) is NOT a AND NOT b: the plain words of it, and each of the others."""
    if not (isinstance(node, Not) and isinstance(node.part, Or)):
        return [node]
    plain = [part for part in node.part.parts if _is_word(part)]
    rest: list[Node] = [Not(part) for part in node.part.parts if not _is_word(part)]
    if not plain:
        return rest
    return [Not(Or(tuple(plain)) if len(plain) > 1 else plain[0]), *rest]


def _refused(node: Node) -> frozenset[str] | None:
    parts = node.parts if isinstance(node, Or) else (node,)
    words = [part.tokens[0].word for part in parts if _is_word(part)]
    return frozenset(words) if len(words) == len(parts) else None


def _is_word(node: Node) -> TypeGuard[Term]:
    return is_anywhere(node) and not node.tokens[0].wild


def _join(a: Check | None, b: Check | None) -> Check | None:
    return both(a, b) if a and b else a or b
