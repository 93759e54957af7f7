"""What is said of a query that cannot be read: the slips, their places and their mends."""

from msgspec import Struct

MOST_SLIPS = 20  # more than these help nobody, and cost time


class Slip(Struct, frozen=True):
    """One thing that cannot stand as it is. `start` and `end` are code points in the query's text."""

    line: int  # from 1
    column: int  # from 1, in code points
    start: int
    end: int
    found: str  # as people read it: "`)`", "the end"
    expected: tuple[str, ...]  # what could stand there
    says: str  # what is wrong, one sentence
    mend: str  # what to write instead; "" where only the author can know

    def __str__(self) -> str:
        parts = [f"Line {self.line}, column {self.column}: found {self.found}. {self.says}"]
        if self.expected:
            parts.append(f"Here could stand {_either(self.expected)}.")
        if self.mend:
            parts.append(self.mend)
        return " ".join(parts)


class QueryError(Exception):
    """A query that cannot be read. Its text is written for the person who wrote the query."""

    def __init__(self, slips: tuple[Slip, ...]) -> None:
        super().__init__("\n".join(str(slip) for slip in slips))
        self.slips = slips


class Slips:
    """Gathers what is wrong with one text, so that it can be told all at once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found: dict[tuple[int, int, str], Slip] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    @property
    def full(self) -> bool:
        """Whether enough was found to stop looking."""
        return len(self._found) >= MOST_SLIPS

    def add(self, start: int, end: int, says: str, *, mend: str = "", expected: tuple[str, ...] = ()) -> None:
        """Note what is wrong between `start` and `end`."""
        if self.full:
            return
        before = self._text[:start]
        line = before.count("\n") + 1
        column = start - (before.rfind("\n") + 1) + 1
        slip = Slip(line, column, start, end, show(self._text[start:end]), expected, says, mend)
        self._found.setdefault((start, end, says), slip)

    def all(self) -> tuple[Slip, ...]:
        """In the order of the text."""
        return tuple(sorted(self._found.values(), key=lambda slip: (slip.start, slip.end)))


def show(piece: str) -> str:
    """A piece of a query as it can be shown in a sentence."""
    if not piece:
        return "the end"
    short = piece if len(piece) <= 40 else piece[:39] + "…"
    return "`" + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in short) + "`"


def _either(choices: tuple[str, ...]) -> str:
    if len(choices) == 1:
        return choices[0]
    return ", ".join(choices[:-1]) + " or " + choices[-1]
