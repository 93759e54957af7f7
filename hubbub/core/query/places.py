"""Where a term stands in a text: token numbers, the first and the last, of every place."""

from bisect import bisect_left, bisect_right

from . import script
from .glob import glob
from .reading import Reading, Words
from .tree import Cut, Near, Term

Place = tuple[int, int]  # the first and the last token


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
        fit = sorted(n for word, numbers in words.at.items() if pattern.matches(word) for n in numbers)
    else:
        fit = words.at.get(cut.word, [])
    if cut.mark and fit:
        fit = [number for number in fit if words.marks[number] == cut.mark]
    return fit


def term_places(term: Term, words: Words) -> list[Place]:
    """Every place of a term in one text, in order of the first token."""
    if len(term.tokens) == 1:
        return [(n, n) for n in numbers(term.tokens[0], term.exact, words)]
    if term.slack is not None:
        return [(window[0], window[1]) for window in loose(term, words)]
    sets = [numbers(cut, term.exact, words) for cut in term.tokens]
    if not all(sets):
        return []
    # Begin at the token with the fewest places.
    rarest = min(range(len(sets)), key=lambda n: len(sets[n]))
    rest = [(offset - rarest, set(found)) for offset, found in enumerate(sets) if offset != rarest]
    size = len(sets)
    starts = [at for at in sets[rarest] if all(at + offset in found for offset, found in rest)]
    return [(at - rarest, at - rarest + size - 1) for at in starts]


def loose(term: Term, words: Words) -> list[tuple[int, int, list[int]]]:
    """For `"…"~n`: from every token that can begin it the shortest window holding all words, each at its own place.

    The first token, the last, and every token in reach that is one of the words.
    """
    size = len(term.tokens) + (term.slack or 0)
    sets = [numbers(cut, term.exact, words) for cut in term.tokens]
    if not all(sets):
        return []
    found: list[tuple[int, int, list[int]]] = []
    for start in sorted({n for fit in sets for n in fit}):
        within = [fit[bisect_left(fit, start) : bisect_left(fit, start + size)] for fit in sets]
        chosen = _assign(within)
        if chosen:
            found.append((start, max(chosen), sorted({n for fit in within for n in fit})))
    return found


def _assign(within: list[list[int]]) -> list[int]:
    """A place of its own for each word, the last as early as can be; [] where there are too few.

    A place once taken stays taken by some word, so the first place offered, which begins the window, is among them.
    """
    if not all(within):
        return []
    owner: dict[int, int] = {}
    # Places are offered in order, so that the window found ends as early as it can.
    wanted = len(within)
    for place in sorted({n for fit in within for n in fit}):
        _augment(place, within, owner)
        if len(owner) == wanted:
            break
    else:
        return []
    return list(owner)


def _augment(place: int, within: list[list[int]], owner: dict[int, int]) -> None:
    """Give a new place to a word, moving others on where that frees one (bipartite matching, one path)."""
    holder = {word: at for at, word in owner.items()}
    seen: set[int] = set()
    back: dict[int, int] = {}  # word → the place it was reached from
    queue = [place]
    while queue:
        at = queue.pop()
        for word, fit in enumerate(within):
            if word in seen or at not in fit:
                continue
            seen.add(word)
            back[word] = at
            if word not in holder:
                _flip(word, back, owner)
                return
            queue.append(holder[word])


def _flip(word: int, back: dict[int, int], owner: dict[int, int]) -> None:
    while True:
        at = back[word]
        before = owner.get(at)
        owner[at] = word
        if before is None:
            return
        word = before


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
