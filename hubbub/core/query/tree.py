"""A query as it was understood: frozen nodes, the same for the same meaning, ready to be compared or sent."""

from datetime import date

from msgspec import Struct

from .fields import Use

# A tree holds no cycles: `gc=False` spares the collector the walk through a hundred thousand of them.


class Cut(Struct, frozen=True, gc=False):
    """One token that is looked for. `*` and `?` in `word` are wildcards; no token of a text holds them."""

    word: str
    mark: str = ""  # "#": only as a hashtag, "@": only as a handle

    @property
    def wild(self) -> bool:
        """Whether it stands for more than one word."""
        return "*" in self.word or "?" in self.word


class Term(Struct, frozen=True, tag=True, gc=False):
    """A word or a phrase, looked for in the title and the text, or in one field alone."""

    tokens: tuple[Cut, ...]
    field: str = ""  # "", title, text, name, links
    slack: int | None = None  # None: in a row; n: in any order with at most n others between
    exact: bool = False  # with exactly this case and these accents; the words are then not folded


class Raw(Struct, frozen=True, tag=True, gc=False):
    """A run of characters of the original, as it stands."""

    text: str


class Near(Struct, frozen=True, tag=True, gc=False):
    """One of the terms on the left within so many steps of one of those on the right."""

    left: tuple[Term, ...]
    right: tuple[Term, ...]
    within: int
    forward: bool = False  # the left one first


class Value(Struct, frozen=True, tag=True, gc=False):
    """A field that is compared as a whole: `author:acme*`, `lang:en`, `tag:"press kit"`."""

    field: str
    text: str  # folded
    wild: bool = False  # whether `*` and `?` in it are wildcards


class Numbers(Struct, frozen=True, tag=True, gc=False):
    """A number between two bounds, either of which may be open; durations are in seconds."""

    field: str
    low: int | float | None = None
    high: int | float | None = None
    low_in: bool = True
    high_in: bool = True


class Days(Struct, frozen=True, tag=True, gc=False):
    """Whole days in UTC, the first and the last included."""

    field: str
    first: date | None = None
    last: date | None = None


class Disguised(Struct, frozen=True, tag=True, gc=False):
    """One of the words and phrases of a list, in disguise, in title or text."""

    sign: str  # stands for the list among a text's words; no word is written so
    entries: tuple[tuple[str, ...], ...]  # the words of each, as they are written

    @property
    def field(self) -> str:
        """As a field it has no name: nobody writes it."""
        return ""


class Listed(Struct, frozen=True, tag=True, gc=False):
    """One of the entries of a word list: `list:rivals`."""

    name: str  # as it is written
    any_of: "tuple[Term | Disguised, ...] | None"  # None: the lists are not known here

    @property
    def field(self) -> str:
        """How it is asked for."""
        return "list"

    @property
    def plain(self) -> "Node":
        """What it stands for, where that is known."""
        return Or(self.any_of or ())


class Not(Struct, frozen=True, tag=True, gc=False):
    """What must not hold."""

    part: "Node"


class And(Struct, frozen=True, tag=True, gc=False):
    """All of two or more."""

    parts: "tuple[Node, ...]"


class Or(Struct, frozen=True, tag=True, gc=False):
    """Any of two or more."""

    parts: "tuple[Node, ...]"


Node = Term | Raw | Near | Value | Numbers | Days | Disguised | Listed | Not | And | Or
Leaf = Term | Raw | Near | Value | Numbers | Days | Disguised | Listed


class Query(Struct, frozen=True, gc=False):
    """A query that was read: its text as written, where it is used, and what it means."""

    text: str
    use: Use
    tree: Node


def leaves(node: Node) -> list[tuple[Leaf, bool]]:
    """Every leaf, in the order written, and whether it stands there plainly (True) or under a NOT."""
    found: list[tuple[Leaf, bool]] = []
    rest: list[tuple[Node, bool]] = [(node, True)]
    while rest:
        at, plain = rest.pop()
        if isinstance(at, Not):
            rest.append((at.part, not plain))
        elif isinstance(at, And | Or):
            rest.extend((part, plain) for part in reversed(at.parts))
        else:
            found.append((at, plain))
    return found


def uses_fields(query: Query) -> frozenset[str]:
    """The names of the fields that a query asks for by name; plain words ask for none."""
    names = set[str]()
    for leaf, _ in leaves(query.tree):
        if isinstance(leaf, Near):
            names.update(term.field for term in leaf.left + leaf.right)
        elif not isinstance(leaf, Raw):
            names.add(leaf.field)
    return frozenset(names - {""})
