"""The part's calls for scripts."""

from django.shortcuts import get_object_or_404
from ninja import Router, Schema, Status

from hubbub.store.models import Member, Role, Team
from hubbub.ui.access import MemberRequest, call
from hubbub.ui.api import Refusal

from . import actions

router = Router()


class TeamOut(Schema):
    """A team; its members by their e-mail addresses."""

    id: int
    name: str
    members: list[str]

    @classmethod
    def of(cls, team: Team) -> "TeamOut":
        """From the row."""
        emails = team.members.order_by("user__email").values_list("user__email", flat=True)
        return cls(id=team.pk, name=team.name, members=list(emails))


class TeamIn(Schema):
    """Its name, and who is in it, by e-mail addresses."""

    name: str
    members: list[str]
    why: str = ""


@router.get("/teams", response=list[TeamOut], summary="All teams")
@call(Role.VIEWER)
def teams(request: MemberRequest) -> list[TeamOut]:
    """By name."""
    return [TeamOut.of(team) for team in Team.of(request.workspace).order_by("name")]


@router.post("/teams", response={201: TeamOut}, summary="Add a team")
@call(Role.MANAGER)
def add_team(request: MemberRequest, wish: TeamIn) -> Status[TeamOut]:
    """Conversations can be given to it, notes can name it."""
    made = actions.add(request.workspace, wish.name, _members(request, wish), by=request.member)
    return Status(201, TeamOut.of(made))


@router.post("/teams/{team}", response=TeamOut, summary="Change a team")
@call(Role.MANAGER)
def change_team(request: MemberRequest, team: int, wish: TeamIn) -> TeamOut:
    """Its name and all of its members."""
    found = _team(request, team)
    return TeamOut.of(actions.change(found, wish.name, _members(request, wish), by=request.member, why=wish.why))


@router.delete("/teams/{team}", response={204: None}, summary="Delete a team")
@call(Role.MANAGER)
def delete_team(request: MemberRequest, team: int) -> Status[None]:
    """What it looked after is nobody's then."""
    actions.delete(_team(request, team), by=request.member)
    return Status(204, None)


def _team(request: MemberRequest, pk: int) -> Team:
    return get_object_or_404(Team.of(request.workspace), pk=pk)


def _members(request: MemberRequest, wish: TeamIn) -> list[int]:
    wanted = {email.strip().casefold() for email in wish.members}
    known = {email.casefold(): pk for pk, email in Member.of(request.workspace).values_list("pk", "user__email")}
    if missing := sorted(wanted - known.keys()):
        raise Refusal(f"No member of this workspace has the address {missing[0]}")
    return [known[email] for email in wanted]
