"""What a database can be asked so that no post that matches is missed: words, and fields that it keeps as columns."""

from collections.abc import Callable, Sequence

from msgspec import Struct

from . import script
from .glob import glob
from .tree import And, Cut, Days, Disguised, Leaf, Listed, Near, Node, Not, Numbers, Or, Query, Raw, Term, Value

MOST_PAIRS = 64  # of a NEAR between two lists of terms that are asked for one by one
DEEPEST = 24  # levels of AND within OR that a database is troubled with
LONGEST = 400  # characters of a word up to which every index keeps it whole


class Run(Struct, frozen=True, tag=True, gc=False):
    """These words in a row. `field`: "title", "text", or "" for either of them."""

    words: tuple[str, ...]
    field: str = ""


class Wild(Struct, frozen=True, tag=True, gc=False):
    """A word that fits a pattern with wildcards."""

    pattern: str
    field: str = ""


class Close(Struct, frozen=True, tag=True, gc=False):
    """All of these, in any order, at most so many other words between the first and the last of them."""

    parts: tuple[Run, ...]
    between: int


class Asked(Struct, frozen=True, tag=True, gc=False):
    """A field, or a run of characters, that is known to be so (or, not `want`, known not to be so)."""

    leaf: Value | Numbers | Days | Raw
    want: bool


class All(Struct, frozen=True, tag=True, gc=False):
    """All of two or more."""

    parts: "tuple[Need, ...]"


class Any(Struct, frozen=True, tag=True, gc=False):
    """Any of two or more."""

    parts: "tuple[Need, ...]"


class But(Struct, frozen=True, tag=True, gc=False):
    """The one without the other."""

    part: "Need"
    never: "Need"


Need = Run | Wild | Close | Asked | All | Any | But


class Narrowed(Struct, frozen=True, gc=False):
    """What every post that matches must hold. Both are needed; None: nothing can be said."""

    words: Need | None  # of Run, Wild, Close, All, Any, But
    fields: Need | None  # of Asked, All, Any
    exact: bool  # what holds both matches: nothing is left to be looked at


# Whether a field can be asked for, known to be so or not so: True exactly, False roughly (more than match are found),
# None not at all.
Knows = Callable[[Value | Numbers | Days | Raw, bool], bool | None]


class _Part(Struct, gc=False):
    """A node: what it needs; `never`: words that it forbids; and which of these say all that the node says."""

    words: Need | None = None
    never: Need | None = None
    fields: Need | None = None
    by_words: bool = False
    by_fields: bool = False
    exact: bool = False


def narrow(query: Query, knows: Knows) -> Narrowed:
    """What a database is asked for, before the matcher looks at what it gives."""
    part = _narrow(query.tree, True, knows, 0)
    # what is only forbidden narrows nothing worth while
    alone = part.never is not None and part.words is None
    return Narrowed(_plain(part), part.fields, part.exact and not alone)


def _narrow(node: Node, want: bool, knows: Knows, depth: int) -> _Part:
    """What is needed for a node to be known to be as wanted."""
    if isinstance(node, Not):
        return _narrow(node.part, not want, knows, depth)
    if isinstance(node, Disguised):
        return _Part()
    if isinstance(node, Listed):
        return _narrow(node.plain, want, knows, depth) if node.any_of else _Part()
    if isinstance(node, And | Or):
        if depth > DEEPEST:
            return _Part()
        parts = [_narrow(part, want, knows, depth + 1) for part in node.parts]
        return _together(parts) if isinstance(node, And) is want else _either(parts)
    if isinstance(node, Term | Near):
        words, exact = _term(node) if isinstance(node, Term) else (_near(node), False)
        if want:
            return _Part(words=words, by_words=exact, exact=exact)
        return _Part(never=words, by_words=True, exact=True) if exact else _Part()
    known = knows(node, want)
    if known is None:
        return _Part()
    return _Part(fields=Asked(node, want), by_fields=known, exact=known)


def _together(parts: Sequence[_Part]) -> _Part:
    return _Part(
        words=_all([part.words for part in parts if part.words is not None]),
        never=_any([part.never for part in parts if part.never is not None]),
        fields=_all([part.fields for part in parts if part.fields is not None]),
        by_words=all(part.by_words for part in parts),
        by_fields=all(part.by_fields for part in parts),
        exact=all(part.exact for part in parts),
    )


def _either(parts: Sequence[_Part]) -> _Part:
    by_words = all(part.by_words for part in parts)
    by_fields = all(part.by_fields for part in parts)
    fields = [part.fields for part in parts if part.fields is not None]
    found = _Part(by_words=by_words, by_fields=by_fields, exact=by_words or by_fields)
    found.fields = _any(fields) if len(fields) == len(parts) else None
    if by_words and all(part.words is None for part in parts):
        found.never = _all([part.never for part in parts if part.never is not None])
        return found
    words = [plain for part in parts if (plain := _plain(part)) is not None]
    if len(words) == len(parts):
        found.words = _any(words)
    elif by_words:  # one of them only forbids: that no index can find
        found.by_words, found.exact = False, by_fields
    return found


def _plain(part: _Part) -> Need | None:
    if part.words is None or part.never is None:
        return part.words
    return But(part.words, part.never)


def _all(parts: Sequence[Need]) -> Need | None:
    return All(tuple(parts)) if len(parts) > 1 else next(iter(parts), None)


def _any(parts: Sequence[Need]) -> Need | None:
    return Any(tuple(parts)) if len(parts) > 1 else next(iter(parts), None)


def _term(term: Term) -> tuple[Need | None, bool]:
    """What a term needs, and whether that says all of it."""
    if term.field not in ("", "title", "text"):
        return None, False
    wild = any(cut.wild for cut in term.tokens)
    marked = term.exact or any(cut.mark for cut in term.tokens)
    if term.slack is None and not wild:
        run = Run(tuple(_word(cut, term) for cut in term.tokens), term.field)
        return run, not marked and max(map(len, run.words)) <= LONGEST
    if len(term.tokens) == 1:
        pattern = term.tokens[0].word
        plain = pattern == glob(pattern).prefix + "*" and len(pattern) <= LONGEST
        return Wild(pattern, term.field), plain and not marked
    if term.slack is not None and not wild:
        words = tuple(Run((_word(cut, term),), term.field) for cut in term.tokens)
        return Close(words, term.slack + len(words) - 2), False
    return _all(_pieces(term)), False


def _pieces(term: Term) -> list[Need]:
    """A phrase that holds wildcards: what stands between them, and each of them."""
    found: list[Need] = []
    run: list[str] = []
    for cut in term.tokens:
        if cut.wild or term.slack is not None:
            found += [Run(tuple(run), term.field)] if run else []
            found.append(Wild(cut.word, term.field) if cut.wild else Run((_word(cut, term),), term.field))
            run = []
        else:
            run.append(_word(cut, term))
    return found + ([Run(tuple(run), term.field)] if run else [])


def _word(cut: Cut, term: Term) -> str:
    return script.fold(cut.word) if term.exact else cut.word


def _near(near: Near) -> Need | None:
    sides = [[_term(term)[0] for term in side] for side in (near.left, near.right)]
    left, right = ([need for need in side if need is not None] for side in sides)
    if len(left) < len(near.left) or len(right) < len(near.right):
        return None
    if len(left) * len(right) <= MOST_PAIRS:
        return _any([_pair(one, other, near.within) for one in left for other in right])
    return _all([need for need in (_any(left), _any(right)) if need is not None])


def _pair(one: Need, other: Need, within: int) -> Need:
    if isinstance(one, Run) and isinstance(other, Run):
        return Close((one, other), within - 1)
    return All((one, other))


def patterns(query: Query) -> list[str]:
    """The wildcards that stand in title or text of a query, each once, in order."""
    found: dict[str, None] = {}
    for leaf in _leaves(query.tree):
        terms = leaf.left + leaf.right if isinstance(leaf, Near) else (leaf,)
        for term in leaf.any_of or () if isinstance(leaf, Listed) else terms:
            if isinstance(term, Term) and term.field in ("", "title", "text"):
                found.update((cut.word, None) for cut in term.tokens if cut.wild)
    return list(found)


def _leaves(node: Node) -> list[Leaf]:
    if isinstance(node, Not):
        return _leaves(node.part)
    if isinstance(node, And | Or):
        return [leaf for part in node.parts for leaf in _leaves(part)]
    return [node]
