"""Calls for approvals; each does its thing through the same action as the page."""

from typing import Literal

from django.shortcuts import get_object_or_404
from ninja import Router, Status

from hubbub.store.models import Approval, Approving, Member, Role, Source, Team
from hubbub.ui.access import MemberRequest, call
from hubbub.ui.api import Refusal
from hubbub.ui.lists import before_of, write_before

from . import actions, queries, shapes

router = Router()


@router.get("/approvals", response=shapes.ApprovalsOut, summary="What waits for approval")
@call(Role.VIEWER)
def approvals(
    request: MemberRequest, tab: Literal["mine", "asked", "open", "done"] = "mine", before: str = ""
) -> shapes.ApprovalsOut:
    """For you, asked by you, all that wait, or all that are decided."""
    found = queries.listed(request.member, tab, before_of(before))
    return shapes.ApprovalsOut(
        items=[shapes.ApprovalOut.of(row) for row in found.rows],
        before=write_before(found.older) if found.older else None,
    )


@router.post("/approvals/{pk}/vote", response=shapes.ApprovalOut, summary="Approve or refuse")
@call(Role.RESPONDER)
def vote(request: MemberRequest, pk: int, wish: shapes.VoteIn) -> shapes.ApprovalOut:
    """Nobody approves their own words."""
    row = get_object_or_404(Approval.of(request.workspace).select_related("workspace"), pk=pk)
    done = actions.vote(
        row, by=request.member, yes=wish.yes, why=wish.why, text=wish.text, read=wish.read, seen=wish.seen
    )
    return shapes.ApprovalOut.of(done)


@router.get("/approving", response=list[shapes.ApprovingOut], summary="Whose words need approval")
@call(Role.VIEWER)
def approving(request: MemberRequest) -> list[shapes.ApprovingOut]:
    """All rules, those for one member first."""
    return [shapes.ApprovingOut.of(row) for row in queries.rules(request.workspace)]


@router.post("/approving", response={201: shapes.ApprovingOut}, summary="Make a rule of approval")
@call(Role.MANAGER)
def approving_make(request: MemberRequest, wish: shapes.ApprovingIn) -> Status[shapes.ApprovingOut]:
    """It holds for what is written from now on."""
    made = actions.set_rule(request.workspace, _rule(request, wish), by=request.member, why=wish.why)
    return Status(201, shapes.ApprovingOut.of(made))


@router.put("/approving/{pk}", response=shapes.ApprovingOut, summary="Change a rule of approval")
@call(Role.MANAGER)
def approving_change(request: MemberRequest, pk: int, wish: shapes.ApprovingIn) -> shapes.ApprovingOut:
    """All of it at once."""
    row = _find(request, pk)
    made = actions.set_rule(request.workspace, _rule(request, wish), by=request.member, row=row, why=wish.why)
    return shapes.ApprovingOut.of(made)


@router.post("/approving/{pk}/delete", response={204: None}, summary="Take a rule of approval away")
@call(Role.MANAGER)
def approving_delete(request: MemberRequest, pk: int, wish: shapes.ApprovingDeleteIn) -> Status[None]:
    """What waits already goes on waiting."""
    actions.delete_rule(_find(request, pk), by=request.member, why=wish.why)
    return Status(204, None)


def _find(request: MemberRequest, pk: int) -> Approving:
    return get_object_or_404(Approving.of(request.workspace).select_related("workspace"), pk=pk)


def _rule(request: MemberRequest, wish: shapes.ApprovingIn) -> actions.Rule:
    source = Source.of(request.workspace).filter(name=wish.source).first() if wish.source else None
    team = Team.of(request.workspace).filter(name__iexact=wish.team).first() if wish.team else None
    for asked, found, what in ((wish.source, source, "source"), (wish.team, team, "team")):
        if asked and found is None:
            raise Refusal(f"There is no {what} named {asked} here")
    return actions.Rule(
        member=_member(request, wish.member) if wish.member else None,
        up_to=wish.up_to,
        source=source,
        replies=wish.replies,
        planned=wish.planned,
        how_many=wish.how_many,
        approvers=[_member(request, one) for one in wish.approvers],
        team=team,
    )


def _member(request: MemberRequest, email: str) -> Member:
    found = Member.of(request.workspace).select_related("user").filter(user__email__iexact=email).first()
    if found is None:
        raise Refusal(f"No member of this workspace has the address {email}")
    return found
