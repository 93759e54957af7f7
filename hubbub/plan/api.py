"""The room's calls for scripts; each does its thing through the same action as the page."""

from django.utils import timezone
from ninja import P, QueryEx, Router, Status

from hubbub.core.kpi import MEASURES
from hubbub.store.figures import Figures
from hubbub.store.models import Kpi, Objective, ObjectiveKind, Role
from hubbub.ui.access import MemberRequest, call

from . import actions, queries, shapes

router = Router()
PAGE = 100
Fresh = QueryEx[bool, P(description="count now, rather than take what was counted in the last minutes")]


def _kpi(kpi: Kpi) -> shapes.KpiOut:
    return shapes.KpiOut.of(queries.kpi_card(kpi, Figures(kpi.workspace), timezone.now()))


@router.get("", response=list[shapes.PlannedOut], summary="The plan: every objective with its KPIs as they stand")
@call(Role.VIEWER)
def plan(request: MemberRequest, archived: bool = False, fresh: Fresh = False) -> list[shapes.PlannedOut]:
    """What the page shows; `archived`: what was put away instead."""
    cards = queries.plan(request.workspace, timezone.now(), archived=archived, fresh=fresh)
    return [shapes.PlannedOut.of_card(card) for card in cards]


@router.get("/measures", response=list[shapes.MeasureOut], summary="What a KPI can count")
@call(Role.VIEWER)
def measures(request: MemberRequest) -> list[shapes.MeasureOut]:
    """Each with its unit and the kinds of objective that it suits."""
    return [shapes.MeasureOut.of(measure) for measure in MEASURES.values()]


@router.get("/objectives", response=shapes.ObjectivesOut, summary="Objectives without their KPIs")
@call(Role.VIEWER)
def objectives(
    request: MemberRequest,
    archived: bool = False,
    after: QueryEx[int, P(description="`next` of the page before")] = 0,
) -> shapes.ObjectivesOut:
    """A hundred a page, oldest first."""
    rows = list(Objective.of(request.workspace).filter(archived=archived, pk__gt=after).order_by("pk")[: PAGE + 1])
    return shapes.ObjectivesOut(
        items=[shapes.ObjectiveOut.of(row) for row in rows[:PAGE]],
        next=rows[PAGE - 1].pk if len(rows) > PAGE else None,
    )


@router.post("/objectives", response={201: shapes.ObjectiveOut}, summary="Set an objective")
@call(Role.MANAGER)
def add_objective(request: MemberRequest, given: shapes.ObjectiveIn) -> Status[shapes.ObjectiveOut]:
    """In the business's own words."""
    row = actions.add_objective(request.workspace, given.kind, given.name, by=request.member, why=given.why)
    return Status(201, shapes.ObjectiveOut.of(row))


@router.patch("/objectives/{objective_id}", response=shapes.ObjectiveOut, summary="Change an objective")
@call(Role.MANAGER)
def change_objective(request: MemberRequest, objective_id: int, given: shapes.ObjectiveChange) -> shapes.ObjectiveOut:
    """What is left out stays as it is."""
    row = queries.objective_of(request.workspace, objective_id)
    actions.change_objective(
        row,
        given.kind or ObjectiveKind(row.kind),
        row.name if given.name is None else given.name,
        by=request.member,
        why=row.why if given.why is None else given.why,
    )
    return shapes.ObjectiveOut.of(row)


@router.post("/objectives/{objective_id}/archive", response=shapes.ObjectiveOut, summary="Put an objective away")
@call(Role.MANAGER)
def archive_objective(request: MemberRequest, objective_id: int, given: shapes.WhyIn) -> shapes.ObjectiveOut:
    """With its KPIs; nothing is lost."""
    row = queries.objective_of(request.workspace, objective_id)
    actions.archive_objective(row, by=request.member, why=given.why)
    return shapes.ObjectiveOut.of(row)


@router.post("/objectives/{objective_id}/restore", response=shapes.ObjectiveOut, summary="Bring an objective back")
@call(Role.MANAGER)
def restore_objective(request: MemberRequest, objective_id: int, given: shapes.WhyIn) -> shapes.ObjectiveOut:
    """With its KPIs and targets."""
    row = queries.objective_of(request.workspace, objective_id)
    actions.restore_objective(row, by=request.member, why=given.why)
    return shapes.ObjectiveOut.of(row)


@router.post("/objectives/{objective_id}/kpis", response={201: shapes.KpiOut}, summary="Add a KPI to an objective")
@call(Role.MANAGER)
def add_kpi(request: MemberRequest, objective_id: int, given: shapes.KpiIn) -> Status[shapes.KpiOut]:
    """GET /measures lists what can be counted."""
    objective = queries.objective_of(request.workspace, objective_id)
    topic = None if given.topic is None else queries.topic_of(request.workspace, given.topic)
    kpi = actions.add_kpi(objective, given.measure, topic, given.days, by=request.member, why=given.why)
    return Status(201, _kpi(kpi))


@router.get("/kpis/{kpi_id}", response=shapes.KpiOut, summary="A KPI as it stands, with all its targets")
@call(Role.VIEWER)
def kpi(request: MemberRequest, kpi_id: int) -> shapes.KpiOut:
    """Targets newest first; the newest counts."""
    return _kpi(queries.kpi_of(request.workspace, kpi_id))


@router.delete("/kpis/{kpi_id}", response={204: None}, summary="Remove a KPI and its targets")
@call(Role.MANAGER)
def remove_kpi(request: MemberRequest, kpi_id: int, why: str = "") -> Status[None]:
    """The log keeps what it was, with its newest target."""
    actions.remove_kpi(queries.kpi_of(request.workspace, kpi_id), by=request.member, why=why[:1000])
    return Status(204, None)


@router.post("/kpis/{kpi_id}/targets", response={201: shapes.TargetOut}, summary="Set a target")
@call(Role.MANAGER)
def add_target(request: MemberRequest, kpi_id: int, given: shapes.TargetIn) -> Status[shapes.TargetOut]:
    """What the KPI is now is recorded as the baseline. Targets are added, never changed: the newest counts."""
    kpi = queries.kpi_of(request.workspace, kpi_id)
    row = actions.add_target(kpi, given.value, given.by_day, by=request.member, now=timezone.now(), why=given.why)
    return Status(201, shapes.TargetOut.of(row))
