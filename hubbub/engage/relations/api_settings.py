"""Calls about the set-up of relationships: stages, weights, levels."""

from django.shortcuts import get_object_or_404
from msgspec import structs
from ninja import Router, Status

from hubbub.store import activities, suggestions
from hubbub.store import relations as stored
from hubbub.store.models import Role, Stage
from hubbub.ui.access import MemberRequest, call
from hubbub.ui.api import Refusal

from . import settings_actions, shapes, stages_actions

router = Router()


def _find(request: MemberRequest, pk: int) -> Stage:
    return get_object_or_404(Stage.of(request.workspace).select_related("workspace"), pk=pk)


@router.get("/relationship-stages", response=list[shapes.StageOut], summary="The stages of all pipelines")
@call(Role.VIEWER)
def stages(request: MemberRequest) -> list[shapes.StageOut]:
    """By kind, in their order."""
    return [shapes.StageOut.of(row) for rows in stored.stages(request.workspace).values() for row in rows]


@router.post("/relationship-stages", response={201: shapes.StageOut}, summary="Add a stage")
@call(Role.MANAGER)
def add_stage(request: MemberRequest, wish: shapes.StageAddIn) -> Status[shapes.StageOut]:
    """Behind the others of its kind."""
    row = stages_actions.add(request.workspace, wish.kind, wish.name, active=wish.active, by=request.member)
    return Status(201, shapes.StageOut.of(row))


@router.put("/relationship-stages/{stage_id}", response=shapes.StageOut, summary="Rename a stage")
@call(Role.MANAGER)
def change_stage(request: MemberRequest, stage_id: int, wish: shapes.StageIn) -> shapes.StageOut:
    """And whether who stands there counts as won."""
    row = _find(request, stage_id)
    stages_actions.change(row, wish.name, active=wish.active, by=request.member)
    return shapes.StageOut.of(row)


@router.post("/relationship-stages/{stage_id}/shift", response=list[shapes.StageOut], summary="Reorder stages")
@call(Role.MANAGER)
def shift_stage(request: MemberRequest, stage_id: int, wish: shapes.ShiftIn) -> list[shapes.StageOut]:
    """Gives the stages of that pipeline in their new order."""
    row = _find(request, stage_id)
    stages_actions.shift(row, wish.places, by=request.member)
    return [shapes.StageOut.of(one) for one in stored.stages_of(request.workspace, row.kind)]


@router.post("/relationship-stages/{stage_id}/remove", response=shapes.RemovedOut, summary="Remove a stage")
@call(Role.MANAGER)
def remove_stage(request: MemberRequest, stage_id: int, wish: shapes.RemoveIn) -> shapes.RemovedOut:
    """What stands there goes to another stage of the same pipeline."""
    row = _find(request, stage_id)
    target = Stage.of(request.workspace).select_related("workspace").filter(pk=wish.target).first()
    if target is None:
        raise Refusal(f"There is no stage {wish.target} that could take what stands in “{row}”")
    return shapes.RemovedOut(moved=stages_actions.remove(row, target, by=request.member))


def _weights(request: MemberRequest) -> shapes.RelationWeightsOut:
    own = stored.relating_of(request.workspace.pk)
    return shapes.RelationWeightsOut(
        weights=structs.asdict(stored.weights(own)), limits=structs.asdict(suggestions.limits(own))
    )  # fmt: skip


@router.get("/relationship-settings", response=shapes.RelationWeightsOut, summary="How relationships count")
@call(Role.VIEWER)
def settings(request: MemberRequest) -> shapes.RelationWeightsOut:
    """In the inbox, and from when on what is suggested."""
    return _weights(request)


@router.patch("/relationship-settings", response=shapes.RelationWeightsOut, summary="Change how relationships count")
@call(Role.MANAGER)
def set_settings(request: MemberRequest, wish: shapes.WeightsIn) -> shapes.RelationWeightsOut:
    """What is left out stays."""
    if wish.weights:
        settings_actions.weigh(request.workspace, wish.weights, by=request.member)
    if wish.limits:
        settings_actions.set_limits(request.workspace, wish.limits, by=request.member)
    return _weights(request)


def _levels(request: MemberRequest) -> shapes.LevelsOut:
    own = stored.levels_of(request.workspace.pk)
    return shapes.LevelsOut.of(own, dict(activities.preview(request.workspace, own)))


@router.get("/levels", response=shapes.LevelsOut, summary="What each level asks for")
@call(Role.VIEWER)
def levels(request: MemberRequest) -> shapes.LevelsOut:
    """And how many people are at each."""
    return _levels(request)


@router.put("/levels", response=shapes.LevelsOut, summary="Set what each level asks for")
@call(Role.MANAGER)
def set_levels(request: MemberRequest, wish: shapes.LevelsIn) -> shapes.LevelsOut:
    """All three; a higher one asks for no less than a lower one."""
    new = settings_actions.read_levels(wish.dict(exclude={"people"}))
    settings_actions.set_levels(request.workspace, new, by=request.member)
    return _levels(request)


@router.post("/levels/try", response=shapes.LevelsOut, summary="Try what each level would ask for")
@call(Role.VIEWER)
def try_levels(request: MemberRequest, wish: shapes.LevelsIn) -> shapes.LevelsOut:
    """How many people would be at each; nothing is changed."""
    new = settings_actions.read_levels(wish.dict(exclude={"people"}))
    return shapes.LevelsOut.of(new, dict(activities.preview(request.workspace, new)))
