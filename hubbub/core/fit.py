"""How well a conversation that we are not in fits us: what it is about, whether it asks, whom it reaches, how fresh it
is, and what its place allows.

    fit(t) = 100 * topic * asks * reach * place * door * 2^-((t - published) / half life)

All factors lie between 0 and 1. Freshness falls for all alike, so that who stands before whom never changes by time
alone, and the order is that of one number that can be stored and indexed:

    order = log2(topic * asks * reach * place * door) + published / half life
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import log2, log10
from typing import Literal

from msgspec import Struct

from .facts import Intent, Sentiment
from .plan import TopicKind

Place = Literal["welcome", "answer", "ask", "closed", ""]  # what house rules say; "": nobody has read them yet

NEVER = -1e6  # the order of what fits not at all
FULL_REACH = 5.0  # powers of ten of followers and echo from which on reach counts whole: 100,000
LEAST_REACH = 0.3
PLACES: Mapping[Place, tuple[float, str]] = {
    "welcome": (1.0, "businesses are welcome there"),
    "answer": (0.8, "replies are welcome there, offers are not"),
    "": (0.6, "nobody has read its house rules yet"),
    "ask": (0.4, "its moderators want to be asked first"),
    "closed": (0.0, "businesses may not speak there"),
}


class Weights(Struct, frozen=True):
    """What a workspace holds for a good opportunity. 0 … 1, but for hours and days."""

    unhappy: float = 1.0  # somebody is unhappy with a rival
    rival: float = 0.7  # a rival is spoken of
    field: float = 0.6  # our field is
    statement: float = 0.35  # where nothing is asked
    half_life: float = 24.0  # hours
    days: float = 7.0  # for which it is kept open
    least: float = 5.0  # the fit of a fresh one from which on it is offered


class Seen(Struct, frozen=True):
    """What is known of the post."""

    published: datetime
    kinds: frozenset[TopicKind]  # of the topics that caught it
    sentiment: Sentiment | None = None
    intent: Intent | None = None
    asks: bool = False  # a sentence ends in a question mark
    followers: int | None = None
    echo: int | None = None  # likes + 2 * replies + 3 * shares
    place: Place = ""
    can_reply: bool = True  # from here


class Part(Struct, frozen=True):
    """A factor, and where it comes from."""

    what: str
    factor: float
    words: str


class Fit(Struct, frozen=True):
    """The parts that stay, their product, and the place in the list."""

    parts: tuple[Part, ...]
    static: float
    order: float


def fit(seen: Seen, weights: Weights) -> Fit:
    """How well it fits, but for its freshness."""
    parts = (_topic(seen, weights), _asks(seen, weights), _reach(seen), _place(seen), _door(seen))
    static = 1.0
    for part in parts:
        static *= part.factor
    static = round(static, 6)
    return Fit(parts, static, order(static, seen.published, weights))


def order(static: float, published: datetime, weights: Weights) -> float:
    """The place in the list of what is as fresh as if it had been said then."""
    return log2(static) + published.timestamp() / (weights.half_life * 3600) if static > 0 else NEVER


def freshness(published: datetime, now: datetime, weights: Weights) -> float:
    """1 for what is said now, a half after each half life."""
    return float(2 ** -(max(now - published, timedelta()) / timedelta(hours=weights.half_life)))


def score(static: float, published: datetime, now: datetime, weights: Weights) -> float:
    """The fit at a moment, 0 … 100."""
    return 100 * static * freshness(published, now, weights)


def _topic(seen: Seen, weights: Weights) -> Part:
    rival = "competitor" in seen.kinds
    if rival and (seen.sentiment == "negative" or seen.intent == "complaint"):
        return Part("topic", weights.unhappy, "somebody is unhappy with a rival")
    if rival:
        return Part("topic", weights.rival, "a rival is spoken of")
    return Part("topic", weights.field, "our field is spoken of")


def _asks(seen: Seen, weights: Weights) -> Part:
    if seen.asks or seen.intent in {"question", "request"}:
        return Part("asks", 1.0, "something is asked")
    if seen.intent == "complaint":
        return Part("asks", max(0.8, weights.statement), "somebody complains")
    if seen.intent == "promotion":
        return Part("asks", weights.statement / 2, "it advertises something")
    return Part("asks", weights.statement, "nothing is asked")


def _reach(seen: Seen) -> Part:
    if seen.followers is None and seen.echo is None:
        return Part("reach", 0.5, "nobody knows whom it reaches")
    size = (seen.followers or 0) + 10 * (seen.echo or 0)
    factor = min(1.0, LEAST_REACH + (1 - LEAST_REACH) * log10(1 + size) / FULL_REACH)
    told = [f"{seen.followers:,} followers"] if seen.followers is not None else []
    told += [f"an echo of {seen.echo:,}"] if seen.echo is not None else []
    return Part("reach", round(factor, 3), ", ".join(told))


def _place(seen: Seen) -> Part:
    factor, words = PLACES[seen.place]
    return Part("place", factor, words)


def _door(seen: Seen) -> Part:
    if seen.can_reply:
        return Part("door", 1.0, "you can reply from here")
    return Part("door", 0.7, "the reply must be written on its own page")
