"""How far somebody's word reaches: from who follows them, and from what their posts usually set off.

    influence = 10 * log10(1 + followers) + 20 * log10(1 + echo)
    echo = the median, over their posts of 90 days, of likes + 2 * replies + 3 * shares; times n / (n + 2) for n posts

Logarithms, because ten times the followers are not ten times the word. The median, because one post that everybody
saw says little about the next one; fewer posts count for less. A million followers alone give 60; ten thousand and a
usual echo of 20 give about 66. What a network does not say counts as nothing.
"""

from collections.abc import Sequence
from math import log10
from statistics import median

from msgspec import Struct

BY = "\N{MULTIPLICATION SIGN}"
LIKE, REPLY, SHARE = 1, 2, 3  # a share takes a post to others, a reply costs more than a like
AUDIENCE, ECHO = 10.0, 20.0
DOUBT = 2  # posts: with so many the echo counts half
STRONG = 50.0  # from which on we speak of influence; about 100,000 followers, or 1,000 and an echo of 10


class Influence(Struct, frozen=True, gc=False):
    """The number and its parts."""

    score: float = 0.0
    followers: int = 0  # on all networks together
    posts: int = 0  # of 90 days whose echo is known
    usual: float = 0.0  # the median of what a post sets off
    audience: float = 0.0  # what followers give
    echo: float = 0.0  # what the posts give


def echo(likes: int | None, replies: int | None, shares: int | None) -> int | None:
    """What a post set off; None: its network says nothing of it."""
    if likes is None and replies is None and shares is None:
        return None
    return LIKE * (likes or 0) + REPLY * (replies or 0) + SHARE * (shares or 0)


def influence(followers: int, echoes: Sequence[int]) -> Influence:
    """Of the followers on all networks, and what each post of 90 days set off."""
    return parts(followers, len(echoes), float(median(echoes)) if echoes else 0.0)


def parts(followers: int, posts: int, usual: float) -> Influence:
    """The same from the number of posts and their median."""
    audience = AUDIENCE * log10(1 + max(0, followers))
    said = ECHO * log10(1 + usual * posts / (posts + DOUBT)) if posts else 0.0
    return Influence(audience + said, followers, posts, usual, audience, said)


def formula(found: Influence) -> Sequence[str]:
    """How the number comes about, part by part, in words."""
    seen = f"{found.posts:,} post{'' if found.posts == 1 else 's'}"
    audience = f"10 {BY} log10(1 + {found.followers:,}) = {found.audience:.1f}"
    usual = f"{found.usual:,.1f}".removesuffix(".0")  # a median lies on a number or between two
    weighed = f"likes + 2 {BY} replies + 3 {BY} shares; few posts count less"
    said = f"20 {BY} log10(1 + {usual} {BY} {found.posts} / {found.posts + DOUBT}) = {found.echo:.1f}"
    return (
        f"{found.followers:,} followers on all networks: {audience}",
        f"{seen} in 90 days, a usual echo of {usual} ({weighed}): {said}",
        f"Together {found.score:.1f}",
    )
