"""Pages about what members reported: the list, by post and by reporter, and answering one by hand."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from hubbub.store.models import Person, Post, Report, Role
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.ids import id_of
from hubbub.ui.lists import links, read_before

from . import reports_actions, strikes_queries
from .views import see

STATES = (
    ("open", "waiting"),
    ("upheld", "upheld"),
    ("dismissed", "dismissed"),
    ("elsewhere", "dealt with there"),
    ("all", "all"),
)


@page(Role.VIEWER)
def reports(request: MemberRequest) -> HttpResponse:
    """What members reported, newest first."""
    post, person = _asked(request, "post"), _asked(request, "reporter")
    usual = "all" if post or person else "open"
    asked = request.GET.get("state", usual)
    state = asked if asked in dict(STATES) else usual
    found = strikes_queries.told(
        request.workspace, "" if state == "all" else state, post=post, person=person, before=read_before(request)
    )
    context = {
        "rows": found.rows,
        "page": links(request, found.older),
        "state": state,
        "states": STATES,
        "about": Post.of(request.workspace).filter(pk=post).first() if post else None,
        "by": Person.of(request.workspace).filter(pk=person).first() if person else None,
        "kept": "".join(f"&{name}={value}" for name, value in (("post", post), ("reporter", person)) if value),
        "may_decide": request.role.may(Role.MODERATOR),
    }
    return render(request, "moderate/reports.html", context)


def _asked(request: MemberRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return id_of(text)


@page(Role.MODERATOR)
@require_POST
def report_answer(request: MemberRequest, pk: int) -> HttpResponseRedirect:
    """Answer one by hand."""
    found = get_object_or_404(Report.of(request.workspace).select_related("workspace"), pk=pk)
    try:
        done = reports_actions.answer(
            found, request.POST.get("outcome", ""), by=request.member, why=request.POST.get("why", "")
        )
        messages.success(request, f"{done.get_outcome_display()}.")
    except Refusal as no:
        messages.error(request, str(no))
    wanted = request.POST.get("next", "")
    usual = reverse("moderate:reports", args=[request.workspace.slug])
    return see(wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else usual)
