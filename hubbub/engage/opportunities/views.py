"""Pages of opportunities: the list by fit, taking and passing, house rules, weights."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from hubbub.core.fit import Weights
from hubbub.store import opportunities as stored
from hubbub.store.models import Opportunity, OpportunityState, PassReason, Role, Source
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.ids import ids_of
from hubbub.ui.lists import offer_undo, read_filter

from . import actions, queries
from .forms import HouseRulesForm, WeightsForm


def _see(request: MemberRequest, name: str, *which: int, kept: str = "") -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(f"engage:{name}", args=[request.workspace.slug, *which]) + kept, status=303)


def _kept(request: MemberRequest) -> Mapping[str, str]:
    """Which list a person has before them."""
    return {name: request.GET[name] for name in ("state", "came", "source", "q") if request.GET.get(name)}


def _query(given: Mapping[str, str]) -> str:
    return f"?{urlencode(given)}" if given else ""


@page(Role.VIEWER)
def opportunities(request: MemberRequest) -> HttpResponse:
    """What fits best stands first."""
    state, came = request.GET.get("state", ""), request.GET.get("came", "")
    state = state if state in OpportunityState.values else str(OpportunityState.OPEN)
    came = came if came in queries.CAME else ""
    asked = ids_of([request.GET.get("source", "")])
    place = Source.of(request.workspace).filter(pk__in=asked).first()
    filter_ = read_filter(request, kept=("state", "came", "source"))
    found = (
        queries.Listing((), "")
        if filter_.slips
        else queries.listed(
            request.workspace,
            state,
            filter_.query,
            now=timezone.now(),
            came=came,
            place=place,
            after=request.GET.get("after", ""),
        )
    )
    kept = _kept(request)
    context = {
        "found": found,
        "filter": filter_,
        "state": state,
        "came": came,
        "place": place,
        "counts": queries.counts(request.workspace),
        "outcomes": queries.outcomes(request.workspace),
        "here": _query(kept),
        "older": _query({**kept, "after": found.after}) if found.after else "",
        "newest": _query(kept) or "?" if request.GET.get("after") else "",
        "reasons": PassReason.choices,
        "may_act": request.role.may(Role.RESPONDER),
    }
    return render(request, "engage/opportunities/list.html", context)


def _find(request: MemberRequest, pk: int) -> Opportunity:
    return get_object_or_404(Opportunity.of(request.workspace).select_related("workspace"), pk=pk)


@page(Role.RESPONDER)
@require_POST
def opportunity_take(request: MemberRequest, opportunity_id: int) -> HttpResponse:
    """Into the inbox, to its answer."""
    try:
        conversation = actions.take(_find(request, opportunity_id), by=request.member)
    except Refusal as no:
        messages.error(request, str(no))
        return _see(request, "opportunities", kept=_query(_kept(request)))
    return _see(request, "conversation", conversation.pk, kept="#reply")


@page(Role.RESPONDER)
@require_POST
def opportunities_pass(request: MemberRequest) -> HttpResponse:
    """Not for us: one, or all that are chosen."""
    pks = ids_of(request.POST.getlist("pk"))
    reason = request.POST.get("reason", "")
    here = _query(_kept(request))
    if not pks:
        messages.warning(request, "Choose rows first (x), then what to do with them")
        return _see(request, "opportunities", kept=here)
    try:
        chosen = PassReason(reason if reason in PassReason.values else "")
        moved = actions.pass_over(request.workspace, pks, chosen, by=request.member)
    except Refusal as no:
        messages.error(request, str(no))
        return _see(request, "opportunities", kept=here)
    if moved:
        url = reverse("engage:opportunities_back", args=[request.workspace.slug]) + here
        says = "Passed over." if len(moved) == 1 else f"{len(moved)} passed over."
        offer_undo(request, says, url, [("pk", str(row.pk)) for row in moved])
    return _see(request, "opportunities", kept=here)


@page(Role.RESPONDER)
@require_POST
def opportunities_back(request: MemberRequest) -> HttpResponse:
    """Open again what was passed over."""
    pks = ids_of(request.POST.getlist("pk"))
    moved = actions.bring_back(request.workspace, pks[: actions.MOST], by=request.member)
    messages.success(request, f"{len(moved)} open again.")
    return _see(request, "opportunities", kept=_query(_kept(request)))


@page(Role.VIEWER)
def places(request: MemberRequest) -> HttpResponse:
    """Places that are not ours, and what they allow."""
    context = {"places": queries.places(request.workspace), "may_act": request.role.may(Role.RESPONDER)}
    return render(request, "engage/opportunities/places.html", context)


@page(Role.VIEWER, to_write=Role.RESPONDER)
def house_rules(request: MemberRequest, source_id: int) -> HttpResponse:
    """What one place allows."""
    source = get_object_or_404(Source.of(request.workspace).select_related("workspace"), pk=source_id)
    now = getattr(source, "house_rules", None)
    begin = {"stance": now.stance, "note": now.note, "url": now.url} if now else None
    form = HouseRulesForm(request.POST if request.method == "POST" else None, initial=begin)
    problem = ""
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.set_house_rules(source, given["stance"], given["note"], given["url"], by=request.member)
            messages.success(request, f"The house rules of {source} are written down.")
            return _see(request, "places")
        except Refusal as no:
            problem = str(no)
    context = {
        "source": source, "form": form, "now": now, "problem": problem, "may_act": request.role.may(Role.RESPONDER)
    }  # fmt: skip
    return render(request, "engage/opportunities/house_rules.html", context, status=422 if problem else 200)


@page(Role.VIEWER, to_write=Role.MANAGER)
def scouting(request: MemberRequest) -> HttpResponse:
    """What is held for a good opportunity."""
    now = stored.weights(stored.scouting_of(request.workspace))
    begin = {name: getattr(now, name) for name in Weights.__struct_fields__}
    form = WeightsForm(request.POST if request.method == "POST" else None, initial=begin)
    problem = ""
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_weights(request.workspace, form.weights(), by=request.member)
            messages.success(request, "Saved; all that are open are weighed anew.")
            return _see(request, "opportunities")
        except Refusal as no:
            problem = str(no)
    amiss = bool(problem) or bool(request.method == "POST" and form.errors)
    context = {"form": form, "problem": problem, "may_change": request.role.may(Role.MANAGER), "start": Weights()}
    return render(request, "engage/opportunities/scouting.html", context, status=422 if amiss else 200)
