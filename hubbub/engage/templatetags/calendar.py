"""Tags of the calendar's pages."""

from zlib import crc32

from django import template

from hubbub.engage.calendar.checking import Checked

register = template.Library()

KNOWN = ("mastodon", "bluesky", "wordpress", "matrix", "discourse", "lemmy", "github", "misago")


@register.filter
def tone(kind: str) -> int:
    """Which of eight colours a network has; it is always told by its name as well."""
    return KNOWN.index(kind) if kind in KNOWN else crc32(kind.encode()) % len(KNOWN)


@register.filter
def counted(one: Checked) -> str:
    """ "230 of 500"."""
    return f"{one.length:,} of {one.most:,}" if one.most is not None else f"{one.length:,}"


@register.filter
def heat(ratio: float) -> int:
    """How warm an hour is: 0 below the usual, 1 as usual, 2 above, 3 far above."""
    return 0 if ratio < 0.85 else 1 if ratio < 1.15 else 2 if ratio < 1.5 else 3
