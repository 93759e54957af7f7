"""Several texts as one that people read and change: each under a line that says whose it is, told apart again.

A line of the words themselves that looks like such a line is shown with a backslash before it, and a backslash before
that one is doubled in the same way: so no words that somebody wrote are taken for a line that divides them.
"""

import re
from collections.abc import Iterable


def joined(pieces: Iterable[tuple[str, str]], mark: str) -> str:
    """Label and words of each, one below the other. `mark`: the pattern of all labels, as a whole line."""
    own = re.compile(rf"\\*(?:{mark})")
    shown = ((label, words.replace("\r\n", "\n").split("\n")) for label, words in pieces)
    return "\n\n".join(
        "\n".join([label, *(f"\\{line}" if own.fullmatch(line) else line for line in lines)]) for label, lines in shown
    )


def apart(text: str, mark: str) -> list[tuple[str, str]] | None:
    """Each label with the words below it, without blank space around them; None where words stand above the first."""
    begins, own = re.compile(mark), re.compile(rf"\\+(?:{mark})")
    found: list[tuple[str, list[str]]] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if begins.fullmatch(line):
            found.append((line, []))
        elif found:
            found[-1][1].append(line[1:] if own.fullmatch(line) else line)
        elif line.strip():
            return None
    return [(label, "\n".join(lines).strip()) for label, lines in found]
