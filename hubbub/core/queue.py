"""The order of the queue: severity times reach times waiting, written as a moment at which a post is due.

    score(t) = severity^a * reach^b * 2^((t - since) / doubling)

A post counts double after every `doubling` of waiting, so no post waits for ever behind graver ones. The logarithm of
the score grows by the same for all posts at any moment: who stands before whom never changes by waiting alone, and the
order is that of one number that can be stored and indexed,

    due = since - doubling * (a * log2(severity) + b * log2(reach))

the moment at which the post, were it of severity 1 and reach 1, would have begun to wait to stand where it stands.
"""

from collections.abc import Iterable
from datetime import datetime
from math import log2, log10

from msgspec import Struct

from .plan import RuleOutcome

HARSH: frozenset[RuleOutcome] = frozenset({"ban", "mute", "remove", "hide"})
TOXIC = 0.8  # from here on the analyser's word alone makes a post grave
REPORTED = 0.5  # so much of a severity more for each report by a member, times its weight (`hubbub.core.reporters`) …
REPORTS = 6  # … up to so many
INTERACTION = 10  # a like, an answer or a share says that about so many have seen it
HIGHEST_WEIGHT, SHORTEST, LONGEST = 5.0, 0.25, 720.0  # what can be set: weights, hours
MOST = 1000.0  # doublings that are written as a number


class Weights(Struct, frozen=True):
    """What a workspace holds for important."""

    severity: float = 1.0  # 0: makes no difference
    reach: float = 1.0
    doubling_hours: float = 12.0


class Suspicion(Struct, frozen=True):
    """One thing that speaks against a post."""

    words: str  # for people: "Hate: High"
    grade: int  # 1 low … 4 critical


class Part(Struct, frozen=True):
    """A factor of the score and where it comes from."""

    number: float  # 1 and more
    words: str


def severity(
    suspicions: Iterable[Suspicion], *, reports: int = 0, weight: float | None = None, arranged: bool = False
) -> Part:
    """1, 2, 4 or 8 after the gravest suspicion; half of it more for each report by a member, six at most.

    `weight`: what the reports weigh together, after how often their reporters were right; None: one each.
    `arranged`: they seem so, which is said and changes nothing: their reporters' weights are low as it is.
    """
    gravest = max(suspicions, key=lambda one: one.grade, default=Suspicion("nothing speaks against it", 1))
    number = float(2 ** (min(max(gravest.grade, 1), 4) - 1))
    if not reports:
        return Part(number, gravest.words)
    told = "1 report" if reports == 1 else f"{reports} reports"
    weighs = float(reports) if weight is None else weight
    if round(weighs, 1) != reports:
        told += f" weighing {weighs:.1f}"
    if arranged:
        told += ", maybe arranged"
    return Part(number * (1 + REPORTED * min(weighs, REPORTS)), f"{gravest.words}, {told}")


def reach(*, followers: int | None = None, views: int | None = None, interactions: int = 0) -> Part:
    """1 where nobody saw it, one more for every ten times as many: 10 → 2, 1,000 → 4."""
    seen = {"followers": followers or 0, "views": views or 0, "reactions": interactions * INTERACTION}
    what = max(seen, key=lambda name: seen[name])
    if not seen[what]:
        return Part(1.0, "audience not known")
    count = interactions if what == "reactions" else seen[what]
    return Part(1 + log10(max(seen[what], 1)), f"{count:,} {what if count != 1 else what[:-1]}")


def due(since: datetime, severity: float, reach: float, weights: Weights) -> float:
    """Seconds since 1970; the smallest comes first."""
    head_start = weights.severity * log2(max(severity, 1.0)) + weights.reach * log2(max(reach, 1.0))
    return since.timestamp() - weights.doubling_hours * 3600 * head_start


class Score(Struct, frozen=True):
    """The factors of a score, as they are shown. Of waiting its logarithm: the factor itself soon outgrows a float."""

    severity: float  # weighed
    reach: float
    doublings: float  # how often the score has doubled by waiting

    @property
    def points(self) -> float:
        """The total in doublings, which stays readable: 8 → 3, 16 → 4."""
        return log2(self.severity) + log2(self.reach) + self.doublings

    @property
    def total(self) -> float:
        """The product; what no float holds is told as 2^1000."""
        return float(2 ** min(self.points, MOST))

    @property
    def waiting(self) -> float:
        """The factor of waiting; likewise."""
        return float(2 ** min(self.doublings, MOST))


def score(now: datetime, since: datetime, severity: float, reach: float, weights: Weights) -> Score:
    """What `due` orders by, at a moment."""
    hours = max(0.0, (now - since).total_seconds() / 3600)
    return Score(
        max(severity, 1.0) ** weights.severity, max(reach, 1.0) ** weights.reach, hours / weights.doubling_hours
    )
