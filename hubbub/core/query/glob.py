"""Patterns with `*` and `?`, tried in time linear in the word (a regular expression would not promise that)."""

from functools import lru_cache
from itertools import takewhile


class Glob:
    """One pattern. `*` is any run of characters, also none; `?` exactly one."""

    __slots__ = ("_middle", "_prefix", "_suffix", "_tight", "open", "prefix")

    def __init__(self, pattern: str) -> None:
        parts = pattern.split("*")
        self.prefix = "".join(takewhile(lambda c: c not in "*?", pattern))  # every match begins with it
        self._tight = len(parts) == 1
        self._prefix = parts[0]
        self._suffix = parts[-1] if not self._tight else ""
        self._middle = [part for part in parts[1:-1] if part]
        self.open = pattern == self.prefix + "*"  # whatever begins with it fits

    def matches(self, word: str) -> bool:
        """Whether the whole word fits."""
        if not word.startswith(self.prefix):
            return False
        if self.open:
            return True
        if self._tight:
            return len(word) == len(self._prefix) and _fits(self._prefix, word, 0)
        at, end = len(self._prefix), len(word) - len(self._suffix)
        if end < at or not _fits(self._prefix, word, 0) or not _fits(self._suffix, word, end):
            return False
        for part in self._middle:
            # The leftmost place is always good enough: it leaves the most for what follows.
            at = _find(part, word, at, end)
            if at < 0:
                return False
            at += len(part)
        return True


def _fits(part: str, word: str, at: int) -> bool:
    if "?" not in part:
        return word.startswith(part, at)
    return all(c in ("?", word[at + offset]) for offset, c in enumerate(part))


def _find(part: str, word: str, at: int, end: int) -> int:
    if "?" not in part:
        return word.find(part, at, end)
    return next((start for start in range(at, end - len(part) + 1) if _fits(part, word, start)), -1)


def far_enough(pattern: str) -> bool:
    """Whether enough stands before the first wildcard: three characters, or two where two more stand behind."""
    before = len(glob(pattern).prefix)
    return before >= 3 or (before == 2 and len(pattern) - pattern.count("*") - pattern.count("?") >= 4)


@lru_cache(maxsize=4096)
def glob(pattern: str) -> Glob:
    """The pattern, made once."""
    return Glob(pattern)
