"""A text that is too long for one post, as several: cut where a reader would pause."""

import re
import unicodedata
from collections.abc import Callable

PARAGRAPH = re.compile(r"\n\s*\n")
SENTENCE = re.compile(r"[.!?…。\uff01\uff1f]+[\"'”\u2019»)\]]*\s+|\n")  # with the signs of Chinese and Japanese
SPACE = re.compile(r"\s+")
LEAST = 0.4  # of what there is room for is used at least, where a better place to cut would leave less


def split(text: str, most: int, length: Callable[[str], int]) -> tuple[str, ...]:
    """The text in as few pieces as can be had without cutting words, each of `most` at most, as `length` counts.

    No word is lost or doubled. A word that is longer than a piece is cut. `most` must be enough for any one character.
    """
    pieces: list[str] = []
    rest = text.strip()
    while rest:
        if length(rest) <= most:
            pieces.append(rest)
            break
        room = _fitting(rest, most, length)
        end = _pause(rest, room, most, length)
        pieces.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return tuple(pieces)


def _fitting(text: str, most: int, length: Callable[[str], int]) -> int:
    """How many characters of it fit, at least one."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if length(text[:middle].rstrip()) <= most:
            low = middle
        else:
            high = middle - 1
    return low


def _pause(text: str, room: int, most: int, length: Callable[[str], int]) -> int:
    """Where to cut, at `room` at most: after a paragraph, a sentence, a word; else before a whole character."""
    for pattern in (PARAGRAPH, SENTENCE):
        ends = [found.end() for found in pattern.finditer(text) if found.start() > 0 and _upto(text, found) <= room]
        if ends and ends[-1] >= room * LEAST and length(text[: ends[-1]].rstrip()) <= most:
            return ends[-1]
    if text[room : room + 1].isspace():
        return room
    spaces = [found.start() for found in SPACE.finditer(text, 0, room) if found.start() > 0]
    for end in reversed(spaces):
        if length(text[:end]) <= most:  # an address that is cut counts otherwise than a whole one
            return end
    end = room
    while end > 1 and (unicodedata.combining(text[end]) or text[end] in "\u200d\ufe0f" or text[end - 1] == "\u200d"):
        end -= 1
    return end


def _upto(text: str, found: re.Match[str]) -> int:
    """Where what was found ends, without the blank space behind it, which no piece keeps."""
    return len(text[: found.end()].rstrip())
