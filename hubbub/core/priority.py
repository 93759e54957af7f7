"""The order of the inbox: a score in doublings, written as one number that can be stored and indexed.

    points(t) = kind + sentiment + reach + relationship + promise + priority + (t - since) / doubling

Each part says how many doublings it is worth: one more counts as much as having waited `doubling` hours longer. The
last part grows alike for all, so that who stands before whom never changes by waiting alone; what is stored is

    place = points(t) - t / doubling

which stands still until something happens: a post, an act, or a boundary that the clock crosses (a promise comes near,
a promise breaks, waiting begins anew after `stale` days). `Score.until` says when the next one comes; until then the
order of places is the order of points at every moment.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import log10

from msgspec import Struct

# what it is, worth so many doublings
KINDS = {
    "complaint": 2.0,
    "question": 1.5,
    "request": 1.5,
    "lead": 1.5,
    "review": 1.0,
    "compliment": 0.5,
    "promotion": -2.0,
}
PRIORITIES = {"low": -4.0, "normal": 0.0, "high": 4.0, "urgent": 8.0}
NEGATIVE = 1.0
MOST_REACH = 3.0  # a million followers
NEAR, BROKEN = 3.0, 4.0  # a promise in its last quarter; one that was not kept
LAST_QUARTER = 0.25
AT_LEAST = timedelta(minutes=15)  # so long before its end every promise is near
ANSWERED = -4.0  # nobody waits for us
INTERACTION = 10  # a like, an answer or a share says that about so many have seen it
HIGHEST_WEIGHT = 5.0
SHORTEST, LONGEST = 1.0, 720.0  # hours of a doubling
FEWEST_DAYS, MOST_DAYS = 1.0, 365.0


class Weights(Struct, frozen=True):
    """What a workspace holds for important; a weight of 0 makes no difference."""

    kind: float = 1.0
    sentiment: float = 1.0
    reach: float = 1.0
    relationship: float = 1.0
    promise: float = 1.0
    priority: float = 1.0
    doubling_hours: float = 48.0
    stale_days: float = 14.0


class Case(Struct, frozen=True):
    """What is known of a conversation."""

    last: datetime  # their newest post
    unanswered: datetime | None = None  # since when they wait for us; None: they do not
    due: datetime | None = None  # when the next promise breaks; None: nothing is promised, or it is paused
    kind: str = ""  # as a person or the analysis says: complaint, question, …
    sentiment: str | None = None
    followers: int | None = None
    views: int | None = None
    interactions: int = 0
    relationship: tuple[str, float] | None = None  # its name, and how many doublings it is worth; None: not known
    priority: str = "normal"


class Part(Struct, frozen=True):
    """One reason for the place, for people."""

    name: str
    points: float
    words: str


class Score(Struct, frozen=True):
    """Why a conversation stands where it does."""

    parts: Sequence[Part]
    place: float  # what is stored; the highest comes first
    until: datetime | None  # when the clock alone changes the place; None: never

    @property
    def points(self) -> float:
        """All parts together, at the moment that was asked for."""
        return sum(part.points for part in self.parts)


def score(case: Case, weights: Weights, now: datetime) -> Score:
    """The score at a moment."""
    promise, near = _promise(case, now)
    waiting, since, anew = _waiting(case, weights, now)
    still = [
        _kind(case, weights.kind),
        _sentiment(case, weights.sentiment),
        _reach(case, weights.reach),
        _relationship(case, weights.relationship),
        Part("Promise", promise.points * weights.promise, promise.words),
        Part("Priority", PRIORITIES.get(case.priority, 0.0) * weights.priority, f"set to {case.priority}"),
    ]
    if case.unanswered is None:
        still.append(Part("Replied", ANSWERED, "nobody waits for us"))
    place = sum(part.points for part in still) - since.timestamp() / _seconds(weights)
    boundaries = [moment for moment in (near, anew) if moment is not None and moment > now]
    return Score([part for part in [*still, waiting] if part.points or part is waiting], place, min(boundaries))


def _seconds(weights: Weights) -> float:
    return weights.doubling_hours * 3600


def _kind(case: Case, weight: float) -> Part:
    return Part("Kind", KINDS.get(case.kind, 0.0) * weight, case.kind or "not known")


def _sentiment(case: Case, weight: float) -> Part:
    return Part(
        "Sentiment", (NEGATIVE if case.sentiment == "negative" else 0.0) * weight, case.sentiment or "not known"
    )


def _reach(case: Case, weight: float) -> Part:
    seen = {"followers": case.followers or 0, "views": case.views or 0, "reactions": case.interactions * INTERACTION}
    what = max(seen, key=lambda name: seen[name])
    if not seen[what]:
        return Part("Reach", 0.0, "not known")
    count = case.interactions if what == "reactions" else seen[what]
    return Part(
        "Reach", min(log10(seen[what]) / 2, MOST_REACH) * weight, f"{count:,} {what if count != 1 else what[:-1]}"
    )


def _relationship(case: Case, weight: float) -> Part:
    if case.relationship is None:
        return Part("Relationship", 0.0, "not known")
    name, worth = case.relationship
    return Part("Relationship", worth * weight, name)


def _promise(case: Case, now: datetime) -> tuple[Part, datetime | None]:
    """The part, and when it changes next."""
    if case.due is None:
        return Part("Promise", 0.0, "nothing is promised"), None
    if now >= case.due:
        return Part("Promise", BROKEN, f"broken {span(now - case.due)} ago"), None
    whole = case.due - (case.unanswered or case.last)
    near = case.due - max(AT_LEAST, whole * LAST_QUARTER)
    left = f"{span(case.due - now)} left"
    return (Part("Promise", NEAR, left), case.due) if now >= near else (Part("Promise", 0.0, left), near)


def _waiting(case: Case, weights: Weights, now: datetime) -> tuple[Part, datetime, datetime]:
    """The part, since when it counts, and when it begins anew."""
    began = case.unanswered or case.last
    stale = timedelta(days=weights.stale_days)
    rounds = max(0, (now - began) // stale)
    since = began + rounds * stale
    points = (now - since).total_seconds() / _seconds(weights)
    words = (
        f"{'waits' if case.unanswered else 'last heard of'} {'' if case.unanswered else 'since '}{span(now - began)}"
    )
    if rounds:
        words += f", counted anew every {weights.stale_days:g} days"
    return Part("Waiting", points, words), since, since + stale


def span(length: timedelta) -> str:
    """In words: "3 h", "2 days"."""
    minutes = max(0, int(length.total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} days"
