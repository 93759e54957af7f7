"""Advice about a query that can be read and may still not say what was meant. Nothing here stands in anybody's way."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from .build import Builder, Syntax
from .errors import Slips, show
from .fields import Use
from .glob import glob
from .lexer import Lexer, Piece
from .parser import outline
from .reading import Words
from .tree import And, Cut, Near, Node, Not, Query, Term

ENOUGH = 200  # stored posts from which on their words tell something
COMMON = 0.05  # share of the stored posts from which on a word is a common one
MUCH = 0.2  # share of the posts looked at from which on a query is likely to catch more than was meant
IDLE = 20  # posts of which an exclusion took none away
MOST = 12  # more than these help nobody
MOST_WILD = 50  # wildcards of one group that other alternatives are compared with

_LOWER = {"and": "AND", "or": "OR", "not": "NOT", "near": "NEAR/5"}
_WORDS = frozenset({"WORD", "PHRASE"})
_ENDS = frozenset({"WORD", "PHRASE", "EXACT", "RAW", "RPAR", "COMPARE", "RANGE"})
_BEGINS = frozenset({"WORD", "PHRASE", "EXACT", "RAW", "LPAR", "FIELD"})


class Advice(Struct, frozen=True):
    """One remark. `start` and `end` are code points of the query's text; about the whole of it where `line` is 0."""

    line: int  # from 1
    column: int  # from 1, in code points
    start: int
    end: int
    found: str
    says: str
    mend: str
    instead: str | None = None  # what to put in that place; None: only the author can know


class Exclusion(Struct, frozen=True):
    """What follows one NOT. `query` finds what it takes away."""

    start: int
    end: int
    query: Query


class Seen(Struct, frozen=True):
    """What is known of the stored posts. Nothing is said of what is not known."""

    posts: int = 0  # how many there are
    words: Mapping[str, int] = {}  # in how many of them each word of `asked` stands
    nearest: Mapping[str, str] = {}  # for a word that stands nowhere, one that does and was likely meant
    looked_at: int = 0  # posts that the query was held against
    found: int = 0  # of them were caught
    rest: int = 0  # of them would be caught without any exclusion
    taken_away: Mapping[int, int] = {}  # an exclusion's start → how many of `rest` it takes away


def advise(query: Query, seen: Seen | None = None) -> tuple[Advice, ...]:
    """What may be worth another look, in the order of the text, `MOST` remarks at most."""
    about = _About(query, seen or Seen())
    lower = list(about.lower())
    # how AND binds is no use to somebody who meant OR
    joins = about.joins(binding=not lower)
    remarks = [*lower, *joins, *about.words(), *about.exclusions(), *about.whole()]
    once = {(one.start, one.end, one.says): one for one in remarks}
    return tuple(sorted(once.values(), key=lambda one: (one.line == 0, one.start, one.end)))[:MOST]


def asked(query: Query) -> frozenset[str]:
    """The words of title and text whose number of posts `advise` wants to know."""
    about = _About(query, Seen())
    return frozenset(word for piece, _ in about.plain for word, _, _ in about.read(piece))


def exclusions(query: Query) -> tuple[Exclusion, ...]:
    """What the query takes away from the rest of it, if it does."""
    return tuple(_About(query, Seen()).excluded)


def without_exclusions(query: Query) -> Query | None:
    """The rest; None where nothing is taken away, or nothing else is asked for."""
    parts = query.tree.parts if isinstance(query.tree, And) else ()
    kept = tuple(part for part in parts if not isinstance(part, Not))
    if not kept or len(kept) == len(parts):
        return None
    return Query(query.text, query.use, kept[0] if len(kept) == 1 else And(kept))


class _About:
    """One query, looked at."""

    def __init__(self, query: Query, seen: Seen) -> None:
        self.text = query.text
        self.query = query
        self.seen = seen
        self.shape = outline(query)
        self.pieces = Lexer(query.text, query.use, Slips(query.text)).read()
        self.builder = Builder(query.text, Slips(query.text))
        self.plain = list(_plain(self.shape, wanted=True))  # words and phrases, and whether they are wanted
        self.excluded = list(self._excluded())

    def _excluded(self) -> Iterator[Exclusion]:
        for part in _operands(self.shape, "and"):
            if not isinstance(part, Piece) and part[0] == "not":
                node = self.builder.build(part)
                if isinstance(node, Not):
                    yield Exclusion(*_place(part), Query(self.text, Use.RULE, node.part))

    def read(self, piece: Piece) -> Iterator[tuple[str, int, int]]:
        """The words of a piece with their places; none where it holds wildcards."""
        source = self.text[piece.start : piece.end]
        if "*" in source or "?" in source:
            return
        words = Words(source)
        for number, word in enumerate(words.tokens):
            start, end = words.place(number, number)
            if not (piece.type == "PHRASE" and piece.number is not None and start > source.rfind("~")):
                yield word, piece.start + start, piece.start + end

    def _note(self, start: int, end: int, says: str, mend: str, instead: str | None = None) -> Advice:
        before = self.text[:start]
        line = before.count("\n") + 1
        return Advice(
            line, start - (before.rfind("\n") + 1) + 1, start, end, show(self.text[start:end]), says, mend, instead
        )

    def lower(self) -> Iterator[Advice]:
        """Words that look like operators, between two others."""
        rows = zip([None, *self.pieces], self.pieces, [*self.pieces[1:], None], strict=False)
        for before, piece, after in rows:
            if piece.type != "WORD" or piece.value not in _LOWER or after is None or after.type not in _BEGINS:
                continue
            if before is None or before.type not in _ENDS:
                continue
            yield self._note(
                piece.start,
                piece.end,
                f"`{piece.value}` in lower case is a word like any other: a post must hold it too.",
                f"Write {_LOWER[piece.value]} if you meant the operator, or put all of it in quotes if they are words "
                "in a row.",
                _LOWER[piece.value],
            )

    # OR and what stands in it

    def joins(self, *, binding: bool) -> Iterator[Advice]:
        """Alternatives that add nothing, and AND or NOT that bind tighter than they look."""
        for shape in _shapes(self.shape):
            if shape[0] == "or":
                yield from self._idle_alternatives(shape)
                if binding:
                    yield from self._binding(shape)

    def _idle_alternatives(self, shape: Syntax) -> Iterator[Advice]:
        parts = shape[1:]
        nodes = [self.builder.build(part) for part in parts]
        wide = _Wide(nodes)
        first: dict[Node, int] = {}
        for number, node in enumerate(nodes):
            start, end = _place(parts[number])
            if first.setdefault(node, number) != number:
                says = f"{show(self.text[start:end])} is among these alternatives already."
            else:
                cover = wide.covering(node)
                if cover is None:
                    continue
                says = f"{show(self.text[slice(*_place(parts[cover]))])} finds all of this already."
            away = (_place(parts[number - 1])[1], end) if number else (start, _place(parts[1])[0])
            yield self._note(*away, says, "Take one of the two away.", "")

    def _binding(self, shape: Syntax) -> Iterator[Advice]:
        for part in shape[1:]:
            if isinstance(part, Piece) or part[0] != "and":
                continue
            signs = [not isinstance(one, Piece) and one[0] == "not" for one in part[1:]]
            if any(signs) and part is shape[-1] and signs == sorted(signs) and not signs[0]:
                yield self._taken_from_one(_place(shape)[0], part, signs.index(True))
            elif not self._joined_by_sign(part):
                start, end = _place(part)
                whole = self.text[start:end]
                yield self._note(
                    start,
                    end,
                    f"AND binds tighter than OR, also where it is not written: this is one alternative, {show(whole)}.",
                    "Put brackets around it to say so, or quotes where the words stand in a row.",
                    f"({whole})",
                )

    def _taken_from_one(self, start: int, part: Syntax, positive: int) -> Advice:
        """`a OR b NOT c`: nobody means that a may stand beside c, and b may not."""
        first, last = _place(part[1])[0], _place(part[positive])[1]
        simple = positive == 1 and not self._wraps(start)
        return self._note(
            start,
            last,
            f"What follows NOT is taken away from {show(self.text[first:last])} alone, not from the other "
            "alternatives.",
            "Put brackets around the alternatives if it is meant for all of them.",
            f"({self.text[start:last]})" if simple else None,
        )

    def _wraps(self, start: int) -> bool:
        """Whether the alternatives begin inside a NOT or a field, where brackets would say something else."""
        before = next((piece for piece in reversed(self.pieces) if piece.end <= start), None)
        return before is not None and before.type in {"FIELD", "NOT", "MINUS"}

    def _joined_by_sign(self, part: Syntax) -> bool:
        start, end = _place(part)
        return any(piece.type in {"AND", "NOT", "MINUS"} for piece in self.pieces if start <= piece.start < end)

    # Words

    def words(self) -> Iterator[Advice]:
        """What the stored posts tell of the words."""
        if self.seen.posts < ENOUGH:
            return
        yield from self._common()
        for piece, wanted in self.plain:
            for word, start, end in self.read(piece):
                if self.seen.words.get(word) == 0:
                    yield from self._unseen(word, start, end, wanted=wanted)
            yield from self._marked(piece)

    def _common(self) -> Iterator[Advice]:
        for part in _operands(self.shape, "or"):
            if isinstance(part, Piece) and part.type == "WORD":
                word = _wide(self.builder.build(part))
                share = self.seen.words.get(word.word, 0) / self.seen.posts if word else 0
                if share > COMMON:
                    yield self._note(
                        part.start,
                        part.end,
                        f"{show(part.value)} stands in {share:.0%} of the stored posts, and is enough by itself here.",
                        "Tie it to another word with AND or NEAR, or put the words around it in quotes.",
                    )

    def _unseen(self, word: str, start: int, end: int, *, wanted: bool) -> Iterator[Advice]:
        near = self.seen.nearest.get(word, "")
        written = show(self.text[start:end])
        if near:
            what = "stands in no stored post" if wanted else "stands in no stored post, so nothing is left out by it"
            yield self._note(start, end, f"{written} {what}.", f"Did you mean {show(near)}?", near)
        elif wanted and self.seen.looked_at and not self.seen.found:
            yield self._note(start, end, f"{written} stands in no stored post so far.", "Check how it is written.")

    def _marked(self, piece: Piece) -> Iterator[Advice]:
        """A hashtag or handle that finds nothing, where the plain word would."""
        if piece.type != "WORD" or piece.value[:1] not in "#@" or self.seen.found or not self.seen.looked_at:
            return
        words = [word for word, _, _ in self.read(piece)]
        number = self.seen.words.get(words[0], 0) if len(words) == 1 else 0
        if number:
            plain = piece.value[1:]
            kind = "a hashtag" if piece.value[0] == "#" else "a handle"
            yield self._note(
                piece.start,
                piece.end,
                f"Only {kind} counts here; the word {show(plain)} stands in {number:,} stored "
                f"post{'s' if number > 1 else ''}.",
                f"Without its sign it finds both, the word and {kind}.",
                plain,
            )

    def exclusions(self) -> Iterator[Advice]:
        """Exclusions that take everything away, or nothing."""
        for one in self.excluded:
            taken = self.seen.taken_away.get(one.start)
            if taken is None or not self.seen.rest:
                continue
            what = f"{self.seen.rest:,} post{'s' if self.seen.rest > 1 else ''}"
            if taken == self.seen.rest:
                says = f"This takes away everything that the rest of the query finds: {what}."
                yield self._note(one.start, one.end, says, "Leave out less, or another word.")
            elif taken == 0 and self.seen.rest >= IDLE:
                says = f"This took away none of the {what} that the rest of the query finds."
                yield self._note(one.start, one.end, says, "It costs nothing to keep; check how it is written.")

    def whole(self) -> Iterator[Advice]:
        """Much or nothing among the posts that were looked at."""
        looked_at, found = self.seen.looked_at, self.seen.found
        if looked_at < ENOUGH:
            return
        if found / looked_at > MUCH:
            says = f"It catches {found / looked_at:.0%} of the posts that were looked at."
            mend = "If that is more than you meant, tie its words together with AND or NEAR, or leave out with NOT."
            yield Advice(0, 0, 0, 0, "", says, mend)
        elif not found:
            says = f"It catches none of the {looked_at:,} posts that were looked at."
            yield Advice(0, 0, 0, 0, "", says, "Write it wider: another spelling, OR in place of AND, a larger NEAR.")


def _place(shape: Syntax) -> tuple[int, int]:
    """From where to where a shape is written; NOT itself is left out."""
    rest, start, end = [shape], -1, -1
    while rest:
        at = rest.pop()
        if isinstance(at, Piece):
            start = at.start if start < 0 else min(start, at.start)
            end = max(end, at.end)
        else:
            rest.extend(at[1:])
    return start, end


def _shapes(shape: Syntax) -> Iterator[Syntax]:
    """All that is more than one piece, outermost first."""
    rest = [shape]
    while rest:
        at = rest.pop()
        if not isinstance(at, Piece):
            # what stands in a field is built with it
            yield at
            rest.extend(reversed([part for part in at[1:] if at[0] != "field"]))


def _operands(shape: Syntax, kind: str) -> list[Syntax]:
    """The operands of AND or OR, with brackets around the whole or around some of the same kind passed over."""
    while not isinstance(shape, Piece) and shape[0] == "group":
        shape = shape[2]
    if isinstance(shape, Piece) or shape[0] != kind:
        return [shape]
    return [inner for part in shape[1:] for inner in _operands(part, kind)]


def _plain(shape: Syntax, *, wanted: bool) -> Iterator[tuple[Piece, bool]]:
    """Words and phrases that are looked for in title and text, and whether they are wanted (True) or left out."""
    rest = [(shape, wanted)]
    while rest:
        at, plain = rest.pop()
        if isinstance(at, Piece):
            if at.type in _WORDS:
                yield at, plain
            continue
        if at[0] == "field" and at[1].value not in ("title", "text"):
            continue
        rest.extend((part, plain ^ (at[0] == "not")) for part in reversed(at[1:]))


def _wide(node: Node) -> Cut | None:
    """A word or wildcard that is found wherever it stands, in whatever form; None where the node is no such."""
    if not isinstance(node, Term) or len(node.tokens) != 1 or node.field or node.exact or node.tokens[0].mark:
        return None
    return node.tokens[0]


class _Wide:
    """The plain words and wildcards among some alternatives."""

    def __init__(self, nodes: list[Node]) -> None:
        self._words: dict[str, int] = {}
        self._wilds: list[tuple[Cut, int]] = []
        for number, node in enumerate(nodes):
            cut = _wide(node)
            if cut is not None and cut.wild and len(self._wilds) < MOST_WILD:
                self._wilds.append((cut, number))
            elif cut is not None:
                self._words.setdefault(cut.word, number)

    def covering(self, node: Node) -> int | None:
        """The place of an alternative that every post holds which holds this one; never the same one."""
        if isinstance(node, Term):
            return self._of_term(node, _wide(node))
        if isinstance(node, And):
            return next((at for part in node.parts if (at := self.covering(part)) is not None), None)
        if isinstance(node, Near):
            for side in (node.left, node.right):
                places = {self._of_term(term, None) for term in side}
                if len(places) == 1 and None not in places:
                    return places.pop()
        return None

    def _of_term(self, term: Term, itself: Cut | None) -> int | None:
        if term.field not in ("", "title", "text") or term.exact:
            return None
        return next((at for token in term.tokens if (at := self._of(token, itself)) is not None), None)

    def _of(self, token: Cut, itself: Cut | None) -> int | None:
        if token != itself and token.word in self._words:
            return self._words[token.word]
        return next((number for wild, number in self._wilds if wild != token and _fits(wild, token)), None)


def _fits(wide: Cut, token: Cut) -> bool:
    if not wide.wild:
        return wide.word == token.word
    if token.wild:
        pattern = glob(wide.word)
        return wide.word == token.word or (
            wide.word == pattern.prefix + "*" and glob(token.word).prefix.startswith(pattern.prefix)
        )
    return glob(wide.word).matches(token.word)
