"""What we write on Bluesky: how long it is, and which of its words are links, mentions and hashtags."""

import re
from collections.abc import Callable, Iterator

from msgspec import Struct

from ._markup import TRAILING, addresses

LONGEST = 300  # graphemes of one post
BYTES = 3000

_PART = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_MENTION = re.compile(rf"(?<![\w@/.])@((?:{_PART}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?)", re.IGNORECASE)
_TAG = re.compile(r"(?<!\S)[#\uff03]((?!\ufe0f)[^\s\u00ad\u2060\u200a\u200b\u200c\u200d\u20e2]*[^\d\s\W_][^\s\u200b]*)")


class _Index(Struct, frozen=True, rename="camel"):
    """Where a facet stands: from the first byte up to, not including, the last."""

    byte_start: int
    byte_end: int


class Facet(Struct, frozen=True):
    """A part of a text that is more than text, as the network keeps it."""

    index: _Index
    features: tuple[dict[str, str], ...]


def facets(text: str, did_of: Callable[[str], str]) -> list[Facet]:
    """Links, mentions and hashtags with where they stand, counted in bytes of UTF-8 as the network wants it.

    `did_of` gives the account behind a handle, "" where there is none: then it stays plain text.
    """
    found: list[Facet] = []
    taken: list[range] = []
    for start, end, feature in (*_links(text), *_mentions(text, did_of), *_tags(text)):
        if any(start < other.stop and other.start < end for other in taken):
            continue
        taken.append(range(start, end))
        first = len(text[:start].encode())
        found.append(Facet(_Index(first, first + len(text[start:end].encode())), (feature,)))
    return sorted(found, key=lambda facet: facet.index.byte_start)


def _links(text: str) -> Iterator[tuple[int, int, dict[str, str]]]:
    for start, end in addresses(text):
        yield start, end, {"$type": "app.bsky.richtext.facet#link", "uri": text[start:end]}


def _mentions(text: str, did_of: Callable[[str], str]) -> Iterator[tuple[int, int, dict[str, str]]]:
    for match in _MENTION.finditer(text):
        if did := did_of(match[1].lower()):
            yield match.start(), match.end(), {"$type": "app.bsky.richtext.facet#mention", "did": did}


def _tags(text: str) -> Iterator[tuple[int, int, dict[str, str]]]:
    for match in _TAG.finditer(text):
        tag = match[1].rstrip(TRAILING + ")")
        if tag and len(tag) <= 64:
            yield match.start(), match.start() + 1 + len(tag), {"$type": "app.bsky.richtext.facet#tag", "tag": tag}
