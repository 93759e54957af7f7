"""What the posts of a period say: sentiment and intent by the day, beside the period before, and what that rests on."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.utils import timezone
from msgspec import Struct

from hubbub.core import kpi
from hubbub.core.facts import INTENTS, SENTIMENTS
from hubbub.core.text.trust import Share
from hubbub.store.counting import COLUMNS, COPIED
from hubbub.store.daily import found_by_day
from hubbub.store.kept import keep
from hubbub.store.models import Topic, Workspace

from .queries import Compared, Period
from .rests import Rests, rests_on
from .trusting import ENOUGH, field_trust

# column → the filter that finds its posts
FILTERS: Mapping[str, str] = {
    **{name: f"sentiment:{name}" for name in SENTIMENTS},
    **{name: f"intent:{name}" for name in INTENTS},
    "toxic": "toxicity:>=0.5",
    "spam": "spam:>=0.5",
}


class Day(Struct, frozen=True):
    """One day's posts by column; `posts` counts all, judged or not."""

    day: date
    counts: Mapping[str, int]

    @property
    def judged(self) -> int:
        """Posts whose sentiment was judged."""
        return sum(self.counts[name] for name in SENTIMENTS)

    @property
    def negative(self) -> float | None:
        """Share of those judged; None where none were."""
        return kpi.share(self.counts["negative"], self.judged)

    @property
    def net(self) -> float | None:
        """Positive less negative, as a share of those judged: -1 to 1."""
        return kpi.share(self.counts["positive"] - self.counts["negative"], self.judged)


class Caution(Struct, frozen=True):
    """How far the numbers can be trusted, by this workspace's own labels."""

    labels: int
    right: Share
    enough: bool


class Said(Struct, frozen=True):
    """The page."""

    period: Period
    topic: Topic | None
    once: bool
    days: Sequence[Day]  # oldest first
    now: Mapping[str, int]
    before: Mapping[str, int]
    posts: Compared
    judged: Compared
    negative: Compared
    net: Compared
    rests: Sequence[Rests]
    caution: Caution
    counted: datetime

    def of(self, column: str) -> Compared:
        """One column beside the period before."""
        return Compared(self.now[column], self.before[column])


def said(workspace: Workspace, period: Period, topic: Topic | None, *, once: bool = False, fresh: bool = False) -> Said:
    """What was said in the period, in all posts or in a topic's. `once`: of posts that say the same, only the first is
    counted (intents, toxic and spam count all). In a large workspace perhaps some minutes old, unless `fresh`."""
    what = ("said", period.first, period.last, topic.pk if topic else None, once)
    return keep(workspace, what, lambda: _said(workspace, period, topic, once), fresh=fresh)


def _said(workspace: Workspace, period: Period, topic: Topic | None, once: bool) -> Said:
    days = _days(workspace, period, topic, once)
    now = _sum(days)
    before = _sum(_days(workspace, period.before, topic, once))
    whole, whole_before = Day(period.last, now), Day(period.before.last, before)
    trust = field_trust(workspace, "sentiment")
    return Said(
        period=period,
        topic=topic,
        once=once,
        days=days,
        now=now,
        before=before,
        posts=Compared(now["posts"], before["posts"]),
        judged=Compared(whole.judged, whole_before.judged),
        negative=Compared(whole.negative, whole_before.negative, kpi.Unit.SHARE),
        net=Compared(whole.net, whole_before.net, kpi.Unit.SHARE),
        rests=rests_on(workspace, period.window),
        caution=Caution(trust.labels, trust.answered, trust.answered.of >= ENOUGH),
        counted=timezone.now(),
    )


def _days(workspace: Workspace, period: Period, topic: Topic | None, once: bool) -> list[Day]:
    found = found_by_day(workspace, topic.pk if topic else None, COLUMNS, period.window)
    nothing = dict.fromkeys(COLUMNS, 0)
    return [
        Day(day, _once(found.get(day, nothing)) if once else found.get(day, nothing)) for day in period.window.days()
    ]


def _once(counts: Mapping[str, int]) -> dict[str, int]:
    """Without those that another post said before."""
    copied: dict[str, int] = dict(zip(SENTIMENTS, (counts[name] for name in COPIED), strict=True))
    taken = {"posts": counts["copies"], **copied}
    return {column: max(0, number - taken.get(column, 0)) for column, number in counts.items()}


def _sum(days: Sequence[Day]) -> dict[str, int]:
    return {column: sum(day.counts[column] for day in days) for column in COLUMNS}
