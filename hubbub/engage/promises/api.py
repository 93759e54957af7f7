"""Calls about promises; each does its thing through the same action as the page."""

from typing import Literal

from django.utils import timezone
from ninja import Router

from hubbub.store.models import Promise, Role
from hubbub.ui.access import MemberRequest, call

from . import actions, kept, queries, shapes

router = Router()


@router.get("/promises", response=list[shapes.PromiseOut], summary="What is promised, in order")
@call(Role.VIEWER)
def promises(request: MemberRequest, retired: bool = False) -> list[shapes.PromiseOut]:
    """Those that apply, or those that were retired."""
    rows = Promise.of(request.workspace).filter(retired__isnull=not retired)
    return [shapes.PromiseOut.of(row) for row in rows]


@router.post("/promises", response={201: shapes.PromiseOut}, summary="Make a promise")
@call(Role.MANAGER)
def promise_add(request: MemberRequest, wish: shapes.PromiseIn) -> shapes.PromiseOut:
    """At the end of the list; those who wait already wait from now on."""
    hours = queries.hours_of(request.workspace, wish.hours) if wish.hours else None
    draft = actions.PromiseDraft(
        name=wish.name,
        query=wish.query,
        priorities=wish.priorities,
        first_minutes=wish.first_minutes,
        next_minutes=wish.next_minutes,
        hours=hours,
        pauses_snoozed=wish.pauses_snoozed,
        nudge_percent=wish.nudge_percent,
        nudge_minutes=wish.nudge_minutes,
        tell_managers=wish.tell_managers,
        raise_to=wish.raise_to,
    )
    return shapes.PromiseOut.of(actions.add_promise(request.workspace, draft, by=request.member, why=wish.why))


@router.post("/promises/{promise_id}/retire", response=shapes.PromiseOut, summary="Retire a promise")
@call(Role.MANAGER)
def promise_retire(request: MemberRequest, promise_id: int, wish: shapes.RetireIn) -> shapes.PromiseOut:
    """It applies to nothing from now on."""
    row = queries.promise_of(request.workspace, promise_id)
    actions.retire(row, by=request.member, why=wish.why)
    return shapes.PromiseOut.of(row)


@router.get("/promises/kept", response=shapes.PromisesKeptOut, summary="How well promises are kept")
@call(Role.VIEWER)
def promises_kept(
    request: MemberRequest, kind: Literal["first", "next", ""] = "first", weeks: int = 12
) -> shapes.PromisesKeptOut:
    """Week by week, by promise, by who replied, by source."""
    asked = kept.read_asked({"kind": kind, "weeks": str(weeks)})
    return shapes.PromisesKeptOut.of(kept.report(request.workspace, asked, timezone.now()))


@router.get("/hours", response=list[shapes.HoursOut], summary="When somebody is there")
@call(Role.VIEWER)
def hours(request: MemberRequest) -> list[shapes.HoursOut]:
    """The workspace's own first."""
    return [shapes.HoursOut.of(row) for row in queries.all_hours(request.workspace)]
