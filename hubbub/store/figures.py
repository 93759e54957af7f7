"""The numbers behind measures: bounded reads over roll-ups, mentions, conversations, the outbox and posts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, partial
from typing import TypeVar

from django.db.models import Avg, Count, Min, Model, Q, QuerySet, Sum
from django.utils import timezone
from msgspec import Struct

from hubbub.core.kpi import DAY, HOUR, REACH, Measure, Window, median, share
from hubbub.core.relations import STANDING

from .daily import amount, mentions_from, rows_from, wait
from .kept import keep
from .models import (
    Author,
    Conversation,
    Decision,
    Mention,
    Outbox,
    OutboxState,
    Post,
    Relationship,
    Rollup,
    Source,
    Topic,
    Wait,
    WaitEnd,
    WaitKind,
    Workspace,
)
from .models.topic import TopicKind

VOICES = (TopicKind.BRAND, TopicKind.COMPETITOR)  # whose mentions a share of voice is a share of
MANY = 5_000  # answers that are read for a line of weeks of their waiting times; of more, no line is drawn

MOST = 100_000  # posts among which people are counted; of more, the newest are looked at, and the count is a floor

Days = Mapping[date, int]  # how many on each day; a day may begin at any hour
Dated = TypeVar("Dated", Post, Mention)
Moment = tuple[datetime, datetime | None]  # when it began, and when it was answered


class AtLeast(float):
    """A count that stopped after MOST posts: it is that much or more."""


class Reading(Struct, frozen=True):
    """A measure in a window, what it was week by week (empty where that would be slow to read), and when this was
    counted."""

    value: float | None
    line: Sequence[float | None]
    counted: datetime


class Answers(Struct, frozen=True):
    """The conversations that were opened in a window, and their answers until now."""

    opened: int
    answered: int
    median_hours: float | None  # of those answered


def mentions(
    workspace: Workspace, window: Window, topics: Sequence[int] | None = None, *, once: bool = False
) -> dict[int, int]:
    """Topic id → posts in the window, for these topics or for all. Topics without any are left out. `once`: posts that
    say the same count once."""
    rows = Rollup.of(workspace).filter(hour__gte=window.start, hour__lt=window.end)
    rows = rows.exclude(topic=None) if topics is None else rows.filter(topic__in=topics)
    return {topic: posts for topic, posts in rows.values_list("topic").annotate(sum=amount(once=once)) if posts}


def mentions_by_source(
    workspace: Workspace, topics: Sequence[int], window: Window, *, once: bool = False
) -> dict[int, int]:
    """Source id → mentions of these topics, added up: a post that two of them catch counts twice."""
    rows = Rollup.of(workspace).filter(topic__in=topics, hour__gte=window.start, hour__lt=window.end)
    return {source: posts for source, posts in rows.values_list("source").annotate(sum=amount(once=once)) if posts}


def posts_by_source(workspace: Workspace, window: Window, *, once: bool = False) -> dict[int, int]:
    """Source id → all posts published in the window."""
    rows = Rollup.of(workspace).filter(topic=None, hour__gte=window.start, hour__lt=window.end)
    return {source: posts for source, posts in rows.values_list("source").annotate(sum=amount(once=once)) if posts}


def answers(workspace: Workspace, window: Window) -> Answers:
    """How the conversations opened in the window were answered."""
    opened = _opened(workspace, window)
    found = opened.aggregate(all=Count("pk"), answered=Count("answered"))
    return Answers(found["all"], found["answered"], _median_wait(opened, found["answered"]))


def _median_wait(opened: QuerySet[Conversation], answered: int) -> float | None:
    # the database puts them in order; the one or two in the middle are all that is read
    ordered = opened.exclude(answered=None).order_by(wait("answered", "opened"))
    middle = ordered.values_list("opened", "answered")[max(0, (answered - 1) // 2) : answered // 2 + 1]
    return median(_waits(middle))


class Figures:
    """The values of measures in one workspace. Make one for a page: what two KPIs share is read once."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._read: dict[tuple[object, ...], Days] = {}

    @cached_property
    def since(self) -> datetime | None:
        """The hour of the oldest post that was read; before it nobody listened."""
        oldest: datetime | None = Rollup.of(self.workspace).filter(topic=None).aggregate(hour=Min("hour"))["hour"]
        return oldest

    def reading(
        self, measure: Measure, topic: int | None, windows: Sequence[Window], *, fresh: bool = False
    ) -> Reading:
        """The value in the last of the windows and the line over all of them; in a large workspace perhaps some minutes
        old, unless `fresh`."""
        what = ("reading", measure.key, topic, windows[0], windows[-1])
        return keep(self.workspace, what, lambda: self._now(measure, topic, windows), fresh=fresh)

    def _now(self, measure: Measure, topic: int | None, windows: Sequence[Window]) -> Reading:
        return Reading(self.value(measure, topic, windows[-1]), self.line(measure, topic, windows), timezone.now())

    def value(self, measure: Measure, topic: int | None, window: Window) -> float | None:
        """The measure in the window, counted now; `topic` is an id, None: the whole workspace.

        None: there was nothing to count, because nothing had been read by then, or a share or a mean has no whole.
        """
        return READ[measure.key](self.workspace, topic, window) if self._listened(window) else None

    def line(self, measure: Measure, topic: int | None, windows: Sequence[Window]) -> list[float | None]:
        """The measure in each of several windows, oldest first, where one read serves them all; else nothing. Windows
        begin and end at one time of day, as `hubbub.core.kpi.weeks` makes them."""
        whole = Window(windows[0].start, windows[-1].end)
        within: Callable[[Window], float | None]
        match measure.key:
            case "mentions" if topic is not None:
                within = partial(_sum, self._mentions([topic], whole))
            case "share_of_voice" if topic is not None:
                within = partial(_part, self._mentions([topic], whole), self._mentions(_voices(self.workspace), whole))
            case "answered_share":
                opened = self._days("conversations", whole)
                within = partial(_part, self._days("answered", whole), opened)
            case "replies_in_time":
                within = partial(_part, self._days("in_time", whole), self._days("promised", whole))
            case "first_answer_hours" if sum(self._days("answered", whole).values()) <= MANY:
                answered = _answered(self.workspace, whole).values_list("opened", "answered")
                within = partial(_median_of, list(answered))
            case "conversations" | "conversations_done" | "replies_sent":
                within = partial(_sum, self._days(measure.key, whole))
            case _:
                return []
        return [within(window) if self._listened(window) else None for window in windows]

    def _listened(self, window: Window) -> bool:
        return self.since is not None and self.since < window.end

    def _mentions(self, topics: list[int], whole: Window) -> Days:
        key = ("mentions", *topics, whole)
        if key not in self._read:
            self._read[key] = mentions_from(self.workspace, topics, whole)
        return self._read[key]

    def _days(self, what: str, whole: Window) -> Days:
        key = (what, whole)
        if key not in self._read:
            rows, moment = ROWS[what]
            self._read[key] = rows_from(rows(self.workspace, whole), moment, whole)
        return self._read[key]


def _sum(days: Days, window: Window) -> int:
    first = window.start.astimezone(UTC).date()
    return sum(days.get(first + DAY * number, 0) for number in range(round(window.length / DAY)))


def _part(part: Days, whole: Days, window: Window) -> float | None:
    return share(_sum(part, window), _sum(whole, window))


def _median_of(moments: Sequence[Moment], window: Window) -> float | None:
    return median(_waits(moment for moment in moments if window.start <= moment[0] < window.end))


def _waits(moments: Iterable[Moment]) -> list[float]:
    # an answer that a network dates before the question took no time
    return [max(0.0, (after - start) / HOUR) for start, after in moments if after is not None]


def _opened(workspace: Workspace, window: Window) -> QuerySet[Conversation]:
    # what was merged into another counts there
    rows = Conversation.of(workspace).filter(merged_into=None)
    return rows.filter(opened__gte=window.start, opened__lt=window.end)


def _answered(workspace: Workspace, window: Window) -> QuerySet[Conversation]:
    return _opened(workspace, window).exclude(answered=None)


def _closed(workspace: Workspace, window: Window) -> QuerySet[Conversation]:
    return Conversation.of(workspace).filter(closed__gte=window.start, closed__lt=window.end)


def _sent(workspace: Workspace, window: Window) -> QuerySet[Outbox]:
    rows = Outbox.of(workspace).filter(verb="reply", state=OutboxState.SENT)
    return rows.filter(sent__gte=window.start, sent__lt=window.end)


def _promised(workspace: Workspace, window: Window) -> QuerySet[Wait]:
    """First replies whose promise was kept or broken."""
    decided = (WaitEnd.KEPT, WaitEnd.BROKEN, WaitEnd.LATE)
    started = {"started__gte": window.start, "started__lt": window.end}
    return Wait.of(workspace).filter(kind=WaitKind.FIRST, end__in=decided, **started)


def _in_time(workspace: Workspace, window: Window) -> QuerySet[Wait]:
    return _promised(workspace, window).filter(end=WaitEnd.KEPT)


# what a line counts by the day: the rows, and the moment that says on which
ROWS: Mapping[str, tuple[Callable[[Workspace, Window], QuerySet[Model]], str]] = {
    "conversations": (_opened, "opened"),
    "answered": (_answered, "opened"),
    "conversations_done": (_closed, "closed"),
    "replies_sent": (_sent, "sent"),
    "promised": (_promised, "started"),
    "in_time": (_in_time, "started"),
}


# ---- one reader a measure: (workspace, topic id, window) → the value


def _replies_in_time(workspace: Workspace, _topic: int | None, window: Window) -> float | None:
    return share(_in_time(workspace, window).count(), _promised(workspace, window).count())


def _mentions(workspace: Workspace, topic: int | None, window: Window) -> float | None:
    return None if topic is None else mentions(workspace, window, [topic]).get(topic, 0)


def _mentions_by_others(workspace: Workspace, topic: int | None, window: Window) -> QuerySet[Mention]:
    return Mention.of(workspace).filter(
        topic=topic, published__gte=window.start, published__lt=window.end, post__ours=False, post__author__isnull=False
    )


def _people(workspace: Workspace, topic: int | None, window: Window) -> float | None:
    if topic is None:
        return None
    looked_at, all_ = _newest(Mention.of(workspace).filter(topic=topic), window)
    found = _mentions_by_others(workspace, topic, looked_at)
    return _counted(found.aggregate(people=Count("post__author__person", distinct=True))["people"], all_)


def _influential_people(workspace: Workspace, topic: int | None, window: Window) -> float | None:
    if topic is None:
        return None
    looked_at, all_ = _newest(Mention.of(workspace).filter(topic=topic), window)
    found = _mentions_by_others(workspace, topic, looked_at).filter(post__author__followers__gte=REACH)
    return _counted(found.aggregate(people=Count("post__author__person", distinct=True))["people"], all_)


def _voices(workspace: Workspace) -> list[int]:
    return list(Topic.of(workspace).filter(kind__in=VOICES).values_list("pk", flat=True))


def _share_of_voice(workspace: Workspace, topic: int | None, window: Window) -> float | None:
    voices = _voices(workspace)
    if topic not in voices:
        return None
    found = mentions(workspace, window, voices)
    return share(found.get(topic, 0), sum(found.values()))


def _conversations(workspace: Workspace, _topic: int | None, window: Window) -> float | None:
    return _opened(workspace, window).count()


def _answered_share(workspace: Workspace, _topic: int | None, window: Window) -> float | None:
    found = _opened(workspace, window).aggregate(all=Count("pk"), answered=Count("answered"))
    return share(found["answered"], found["all"])


def _first_answer_hours(workspace: Workspace, _topic: int | None, window: Window) -> float | None:
    return answers(workspace, window).median_hours


def _removed_share(workspace: Workspace, _topic: int | None, window: Window) -> float | None:
    owned = list(Source.of(workspace).filter(owned=True).values_list("pk", flat=True))
    read = Rollup.of(workspace).filter(topic=None, source__in=owned, hour__gte=window.start, hour__lt=window.end)
    whole = read.aggregate(sum=Sum("posts"))["sum"]
    if not whole:
        return None
    posts = Post.of(workspace).filter(published__gte=window.start, published__lt=window.end, source__in=owned)
    # one by one: of two decisions at once SQLite does not see that the index of such posts holds them all
    return share(sum(posts.filter(decision=each).count() for each in (Decision.HIDDEN, Decision.REMOVED)), whole)


def _mean_rating(workspace: Workspace, topic: int | None, window: Window) -> float | None:
    within = {"published__gte": window.start, "published__lt": window.end}
    mean: float | None
    if topic is None:
        mean = Post.of(workspace).filter(type="review", **within).aggregate(mean=Avg("rating"))["mean"]
    else:  # from the topic's side, whose mentions in the window are one index away
        found = Mention.of(workspace).filter(topic=topic, post__type="review", **within)
        mean = found.aggregate(mean=Avg("post__rating"))["mean"]
    return mean


def _new_authors(workspace: Workspace, _topic: int | None, window: Window) -> float | None:
    return Author.of(workspace).filter(first_seen__gte=window.start, first_seen__lt=window.end).count()


def _returning_authors(workspace: Workspace, topic: int | None, window: Window) -> float | None:
    if topic is not None:
        looked_at, all_ = _newest(Mention.of(workspace).filter(topic=topic), window)
        mentions_of = _mentions_by_others(workspace, topic, looked_at).values("post__author")
        return _counted(mentions_of.annotate(posts=Count("pk")).filter(posts__gte=2).count(), all_)
    looked_at, all_ = _newest(Post.of(workspace), window)
    posts = Post.of(workspace).filter(published__gte=looked_at.start, published__lt=looked_at.end, ours=False)
    authors = posts.exclude(author=None).values("author")
    return _counted(authors.annotate(posts=Count("pk")).filter(posts__gte=2).count(), all_)


def _found(workspace: Workspace, topic: int | None, window: Window, *columns: str) -> list[int]:
    """The sums of these columns of the roll-ups."""
    rows = Rollup.of(workspace).filter(topic=topic, hour__gte=window.start, hour__lt=window.end)
    sums = rows.aggregate(**{f"sum_{column}": Sum(column) for column in columns})
    return [sums[f"sum_{column}"] or 0 for column in columns]


def _complaints(workspace: Workspace, topic: int | None, window: Window) -> float | None:
    return _found(workspace, topic, window, "complaint")[0]


def _negative_share(workspace: Workspace, topic: int | None, window: Window) -> float | None:
    negative, neutral, positive = _found(workspace, topic, window, "negative", "neutral", "positive")
    return share(negative, negative + neutral + positive)


def _net_sentiment(workspace: Workspace, topic: int | None, window: Window) -> float | None:
    negative, neutral, positive = _found(workspace, topic, window, "negative", "neutral", "positive")
    return share(positive - negative, negative + neutral + positive)


def _standing(kind: str, workspace: Workspace, _topic: int | None, window: Window) -> float | None:
    rows = Relationship.of(workspace).filter(kind=kind, stage__active=True, since__lt=window.end)
    rows = rows.filter(person__merged_into=None)
    return rows.filter(Q(ended=None) | Q(ended__gte=window.end)).count()


def _newest(rows: QuerySet[Dated], window: Window) -> tuple[Window, bool]:
    """The window, shortened from its start until no more than MOST of these rows lie in it, and whether it is whole."""
    inside = rows.filter(published__gte=window.start, published__lt=window.end).order_by("-published")
    beyond = list(inside.values_list("published", flat=True)[MOST : MOST + 1])
    return (Window(beyond[0] + timedelta(microseconds=1), window.end), False) if beyond else (window, True)


def _counted(count: int, all_: bool) -> float:
    return count if all_ else AtLeast(count)


READ: dict[str, Callable[[Workspace, int | None, Window], float | None]] = {
    "mentions": _mentions,
    "people": _people,
    "influential_people": _influential_people,
    "share_of_voice": _share_of_voice,
    "conversations": _conversations,
    "answered_share": _answered_share,
    "first_answer_hours": _first_answer_hours,
    "replies_in_time": _replies_in_time,
    "conversations_done": lambda workspace, _topic, window: _closed(workspace, window).count(),
    "replies_sent": lambda workspace, _topic, window: _sent(workspace, window).count(),
    "removed_share": _removed_share,
    "mean_rating": _mean_rating,
    "new_authors": _new_authors,
    "returning_authors": _returning_authors,
    "complaints": _complaints,
    "negative_share": _negative_share,
    "net_sentiment": _net_sentiment,
    **{f"{kind}s": partial(_standing, kind) for kind in STANDING},
}
