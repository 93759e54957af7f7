"""Pages on which managers set up relationships: weights, levels, suggestions, the stages of each pipeline."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from hubbub.core import levels as core
from hubbub.core.relations import NAMES, PLURALS, RELATIONS
from hubbub.store import activities, capped, suggestions
from hubbub.store import relations as stored
from hubbub.store.models import Relationship, Role, Stage
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal

from . import settings_actions, stages_actions
from .forms import LevelsForm, LimitsForm, StageForm, WeightsForm
from .queries import is_id

NAMED = 50  # of those who would be at a level


def _see(request: MemberRequest, name: str, *args: object) -> HttpResponse:
    return HttpResponseRedirect(reverse(f"engage:{name}", args=[request.workspace.slug, *args]), status=303)


@page(Role.VIEWER, to_write=Role.MANAGER)
def relation_settings(request: MemberRequest) -> HttpResponse:
    """How much each kind counts, and from when on what is suggested."""
    own = stored.relating_of(request.workspace.pk)
    asked = request.POST.get("form", "")
    weights = WeightsForm(request.POST if asked == "weights" else None, own=stored.weights(own))
    limits = LimitsForm(request.POST if asked == "limits" else None, own=suggestions.limits(own))
    if request.method == "POST":
        try:
            if asked == "weights" and weights.is_valid():
                settings_actions.weigh(request.workspace, weights.cleaned_data, by=request.member)
                messages.success(request, "Saved. The inbox is put in order anew.")
                return _see(request, "relation_settings")
            if asked == "limits" and limits.is_valid():
                settings_actions.set_limits(request.workspace, limits.cleaned_data, by=request.member)
                messages.success(request, "Saved. Everybody is looked at anew in the next minutes.")
                return _see(request, "relation_settings")
        except Refusal as no:
            messages.error(request, str(no))
    context = {
        "weights": weights,
        "limits": limits,
        "kinds": [(kind, PLURALS[kind], rows) for kind, rows in stored.stages(request.workspace).items()],
        "may_change": request.role.may(Role.MANAGER),
        "thresholds": _asked(stored.thresholds(own)),
    }
    refused = request.method == "POST"
    return render(request, "engage/relations/settings.html", context, status=422 if refused else 200)


def _asked(own: core.Thresholds) -> list[tuple[str, str]]:
    """What each level asks for, in words."""
    return [(level, core.in_words(core.asked_by(level, own))) for level in core.LEVELS[1:]]


def _asking(request: MemberRequest, level: str) -> str:
    """The same try, with those named who would be at that level."""
    asked = request.GET.copy()
    asked["who"] = level
    return f"?{asked.urlencode()}#who"


@page(Role.VIEWER, to_write=Role.MANAGER)
def levels(request: MemberRequest) -> HttpResponse:
    """What each level asks for, with how many people would be at each."""
    own = stored.levels_of(request.workspace.pk)
    tried = request.method == "POST" or "try" in request.GET
    form = LevelsForm(request.POST if request.method == "POST" else request.GET if tried else None, own=own)
    wanted, refused = None, ""
    if tried and form.is_valid():
        try:
            wanted = settings_actions.read_levels(form.wanted())
            if request.method == "POST":
                settings_actions.set_levels(request.workspace, wanted, by=request.member)
                messages.success(request, "Saved. Everybody's level is set by these numbers from now on.")
                return _see(request, "relation_levels")
        except Refusal as no:
            refused = str(no)
    now, then = activities.preview(request.workspace, own), None
    if wanted is not None and not refused:
        then = activities.preview(request.workspace, wanted)
    who = request.GET.get("who", "") if wanted is not None and then else ""
    context = {
        "form": form,
        "refused": refused,
        "counts": [
            (level, now[level], then[level] if then else None, _asking(request, level)) for level in core.LEVELS
        ],
        "who": who,
        "shown": activities.would_be(request.workspace, wanted, who, NAMED) if wanted and who else (),
        "tried": then is not None,
        "names": core.LEVELS[1:],
        "may_change": request.role.may(Role.MANAGER),
    }
    bad = tried and (refused or not form.is_valid())
    return render(request, "engage/relations/levels.html", context, status=422 if bad else 200)


@page(Role.VIEWER, to_write=Role.MANAGER)
def stages(request: MemberRequest, kind_name: str) -> HttpResponse:
    """The stages of one kind; a new one is added."""
    if kind_name not in RELATIONS:
        return render(request, "engage/relations/no_kind.html", {"kinds": NAMES.items()}, status=404)
    form = StageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            said = form.cleaned_data
            row = stages_actions.add(
                request.workspace, kind_name, said["name"], active=said["active"], by=request.member
            )
            messages.success(request, f"“{row}” was added.")
            return _see(request, "relation_stages", kind_name)
        except Refusal as no:
            form.add_error("name", str(no))
    rows = stored.stages_of(request.workspace, kind_name)
    standing = Relationship.of(request.workspace).filter(ended=None, person__merged_into=None)  # as the list
    context = {
        "form": form,
        "kind": kind_name,
        "plural": PLURALS[kind_name],
        "kinds": [(kind, PLURALS[kind]) for kind in RELATIONS],
        "rows": [(row, capped.shown(capped.count(standing.filter(stage=row)))) for row in rows],
        "may_change": request.role.may(Role.MANAGER),
    }
    return render(request, "engage/relations/stages.html", context, status=422 if form.errors else 200)


@page(Role.MANAGER)
@require_POST
def stage(request: MemberRequest, stage_id: int) -> HttpResponse:
    """Rename, shift or remove a stage: `act` says which."""
    row = get_object_or_404(Stage.of(request.workspace).select_related("workspace"), pk=stage_id)
    kind, given = row.kind, request.POST
    try:
        match given.get("act", ""):
            case "up" | "down" as way:
                stages_actions.shift(row, -1 if way == "up" else 1, by=request.member)
            case "remove":
                _remove(request, row)
            case _:
                active = given.get("active") == "on"
                if stages_actions.change(row, given.get("name", ""), active=active, by=request.member):
                    messages.success(request, f"“{row}” is saved.")
    except Refusal as no:
        messages.error(request, str(no))
    return _see(request, "relation_stages", kind)


def _remove(request: MemberRequest, row: Stage) -> None:
    asked, name = request.POST.get("target", ""), row.name
    target = Stage.of(request.workspace).filter(pk=int(asked)).first() if is_id(asked) else None
    if target is None:
        raise Refusal(f"Choose where to put what stands in “{name}”")
    moved = stages_actions.remove(row, target, by=request.member)
    messages.success(request, f"“{name}” was removed; {moved} went to “{target}”.")
