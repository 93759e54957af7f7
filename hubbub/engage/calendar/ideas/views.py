"""The pages of ideas."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from hubbub.store.models import Asked, Role
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.lists import offer_undo

from . import actions, queries


@page(Role.VIEWER)
def ideas(request: MemberRequest) -> HttpResponse:
    """What people ask most, and what could be said about it."""
    away = "away" in request.GET
    shown = {"found": queries.ideas(request.workspace, away=away), "away": away}
    return render(request, "engage/calendar/ideas.html", {**shown, "may_act": request.role.may(Role.RESPONDER)})


@page(Role.VIEWER)
def asked(request: MemberRequest, asked_id: int) -> HttpResponse:
    """All questions of one idea, the newest first."""
    row = get_object_or_404(Asked.of(request.workspace).select_related("planned"), pk=asked_id)
    posts = row.posts.select_related("author", "source", "conversation").order_by("-published")
    shown = {"asked": row, "posts": posts[:200], "may_act": request.role.may(Role.RESPONDER)}
    return render(request, "engage/calendar/asked.html", shown)


@require_POST
@page(Role.RESPONDER)
def asked_act(request: MemberRequest, asked_id: int) -> HttpResponse:
    """Plan a post about it, put it away, bring it back."""
    row = get_object_or_404(Asked.of(request.workspace).select_related("workspace"), pk=asked_id)
    slug = request.workspace.slug
    match request.POST.get("act", ""):
        case "plan":
            item = actions.plan_about(row, by=request.member)
            return HttpResponseRedirect(reverse("engage:planned_edit", args=[slug, item.pk]), status=303)
        case "away":
            actions.put_away(row, by=request.member)
            undo = reverse("engage:asked_act", args=[slug, row.pk])
            offer_undo(request, f"“{row.says}” is put away.", undo, [("act", "back")])
        case "back":
            actions.bring_back(row, by=request.member)
            messages.success(request, f"“{row.says}” is back.")
        case _:
            messages.error(request, "Choose what to do with it.")
    return HttpResponseRedirect(reverse("engage:ideas", args=[slug]), status=303)
