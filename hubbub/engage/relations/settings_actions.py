"""How a workspace weighs relationships, what levels ask for, when something is suggested; each change is audited."""

from collections.abc import Mapping

from django.db import transaction
from msgspec import Struct, structs, to_builtins

from hubbub.core.levels import LEAST, Asks, Slip, Thresholds, checked
from hubbub.core.relations import HEAVIEST, LIGHTEST, NAMES, RELATIONS
from hubbub.core.suggesting import RANGES, Limits
from hubbub.store import activities, relations, suggestions
from hubbub.store.audit import Plain, audit
from hubbub.store.models import Audit, Member, Relating, Relationship, Workspace
from hubbub.ui.api import Refusal

from .actions import stir


def _row(workspace: Workspace) -> Relating:
    found, _ = Relating.everywhere.get_or_create(workspace=workspace)
    return Relating.of(workspace).select_for_update(of=("self",)).select_related("workspace").get(pk=found.pk)


def _flat(shape: Struct, prefix: str = "") -> dict[str, Plain]:
    flat: dict[str, Plain] = {}
    for name, value in structs.asdict(shape).items():
        flat |= _flat(value, f"{name} ") if isinstance(value, Struct) else {f"{prefix}{name}": value}
    return flat


def _saved(row: Relating, column: str, was: Struct, new: Struct, verb: str, by: Member, why: str) -> Audit | None:
    before, after = _flat(was), _flat(new)
    changed = [name for name in after if before[name] != after[name]]
    if not changed:
        return None
    setattr(row, column, to_builtins(new))
    row.save(update_fields=[column])
    said = ({name: before[name] for name in changed}, {name: after[name] for name in changed})
    return audit(row, verb, by=by, why=why, before=said[0], after=said[1])


@transaction.atomic
def weigh(workspace: Workspace, given: Mapping[str, float], *, by: Member, why: str = "") -> Audit | None:
    """How many times each kind counts in the inbox; what is left out stays. Raises Refusal."""
    for kind, number in given.items():
        if kind not in RELATIONS:
            raise Refusal(f"{kind!r} is no kind of relationship: say {', '.join(RELATIONS)}")
        if not LIGHTEST <= number <= HEAVIEST:
            raise Refusal(f"{NAMES[kind]}: give a number from {LIGHTEST:g} to {HEAVIEST:g}")
    row = _row(workspace)
    was = relations.weights(row)
    act = _saved(
        row, "weights", was, structs.replace(was, **{kind: float(given[kind]) for kind in given}), "weigh", by, why
    )
    if act is not None:
        changed = [kind for kind in RELATIONS if kind in act.after]
        theirs = Relationship.of(workspace).filter(kind__in=changed, ended=None)
        stir(workspace, set(theirs.values_list("person", flat=True)))
    return act


def read_levels(given: Mapping[str, Mapping[str, float]]) -> Thresholds:
    """Thresholds from numbers; `removed_share` 0 to 1. Raises Refusal."""
    made: dict[str, Asks] = {}
    for level in ("regular", "contributor", "core"):
        numbers = given.get(level, {})
        least = {name: int(numbers[name]) for name in LEAST if name in numbers}
        made[level] = Asks(**least, removed_share=float(numbers.get("removed_share", 1.0)))
    try:
        return checked(Thresholds(**made))
    except Slip as slip:
        raise Refusal(f"{slip}") from slip


@transaction.atomic
def set_levels(workspace: Workspace, new: Thresholds, *, by: Member, why: str = "") -> Audit | None:
    """What each level asks for. Everybody's level is set anew in the same moment. Raises Refusal."""
    try:
        checked(new)
    except Slip as slip:
        raise Refusal(f"{slip}") from slip
    row = _row(workspace)
    act = _saved(row, "levels", relations.thresholds(row), new, "set levels", by, why)
    if act is not None:
        activities.relevel(workspace, new)
    return act


@transaction.atomic
def set_limits(workspace: Workspace, given: Mapping[str, int], *, by: Member, why: str = "") -> Audit | None:
    """From when on what is suggested; what is left out stays. Raises Refusal."""
    for name, number in given.items():
        if name not in RANGES:
            raise Refusal(f"{name!r} is no such number: say {', '.join(RANGES)}")
        low, high = RANGES[name]
        if not low <= number <= high:
            raise Refusal(f"{name.replace('_', ' ')}: give a number from {low} to {high}")
    row = _row(workspace)
    was: Limits = suggestions.limits(row)
    act = _saved(row, "suggests", was, structs.replace(was, **given), "set limits", by, why)
    if act is not None:
        activities.stir_all(workspace)
    return act
