"""Teams: one page with all of them, each in a form of its own."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from hubbub.store.models import Role, Team
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.ids import ids_of

from . import actions, queries


@page(Role.VIEWER)
def teams(request: MemberRequest) -> HttpResponse:
    """Who looks after what together."""
    return _page(request)


def _page(request: MemberRequest, status: int = 200, **typed: object) -> HttpResponse:
    rows = queries.teams(request.workspace)
    context = {
        "rows": rows,
        "inside": {row.team.pk: {one.pk for one in row.members} for row in rows},
        "members": queries.choices(request.workspace),
        "may_write": request.role.may(Role.MANAGER),
        **typed,
    }
    return render(request, "engage/teams/teams.html", context, status=status)


@page(Role.MANAGER)
@require_POST
def team_add(request: MemberRequest) -> HttpResponse:
    """A new one."""
    name = request.POST.get("name", "")
    try:
        team = actions.add(request.workspace, name, _members(request), by=request.member)
    except Refusal as no:
        return _page(request, 422, new=name, problem=str(no))
    messages.success(request, f"The team {team} is there: conversations can be given to it, notes can name it.")
    return _back(request)


@page(Role.MANAGER)
@require_POST
def team_change(request: MemberRequest, team: int) -> HttpResponse:
    """Its name and members."""
    row = get_object_or_404(Team.of(request.workspace), pk=team)
    try:
        actions.change(row, request.POST.get("name", ""), _members(request), by=request.member)
        messages.success(request, "Saved.")
    except Refusal as no:
        return _page(request, 422, changed=row.pk, typed=request.POST.get("name", ""), change_problem=str(no))
    return _back(request)


@page(Role.MANAGER)
@require_POST
def team_delete(request: MemberRequest, team: int) -> HttpResponse:
    """Gone; what it looked after is nobody's."""
    row = get_object_or_404(Team.of(request.workspace), pk=team)
    name, left = row.name, actions.delete(row, by=request.member)
    messages.success(request, f"The team {name} is deleted. {left} of its conversations were not done.")
    return _back(request)


def _members(request: MemberRequest) -> list[int]:
    return ids_of(request.POST.getlist("members"))


def _back(request: MemberRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("engage:teams", args=[request.workspace.slug]), status=303)
