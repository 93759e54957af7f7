"""A text as it is read: cut into tokens, with the place of each in the original. All of it lazily."""

import re
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

# Of the ASCII characters, what a word is made of in lower case, and a space for all others.
_PLAIN = bytes(
    ord(c.lower()) if (c := chr(code)).isascii() and (c.isalnum() or c == "_") else 32 for code in range(256)
)


class Span(Struct, frozen=True, order=True):
    """What made a match: code points from `start` to `end` (exclusive) in the original text of a field."""

    field: str
    start: int
    end: int


def urls(text: str) -> list[tuple[int, int]]:
    """Where the addresses stand that begin with a scheme or with www."""
    if not _may_hold_url(text):
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


def _may_hold_url(text: str) -> bool:
    return "://" in text or "www." in text or "WWW." in text or ("." in text and "www." in text.lower())


def blank_urls(text: str) -> str:
    """The same text with a space for every character of an address."""
    if not _may_hold_url(text):
        return text
    parts, done = [], 0
    for start, end in urls(text):
        parts += [text[done:start], " " * (end - start)]
        done = end
    parts.append(text[done:])
    return "".join(parts)


def cut(text: str) -> list[str]:
    """The tokens of a text in order, folded; addresses are left out. The fast way, without places."""
    if "://" in text or "." in text:
        text = blank_urls(text)
    if not text.isascii():
        text = script.fold_words(text)
        if not text.isascii():
            return script.TOKEN.findall(text)
    return text.encode("ascii").translate(_PLAIN).decode("ascii").split()


class Words:
    """One text, read. Token numbers count from 0; nothing is worked out before it is asked for."""

    __slots__ = ("_at", "_edges", "_folded", "_marks", "_spots", "_tokens", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        self._tokens: list[str] | None = None
        self._at: dict[str, list[int]] | None = None
        self._folded: str | None = None
        self._spots: list[tuple[int, int]] | None = None
        self._marks: list[str] | None = None
        self._edges: tuple[list[int], list[int]] | None = None

    @property
    def tokens(self) -> list[str]:
        """The tokens in order."""
        if self._tokens is None:
            self._tokens = cut(self.source)
        return self._tokens

    @property
    def at(self) -> dict[str, list[int]]:
        """The token numbers at which each word stands."""
        if self._at is None:
            places: dict[str, list[int]] = {}
            for number, token in enumerate(self.tokens):
                if token in places:
                    places[token].append(number)
                else:
                    places[token] = [number]
            self._at = places
        return self._at

    @property
    def folded(self) -> str:
        """The text as it is cut: addresses blanked, folded, punctuation of ASCII still there."""
        if self._folded is None:
            self._folded = script.fold_words(blank_urls(self.source))
        return self._folded

    @property
    def spots(self) -> list[tuple[int, int]]:
        """Where each token stands in `folded`."""
        if self._spots is None:
            pattern = _ASCII if self.folded.isascii() else script.TOKEN
            self._spots = [match.span() for match in pattern.finditer(self.folded)]
        return self._spots

    @property
    def marks(self) -> list[str]:
        """For each token "#", "@" or ""."""
        if self._marks is None:
            self._marks = mark(self.folded, self.spots)
        return self._marks

    def place(self, first: int, last: int) -> tuple[int, int]:
        """The code points of the original from token `first` to token `last`, its end exclusive."""
        start, end = self.spots[first][0], self.spots[last][1]
        if self.source.isascii():
            return start, end
        if self._edges is None:
            starts: list[int] = []
            ends: list[int] = []
            for begin, stop, size in script.clusters(blank_urls(self.source)):
                starts += [begin] * size
                ends += [stop] * size
            self._edges = starts, ends
        return self._edges[0][start], self._edges[1][end - 1]

    def original(self, number: int) -> str:
        """A token as it was written."""
        start, end = self.place(number, number)
        return self.source[start:end]


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
    """One post as queries see it. Made by `read`."""

    __slots__ = ("_addresses", "_asks", "_bag", "_name", "place", "post", "read_at", "text", "title")

    def __init__(self, post: Post, place: Place, read_at: datetime | None = None) -> None:
        self.post = post
        self.place = place
        self.read_at = read_at
        self.title = Words(post.title)
        self.text = Words(post.text)
        self._bag: set[str] | None = None
        self._asks: bool | None = None
        self._name: Words | None = None
        self._addresses: tuple[Address, ...] | None = None

    @property
    def bag(self) -> set[str]:
        """Every word of title and text."""
        if self._bag is None:
            self._bag = set(self.text.tokens)
            if self.post.title:
                self._bag.update(self.title.tokens)
        return self._bag

    @property
    def name(self) -> Words:
        """The author's name as displayed."""
        if self._name is None:
            self._name = Words(self.post.author.name if self.post.author else "")
        return self._name

    @property
    def addresses(self) -> "tuple[Address, ...]":
        """The addresses that the post links to, each read as a text; those standing in its words included."""
        if self._addresses is None:
            found = dict.fromkeys(self.post.links)
            for source in (self.post.title, self.post.text):
                found.update(dict.fromkeys(source[start:end] for start, end in urls(source)))
            self._addresses = tuple(Address(url) for url in found)
        return self._addresses

    @property
    def asks(self) -> bool:
        """Whether a sentence in title or text ends in a question mark."""
        if self._asks is None:
            self._asks = asks(self.post.text) or asks(self.post.title)
        return self._asks


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
    """The host of an address, folded, punycode read; "" where there is none."""
    rest = url.split("://", 1)[-1]
    name = re.split(r"[/?#\\]", rest, maxsplit=1)[0].rpartition("@")[2]
    name = name.split(":", 1)[0].rstrip(".").lower()
    if "xn--" in name:
        try:
            name = name.encode("ascii").decode("idna")
        except UnicodeError:
            return name
    return name


def read(post: Post, place: Place, *, read_at: datetime | None = None) -> Reading:
    """A post, ready for queries. Costs next to nothing until a query asks for something."""
    return Reading(post, place, read_at)


def tokens(text: str) -> list[str]:
    """The tokens of a text in order, folded: the one way in which Hubbub reads a text."""
    return cut(text)


def exact_tokens(text: str) -> list[tuple[str, str]]:
    """The tokens of a text as they were written, each with its mark."""
    words = Words(text)
    return [(script.exact(words.original(number)), words.marks[number]) for number in range(len(words.tokens))]
