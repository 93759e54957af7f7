"""The room's calls for scripts; each does its thing through the same action as the page."""

from datetime import date, datetime

from django.utils import timezone
from ninja import P, QueryEx, Router, Schema, Status
from pydantic import Field

from hubbub.store.figures import Figures
from hubbub.store.models import Objective, ObjectiveKind, Role, Target
from hubbub.ui.access import MemberRequest, call

from . import actions, queries

router = Router()
PAGE = 100


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


class KpiOut(Schema):
    """A KPI as it stands now; null values: nothing to count."""

    id: int
    measure: str
    name: str
    unit: str
    better: str
    topic: int | None
    days: int
    value: float | None
    state: str | None  # met, on track, behind, missed, no data; null: no target yet
    expected: float | None
    says: str
    targets: list[TargetOut]  # newest first; the newest counts


class PlannedOut(ObjectiveOut):
    """An objective with its KPIs."""

    kpis: list[KpiOut]


def _objective(row: Objective) -> ObjectiveOut:
    return ObjectiveOut(
        id=row.pk,
        kind=ObjectiveKind(row.kind),
        name=row.name,
        why=row.why,
        archived=row.archived,
        created=row.created,
    )


def _target(row: Target) -> TargetOut:
    return TargetOut(
        id=row.pk,
        value=row.value,
        by_day=row.by_day,
        baseline=row.baseline,
        set_by=row.set_by,
        set_at=row.set_at,
        why=row.why,
    )


def _kpi(card: queries.KpiCard) -> KpiOut:
    return KpiOut(
        id=card.kpi.pk,
        measure=card.measure.key,
        name=card.measure.name,
        unit=card.measure.unit.value,
        better=card.measure.better.value,
        topic=card.kpi.topic_id,
        days=card.kpi.days,
        value=card.value,
        state=card.standing.state.value if card.standing else None,
        expected=card.standing.expected if card.standing else None,
        says=card.standing.says if card.standing else "No target was set yet.",
        targets=[_target(target) for target in card.targets],
    )


@router.get("", response=list[PlannedOut], summary="The plan: every objective with its KPIs as they stand")
@call(Role.VIEWER)
def plan(request: MemberRequest) -> list[PlannedOut]:
    """What the page shows, without what is archived."""
    cards = queries.plan(request.workspace, timezone.now())
    return [PlannedOut(**_objective(card.objective).dict(), kpis=[_kpi(kpi) for kpi in card.kpis]) for card in cards]


@router.get("/objectives", response=ObjectivesOut, summary="Objectives")
@call(Role.VIEWER)
def objectives(
    request: MemberRequest,
    archived: bool = False,
    after: QueryEx[int, P(description="`next` of the page before")] = 0,
) -> ObjectivesOut:
    """A hundred a page, oldest first."""
    rows = list(Objective.of(request.workspace).filter(archived=archived, pk__gt=after).order_by("pk")[: PAGE + 1])
    return ObjectivesOut(
        items=[_objective(row) for row in rows[:PAGE]], next=rows[PAGE - 1].pk if len(rows) > PAGE else None
    )


@router.post("/objectives", response={201: ObjectiveOut}, summary="Set an objective")
@call(Role.MANAGER)
def add_objective(request: MemberRequest, given: ObjectiveIn) -> Status[ObjectiveOut]:
    """In the business's own words."""
    row = actions.add_objective(request.workspace, given.kind, given.name, by=request.member, why=given.why)
    return Status(201, _objective(row))


@router.post("/objectives/{objective_id}/kpis", response={201: KpiOut}, summary="Add a KPI to an objective")
@call(Role.MANAGER)
def add_kpi(request: MemberRequest, objective_id: int, given: KpiIn) -> Status[KpiOut]:
    """The measures are listed on the page “Add a KPI”; a wrong one is answered with the list."""
    objective = queries.objective_of(request.workspace, objective_id)
    topic = None if given.topic is None else queries.topic_of(request.workspace, given.topic)
    kpi = actions.add_kpi(objective, given.measure, topic, given.days, by=request.member, why=given.why)
    card = queries.kpi_card(kpi, Figures(request.workspace), timezone.now())
    return Status(201, _kpi(card))


@router.post("/kpis/{kpi_id}/targets", response={201: TargetOut}, summary="Set a target")
@call(Role.MANAGER)
def add_target(request: MemberRequest, kpi_id: int, given: TargetIn) -> Status[TargetOut]:
    """What the KPI is now is recorded as the baseline. Targets are added, never changed: the newest counts."""
    kpi = queries.kpi_of(request.workspace, kpi_id)
    row = actions.add_target(kpi, given.value, given.by_day, by=request.member, now=timezone.now(), why=given.why)
    return Status(201, _target(row))
