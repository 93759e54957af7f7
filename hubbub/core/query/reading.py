"""A text as it is read: cut into tokens, with the place of each in the original. All of it lazily."""

import re
from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from hubbub.core.post import Place, Post

from . import script

URL = re.compile(rf"(?:(?:https?|ftp)://|(?<![^\W_])www\.)[^\s<>\"{script.URL_STOPS}]+", re.IGNORECASE)
_BRACKETS = (("(", ")"), ("[", "]"), ("{", "}"))
_ASKED = re.compile(f"[{script.ASKING}]")
_STOP = re.compile(f"([.!\n{script.STOPPING}{script.ASKING}]+)[{script.CLOSING}]*")
_WORDY = re.compile(r"\w")
_ASCII = re.compile("[a-z0-9_]+")

# Of the ASCII characters, what a word is made of in lower case, and a space for all others; what is not ASCII stays.
_PLAIN = bytes(
    code if code > 127 else ord(chr(code).lower()) if chr(code).isalnum() or code == ord("_") else ord(" ")
    for code in range(256)
)


class Span(Struct, frozen=True, order=True):
    """What made a match: code points from `start` to `end` (exclusive) in the original text of a field."""

    field: str
    start: int
    end: int


def urls(text: str) -> list[tuple[int, int]]:
    """Where the addresses stand that begin with a scheme or with www."""
    if not may_hold_url(text):
        return []
    return [(match.start(), _end(text, *match.span())) for match in URL.finditer(text)]


def _end(text: str, start: int, end: int) -> int:
    """Where an address ends: the sentence's punctuation behind it, and a bracket opened before it, are not its own."""
    surplus = {close: text.count(close, start, end) - text.count(open_, start, end) for open_, close in _BRACKETS}
    while end > start + 1:
        last = text[end - 1]
        if surplus.get(last, 0) > 0:
            surplus[last] -= 1
        elif last not in script.TRAILING:
            break
        end -= 1
    return end


def may_hold_url(text: str) -> bool:
    """Whether it is worth while to look for addresses."""
    # Nearly always no: two or three short searches.
    return "://" in text or ("." in text and ("w." in text or "W." in text))


def blank_urls(text: str) -> str:
    """The same text with a space for every character of an address."""
    if not may_hold_url(text):
        return text
    parts, done = [], 0
    for start, end in urls(text):
        parts += [text[done:start], " " * (end - start)]
        done = end
    parts.append(text[done:])
    return "".join(parts)


def cut(text: str) -> list[str]:
    """The tokens of a text in order, folded; addresses are left out. The fast way, without places."""
    # Every post comes through here: no call that can be spared, and the loops in C.
    if "://" in text or ("." in text and ("w." in text or "W." in text)):
        text = blank_urls(text)
    if text.isascii():
        return text.encode("ascii").translate(_PLAIN).decode("ascii").split()
    return script.fold_apart(text).encode().translate(_PLAIN).decode().split()


class Words:
    """One text, read. Token numbers count from 0; each part is worked out when it is first asked for."""

    __slots__ = ("_edges", "at", "folded", "in_order", "joined", "marks", "source", "spots", "tokens")

    source: str
    tokens: list[str]  # in order
    at: dict[str, list[int]]  # the token numbers at which each word stands
    in_order: list[str]  # the different words, sorted
    joined: str  # the tokens with a space around each: what stands in a row is found by one search
    folded: str  # as it is cut: addresses blanked, folded, punctuation of ASCII still there
    spots: list[tuple[int, int]]  # where each token stands in `folded`
    marks: list[str]  # for each token "#", "@" or ""
    _edges: tuple[list[int], list[int]]  # for each character of `folded` its start and end in `source`

    def __init__(self, source: str) -> None:
        self.source = source

    def __getattr__(self, name: str) -> object:
        """A part that is asked for the first time; afterwards it stands in its slot."""
        if name not in _PARTS:
            raise AttributeError(name)
        part = _PARTS[name](self)
        setattr(self, name, part)
        return part

    def place(self, first: int, last: int) -> tuple[int, int]:
        """The code points of the original from token `first` to token `last`, its end exclusive."""
        start, end = self.spots[first][0], self.spots[last][1]
        if self.source.isascii():
            return start, end
        return self._edges[0][start], self._edges[1][end - 1]

    def original(self, number: int) -> str:
        """A token as it was written."""
        start, end = self.place(number, number)
        return self.source[start:end]


def _at(words: Words) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for number, token in enumerate(words.tokens):
        if token in places:
            places[token].append(number)
        else:
            places[token] = [number]
    return places


def _spots(words: Words) -> list[tuple[int, int]]:
    pattern = _ASCII if words.folded.isascii() else script.TOKEN
    return [match.span() for match in pattern.finditer(words.folded)]


def _edges(words: Words) -> tuple[list[int], list[int]]:
    starts: list[int] = []
    ends: list[int] = []
    for start, end, size in script.clusters(blank_urls(words.source)):
        starts += [start] * size
        ends += [end] * size
    return starts, ends


_PARTS: dict[str, Callable[[Words], object]] = {
    "tokens": lambda words: cut(words.source),
    "at": _at,
    "in_order": lambda words: sorted(words.at),
    "joined": lambda words: f" {' '.join(words.tokens)} ",
    "folded": lambda words: script.fold_words(blank_urls(words.source)),
    "spots": _spots,
    "marks": lambda words: mark(words.folded, words.spots),
    "_edges": _edges,
}


def mark(folded: str, spots: list[tuple[int, int]]) -> list[str]:
    """Which tokens are hashtags or handles: a mark stands before, and no word ends at that mark."""
    if "#" not in folded and "@" not in folded:
        return [""] * len(spots)
    marks: list[str] = []
    before = -1  # where the token before ended
    for start, end in spots:
        sign = folded[start - 1] if start else ""
        if start == before and marks and marks[-1] and _wordy(folded[start]) and _wordy(folded[start - 1]):
            marks.append(marks[-1])
        elif sign in ("#", "@") and not (start > 1 and _spaced(folded[start - 2])):
            marks.append(sign)
        else:
            marks.append("")
        before = end
    return marks


def _wordy(char: str) -> bool:
    return char.isalnum() or char == "_"


def _spaced(char: str) -> bool:
    return _wordy(char) and not script.UNSPACED_ONE.match(char)


class Reading:
    """One post as queries see it, made by `read`. Each part is worked out when it is first asked for."""

    __slots__ = (
        "_bag", "_tokens", "addresses", "asks", "disguised", "in_order", "linking", "name", "place", "post", "read_at",
        "text", "title", "where"
    )  # fmt: skip

    post: Post
    place: Place
    read_at: datetime | None
    title: Words
    text: Words
    name: Words  # the author's name as displayed
    addresses: "tuple[Address, ...]"  # what the post links to; what stands in its words included
    linking: bool  # whether it links to anything
    disguised: (
        "dict[str, list[Span]]"  # where words of a list stand in disguise, by its sign, as far as it was asked for
    )
    asks: bool  # whether a sentence in title or text ends in a question mark
    in_order: list[str]  # the words of `bag`, sorted
    where: "dict[str, list[Span]]"  # where the addresses of title and text stand

    def __init__(self, post: Post, place: Place, read_at: datetime | None = None) -> None:
        self.post = post
        self.place = place
        self.read_at = read_at
        self._bag: set[str] | None = None

    @property
    def bag(self) -> set[str]:
        """Every word of title and text."""
        # The one part that every post needs: without detours.
        bag = self._bag
        if bag is None:
            post = self.post
            self._tokens: list[str] = cut(post.text)
            bag = set(self._tokens)
            if post.title:
                bag.update(self.title.tokens)
            self._bag = bag
        return bag

    def __getattr__(self, name: str) -> object:
        """A part that is asked for the first time; afterwards it stands in its slot."""
        if name not in _VIEWS:
            raise AttributeError(name)
        part = _VIEWS[name](self)
        setattr(self, name, part)
        return part


def _text(reading: Reading) -> Words:
    words = Words(reading.post.text)
    if reading._bag is not None:
        words.tokens = reading._tokens
    return words


def _addresses(reading: Reading) -> "tuple[Address, ...]":
    post = reading.post
    found = dict.fromkeys(post.links)
    found.update(dict.fromkeys(reading.where))
    return tuple(Address(url) for url in found)


def _linking(reading: Reading) -> bool:
    post = reading.post
    if post.links:
        return True
    # the addresses themselves are seldom asked for
    if not may_hold_url(post.text) and not (post.title and may_hold_url(post.title)):
        return False
    return bool(reading.where)


def _where(reading: Reading) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = {}
    for field, source in (("title", reading.post.title), ("text", reading.post.text)):
        for start, end in urls(source):
            found.setdefault(source[start:end], []).append(Span(field, start, end))
    return found


_VIEWS: dict[str, Callable[[Reading], object]] = {
    "text": _text,
    "title": lambda reading: Words(reading.post.title),
    "name": lambda reading: Words(reading.post.author.name if reading.post.author else ""),
    "addresses": _addresses,
    "linking": _linking,
    "disguised": lambda _reading: {},
    "in_order": lambda reading: sorted(reading.bag),
    "where": _where,
    "asks": lambda reading: asks(reading.post.text) or asks(reading.post.title),
}


class Address(Words):
    """An address read as a text: its scheme and a leading www are no part of it."""

    __slots__ = ("host", "url")

    def __init__(self, url: str) -> None:
        super().__init__(bare(url))
        self.url = url
        self.host = host(url)


def asks(text: str) -> bool:
    """Whether a sentence ends in a question mark: words before it, no word directly behind it."""
    if not _ASKED.search(text):
        return False
    text = blank_urls(text)
    done = 0
    for match in _STOP.finditer(text):
        if _ASKED.search(match[1]) and _WORDY.search(text, done, match.start()):
            wide = not match[1].isascii()  # scripts that write no space behind it
            if wide or not (match.end() < len(text) and _wordy(text[match.end()])):
                return True
        done = match.end()
    return False


def bare(url: str) -> str:
    """An address without its scheme and a leading www."""
    return re.sub(r"^(?:[a-zA-Z][a-zA-Z0-9+.-]*://)?(?:www\.)?", "", url.strip(), count=1)


def host(url: str) -> str:
    """The host of an address, in one case, punycode read; "" where there is none. Accents count here."""
    rest = url.split("://", 1)[-1]
    name = re.split(r"[/?#\\]", rest, maxsplit=1)[0].rpartition("@")[2]
    name = script.one_case(name.split(":", 1)[0].rstrip("."))
    if "xn--" not in name:
        return name
    try:
        return script.one_case(name.encode("ascii").decode("idna"))
    except UnicodeError:  # no punycode after all
        return name


def read(post: Post, place: Place, *, read_at: datetime | None = None) -> Reading:
    """A post, ready for queries. Costs next to nothing until a query asks for something."""
    return Reading(post, place, read_at)


def tokens(text: str) -> list[str]:
    """The tokens of a text in order, folded: the one way in which Hubbub reads a text."""
    return cut(text)


def exact_tokens(text: str) -> list[tuple[str, str]]:
    """The tokens of a text as they were written, each with its mark."""
    words = Words(script.exact(text))
    return [(words.original(number), words.marks[number]) for number in range(len(words.tokens))]
