"""When our own posts did well: by weekday and hour, against what is usual at their place, careful with few posts.

A post's worth is what it set off: replies count twice, shares one and a half times, likes once, as 1 + their sum, so
that silence is no zero to divide by. Held against the median of its own place it is a ratio; the logarithm of the ratio
is cut at ±FAR, so that one post that went round the world does not make an hour look good. The mean over the posts of
an hour is then drawn towards "as usual" as if CARE posts more had been as usual.
"""

from collections.abc import Sequence
from math import exp, log
from statistics import median

from msgspec import Struct

REPLY, SHARE, LIKE = 2.0, 1.5, 1.0
FAR = log(8.0)
CARE = 4.0
LEAST = 3  # posts of a stretch that is suggested
WORTH_SAYING = 1.15  # times the usual
FEWEST = 12  # posts without which nothing is said of a place
SURE, FAIRLY = 20, 8  # posts of an hour from which it is called sure, or fairly sure


class Sent(Struct, frozen=True):
    """One of our own posts, on the clock of the place."""

    id: int
    place: int  # the source
    weekday: int  # 0 is Monday
    hour: int
    likes: int = 0
    replies: int = 0
    shares: int = 0


class Cell(Struct, frozen=True):
    """One hour of the week."""

    weekday: int
    hour: int
    posts: int  # that were sent in it
    ratio: float  # of what is usual, after care; 1.0 is as usual
    ids: tuple[int, ...]  # of its posts


class Suggestion(Struct, frozen=True):
    """A stretch of hours of one weekday that did well."""

    weekday: int
    start: int  # hour, included
    end: int  # hour, not included; up to 24
    posts: int
    ratio: float
    sureness: str  # "sure", "fairly sure", "not sure"
    ids: tuple[int, ...]


def worth(one: Sent) -> float:
    """What a post set off."""
    return 1.0 + REPLY * one.replies + SHARE * one.shares + LIKE * one.likes


def heat(sent: Sequence[Sent]) -> list[Cell]:
    """The hours of the week in which we posted. Posts of several places are held each against its own."""
    by_place: dict[int, list[float]] = {}
    for one in sent:
        by_place.setdefault(one.place, []).append(worth(one))
    usual = {place: median(values) for place, values in by_place.items()}
    found: dict[tuple[int, int], list[Sent]] = {}
    for one in sent:
        found.setdefault((one.weekday, one.hour), []).append(one)
    return [
        Cell(weekday, hour, len(posts), _ratio(posts, usual), tuple(one.id for one in posts))
        for (weekday, hour), posts in sorted(found.items())
    ]


def _ratio(posts: Sequence[Sent], usual: dict[int, float]) -> float:
    logs = [max(-FAR, min(FAR, log(worth(one) / usual[one.place]))) for one in posts]
    return exp(sum(logs) / (len(logs) + CARE))


def suggestions(sent: Sequence[Sent], most: int = 3) -> list[Suggestion]:
    """The best stretches of two hours, the best first, none overlapping another; [] where there are too few posts."""
    if len(sent) < FEWEST:
        return []
    by_place: dict[int, list[float]] = {}
    for one in sent:
        by_place.setdefault(one.place, []).append(worth(one))
    usual = {place: median(values) for place, values in by_place.items()}
    tried: list[Suggestion] = []
    for weekday in range(7):
        for start in range(23):
            posts = [one for one in sent if one.weekday == weekday and start <= one.hour < start + 2]
            if len(posts) < LEAST:
                continue
            ratio = _ratio(posts, usual)
            if ratio >= WORTH_SAYING:
                ids = tuple(one.id for one in posts)
                tried.append(Suggestion(weekday, start, start + 2, len(posts), ratio, sureness(len(posts)), ids))
    tried.sort(key=lambda one: (-one.ratio, -one.posts, one.weekday, one.start))
    chosen: list[Suggestion] = []
    for good in tried:
        if len(chosen) < most and not any(_overlap(good, other) for other in chosen):
            chosen.append(good)
    return chosen


def _overlap(one: Suggestion, other: Suggestion) -> bool:
    return one.weekday == other.weekday and one.start < other.end and other.start < one.end


def sureness(posts: int) -> str:
    """How far so many posts can be trusted, in words."""
    if posts >= SURE:
        return "sure"
    return "fairly sure" if posts >= FAIRLY else "not sure"


class Busy(Struct, frozen=True):
    """A stretch of hours in which the community writes."""

    weekday: int
    start: int
    end: int
    posts: int
    share: float  # of all that were counted


def busiest(counts: Sequence[tuple[int, int, int]], most: int = 3) -> list[Busy]:
    """The stretches of two hours of the week in which most is written, from (weekday, hour, posts); one a weekday."""
    by_hour = {(weekday, hour): posts for weekday, hour, posts in counts}
    total = sum(by_hour.values())
    if not total:
        return []
    tried = []
    for weekday in range(7):
        sums = [(by_hour.get((weekday, at), 0) + by_hour.get((weekday, at + 1), 0), -at) for at in range(23)]
        posts, start = max(sums)
        if posts:
            tried.append(Busy(weekday, -start, -start + 2, posts, posts / total))
    return sorted(tried, key=lambda one: (-one.posts, one.weekday))[:most]
