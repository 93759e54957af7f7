"""What the room reads: mentions by day, topic and source, beside the same stretch of time before."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.utils import timezone
from msgspec import Struct

from hubbub.core import kpi
from hubbub.store import figures
from hubbub.store.daily import mentions_by_day, posts_by_day
from hubbub.store.kept import keep
from hubbub.store.models import Source, Topic, Workspace

COLUMNS = 6  # topics that are shown day by day where nobody chose: more do not fit beside each other
LISTED = 100  # topics in the table of topics
LONGEST = 366  # days


class Period(Struct, frozen=True):
    """Whole days in UTC, both ends included."""

    first: date
    last: date

    @property
    def window(self) -> kpi.Window:
        """From the start of the first day to the end of the last."""
        return kpi.calendar_days(self.first, self.last)

    @property
    def before(self) -> "Period":
        """As many days, ending on the day before the first."""
        days = (self.last - self.first).days + 1
        return Period(self.first - timedelta(days=days), self.first - timedelta(days=1))

    @property
    def published(self) -> str:
        """The same in the query language."""
        return f"published:[{self.first} TO {self.last}]"


def last(days: int, today: date) -> Period:
    """So many days, today among them."""
    return Period(today - timedelta(days=days - 1), today)


class Compared(Struct, frozen=True):
    """A number and the one of the period before; None where there was nothing to count."""

    now: float | None
    before: float | None
    unit: kpi.Unit = kpi.Unit.COUNT

    @property
    def change(self) -> float | None:
        """The part by which it grew; None where there was nothing before."""
        return kpi.change(self.now, self.before)

    @property
    def written(self) -> str:
        """With its unit."""
        return kpi.written(self.now, self.unit)

    @property
    def written_before(self) -> str:
        """The one of the period before."""
        return kpi.written(self.before, self.unit)

    @property
    def written_change(self) -> str:
        """In per cent; of a share in points, since a per cent of per cents misleads."""
        if self.unit is not kpi.Unit.SHARE:
            return kpi.written_change(self.change)
        if self.now is None or self.before is None:
            return kpi.NOTHING
        return kpi.written_change(self.now - self.before).replace("%", "points")


class TopicRow(Struct, frozen=True):
    """One topic's mentions in the period."""

    id: int
    name: str
    kind: str  # in words
    mentions: Compared


class DayRow(Struct, frozen=True):
    """One day: all posts that were read of it, and the mentions of each shown topic, in their order."""

    day: date
    posts: int
    mentions: Sequence[tuple[TopicRow, int]]


class SourceRow(Struct, frozen=True):
    """One source: all posts of the period, and the mentions of the shown topics added up."""

    id: int
    name: str
    posts: int
    mentions: int


class Engagement(Struct, frozen=True):
    """What became of the conversations that were opened in the period."""

    opened: Compared
    answered: Compared
    answered_share: Compared
    first_answer: Compared
    counted: datetime


class Report(Struct, frozen=True):
    """The page. `topics` runs by mentions, most first; `shown` are those with a column."""

    period: Period
    posts: Compared
    topics: Sequence[TopicRow]
    more_topics: int  # that the table leaves out
    shown: Sequence[TopicRow]
    days: Sequence[DayRow]  # newest first
    days_before: Mapping[tuple[int, date], int]  # (topic id, day of this period) → mentions on its day before
    sources: Sequence[SourceRow]
    engagement: Engagement
    counted: datetime  # in a large workspace perhaps some minutes ago


def report(
    workspace: Workspace,
    period: Period,
    chosen: Sequence[int] = (),
    *,
    columns: int = COLUMNS,
    once: bool = False,
    fresh: bool = False,
) -> Report:
    """Everything about the period; `chosen` are ids of topics, none: the `columns` most mentioned ones. `once`: posts
    that say the same count once. In a large workspace perhaps some minutes old, unless `fresh`."""
    what = ("report", period.first, period.last, *chosen, columns, once)
    return keep(workspace, what, lambda: _report(workspace, period, chosen, columns, once), fresh=fresh)


def _report(workspace: Workspace, period: Period, chosen: Sequence[int], columns: int, once: bool) -> Report:
    topics = _topics(workspace, period, chosen, once)
    shown = topics if chosen else topics[:columns]
    ids = [topic.id for topic in shown]
    posts = posts_by_day(workspace, period.window, once=once)
    posts_before = sum(posts_by_day(workspace, period.before.window, once=once).values())
    counts = mentions_by_day(workspace, ids, period.window, once=once)
    counts_before = mentions_by_day(workspace, ids, period.before.window, once=once)
    length = period.window.length
    return Report(
        period=period,
        posts=Compared(sum(posts.values()), posts_before),
        topics=topics[:LISTED],
        more_topics=max(0, len(topics) - LISTED),
        shown=shown,
        days=[
            DayRow(day, posts.get(day, 0), [(topic, counts.get((topic.id, day), 0)) for topic in shown])
            for day in reversed(period.window.days())
        ],
        days_before={(topic, day + length): count for (topic, day), count in counts_before.items()},
        sources=_sources(workspace, ids, period, once),
        engagement=_engagement(workspace, period),
        counted=timezone.now(),
    )


def _topics(workspace: Workspace, period: Period, chosen: Sequence[int], once: bool) -> list[TopicRow]:
    topics = Topic.of(workspace).filter(pk__in=chosen) if chosen else Topic.of(workspace).filter(active=True)
    rows = list(topics.order_by("name"))
    ids = [topic.pk for topic in rows]
    now = figures.mentions(workspace, period.window, ids, once=once)
    before = figures.mentions(workspace, period.before.window, ids, once=once)
    listed = [
        TopicRow(
            id=topic.pk,
            name=topic.name,
            kind=topic.get_kind_display(),
            mentions=Compared(now.get(topic.pk, 0), before.get(topic.pk, 0)),
        )
        for topic in rows
    ]
    return sorted(listed, key=lambda row: -(row.mentions.now or 0))


def _sources(workspace: Workspace, topics: Sequence[int], period: Period, once: bool) -> list[SourceRow]:
    posts = figures.posts_by_source(workspace, period.window, once=once)
    mentions = figures.mentions_by_source(workspace, topics, period.window, once=once)
    names = Source.of(workspace).filter(pk__in=posts.keys() | mentions.keys()).values_list("pk", "name")
    rows = [SourceRow(pk, name, posts.get(pk, 0), mentions.get(pk, 0)) for pk, name in names]
    return sorted(rows, key=lambda row: (-row.mentions, -row.posts, row.name))


def engagement(workspace: Workspace, period: Period, *, fresh: bool = False) -> Engagement:
    """How the conversations opened in the period were answered, beside the period before. In a large workspace perhaps
    some minutes old, unless `fresh`."""
    what = ("engagement", period.first, period.last)
    return keep(workspace, what, lambda: _engagement(workspace, period), fresh=fresh)


def _engagement(workspace: Workspace, period: Period) -> Engagement:
    now, before = figures.answers(workspace, period.window), figures.answers(workspace, period.before.window)
    return Engagement(
        opened=Compared(now.opened, before.opened),
        answered=Compared(now.answered, before.answered),
        answered_share=Compared(
            kpi.share(now.answered, now.opened), kpi.share(before.answered, before.opened), kpi.Unit.SHARE
        ),
        first_answer=Compared(now.median_hours, before.median_hours, kpi.Unit.HOURS),
        counted=timezone.now(),
    )


def listened(workspace: Workspace) -> bool:
    """Whether anything was read yet."""
    return figures.Figures(workspace).since is not None


def has_topics(workspace: Workspace) -> bool:
    """Whether any topic was written yet."""
    return Topic.of(workspace).exists()
