"""Why a text was judged so: its stretches, the text without each of them, and those that made a difference."""

import re
from collections.abc import Iterable, Sequence

from hubbub.core.text.features import READ
from hubbub.core.text.judgement import Reason

STRETCHES = 60  # of a text, at most so many parts are tried for their weight
FELT = 0.02  # a stretch that moves a judgement by less is not named

Stretch = tuple[int, int]  # from its first character to one past its last


def stretches(text: str) -> list[Stretch]:
    """The words of a text, as far as it is read; of a long one, runs of neighbouring words."""
    words = [match.span() for match in re.finditer(r"\S+", text[:READ])]
    each = -(-len(words) // STRETCHES)
    return [(words[at][0], words[min(at + each, len(words)) - 1][1]) for at in range(0, len(words), each or 1)]


def without(text: str, parts: Iterable[Stretch]) -> list[str]:
    """The text without each of these parts; what is left stays at its place."""
    return [text[:start] + " " * (end - start) + text[end:] for start, end in parts]


def moving(parts: Sequence[Stretch], moved: Iterable[float]) -> list[Reason]:
    """The parts that moved the judgement far enough to be named."""
    return [
        Reason(start, end, round(float(weight), 4))
        for (start, end), weight in zip(parts, moved, strict=True)
        if abs(weight) >= FELT
    ]


def strongest_first(found: Iterable[Reason]) -> tuple[Reason, ...]:
    """As they are shown."""
    return tuple(sorted(found, key=lambda reason: (-abs(reason.weight), reason.start)))
