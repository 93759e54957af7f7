"""The numbers behind measures: bounded reads over roll-ups, mentions, conversations, the outbox and posts."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cached_property, partial

from django.db.models import Avg, Count, Min, Q, QuerySet, Sum
from msgspec import Struct

from hubbub.core.kpi import HOUR, REACH, Measure, Window, median, share

from .models import Author, Conversation, Decision, Mention, Outbox, OutboxState, Post, Rollup, Topic, Workspace
from .models.topic import TopicKind

VOICES = (TopicKind.BRAND, TopicKind.COMPETITOR)  # whose mentions a share of voice is a share of
MANY = 5_000  # conversations or replies that are read for a line of weeks; of more, no line is drawn

Moment = tuple[datetime, datetime | None]  # when it began, and when it was answered


class Answers(Struct, frozen=True):
    """The conversations that were opened in a window, and their answers until now."""

    opened: int
    answered: int
    median_hours: float | None  # of those answered


def mentions_by_day(workspace: Workspace, topics: Sequence[int], window: Window) -> dict[tuple[int, date], int]:
    """(topic id, day in UTC) → posts. Days without any are left out."""
    rows = Rollup.of(workspace).filter(topic__in=topics, hour__gte=window.start, hour__lt=window.end)
    days: dict[tuple[int, date], int] = defaultdict(int)
    # by the hour, and added up here: a database's own idea of a day differs from the next one's, and SQLite has none
    for topic, hour, posts in rows.values_list("topic", "hour").annotate(sum=Sum("posts")).order_by("topic", "hour"):
        days[topic, hour.astimezone(UTC).date()] += posts
    return dict(days)


def posts_by_day(workspace: Workspace, window: Window) -> dict[date, int]:
    """Day in UTC → all posts that were published on it, whether a topic caught them or not."""
    rows = Rollup.of(workspace).filter(topic=None, hour__gte=window.start, hour__lt=window.end)
    days: dict[date, int] = defaultdict(int)
    for hour, posts in rows.values_list("hour").annotate(sum=Sum("posts")).order_by("hour"):
        days[hour.astimezone(UTC).date()] += posts
    return dict(days)


def mentions(workspace: Workspace, window: Window, topics: Sequence[int] | None = None) -> dict[int, int]:
    """Topic id → posts in the window, for these topics or for all. Topics without any are left out."""
    rows = Rollup.of(workspace).filter(hour__gte=window.start, hour__lt=window.end)
    rows = rows.exclude(topic=None) if topics is None else rows.filter(topic__in=topics)
    return {topic: posts for topic, posts in rows.values_list("topic").annotate(sum=Sum("posts")) if posts}


def mentions_by_source(workspace: Workspace, topics: Sequence[int], window: Window) -> dict[int, int]:
    """Source id → mentions of these topics, added up: a post that two of them catch counts twice."""
    rows = Rollup.of(workspace).filter(topic__in=topics, hour__gte=window.start, hour__lt=window.end)
    return {source: posts for source, posts in rows.values_list("source").annotate(sum=Sum("posts")) if posts}


def posts_by_source(workspace: Workspace, window: Window) -> dict[int, int]:
    """Source id → all posts published in the window."""
    rows = Rollup.of(workspace).filter(topic=None, hour__gte=window.start, hour__lt=window.end)
    return {source: posts for source, posts in rows.values_list("source").annotate(sum=Sum("posts")) if posts}


def answers(workspace: Workspace, window: Window) -> Answers:
    """How the conversations opened in the window were answered."""
    opened = Conversation.of(workspace).filter(opened__gte=window.start, opened__lt=window.end)
    waits = _waits(opened.exclude(answered=None).values_list("opened", "answered"))
    return Answers(opened=opened.count(), answered=len(waits), median_hours=median(waits))


class Figures:
    """The values of measures in one workspace. Make one for a page: what two KPIs share is read once."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._read: dict[tuple[str, Window], list[Moment] | None] = {}

    @cached_property
    def since(self) -> datetime | None:
        """The hour of the oldest post that was read; before it nobody listened."""
        oldest: datetime | None = Rollup.of(self.workspace).filter(topic=None).aggregate(hour=Min("hour"))["hour"]
        return oldest

    def value(self, measure: Measure, topic: int | None, window: Window) -> float | None:
        """The measure in the window; `topic` is an id, None: the whole workspace.

        None: there was nothing to count, because nothing had been read by then, or a share or a mean has no whole.
        """
        return READ[measure.key](self.workspace, topic, window) if self._listened(window) else None

    def line(self, measure: Measure, topic: int | None, windows: Sequence[Window]) -> list[float | None]:
        """The measure in each of several windows, oldest first, where one read serves them all; else nothing."""
        whole = Window(windows[0].start, windows[-1].end)
        within: Callable[[Window], float | None]
        if topic is not None and measure.key == "mentions":
            within = _adder(_hours(self.workspace, [topic], whole))
        elif topic is not None and measure.key == "share_of_voice":
            part, voices = (
                _hours(self.workspace, [topic], whole),
                _hours(self.workspace, _voices(self.workspace), whole),
            )
            within = _sharer(_adder(part), _adder(voices))
        elif (moments := self._moments(measure.key, whole)) is not None:
            within = partial(_worth, measure.key, moments)
        else:
            return []
        return [within(window) if self._listened(window) else None for window in windows]

    def _listened(self, window: Window) -> bool:
        return self.since is not None and self.since < window.end

    def _moments(self, key: str, whole: Window) -> list[Moment] | None:
        read = MOMENTS.get(key)
        if read is None:
            return None
        kept = (read.__name__, whole)
        if kept not in self._read:
            moments = read(self.workspace, whole)
            self._read[kept] = moments if len(moments) <= MANY else None
        return self._read[kept]


def _waits(moments: Iterable[Moment]) -> list[float]:
    # an answer that a network dates before the question took no time
    return [max(0.0, (after - start) / HOUR) for start, after in moments if after is not None]


def _worth(key: str, moments: Sequence[Moment], window: Window) -> float | None:
    inside = [moment for moment in moments if window.start <= moment[0] < window.end]
    if key == "answered_share":
        return share(len(_waits(inside)), len(inside))
    return median(_waits(inside)) if key == "first_answer_hours" else len(inside)


def _hours(workspace: Workspace, topics: Sequence[int], window: Window) -> list[tuple[datetime, int]]:
    rows = Rollup.of(workspace).filter(topic__in=topics, hour__gte=window.start, hour__lt=window.end)
    return list(rows.values_list("hour").annotate(sum=Sum("posts")).order_by("hour"))


def _adder(hours: Sequence[tuple[datetime, int]]) -> Callable[[Window], float]:
    return lambda window: sum(posts for hour, posts in hours if window.start <= hour < window.end)


def _sharer(part: Callable[[Window], float], whole: Callable[[Window], float]) -> Callable[[Window], float | None]:
    return lambda window: share(part(window), whole(window))


def _opened_between(workspace: Workspace, window: Window) -> list[Moment]:
    rows = Conversation.of(workspace).filter(opened__gte=window.start, opened__lt=window.end)
    return list(rows.values_list("opened", "answered")[: MANY + 1])


def _closed_between(workspace: Workspace, window: Window) -> list[Moment]:
    rows = _closed(workspace, window).values_list("closed", flat=True)[: MANY + 1]
    return [(closed, None) for closed in rows if closed is not None]


def _sent_between(workspace: Workspace, window: Window) -> list[Moment]:
    rows = _sent(workspace, window).values_list("sent", flat=True)[: MANY + 1]
    return [(sent, None) for sent in rows if sent is not None]


MOMENTS: dict[str, Callable[[Workspace, Window], list[Moment]]] = {
    "conversations": _opened_between,
    "answered_share": _opened_between,
    "first_answer_hours": _opened_between,
    "conversations_done": _closed_between,
    "replies_sent": _sent_between,
}


# ---- one reader a measure: (workspace, topic id, window) → the value


def _mentions(workspace: Workspace, topic: int | None, window: Window) -> float | None:
    return None if topic is None else mentions(workspace, window, [topic]).get(topic, 0)


def _mentions_by_others(workspace: Workspace, topic: int | None, window: Window) -> QuerySet[Mention]:
    return Mention.of(workspace).filter(
        topic=topic, published__gte=window.start, published__lt=window.end, post__ours=False, post__author__isnull=False
    )


def _people(workspace: Workspace, topic: int | None, window: Window) -> float | None:
    found = _mentions_by_others(workspace, topic, window)
    return None if topic is None else found.aggregate(people=Count("post__author__person", distinct=True))["people"]


def _influential_people(workspace: Workspace, topic: int | None, window: Window) -> float | None:
    found = _mentions_by_others(workspace, topic, window).filter(post__author__followers__gte=REACH)
    return None if topic is None else found.aggregate(people=Count("post__author__person", distinct=True))["people"]


def _voices(workspace: Workspace) -> list[int]:
    return list(Topic.of(workspace).filter(kind__in=VOICES).values_list("pk", flat=True))


def _share_of_voice(workspace: Workspace, topic: int | None, window: Window) -> float | None:
    voices = _voices(workspace)
    if topic not in voices:
        return None
    found = mentions(workspace, window, voices)
    return share(found.get(topic, 0), sum(found.values()))


def _conversations(workspace: Workspace, _topic: int | None, window: Window) -> float | None:
    return Conversation.of(workspace).filter(opened__gte=window.start, opened__lt=window.end).count()


def _answered_share(workspace: Workspace, _topic: int | None, window: Window) -> float | None:
    opened = Conversation.of(workspace).filter(opened__gte=window.start, opened__lt=window.end)
    found = opened.aggregate(all=Count("pk"), answered=Count("pk", filter=Q(answered__isnull=False)))
    return share(found["answered"], found["all"])


def _first_answer_hours(workspace: Workspace, _topic: int | None, window: Window) -> float | None:
    return answers(workspace, window).median_hours


def _closed(workspace: Workspace, window: Window) -> QuerySet[Conversation]:
    return Conversation.of(workspace).filter(closed__gte=window.start, closed__lt=window.end)


def _sent(workspace: Workspace, window: Window) -> QuerySet[Outbox]:
    rows = Outbox.of(workspace).filter(verb="reply", state=OutboxState.SENT)
    return rows.filter(sent__gte=window.start, sent__lt=window.end)


def _removed_share(workspace: Workspace, _topic: int | None, window: Window) -> float | None:
    owned = Rollup.of(workspace).filter(topic=None, source__owned=True, hour__gte=window.start, hour__lt=window.end)
    acted = Post.of(workspace).filter(
        decision__in=[Decision.HIDDEN, Decision.REMOVED],
        published__gte=window.start,
        published__lt=window.end,
        source__owned=True,
    )
    whole = owned.aggregate(sum=Sum("posts"))["sum"]
    return share(acted.count(), whole) if whole else None


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
        mentions_of = _mentions_by_others(workspace, topic, window).values("post__author")
        return mentions_of.annotate(posts=Count("pk")).filter(posts__gte=2).count()
    posts = Post.of(workspace).filter(published__gte=window.start, published__lt=window.end, ours=False)
    authors = posts.exclude(author=None).values("author")
    return authors.annotate(posts=Count("pk")).filter(posts__gte=2).count()


READ: dict[str, Callable[[Workspace, int | None, Window], float | None]] = {
    "mentions": _mentions,
    "people": _people,
    "influential_people": _influential_people,
    "share_of_voice": _share_of_voice,
    "conversations": _conversations,
    "answered_share": _answered_share,
    "first_answer_hours": _first_answer_hours,
    "conversations_done": lambda workspace, _topic, window: _closed(workspace, window).count(),
    "replies_sent": lambda workspace, _topic, window: _sent(workspace, window).count(),
    "removed_share": _removed_share,
    "mean_rating": _mean_rating,
    "new_authors": _new_authors,
    "returning_authors": _returning_authors,
}
