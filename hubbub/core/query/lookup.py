"""What a field holds for a post. None means "not known"; a number that the network did not give does not match."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Any

from hubbub.core.facts import Facts
from hubbub.core.post import Post

from . import script
from .glob import glob
from .reading import Reading, host
from .tree import Days, Numbers, Value

_NETWORK: dict[str, Callable[[Post], int | float | None]] = {
    "likes": lambda post: post.likes,
    "replies": lambda post: post.replies,
    "shares": lambda post: post.shares,
    "views": lambda post: post.views,
    "rating": lambda post: post.rating,
    "followers": lambda post: post.author.followers if post.author else None,
}

_FOUND: dict[str, Callable[[Facts], Any]] = {  # int, float, timedelta, or None; getters that cost no call of ours
    "toxicity": attrgetter("analysis.toxicity"),
    "spam": attrgetter("analysis.spam"),
    "strikes": attrgetter("standing.strikes"),
    "account_age": attrgetter("standing.account_age"),
    "posts_24h": attrgetter("standing.posts_24h"),
    "removed_share": attrgetter("standing.removed_share"),
    "same_links": attrgetter("standing.same_links"),
    "self_promotion": attrgetter("standing.self_promotion"),
}

_SAID: dict[str, Callable[[Facts], str | None]] = {
    "sentiment": lambda facts: facts.analysis.sentiment,
    "intent": lambda facts: facts.analysis.intent,
    "level": lambda facts: facts.standing.level,
    "status": lambda facts: facts.handling.status,
    "assignee": lambda facts: facts.handling.assignee,
    "team": lambda facts: facts.handling.team,
    "priority": lambda facts: facts.handling.priority,
    "decision": lambda facts: facts.handling.decision,
    "answered": lambda facts: None if facts.handling.answered is None else ("no", "yes")[facts.handling.answered],
}

_LISTED: dict[str, Callable[[Facts], frozenset[str] | None]] = {
    "topic": lambda facts: facts.analysis.topics,
    "about": lambda facts: facts.analysis.about,
    "relationship": lambda facts: _each(facts.standing.relationship),
    "tag": lambda facts: facts.handling.tags,
}


def _each(said: str | frozenset[str] | None) -> frozenset[str] | None:
    return frozenset({said}) if isinstance(said, str) else said


_SHORT = 200  # longer names are not remembered
UNSURE = frozenset(_FOUND) | frozenset(_SAID) | frozenset(_LISTED)  # fields that may not be known


def published(reading: Reading, now: datetime) -> datetime:
    """When the post was published; where its network does not say, when it was read."""
    return reading.post.published or reading.read_at or now


def day_of(reading: Reading, now: datetime) -> date:
    """The day of the post in UTC."""
    moment = published(reading, now)
    if moment.tzinfo is None or moment.tzinfo is UTC:
        return moment.date()
    try:
        return moment.astimezone(UTC).date()
    except OverflowError:  # the first or the last day that can be written
        return moment.date()


def within_days(node: Days, reading: Reading, now: datetime) -> bool:
    """Whether the post's day is one of these."""
    day = day_of(reading, now)
    return (node.first is None or day >= node.first) and (node.last is None or day <= node.last)


def within_numbers(node: Numbers, reading: Reading, facts: Facts, now: datetime) -> bool | None:
    """Whether a number lies between the bounds; None when it is not known."""
    amount: int | float | timedelta | None
    if node.field in _FOUND:
        amount = _FOUND[node.field](facts)
        if amount is None:
            return None
    elif node.field == "age":
        amount = now - published(reading, now)
    else:
        amount = _NETWORK[node.field](reading.post)
        if amount is None:
            return False
    if isinstance(amount, timedelta):
        amount = amount.total_seconds()
    return _above(node, amount) and _below(node, amount)


def surely_within(node: Numbers) -> Callable[[set[str], Reading, Facts, datetime], bool]:
    """Of a field that may not be known: what says whether it is known to lie between the bounds."""
    get, low, high, low_in, high_in = _FOUND[node.field], node.low, node.high, node.low_in, node.high_in

    def above(_bag: set[str], _reading: Reading, facts: Facts, _now: datetime) -> bool:
        amount = get(facts)
        return amount is not None and amount > low

    def within(_bag: set[str], _reading: Reading, facts: Facts, _now: datetime) -> bool:
        amount = get(facts)
        if amount is None:
            return False
        if isinstance(amount, timedelta):
            amount = amount.total_seconds()
        return (low is None or amount > low or (low_in and amount == low)) and (
            high is None or amount < high or (high_in and amount == high)
        )

    # nearly every rule asks so, and at every post
    return above if low is not None and not low_in and high is None and node.field != "account_age" else within


def _above(node: Numbers, amount: int | float) -> bool:
    return node.low is None or amount > node.low or (node.low_in and amount == node.low)


def _below(node: Numbers, amount: int | float) -> bool:
    return node.high is None or amount < node.high or (node.high_in and amount == node.high)


def has_value(node: Value, reading: Reading, facts: Facts) -> bool | None:
    """Whether a field holds this value; None when it is not known."""
    if node.field in _SAID:
        said = _SAID[node.field](facts)
        return None if said is None else same(node, said)
    if node.field in _LISTED:
        listed = _LISTED[node.field](facts)
        return None if listed is None else any(same(node, one) for one in listed)
    return _OWN[node.field](node, reading)


def same(node: Value, value: str) -> bool:
    """Whether a value is the one asked for, as names are compared: folded, spaces counted once."""
    folded = _remembered(value) if len(value) <= _SHORT else _folded(value)
    return glob(node.text).matches(folded) if node.wild else folded == node.text


def _folded(value: str) -> str:
    return " ".join(script.fold(value).split())


_remembered = lru_cache(maxsize=4096)(_folded)  # one author's handle is held against every query that asks for one


def own(field: str) -> Callable[[Value, Reading], bool] | None:
    """What answers for a field whose value every post has; None for the others."""
    return _OWN.get(field)


def _author(node: Value, reading: Reading) -> bool:
    author = reading.post.author
    return author is not None and bool(author.handle) and same(node, author.handle.lstrip("@"))


def _source(node: Value, reading: Reading) -> bool:
    place = reading.place
    return (bool(place.kind) and same(node, place.kind)) or (bool(place.name) and same(node, place.name))


def _lang(node: Value, reading: Reading) -> bool:
    code = reading.post.lang.lower().replace("_", "-")
    return code == node.text or code.startswith(node.text + "-")


def _type(node: Value, reading: Reading) -> bool:
    return reading.post.type == node.text


def below(domain: str, name: str) -> bool:
    """Whether a host is a domain or stands below it."""
    return name == domain or name.endswith("." + domain)


def _site(node: Value, reading: Reading) -> bool:
    if reading.post.url and below(node.text, host(reading.post.url)):
        return True
    return any(below(node.text, address.host) for address in reading.addresses)


def _is(node: Value, reading: Reading) -> bool:
    post = reading.post
    if node.text == "reply":
        return bool(post.parent)
    if node.text == "owned":
        return reading.place.owned
    return post.repost if node.text == "repost" else post.edited


def _has(node: Value, reading: Reading) -> bool:
    if node.text == "link":
        return reading.linking
    if node.text == "question":
        return reading.asks
    return any(media.type == node.text for media in reading.post.media)


_OWN: dict[str, Callable[[Value, Reading], bool]] = {
    "author": _author,
    "source": _source,
    "lang": _lang,
    "type": _type,
    "site": _site,
    "is": _is,
    "has": _has,
}
