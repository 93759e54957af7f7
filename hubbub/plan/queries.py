"""What the room reads: objectives with their KPIs, where each stands, and what is behind each number."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from msgspec import Struct

from hubbub.core.kpi import (
    MEASURES,
    NOTHING,
    Goal,
    Measure,
    Standing,
    State,
    Window,
    last_days,
    standing,
    suggested,
    weeks,
    written,
)
from hubbub.store.figures import MOST, AtLeast, Figures
from hubbub.store.models import Kpi, Objective, ObjectiveKind, Target, Topic, Workspace

from .kinds import MEANINGS, Meaning

WEEKS = 12
TONES = {State.MET: "good", State.ON_TRACK: "good", State.BEHIND: "warn", State.MISSED: "bad", State.NO_DATA: ""}


class KpiCard(Struct, frozen=True):
    """One KPI as it stands now. `target` is the newest of `targets`; None: none was set yet."""

    kpi: Kpi
    measure: Measure
    window: Window
    value: float | None
    target: Target | None
    targets: Sequence[Target]  # newest first
    standing: Standing | None  # to the target
    line: Sequence[float | None]  # week by week, oldest first; empty where it would be slow to read
    counted: datetime  # in a large workspace perhaps some minutes ago

    @property
    def written(self) -> str:
        """The value with its unit."""
        return said(self.value, self.measure)

    @property
    def expected(self) -> str:
        """What the value should be today, with its unit."""
        return written(self.standing.expected, self.measure.unit) if self.standing else NOTHING

    @property
    def tone(self) -> str:
        """Of the badge."""
        return TONES[self.standing.state] if self.standing else ""

    @property
    def history(self) -> list[tuple[Target, str, str]]:
        """(target, its value, its baseline), the latter two in words."""
        unit = self.measure.unit
        return [(target, written(target.value, unit), written(target.baseline, unit)) for target in self.targets]

    @property
    def line_in_words(self) -> str:
        """What the line of weeks shows."""
        known = [value for value in self.line if value is not None]
        if not known:
            return ""
        unit = self.measure.unit
        return (
            f"{self.measure.name} in the last {len(self.line)} weeks: from {written(known[0], unit)} to "
            f"{written(known[-1], unit)}, lowest {written(min(known), unit)}, highest {written(max(known), unit)}"
        )


def said(value: float | None, measure: Measure) -> str:
    """The value with its unit, "at least" before a count that stopped."""
    return f"at least {written(value, measure.unit)}" if isinstance(value, AtLeast) else written(value, measure.unit)


class ObjectiveCard(Struct, frozen=True):
    """One objective with what it means and its KPIs."""

    objective: Objective
    meaning: Meaning
    kpis: Sequence[KpiCard]

    @property
    def kind(self) -> str:
        """In words."""
        return str(ObjectiveKind(self.objective.kind).label)


class KindCard(Struct, frozen=True):
    """One of the ten kinds, with the measures that suit it."""

    kind: ObjectiveKind
    meaning: Meaning
    measures: Sequence[Measure]


def kinds() -> list[KindCard]:
    """All ten, in the order of the field."""
    return [KindCard(kind, MEANINGS[kind], suggested(kind)) for kind in ObjectiveKind]


def plan(workspace: Workspace, now: datetime, *, archived: bool = False, fresh: bool = False) -> list[ObjectiveCard]:
    """All objectives in the order in which they were set, each KPI as it stands; `fresh`: counted now."""
    figures = Figures(workspace)
    objectives = Objective.of(workspace).filter(archived=archived).order_by("pk")
    return [
        _objective_card(objective, figures, now, fresh) for objective in objectives.prefetch_related(_kpis(workspace))
    ]


def _kpis(workspace: Workspace) -> "Prefetch[str, QuerySet[Kpi], str]":
    kpis = Kpi.of(workspace).select_related("topic", "workspace").prefetch_related("targets").order_by("pk")
    return Prefetch("kpis", queryset=kpis)


def _objective_card(objective: Objective, figures: Figures, now: datetime, fresh: bool) -> ObjectiveCard:
    return ObjectiveCard(
        objective=objective,
        meaning=MEANINGS[ObjectiveKind(objective.kind)],
        kpis=[kpi_card(kpi, figures, now, fresh=fresh) for kpi in objective.kpis.all()],
    )


def kpi_card(kpi: Kpi, figures: Figures, now: datetime, *, fresh: bool = False) -> KpiCard:
    """One KPI as it stands at `now`, or some minutes before; `fresh`: counted now."""
    measure, window = MEASURES[kpi.measure], last_days(kpi.days, now)
    reading = figures.reading(measure, kpi.topic_id, weeks(WEEKS, window), fresh=fresh)
    value = reading.value
    targets = list(kpi.targets.all())
    target = targets[0] if targets else None
    return KpiCard(
        kpi=kpi,
        measure=measure,
        window=window,
        value=value,
        target=target,
        targets=targets,
        standing=_standing(target, value, now, measure) if target else None,
        line=reading.line,
        counted=reading.counted,
    )


def _standing(target: Target, value: float | None, now: datetime, measure: Measure) -> Standing:
    found = standing(_goal(target), value, now.astimezone(UTC).date(), measure)
    if not isinstance(value, AtLeast):
        return found
    is_now = f"It is {said(value, measure)}"
    if found.state is State.MET:
        return Standing(found.state, found.expected, f"{is_now}, which is what the target asks for.")
    # whether the rest would reach it, nobody knows
    says = (
        f"{is_now}: only the newest {MOST:,} posts are looked at. With fewer days it could be held against its target."
    )
    return Standing(State.NO_DATA, found.expected, says)


def _goal(target: Target) -> Goal:
    return Goal(
        baseline=target.baseline,
        target=target.value,
        set_on=target.set_at.astimezone(UTC).date(),
        by_day=target.by_day,
    )


def objective_of(workspace: Workspace, pk: int) -> Objective:
    """Raises Http404."""
    found = Objective.of(workspace).filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such objective in this workspace")
    return found


def kpi_of(workspace: Workspace, pk: int) -> Kpi:
    """With its objective, topic and workspace. Raises Http404."""
    found = Kpi.of(workspace).filter(pk=pk).select_related("objective", "topic", "workspace").first()
    if found is None:
        raise Http404("There is no such KPI in this workspace")
    return found


def topics(workspace: Workspace) -> QuerySet[Topic]:
    """Those that a KPI may be about, by name."""
    return Topic.of(workspace).order_by("name")


def topic_of(workspace: Workspace, pk: int) -> Topic:
    """Raises Http404."""
    found = topics(workspace).filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such topic in this workspace")
    return found
