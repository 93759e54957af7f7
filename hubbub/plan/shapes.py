"""What the room's calls take and answer with."""

from datetime import date, datetime

from ninja import Schema
from pydantic import Field

from hubbub.core.kpi import Measure
from hubbub.store.figures import AtLeast
from hubbub.store.models import Objective, ObjectiveKind, Target

from . import queries


class ObjectiveIn(Schema):
    """A new objective."""

    kind: ObjectiveKind
    name: str = Field(max_length=150)
    why: str = Field("", max_length=10_000)


class ObjectiveOut(Schema):
    """An objective."""

    id: int
    kind: ObjectiveKind
    name: str
    why: str
    archived: bool
    created: datetime

    @classmethod
    def of(cls, row: Objective) -> "ObjectiveOut":
        """From the row."""
        return cls(
            id=row.pk,
            kind=ObjectiveKind(row.kind),
            name=row.name,
            why=row.why,
            archived=row.archived,
            created=row.created,
        )


class ObjectiveChange(Schema):
    """What of an objective is to change; what is left out stays."""

    kind: ObjectiveKind | None = None
    name: str | None = Field(None, max_length=150)
    why: str | None = Field(None, max_length=10_000)


class WhyIn(Schema):
    """Why, for the log."""

    why: str = Field("", max_length=1000)


class ObjectivesOut(Schema):
    """A page of objectives, oldest first; `next` is the `after` of the page that follows."""

    items: list[ObjectiveOut]
    next: int | None


class KpiIn(Schema):
    """A new KPI: a measure over the last `days` days, for a topic or for the whole workspace."""

    measure: str = Field(max_length=30)
    topic: int | None = None
    days: int = 30
    why: str = Field("", max_length=1000)


class TargetIn(Schema):
    """A new target. Shares run from 0 to 1, hours are hours."""

    value: float
    by_day: date
    why: str = Field("", max_length=1000)


class TargetOut(Schema):
    """A target as it was set; `baseline` is what the KPI was then, null: nothing to count."""

    id: int
    value: float
    by_day: date
    baseline: float | None
    set_by: str
    set_at: datetime
    why: str

    @classmethod
    def of(cls, row: Target) -> "TargetOut":
        """From the row."""
        return cls(
            id=row.pk,
            value=row.value,
            by_day=row.by_day,
            baseline=row.baseline,
            set_by=row.set_by,
            set_at=row.set_at,
            why=row.why,
        )


class KpiOut(Schema):
    """A KPI as it stands now; null values: nothing to count."""

    id: int
    objective: int
    measure: str
    name: str
    unit: str
    better: str
    topic: int | None
    days: int
    value: float | None
    at_least: bool  # the count stopped: the value is that much or more
    counted: datetime  # when the value was; in a large workspace perhaps some minutes ago
    state: str | None  # met, on track, behind, missed, no data; null: no target yet
    expected: float | None
    says: str
    targets: list[TargetOut]  # newest first; the newest counts

    @classmethod
    def of(cls, card: queries.KpiCard) -> "KpiOut":
        """From what the page shows."""
        return cls(
            id=card.kpi.pk,
            objective=card.kpi.objective_id,
            measure=card.measure.key,
            name=card.measure.name,
            unit=card.measure.unit.value,
            better=card.measure.better.value,
            topic=card.kpi.topic_id,
            days=card.kpi.days,
            value=card.value,
            at_least=isinstance(card.value, AtLeast),
            counted=card.counted,
            state=card.standing.state.value if card.standing else None,
            expected=card.standing.expected if card.standing else None,
            says=card.standing.says if card.standing else "No target was set yet.",
            targets=[TargetOut.of(target) for target in card.targets],
        )


class PlannedOut(ObjectiveOut):
    """An objective with its KPIs."""

    kpis: list[KpiOut]

    @classmethod
    def of_card(cls, card: queries.ObjectiveCard) -> "PlannedOut":
        """From what the page shows."""
        return cls(**ObjectiveOut.of(card.objective).dict(), kpis=[KpiOut.of(kpi) for kpi in card.kpis])


class MeasureOut(Schema):
    """Something that a KPI can count. `about`: topic (needs one), either, all (takes none)."""

    key: str
    name: str
    unit: str
    better: str
    counts: str
    about: str
    suits: list[ObjectiveKind]

    @classmethod
    def of(cls, measure: Measure) -> "MeasureOut":
        """From core's list."""
        return cls(
            key=measure.key,
            name=measure.name,
            unit=measure.unit.value,
            better=measure.better.value,
            counts=measure.counts,
            about=measure.about.value,
            suits=[kind for kind in ObjectiveKind if kind.value in measure.suits],
        )
