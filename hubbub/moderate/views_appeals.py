"""Pages about appeals and the transparency report."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from msgspec import json

from hubbub.store.models import Appeal, AppealState, Role
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.lists import links, read_before

from . import appeals_actions, appeals_queries, transparency
from .appeal_keys import base_of
from .statements import read_asked
from .views import see


@page(Role.VIEWER)
def appeals(request: MemberRequest) -> HttpResponse:
    """Those that wait, oldest first; or, by the address, those of a period and state."""
    state, asked = request.GET.get("state", ""), read_asked(request.GET.dict())
    narrowed = state in AppealState.values or bool(asked.since or asked.until)
    shown = state if narrowed else AppealState.OPEN.value
    found = appeals_queries.listed(
        request.workspace, request.member, state=shown, since=asked.since, until=asked.until,
        before=read_before(request),
    )  # fmt: skip
    answered = appeals_queries.listed(request.workspace, request.member) if not narrowed else None
    context = {
        "lines": found.lines,
        "answered": [one for one in answered.lines if one.appeal.state != AppealState.OPEN][:20] if answered else [],
        "narrowed": narrowed,
        "state": state,
        "page": links(request, found.older),
    }
    return render(request, "moderate/appeals.html", context)


def _appeal(request: MemberRequest, pk: int) -> Appeal:
    rows = Appeal.of(request.workspace).select_related(
        "workspace", "statement__workspace", "statement__post__source", "statement__post__author",
        "statement__source", "statement__author__person", "statement__entry", "statement__rule",
        "statement__sanction",
    )  # fmt: skip
    return get_object_or_404(rows, pk=pk)


@page(Role.VIEWER, to_write=Role.MODERATOR)
def appeal(request: MemberRequest, pk: int) -> HttpResponse:
    """One, with all that is needed to answer it; answering it."""
    found, error, given = _appeal(request, pk), "", request.POST
    if request.method == "POST":
        if given.get("do") not in ("uphold", "overturn"):
            error = "Choose whether the decision stands or is taken back"
        else:
            try:
                done = appeals_actions.decide(
                    found, overturn=given["do"] == "overturn", by=request.member, why=given.get("why", ""),
                    base=base_of(request),
                )  # fmt: skip
            except Refusal as no:
                error = str(no)
            else:
                return _after(request, done)
    case = appeals_queries.case(found, request.member, base_of(request))
    context = {
        "appeal": found, "case": case, "statement": found.statement, "error": error, "why": given.get("why", ""),
        "may_decide": request.role.may(Role.MODERATOR) and not case.refused and found.state == AppealState.OPEN,
    }  # fmt: skip
    return render(request, "moderate/appeal.html", context, status=422 if error else 200)


def _after(request: MemberRequest, done: Appeal) -> HttpResponse:
    messages.success(request, f"{done.get_state_display()}. The author can read it at their link.")
    for told in done.left.splitlines():
        messages.warning(request, f"Not taken back: {told}")
    return see(reverse("moderate:appeal", args=[request.workspace.slug, done.pk]))


def _made(request: MemberRequest) -> transparency.Made:
    asked = read_asked(request.GET.dict())
    since, until = transparency.period(asked.since, asked.until, timezone.now().date())
    return transparency.report(request.workspace, since, until)


@page(Role.VIEWER)
def report(request: MemberRequest) -> HttpResponse:
    """The transparency report; it prints as it stands."""
    context = {"made": _made(request), "says": transparency.DEFINITIONS}
    return render(request, "moderate/transparency.html", context)


@page(Role.VIEWER)
def report_csv(request: MemberRequest) -> HttpResponse:
    """The same as a table."""
    answer = HttpResponse(transparency.as_csv(_made(request)), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{request.workspace.slug}-transparency.csv"'
    return answer


@page(Role.VIEWER)
def report_json(request: MemberRequest) -> HttpResponse:
    """The same as JSON."""
    told = {"report": _made(request), "definitions": transparency.DEFINITIONS}
    answer = HttpResponse(json.encode(told), content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{request.workspace.slug}-transparency.json"'
    return answer


@page(Role.VIEWER)
def report_reports(request: MemberRequest) -> HttpResponse:
    """The reports by members behind a number."""
    asked, outcome = read_asked(request.GET.dict()), request.GET.get("outcome", "")
    since, until = transparency.period(asked.since, asked.until, timezone.now().date())
    outcome = outcome if outcome in transparency.OUTCOMES_OF_REPORTS else ""
    rows, older = transparency.reports_page(request.workspace, since, until, outcome, read_before(request))
    context = {"rows": rows, "since": since, "until": until, "page": links(request, older)}
    return render(request, "moderate/transparency_reports.html", context)
