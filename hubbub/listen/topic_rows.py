"""What the room reads of topics for their list: numbers, versions, and what may be worth a look."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum
from msgspec import Struct

from hubbub.core.query.advice import ENOUGH, MUCH
from hubbub.store.models import Mention, Rollup, Topic, TopicVersion, Workspace

YOUNG = timedelta(days=1)  # a topic that was written since may not have had its chance yet

# sort → in words
SORTS = {"name": "name", "caught": "most caught", "changed": "last changed", "warnings": "worth a look first"}


class TopicRow(Struct, frozen=True):
    """A topic and its mentions by the hourly counts; `since_…` are the hours from which they count, for links."""

    topic: Topic
    week: int
    month: int
    since_week: str
    since_month: str
    versions: int  # states that were kept, at least the one in force
    changed: datetime  # when the newest of them was written
    warning: str = ""  # a word or two; empty where nothing is worth a look
    says: str = ""  # what it means, a sentence


def topic_rows(workspace: Workspace, *, now: datetime, only: Topic | None = None, sort: str = "name") -> list[TopicRow]:
    """Every topic with its mentions of the last 7 and 30 days; by name the active ones come first."""
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    week, month = hour - timedelta(days=7), hour - timedelta(days=30)
    topics = Topic.of(workspace).order_by("-active", "name")
    if only is not None:
        topics = topics.filter(pk=only.pk)
    counted = _counts(workspace, topics, week, month)
    kept = TopicVersion.of(workspace).filter(topic__in=topics.values("pk")).values_list("topic")
    states = {topic: (number, at) for topic, number, at in kept.annotate(Count("pk"), Max("at")).order_by()}
    stored = Rollup.of(workspace).filter(topic=None, hour__gte=month).aggregate(sum=Sum("posts"))["sum"] or 0
    caught = topics.annotate(caught=Exists(Mention.of(workspace).filter(topic=OuterRef("pk"))))
    rows = []
    for topic in caught:
        in_week, in_month = counted.get(topic.pk, (0, 0))
        number, at = states.get(topic.pk, (1, topic.created))
        warning, says = _warning(topic, caught=topic.caught, month=in_month, stored=stored, now=now)
        since_week, since_month = (when.strftime("%Y-%m-%dT%H") for when in (week, month))
        rows.append(TopicRow(topic, in_week, in_month, since_week, since_month, number, at, warning, says))
    return _sorted(rows, sort)


def _counts(
    workspace: Workspace, topics: QuerySet[Topic], week: datetime, month: datetime
) -> dict[int | None, tuple[int, int]]:
    counted = (
        Rollup.of(workspace)
        .filter(topic__in=topics.values("pk"), hour__gte=month)
        .order_by()
        .values_list("topic")
        .annotate(month=Sum("posts"), week=Sum("posts", filter=Q(hour__gte=week), default=0))
    )
    return {topic: (in_week, in_month) for topic, in_month, in_week in counted}


def _warning(topic: Topic, *, caught: bool, month: int, stored: int, now: datetime) -> tuple[str, str]:
    if not topic.active or topic.reading_below is not None:
        return "", ""
    if not caught and (topic.reread_version == topic.version or now - topic.created > YOUNG):
        return "never matched", "It has caught nothing so far. Look at how its words are written, or make it wider."
    if stored >= ENOUGH and month / stored > MUCH:
        share = f"{month / stored:.0%}"
        return f"matches {share}", f"It caught {share} of all posts of the last 30 days. Is that what was meant?"
    return "", ""


def _sorted(rows: Sequence[TopicRow], sort: str) -> list[TopicRow]:
    match sort:
        case "caught":
            return sorted(rows, key=lambda row: -row.month)
        case "changed":
            return sorted(rows, key=lambda row: row.changed, reverse=True)
        case "warnings":
            return sorted(rows, key=lambda row: not row.warning)
    return list(rows)
