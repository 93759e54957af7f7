"""What the calls about promises take and answer with."""

from datetime import datetime

from ninja import Schema

from hubbub.store.models import Hours, Promise
from hubbub.ui.api import RowId

from .kept import Report, Share


class PromiseOut(Schema):
    """One promise, in the order in which they are held against a conversation. Times in worked minutes."""

    id: int
    name: str
    query: str
    priorities: list[str]
    first_minutes: int | None
    next_minutes: int | None
    hours: int | None  # null: round the clock
    pauses_snoozed: bool
    nudge_percent: int | None
    nudge_minutes: int | None
    made: datetime
    retired: datetime | None

    @classmethod
    def of(cls, row: Promise) -> "PromiseOut":
        """From the row."""
        return cls(
            id=row.pk,
            name=row.name,
            query=row.query,
            priorities=row.priorities,
            first_minutes=row.first_minutes,
            next_minutes=row.next_minutes,
            hours=row.hours_id,
            pauses_snoozed=row.pauses_snoozed,
            nudge_percent=row.nudge_percent,
            nudge_minutes=row.nudge_minutes,
            made=row.made,
            retired=row.retired,
        )


class PromiseIn(Schema):
    """A new promise, at the end of the list."""

    name: str
    query: str = ""
    priorities: list[str] = []
    first_minutes: RowId | None = None
    next_minutes: RowId | None = None
    hours: RowId | None = None
    pauses_snoozed: bool = False
    nudge_percent: RowId | None = None
    nudge_minutes: RowId | None = None
    tell_managers: bool = False
    raise_to: str = ""
    why: str = ""


class RetireIn(Schema):
    """Why, for the log."""

    why: str = ""


class HoursOut(Schema):
    """Hours, Monday first, as texts like "9:00-12:30, 13:30-17:00"."""

    id: int
    name: str
    zone: str
    week: list[str]
    standard: bool

    @classmethod
    def of(cls, row: Hours) -> "HoursOut":
        """From the row."""
        return cls(id=row.pk, name=row.name, zone=row.zone, week=row.week, standard=row.standard)


class PromiseShareOut(Schema):
    """How many of the promised replies came in time; `share` is null where none is decided yet."""

    name: str
    share: float | None
    kept: int
    broken: int
    running: int
    dropped: int
    median_seconds: float | None  # of worked time

    @classmethod
    def of(cls, share: Share) -> "PromiseShareOut":
        """From what the page shows."""
        return cls(
            name=share.name,
            share=share.share,
            kept=share.kept,
            broken=share.broken,
            running=share.running,
            dropped=share.dropped,
            median_seconds=share.median,
        )


class PromisesKeptOut(Schema):
    """The whole, week by week (newest first), by promise, by who replied, by source."""

    whole: PromiseShareOut
    weeks: list[PromiseShareOut]
    promises: list[PromiseShareOut]
    members: list[PromiseShareOut]
    sources: list[PromiseShareOut]

    @classmethod
    def of(cls, report: Report) -> "PromisesKeptOut":
        """From what the page shows."""
        return cls(
            whole=PromiseShareOut.of(report.whole),
            weeks=[PromiseShareOut.of(one) for one in report.weeks],
            promises=[PromiseShareOut.of(one) for one in report.promises],
            members=[PromiseShareOut.of(one) for one in report.members],
            sources=[PromiseShareOut.of(one) for one in report.networks],
        )
