"""Writes of the room: objectives, their KPIs and targets. Targets are added, never changed."""

from datetime import UTC, date, datetime
from math import isfinite

from django.db import transaction

from hubbub.core.kpi import MEASURES, About, Measure, Unit, last_days
from hubbub.store.audit import Plain, audit, changes
from hubbub.store.figures import VOICES, AtLeast, Figures
from hubbub.store.models import Actor, Kpi, Objective, ObjectiveKind, Target, Topic, Workspace
from hubbub.ui.api import Refusal

LONGEST = 365  # days of a KPI's window
MOST_KPIS = 20  # of one objective: a page of more is read by nobody
HIGHEST = {Unit.COUNT: 1e12, Unit.SHARE: 1.0, Unit.NET: 1.0, Unit.HOURS: 24.0 * 366, Unit.RATING: 100.0}
LOWEST = {**dict.fromkeys(HIGHEST, 0.0), Unit.NET: -1.0}


@transaction.atomic
def add_objective(workspace: Workspace, kind: ObjectiveKind, name: str, *, by: Actor, why: str = "") -> Objective:
    """A new objective in the business's own words; `why` is kept with it."""
    objective = Objective.everywhere.create(workspace=workspace, kind=kind, name=_named(name), why=why.strip())
    audit(objective, "add", by=by, why=why.strip(), after={"kind": str(kind), "name": objective.name})
    return objective


@transaction.atomic
def change_objective(objective: Objective, kind: ObjectiveKind, name: str, *, by: Actor, why: str = "") -> None:
    """Another kind, name or reason."""
    before, after = changes(objective, kind=str(kind), name=_named(name), why=why.strip())
    if after:
        objective.save(update_fields=[*after])
        # the reason is a whole text, which the log does not hold twice
        kept = [{name: value for name, value in side.items() if name != "why"} for side in (before, after)]
        audit(objective, "change", by=by, why=why.strip(), before=kept[0], after=kept[1])


def _named(name: str) -> str:
    if not name.strip():
        raise Refusal("An objective needs a name: say in a few words what is to be reached")
    return name.strip()


@transaction.atomic
def archive_objective(objective: Objective, *, by: Actor, why: str = "") -> None:
    """Put it away with its KPIs; nothing is lost, and it can be brought back."""
    _archived(objective, True, "archive", by, why)


@transaction.atomic
def restore_objective(objective: Objective, *, by: Actor, why: str = "") -> None:
    """Bring an archived one back."""
    _archived(objective, False, "restore", by, why)


def _archived(objective: Objective, archived: bool, verb: str, by: Actor, why: str) -> None:
    before, after = changes(objective, archived=archived)
    if after:
        objective.save(update_fields=["archived"])
        audit(objective, verb, by=by, why=why.strip(), before=before, after=after)


@transaction.atomic
def add_kpi(objective: Objective, measure_key: str, topic: Topic | None, days: int, *, by: Actor, why: str = "") -> Kpi:
    """A number that says how far the objective is reached: a measure over the last `days` days, for a topic or for
    the whole workspace. Raises Refusal where the measure cannot be taken like that, or is there already."""
    if objective.archived:
        raise Refusal(f"“{objective.name}” is archived: bring it back first")
    measure = MEASURES.get(measure_key)
    if measure is None:
        raise Refusal(f"There is no measure “{measure_key}”; there are {', '.join(MEASURES)}")
    if not 1 <= days <= LONGEST:
        raise Refusal(f"A KPI looks back over 1 to {LONGEST} days, not {days}")
    _fits(measure, topic)
    kpis = Kpi.of(objective.workspace).filter(objective=objective)
    if kpis.filter(measure=measure.key, topic=topic, days=days).exists():
        raise Refusal(f"This objective has the KPI “{measure.name}” over {days} days already: set a new target on it")
    if kpis.count() >= MOST_KPIS:
        raise Refusal(f"An objective has at most {MOST_KPIS} KPIs: remove one that nobody acts upon")
    kpi = Kpi.everywhere.create(
        workspace=objective.workspace, objective=objective, measure=measure.key, topic=topic, days=days
    )
    audit(kpi, "add", by=by, why=why.strip(), after=_told(kpi))
    return kpi


def _fits(measure: Measure, topic: Topic | None) -> None:
    if measure.about is About.TOPIC and topic is None:
        raise Refusal(f"“{measure.name}” is counted for a topic: choose one")
    if measure.about is About.ALL and topic is not None:
        raise Refusal(f"“{measure.name}” is counted for the whole workspace: leave the topic empty")
    if measure.key == "share_of_voice" and topic is not None and topic.kind not in VOICES:
        raise Refusal(
            f"“{topic.name}” is not about a brand: a share of voice compares topics of the kinds “our brand” and "
            "“a competitor”"
        )


def _told(kpi: Kpi) -> dict[str, Plain]:
    return {
        "objective": kpi.objective.name,
        "measure": kpi.measure,
        "topic": kpi.topic.name if kpi.topic else None,
        "days": kpi.days,
    }


@transaction.atomic
def remove_kpi(kpi: Kpi, *, by: Actor, why: str = "") -> None:
    """Take it and its targets away; the log keeps what it was, with its newest target."""
    newest = kpi.targets.first()
    told = _told(kpi)
    if newest:
        told |= {"target": newest.value, "by_day": newest.by_day.isoformat()}
    audit(kpi, "remove", by=by, why=why.strip(), before=told)
    kpi.delete()


@transaction.atomic
def add_target(kpi: Kpi, value: float, by_day: date, *, by: Actor, now: datetime, why: str = "") -> Target:
    """Set what the KPI is to be on a day to come. What it is now is recorded as the baseline; None where there is
    nothing to count yet. Shares run from 0 to 1, hours are hours. Raises Refusal on a value that cannot be."""
    measure = MEASURES[kpi.measure]
    if not isfinite(value) or not LOWEST[measure.unit] <= value <= HIGHEST[measure.unit]:
        raise Refusal(
            f"“{measure.name}” runs from {LOWEST[measure.unit]:g} to {HIGHEST[measure.unit]:,g}; "
            f"a target of {value:g} cannot be reached"
        )
    if by_day <= now.astimezone(UTC).date():
        raise Refusal(f"{by_day} is not after today: a target is for a day to come")
    baseline = Figures(kpi.workspace).value(measure, kpi.topic_id, last_days(kpi.days, now))
    if isinstance(baseline, AtLeast):  # a line cannot start from a count that stopped
        baseline = None
    target = Target.everywhere.create(
        workspace=kpi.workspace,
        kpi=kpi,
        value=value,
        by_day=by_day,
        baseline=baseline,
        set_by=str(by)[:200],
        set_at=now,
        why=why.strip(),
    )
    audit(
        target,
        "add",
        by=by,
        why=why.strip(),
        after=_told(kpi) | {"value": value, "by_day": by_day.isoformat(), "baseline": baseline},
    )
    return target
