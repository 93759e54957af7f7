"""What people typed, as HTML: escaped, its addresses clickable, its paragraphs kept."""

import html
import re
from collections.abc import Iterator

from ._lengths import ADDRESS

TRAILING = ".,;:!?'\"\u201d\u2019\u00bb\u2026"  # ends the sentence, not the address


def paragraphs(text: str) -> list[str]:
    """One piece of HTML for each paragraph, without the tag around it."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return ["<br>".join(linked(line) for line in block.split("\n")) for block in blocks if block.strip()]


def linked(text: str) -> str:
    """A line as HTML."""
    pieces, end = [], 0
    for start, stop in addresses(text):
        url = html.escape(text[start:stop])
        pieces += [html.escape(text[end:start], quote=False), f'<a href="{url}">{url}</a>']
        end = stop
    return "".join([*pieces, html.escape(text[end:], quote=False)])


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """Where web addresses stand, without what only ends the sentence."""
    for match in re.finditer(ADDRESS, text, re.IGNORECASE):
        url = match[0].rstrip(TRAILING)
        if url.endswith(")") and url.count("(") < url.count(")"):
            url = url[:-1].rstrip(TRAILING)
        yield match.start(), match.start() + len(url)
