"""What people typed, as HTML or beside pictures in Markdown: escaped, its addresses clickable, its paragraphs kept."""

import html
import re
from collections.abc import Iterator, Sequence

from ._lengths import ADDRESS

PICTURE = re.compile(r"!\[(?:\\.|[^\]\\])*\]\([^()\s]+\)")
TRAILING = ".,;:!?'\"\u201d\u2019\u00bb\u2026"  # ends the sentence, not the address


def paragraphs(text: str) -> list[str]:
    """One piece of HTML for each paragraph, without the tag around it."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return ["<br>".join(linked(line) for line in block.strip().split("\n")) for block in blocks if block.strip()]


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


def picture(alt: str, address: str) -> str:
    """A picture in Markdown. Nothing in its alt text can end it."""
    shown = re.sub(r"([\\\[\]])", r"\\\1", " ".join(alt.split()))
    return f"![{shown}]({address})"


def with_pictures(text: str, pictures: Sequence[str]) -> str:
    """The words, and below them the pictures."""
    return "\n\n".join([part for part in (text.rstrip(), *pictures) if part])


def same_words(there: str, text: str, pictures: int) -> bool:
    """Whether what stands there is this text with so many pictures below it."""
    said, found = there.split("\n"), 0
    while said and (not said[-1].strip() or PICTURE.fullmatch(said[-1].strip())):
        found += bool(said.pop().strip())
    return found == pictures and " ".join(said).split() == text.split()
