"""The room's pages."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from hubbub.core.kpi import MEASURES, last_days, suggested
from hubbub.store.figures import AtLeast, Figures
from hubbub.store.models import ObjectiveKind, Role
from hubbub.ui import charts
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.lists import offer_undo

from . import actions, queries
from .forms import KpiForm, ObjectiveForm, ReasonForm, TargetForm
from .kinds import MEANINGS
from .links import behind


def _to(request: MemberRequest, name: str = "plan:objectives", *args: object) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(name, args=[request.workspace.slug, *args]), status=303)


@page(Role.VIEWER)
def objectives(request: MemberRequest) -> HttpResponse:
    """Every objective with its KPIs and where each stands; the first steps where there is none."""
    archived, fresh = "archived" in request.GET, "fresh" in request.GET
    cards = queries.plan(request.workspace, timezone.now(), archived=archived, fresh=fresh)
    if fresh:  # so that the address that stays does not count again whenever it is opened
        return HttpResponseRedirect("?archived" if archived else request.path, status=303)
    kpis = [card for objective in cards for card in objective.kpis]
    shown = {
        "cards": cards,
        "archived": archived,
        "kinds": queries.kinds(),
        "behind": {card.kpi.pk: behind(request.workspace, card.kpi, card.window) for card in kpis},
        "lines": {card.kpi.pk: charts.sparkline(card.line, label=card.line_in_words) for card in kpis},
        "may_write": request.role.may(Role.MANAGER),
        "counted": min((card.counted for card in kpis), default=None),
        "fresh": "?archived&fresh" if archived else "?fresh",
        "without_target": [card for card in kpis if card.target is None],
    }
    return render(request, "plan/objectives.html", shown)


@page(Role.MANAGER)
def new_objective(request: MemberRequest) -> HttpResponse:
    """Set an objective; its first KPI comes next."""
    kind = request.GET.get("kind", "")
    known = kind in ObjectiveKind.values
    first = {"kind": kind, "name": MEANINGS[ObjectiveKind(kind)].example} if known else {}
    form = ObjectiveForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data
        try:
            objective = actions.add_objective(
                request.workspace, ObjectiveKind(found["kind"]), found["name"], by=request.member, why=found["why"]
            )
        except Refusal as no:
            form.add_error("name", str(no))
        else:
            return _to(request, "plan:new_kpi", objective.pk)
    return render(request, "plan/objective_form.html", {"form": form, "kinds": queries.kinds(), "step": 1})


@page(Role.MANAGER)
def edit_objective(request: MemberRequest, objective_id: int) -> HttpResponse:
    """Another kind, name or reason; or put it away."""
    objective = queries.objective_of(request.workspace, objective_id)
    first = {"kind": objective.kind, "name": objective.name, "why": objective.why}
    form = ObjectiveForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data
        try:
            actions.change_objective(
                objective, ObjectiveKind(found["kind"]), found["name"], by=request.member, why=found["why"]
            )
        except Refusal as no:
            form.add_error("name", str(no))
        else:
            messages.success(request, "Saved.")
            return _to(request)
    shown = {"form": form, "objective": objective, "kinds": queries.kinds(), "reason": ReasonForm(auto_id="archive_%s")}
    return render(request, "plan/objective_form.html", shown)


@require_POST
@page(Role.MANAGER)
def archive_objective(request: MemberRequest, objective_id: int) -> HttpResponse:
    """Put it away, with undo."""
    objective = queries.objective_of(request.workspace, objective_id)
    actions.archive_objective(objective, by=request.member, why=request.POST.get("why", "")[:1000])
    undo = reverse("plan:restore_objective", args=[request.workspace.slug, objective_id])
    offer_undo(request, f"“{objective.name}” is archived.", undo, [("why", "undone")])
    return _to(request)


@require_POST
@page(Role.MANAGER)
def restore_objective(request: MemberRequest, objective_id: int) -> HttpResponse:
    """Bring it back."""
    objective = queries.objective_of(request.workspace, objective_id)
    actions.restore_objective(objective, by=request.member, why=request.POST.get("why", "")[:1000])
    messages.success(request, f"“{objective.name}” is back.")
    return _to(request)


@page(Role.MANAGER)
def new_kpi(request: MemberRequest, objective_id: int) -> HttpResponse:
    """Choose the number that says how far the objective is reached; its target comes next."""
    objective = queries.objective_of(request.workspace, objective_id)
    measures = suggested(objective.kind)
    form = KpiForm(request.POST or None, workspace=request.workspace, suggested=measures)
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data
        try:
            kpi = actions.add_kpi(objective, found["measure"], found["topic"], found["days"], by=request.member)
        except Refusal as no:
            form.add_error(None, str(no))
        else:
            return _to(request, "plan:new_target", kpi.pk)
    shown = {
        "form": form,
        "objective": objective,
        "suggested": measures,
        "others": [measure for measure in MEASURES.values() if measure not in measures],
    }
    return render(request, "plan/kpi_form.html", shown)


@require_POST
@page(Role.MANAGER)
def remove_kpi(request: MemberRequest, kpi_id: int) -> HttpResponse:
    """Take a KPI and its targets away."""
    kpi = queries.kpi_of(request.workspace, kpi_id)
    actions.remove_kpi(kpi, by=request.member, why=request.POST.get("why", "")[:1000])
    messages.success(request, f"“{MEASURES[kpi.measure].name}” is removed from “{kpi.objective.name}”.")
    return _to(request)


@page(Role.MANAGER)
def new_target(request: MemberRequest, kpi_id: int) -> HttpResponse:
    """Set what a KPI is to be and by when; what it is now becomes the baseline."""
    kpi = queries.kpi_of(request.workspace, kpi_id)
    now = timezone.now()
    form = TargetForm(request.POST or None, kpi=kpi)
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data
        try:
            actions.add_target(kpi, found["value"], found["by_day"], by=request.member, now=now, why=found["why"])
        except Refusal as no:
            form.add_error(None, str(no))
        else:
            messages.success(request, "The target is set.")
            return _to(request)
    measure = MEASURES[kpi.measure]
    window = last_days(kpi.days, now)
    value = Figures(request.workspace).value(measure, kpi.topic_id, window)
    shown = {
        "form": form,
        "kpi": kpi,
        "measure": measure,
        "value": value,
        "stopped": isinstance(value, AtLeast),
        "written": queries.said(value, measure),
        "behind": behind(request.workspace, kpi, window),
    }
    return render(request, "plan/target_form.html", shown)
