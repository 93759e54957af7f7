"""Personal data out of a text before a machine elsewhere sees it, and back into what it answers.

Found are: names and handles that are given (whoever takes part in the conversation), e-mail addresses, web addresses,
IP addresses, account and card numbers, telephone and other numbers of five digits and more. A name that nobody gave, a
street or an illness cannot be told from other words: whoever turns this on is told so.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

_MARK = re.compile(r"\[(?:person|e-mail|link|address|account|number) \d+\]")
_SPACE = r"[ \u00a0.\-/]"
Step = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]

# what holds other kinds comes first; then the names that are given; then what could be a part of them
_FIRST: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("link", re.compile(r"\b(?:https?://|www\.)[^\s<>\"']*[^\s<>\"'.,;:!?)\]]", re.IGNORECASE)),
    ("e-mail", re.compile(r"(?<![\w@.+\-])[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")),
    ("address", re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b|\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{0,4}\b", re.IGNORECASE)),
    ("account", re.compile(rf"\b[A-Z]{{2}}\d{{2}}(?:{_SPACE}?[A-Z0-9]{{2,4}}){{3,8}}\b")),
)
_THEN: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("person", re.compile(r"(?<![\w@])@[\w][\w.\-]*(?:@[\w\-]+(?:\.[\w\-]+)+)?")),
    ("number", re.compile(rf"(?<![\w\[])\+?\(?\d(?:(?:{_SPACE}|[()]){{0,2}}\d){{4,}}(?!\w)")),
)


class Masked(Struct, frozen=True):
    """Texts without what was found, and what each mark stands for."""

    texts: tuple[str, ...]
    marks: tuple[tuple[str, str], ...]  # mark, the words that it stands for


class Hidden:
    """The marks of one conversation: the same words get the same mark in all of its texts."""

    def __init__(self) -> None:
        self.marks: dict[str, str] = {}  # mark → words
        self._known: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}

    def mark(self, kind: str, words: str) -> str:
        """The mark that stands for these words."""
        key = (kind, words.casefold())
        if key not in self._known:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._known[key] = made = f"[{kind} {self._counts[kind]}]"
            self.marks[made] = words
        return self._known[key]


def mask(texts: Sequence[str], names: Sequence[Sequence[str]] = ()) -> Masked:
    """The texts with marks like [person 1]. `names`: of each person who takes part, what they are called (name, parts
    of it, handle); all of one person get one mark, which stands for the first of them."""
    hidden = Hidden()
    steps = [*_steps(_FIRST, hidden), *_naming(_called(names, hidden)), *_steps(_THEN, hidden)]
    out = []
    for text in texts:
        # what looks like a mark and is none must not be filled in later: its bracket is loosened
        words = _MARK.sub(lambda found: "[ " + found.group(0)[1:], text)
        for pattern, put in steps:
            words = _outside(words, pattern, put)
        out.append(words)
    return Masked(tuple(out), tuple(hidden.marks.items()))


def _steps(kinds: Sequence[tuple[str, re.Pattern[str]]], hidden: Hidden) -> list[Step]:
    def by(kind: str) -> Callable[[re.Match[str]], str]:
        return lambda found: hidden.mark(kind, found.group(0))

    return [(pattern, by(kind)) for kind, pattern in kinds]


def _naming(called: Mapping[str, str]) -> list[Step]:
    if not called:
        return []
    longest_first = sorted(called, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)@?(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
    return [(pattern, lambda found: called.get(found.group(0).lstrip("@").casefold(), "[person]"))]


def _called(names: Sequence[Sequence[str]], hidden: Hidden) -> dict[str, str]:
    called: dict[str, str] = {}
    for several in names:
        known = [name.strip().lstrip("@") for name in several if len(name.strip().lstrip("@")) > 1]
        if not known:
            continue
        mark = hidden.mark("person", known[0])
        for name in known:
            called.setdefault(name.casefold(), mark)
    return called


def _outside(text: str, pattern: re.Pattern[str], put: Callable[[re.Match[str]], str]) -> str:
    """Replace what the pattern finds, never within a mark that stands there already."""
    parts, at = [], 0
    for mark in _MARK.finditer(text):
        parts.append(pattern.sub(put, text[at : mark.start()]))
        parts.append(mark.group(0))
        at = mark.end()
    parts.append(pattern.sub(put, text[at:]))
    return "".join(parts)


def unmask(text: str, marks: Sequence[tuple[str, str]]) -> str:
    """The words back in place of the marks. A mark that stands for nothing stays, to be seen."""
    known = dict(marks)
    return _MARK.sub(lambda found: known.get(found.group(0), found.group(0)), text)
