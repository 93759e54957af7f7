"""The word list of a workspace: which words its posts hold, and in how many of them each stands.

It is filled with the search index, in the background: what came in the last moments may be missing.
"""

from collections.abc import Collection, Mapping, Sequence

from django.db import connection

from hubbub.core.query.glob import glob

from .bulk import json
from .fulltext.indexing import LONGEST
from .models import Workspace

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_AMONG_LITE = "SELECT word, posts FROM search_words WHERE workspace = %s AND word IN (SELECT value FROM json_each(%s))"
_AMONG = "SELECT word, posts FROM search_words WHERE workspace = %s AND word IN (SELECT unnest(%s::text[]))"
_COMPARED = 200  # words with the same beginning that are compared with one that may be misspelt
_FAR = 30  # nobody means to correct longer words


def known(workspace: Workspace, words: Collection[str]) -> Mapping[str, int]:
    """In how many posts each of these words stands; 0: in none. The words are as `core.query.tokens` gives them."""
    found = dict.fromkeys(words, 0)
    stand = dict(_among(workspace, {word[:LONGEST] for word in words}))
    found.update((word, stand.get(word[:LONGEST], 0)) for word in words)
    return found


def nearest(workspace: Workspace, word: str) -> str:
    """The word that was most likely meant by one that stands nowhere: one slip away, or two in a longer word that
    begins the same; of several the most frequent. "" where there is none."""
    if not 2 <= len(word) <= _FAR:
        return ""
    close = _among(workspace, _one_slip(word))
    if not close and len(word) > 4:
        close = [pair for pair in _beginning(workspace, word) if _apart(word, pair[0]) <= 2]
    return max(close, key=lambda pair: pair[1], default=("", 0))[0]


def expanded(workspace: Workspace, pattern: str, most: int) -> list[str]:
    """The words that fit a pattern with wildcards, `most` and one more at most. Words of more than 200 characters
    stand in the list with their first 200, and fit where their beginning does."""
    fits = glob(pattern)
    found: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word FROM search_words WHERE workspace = %s AND word >= %s AND word < %s",
            [workspace.pk, *_ends(fits.prefix)],
        )
        while len(found) <= most and (rows := cursor.fetchmany(2_000)):
            found += [word for (word,) in rows if fits.matches(word) or len(word) == LONGEST]
    return found[: most + 1]


def _among(workspace: Workspace, words: Collection[str]) -> list[tuple[str, int]]:
    lite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute(
            _AMONG_LITE if lite else _AMONG,
            [workspace.pk, json(list(words)) if lite else list(words)],
        )
        return list(cursor.fetchall())


def _beginning(workspace: Workspace, word: str) -> list[tuple[str, int]]:
    """The most frequent words that begin as this one does, and are about as long."""
    begins = word[:2]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word, posts FROM search_words WHERE workspace = %s AND word >= %s AND word < %s"
            " AND length(word) BETWEEN %s AND %s AND word <> %s ORDER BY posts DESC, word LIMIT %s",
            [workspace.pk, *_ends(begins), len(word) - 2, len(word) + 2, word, _COMPARED],
        )
        return list(cursor.fetchall())


def _ends(prefix: str) -> Sequence[str]:
    """From which text on, and before which other, all words lie that begin so. No word ends in the last character."""
    last = ord(prefix[-1]) + 1
    return prefix, prefix[:-1] + chr(0xE000 if last == 0xD800 else last)


def _one_slip(word: str) -> set[str]:
    """Every word from which one slip leads to this one: a letter too many, too few, another one, or two changed
    about."""
    halves = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    letters = sorted({*_LETTERS, *word})
    found = {left + right[1:] for left, right in halves if right}
    found |= {left + right[1] + right[0] + right[2:] for left, right in halves if len(right) > 1}
    found |= {left + letter + right[1:] for left, right in halves if right for letter in letters}
    found |= {left + letter + right for left, right in halves for letter in letters}
    return found - {word, ""}


def _apart(one: str, other: str) -> int:
    """How many slips lie between two words."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        older, before, row = before, row, [at]
        for to, wanted in enumerate(other, 1):
            cost = min(before[to] + 1, row[-1] + 1, before[to - 1] + (letter != wanted))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == wanted:
                cost = min(cost, older[to - 2] + 1)
            row.append(cost)
    return row[-1]
