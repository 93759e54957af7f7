"""What people are to us, as other parts ask for it: how much each counts, since when, in which stages."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import TypeVar

from django.db import transaction
from msgspec import Struct, ValidationError, convert, to_builtins

from hubbub.core.influence import Influence, parts
from hubbub.core.levels import Doing, Thresholds
from hubbub.core.relations import RELATIONS, STAGES, Stands, Weight, Weights, weight

from .bulk import numbered
from .hours import zone_of
from .models import Activity, Relating, Relationship, Stage, Workspace

Shape = TypeVar("Shape", bound=Struct)

ALWAYS = datetime.min.replace(tzinfo=UTC)
AT_HOUR = 9  # of the workspace's day: when a next step of that day is reminded of


def relating_of(workspace_id: int) -> Relating:
    """How this workspace relates; unsaved, with the values of the start, where nobody has changed them."""
    return Relating.everywhere.filter(workspace=workspace_id).first() or Relating(workspace_id=workspace_id)


def weights(relating: Relating) -> Weights:
    """How much each kind counts there."""
    return read(relating.weights, Weights)


def thresholds(relating: Relating) -> Thresholds:
    """What each level asks for there."""
    return read(relating.levels, Thresholds)


def levels_of(workspace_id: int) -> Thresholds:
    """The same for who has the workspace alone. One query."""
    return thresholds(relating_of(workspace_id))


def read(kept: object, shape: type[Shape]) -> Shape:
    """What a settings row keeps of a shape; what it does not say is as at the start."""
    try:
        return convert(kept, shape)
    except ValidationError:  # written by a later version: what the start has is better than no page
        return shape()


def weights_of(workspace_id: int, persons: Sequence[int], relating: Relating | None = None) -> Mapping[int, Weight]:
    """For each of these people (ids) what their relationships make of their conversations' place in the inbox, and
    their reach; everybody asked for is in it. Three queries, whatever their number, and two where `relating` was read
    before."""
    wanted = sorted(set(persons))
    if not wanted:
        return {}
    own = weights(relating or relating_of(workspace_id))
    kinds = kinds_of(workspace_id, wanted)
    rows = Activity.everywhere.filter(workspace=workspace_id, person__in=numbered(wanted))
    reach = {
        person: (score, followers) for person, score, followers in rows.values_list("person", "score", "followers")
    }
    return {person: weight(kinds.get(person, ()), own, *reach.get(person, (0.0, 0))) for person in wanted}


def kinds_of(workspace_id: int, persons: Collection[int]) -> dict[int, list[str]]:
    """Person id → the kinds in which they stand now, in the order of RELATIONS; who stands in none is left out."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = Relationship.everywhere.filter(workspace=workspace_id, person__in=numbered(sorted(persons)), ended=None)
    for person, kind in rows.values_list("person", "kind"):
        found[person].append(kind)
    return {person: sorted(kinds, key=RELATIONS.index) for person, kinds in found.items()}


def stands_of(persons: Iterable[int], *, now: bool = False) -> Mapping[int, Sequence[Stands]]:
    """Person id → all their relationships, those that ended too, for a history as of any moment. `now`: those that
    stand now, as if they always had: what a list of posts shows."""
    found: dict[int, list[Stands]] = defaultdict(list)
    rows = Relationship.everywhere.filter(person__in=numbered(sorted(persons))).order_by("since", "pk")
    for person, kind, since, until in rows.values_list("person", "kind", "since", "ended"):
        if not now:
            found[person].append(Stands(kind, since, until))
        elif until is None:
            found[person].append(Stands(kind, ALWAYS))
    return found


def doing_of(row: Activity) -> Doing:
    """As core has it."""
    return Doing(
        row.posts_30, row.posts_90, row.weeks, row.answers, row.replied, row.praises, row.removed_share
    )  # fmt: skip


def influence_of(row: Activity) -> Influence:
    """As core has it, with its parts worked out again from the counts."""
    return parts(row.followers, row.seen, row.usual)


# Stages


def stages(workspace: Workspace) -> Mapping[str, Sequence[Stage]]:
    """Kind → its stages, in their order. Those of a kind that has none yet are made: each kind has one or more."""
    found: dict[str, list[Stage]] = {kind: [] for kind in RELATIONS}
    for row in Stage.of(workspace).order_by("kind", "place", "pk"):
        found.setdefault(row.kind, []).append(row)
    lacking = [kind for kind in RELATIONS if not found[kind]]
    if lacking:
        starting = [
            Stage(workspace=workspace, kind=kind, name=one.name, place=place, active=one.active)
            for kind in lacking
            for place, one in enumerate(STAGES[kind])
        ]
        with transaction.atomic():
            # two at once make them once: names are unique
            Stage.everywhere.bulk_create(starting, ignore_conflicts=True)
        for kind in lacking:
            found[kind] = list(Stage.of(workspace).filter(kind=kind).order_by("place", "pk"))
    return found


def stages_of(workspace: Workspace, kind: str) -> Sequence[Stage]:
    """The stages of one kind, in their order; one or more."""
    return list(Stage.of(workspace).filter(kind=kind).order_by("place", "pk")) or stages(workspace)[kind]


# Time


def today(workspace: Workspace, now: datetime) -> date:
    """The day that it is where the workspace is."""
    return now.astimezone(zone_of(workspace)).date()


def reminder(workspace: Workspace, day: date) -> datetime:
    """When a next step of that day is reminded of: nine o'clock, where the workspace is."""
    return datetime.combine(day, time(AT_HOUR), zone_of(workspace)).astimezone(UTC)


def written(shape: Struct) -> object:
    """As a settings row keeps it."""
    return to_builtins(shape)
