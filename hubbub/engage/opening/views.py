"""The page on which a workspace says which posts become conversations."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from hubbub.core import query as language
from hubbub.core.opening import START
from hubbub.store import opening as store
from hubbub.store import word_lists
from hubbub.store.models import OpeningRun, Role
from hubbub.ui import writing
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal

from . import actions, queries
from .trial import DAYS, slips_of, trial

SPANS = (7, 30, 90)  # days that stored posts can be held against it


@page(Role.VIEWER, to_write=Role.MANAGER)
def opening(request: MemberRequest) -> HttpResponse:
    """The query, tried out and saved."""
    stands = store.written(request.workspace)
    context: dict[str, object] = {}
    if request.method == "POST":
        field = writing.Field("query", language.Use.OPENING, word_lists.of(request.workspace))
        written = writing.sent(request.POST, field)
        active = request.POST.get("active") == "yes"
        if written.says:
            messages.info(request, written.says)
        sound = writing.wants_to_save(request.POST) and not slips_of(written.text, request.workspace)
        if sound and (done := _saved(request, written.text, active=active)) is not None:
            return done
        context = _tried(request, written.text)
        context["why"] = request.POST.get("why", "")
    else:
        written, active = writing.begun(stands.query, as_lists=False), stands.active
    bad = request.method == "POST" and bool(context.get("slips")) and writing.wants_to_save(request.POST)
    context |= {
        "written": written,
        "active": active,
        "stands": stands,
        "versions": queries.versions(request.workspace),
        "run": queries.newest_run(request.workspace),
        "start": START,
        "spans": SPANS,
        "days_choices": DAYS,
        "may_write": request.role.may(Role.MANAGER),
    }
    return render(request, "engage/opening/opening.html", context, status=422 if bad else 200)


def _saved(request: MemberRequest, query: str, *, active: bool) -> HttpResponse | None:
    was = request.POST.get("was", "")
    seen = int(was) if was.isdecimal() and len(was) < 10 else None
    why = request.POST.get("why", "").strip()[:500]
    try:
        row = actions.save(request.workspace, query, by=request.member, active=active, why=why, was=seen)
    except Refusal as no:
        messages.error(request, str(no))
        return None
    messages.success(request, f"Saved as version {row.version}. It holds for every post from now on.")
    return _back(request)


def _tried(request: MemberRequest, query: str) -> dict[str, object]:
    """What opening/trial.html shows."""
    asked = request.POST.get("days", "")
    days = int(asked) if asked in {str(one) for one in DAYS} else DAYS[0]
    if not query.strip():
        return {"empty": True, "days": days}
    if slips := slips_of(query, request.workspace):
        return {"slips": slips, "query_text": query, "days": days}
    return {"trial": trial(request.workspace, query, days, now=timezone.now()), "days": days, "query_text": query}


@page(Role.VIEWER)
@require_POST
def opening_trial(request: MemberRequest) -> HttpResponse:
    """A part of the page: what the query in the form would have opened."""
    field = writing.Field("query", language.Use.OPENING, word_lists.of(request.workspace))
    return render(request, "engage/opening/trial.html", _tried(request, writing.sent(request.POST, field).text))


@page(Role.MANAGER)
@require_POST
def opening_start(request: MemberRequest) -> HttpResponse:
    """Back to the start."""
    actions.start_again(request.workspace, by=request.member)
    messages.success(request, "It is as it was at the start.")
    return _back(request)


@page(Role.MANAGER)
@require_POST
def opening_apply(request: MemberRequest) -> HttpResponse:
    """Hold stored posts against it."""
    asked = request.POST.get("days", "")
    try:
        actions.apply(request.workspace, int(asked) if asked.isdecimal() and len(asked) < 5 else 0, by=request.member)
        messages.success(request, "Under way. You can leave this page.")
    except Refusal as no:
        messages.error(request, str(no))
    return _back(request)


@page(Role.MANAGER)
@require_POST
def opening_stop(request: MemberRequest, run: int) -> HttpResponse:
    """Go no further."""
    try:
        actions.stop(get_object_or_404(OpeningRun.of(request.workspace), pk=run), by=request.member)
        messages.success(request, "Stopped. What was opened stays.")
    except Refusal as no:
        messages.error(request, str(no))
    return _back(request)


def _back(request: MemberRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("engage:opening", args=[request.workspace.slug]), status=303)
