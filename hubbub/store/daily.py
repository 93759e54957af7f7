"""Counts by the day, which the database adds up: of roll-ups, and of rows that carry a moment."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from django.db import connection, models
from django.db.models import Count, F, Func, Model, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from hubbub.core.kpi import Window

from .models import Rollup, Workspace


def amount(*, once: bool) -> Sum:
    """How many posts the roll-ups hold; `once`: without those that say what another said before."""
    return Sum(F("posts") - Coalesce(F("copies"), 0)) if once else Sum("posts")


def mentions_by_day(
    workspace: Workspace, topics: Sequence[int], window: Window, *, once: bool = False
) -> dict[tuple[int, date], int]:
    """(topic id, day in UTC) → posts. Days without any are left out. `once`: posts that say the same count once."""
    rows = Rollup.of(workspace).filter(topic__in=topics, hour__gte=window.start, hour__lt=window.end)
    found = rows.annotate(day=_day("hour")).values_list("topic", "day").annotate(sum=amount(once=once)).order_by()
    return {(topic, day): posts for topic, day, posts in found if topic is not None}


def posts_by_day(workspace: Workspace, window: Window, *, once: bool = False) -> dict[date, int]:
    """Day in UTC → all posts that were published on it, whether a topic caught them or not. `once`: as above."""
    return _posts(Rollup.of(workspace).filter(topic=None), window, once=once)


def mentions_from(workspace: Workspace, topics: Sequence[int], window: Window) -> dict[date, int]:
    """Day → mentions of these topics, added up. A day begins at the time of day at which the window does."""
    return _posts(Rollup.of(workspace).filter(topic__in=topics), window)


def _posts(rollups: QuerySet[Rollup], window: Window, *, once: bool = False) -> dict[date, int]:
    rows = rollups.filter(hour__gte=window.start, hour__lt=window.end).annotate(day=_day("hour", since(window.start)))
    return dict(rows.values_list("day").annotate(sum=amount(once=once)).order_by())


def rows_from(rows: QuerySet[Model], moment: str, window: Window) -> dict[date, int]:
    """Day → how many of these rows, all of the window, have their `moment` (a field's name) on it. A day begins at the
    time of day at which the window does."""
    days = rows.annotate(day=_day(moment, since(window.start))).values_list("day")
    return dict(days.annotate(number=Count("pk")).order_by())


def found_by_day(
    workspace: Workspace, topic: int | None, columns: Sequence[str], window: Window
) -> dict[date, dict[str, int]]:
    """Day in UTC → for each of these columns of the roll-ups the posts; `topic` None: of all posts that were read."""
    rows = Rollup.of(workspace).filter(topic=topic, hour__gte=window.start, hour__lt=window.end)
    sums = {f"sum_{column}": Sum(column) for column in columns}
    found = rows.annotate(day=_day("hour")).values("day").annotate(**sums).order_by()
    return {row["day"]: {column: row[f"sum_{column}"] or 0 for column in columns} for row in found}


def since(moment: datetime) -> int:
    """Seconds since midnight in UTC."""
    utc = moment.astimezone(UTC)
    return int((utc - utc.replace(hour=0, minute=0, second=0, microsecond=0)) / timedelta(seconds=1))


def _day(moment: str, begins: int = 0) -> Func:
    # Django's TruncDay calls Python for every row on SQLite. What is kept there is text in UTC.
    if connection.vendor == "sqlite":
        if begins == 0:
            return Func(F(moment), Value(1), Value(10), function="substr", output_field=models.DateField())
        return Func(F(moment), Value(f"-{begins} seconds"), function="date", output_field=models.DateField())
    template = f"((%(expressions)s) AT TIME ZONE 'UTC' - interval '{begins} seconds')::date"
    return Func(F(moment), template=template, output_field=models.DateField())


def wait(until: str, since_: str) -> Func:
    """The time from one moment to another, to order rows by: its unit is the database's own."""
    if connection.vendor == "sqlite":
        days: models.FloatField[float, float] = models.FloatField()
        template = "julianday(%(expressions)s)"
        return Func(
            Func(F(until), template=template, output_field=days),
            Func(F(since_), template=template, output_field=days),
            template="(%(expressions)s)",
            arg_joiner=" - ",
            output_field=days,
        )
    return Func(
        F(until), F(since_), template="(%(expressions)s)", arg_joiner=" - ", output_field=models.DurationField()
    )
