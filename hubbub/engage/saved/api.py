"""Calls about saved views and the inbox's order; each does its thing through the same action as the page."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from msgspec.structs import asdict
from ninja import Router, Status

from hubbub.store import ranking
from hubbub.store.models import Audit, Conversation, Role, SavedView
from hubbub.ui.access import MemberRequest, call
from hubbub.ui.api import Refusal

from . import actions, queries, shapes

router = Router()


def _find(request: MemberRequest, pk: int) -> SavedView:
    return get_object_or_404(queries.visible(request.member), pk=pk)


def _shared(request: MemberRequest, wish: shapes.ViewIn) -> bool | None:
    if wish.shared and not request.role.may(Role.MANAGER):
        raise Refusal("A view for everybody needs the role manager; leave `shared` out")
    return wish.shared


@router.get("/views", response=list[shapes.ViewOut], summary="Saved views, with how many conversations stand in each")
@call(Role.VIEWER)
def views(request: MemberRequest) -> list[shapes.ViewOut]:
    """Shared ones and your own, in their order. GET /conversations?view=… lists what stands in one."""
    queries.ranking(request.workspace)
    now = timezone.now()
    return [
        shapes.ViewOut.counted(queries.counted(one, request.member, now)) for one in queries.visible(request.member)
    ]


@router.post("/views", response={201: shapes.ViewOut}, summary="Save a view")
@call(Role.VIEWER)
def make_view(request: MemberRequest, wish: shapes.ViewIn) -> Status[shapes.ViewOut]:
    """For yourself unless `shared`."""
    fields = {"name": "", **wish.wishes()}
    made = actions.save(SavedView(), fields, by=request.member, shared=bool(_shared(request, wish)), why=wish.why)
    return Status(201, shapes.ViewOut.of(made))


@router.patch("/views/{int:view_id}", response=shapes.ViewOut, summary="Change a view")
@call(Role.VIEWER)
def change_view(request: MemberRequest, view_id: int, wish: shapes.ViewIn) -> shapes.ViewOut:
    """What is left out stays."""
    view = _find(request, view_id)
    saved = actions.save(view, wish.wishes(), by=request.member, shared=_shared(request, wish), why=wish.why)
    return shapes.ViewOut.of(saved)


@router.delete("/views/{int:view_id}", response=shapes.DeletedOut, summary="Delete a view")
@call(Role.VIEWER)
def delete_view(request: MemberRequest, view_id: int) -> shapes.DeletedOut:
    """Its entry in the log brings it back."""
    return shapes.DeletedOut(entry=actions.delete(_find(request, view_id), by=request.member).pk)


@router.post("/views/restore", response=shapes.ViewOut, summary="Bring a deleted view back")
@call(Role.VIEWER)
def restore_view(request: MemberRequest, wish: shapes.ViewEntryIn) -> shapes.ViewOut:
    """By the entry that deleting it answered with."""
    entry = get_object_or_404(Audit.of(request.workspace), pk=wish.entry)
    return shapes.ViewOut.of(actions.restore(entry, by=request.member))


@router.get("/inbox/order", response=shapes.OrderOut, summary="What counts how much in the order by priority")
@call(Role.VIEWER)
def order(request: MemberRequest) -> shapes.OrderOut:
    """Weights, hours and days."""
    return shapes.OrderOut(**asdict(ranking.weights_in(queries.ranking(request.workspace))))


@router.put("/inbox/order", response=shapes.OrderOut, summary="Set what counts how much")
@call(Role.MANAGER)
def set_order(request: MemberRequest, wish: shapes.OrderOut) -> shapes.OrderOut:
    """The inbox is then put in order again in the background."""
    return shapes.OrderOut(**asdict(ranking.weights_in(actions.weigh(wish.weights(), by=request.member))))


@router.get("/conversations/{pk}/score", response=shapes.ScoreOut, summary="Why a conversation stands where it does")
@call(Role.VIEWER)
def score(request: MemberRequest, pk: int) -> shapes.ScoreOut:
    """Each part in doublings."""
    row = get_object_or_404(Conversation.of(request.workspace), pk=pk)
    found = ranking.explain([row], timezone.now())[row.pk]
    parts = [shapes.ScorePartOut(name=part.name, points=part.points, words=part.words) for part in found.parts]
    return shapes.ScoreOut(points=found.points, parts=parts)
