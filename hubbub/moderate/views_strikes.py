"""Pages about strikes: a person's record, what their points propose, from how many points on."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from hubbub.store import proposals as stored
from hubbub.store import strikes as counted
from hubbub.store.models import Person, Policy, Proposal, ProposalState, Role, Strike
from hubbub.store.queue.ranking import settings_of
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.lists import links, read_before

from . import effects, strikes_actions, strikes_queries
from .policies_queries import in_force
from .views import see

STATES = (("open", "waiting"), ("accepted", "accepted"), ("declined", "declined"), ("overtaken", "overtaken"))
TERMS = ((30, "30 days"), (90, "90 days"), (180, "180 days"), (365, "a year"), (0, "for good"))


class ThresholdsForm(forms.Form):
    """From how many points on what is proposed."""

    warn_at = forms.IntegerField(label="Propose a warning from", required=False, min_value=1, max_value=100)
    mute_at = forms.IntegerField(label="Propose a mute from", required=False, min_value=1, max_value=100)
    mute_hours = forms.IntegerField(
        label="The mute lasts so many hours",
        required=False,
        min_value=1,
        max_value=strikes_actions.HOURS_MOST,
        help_text="168 are a week. Empty: until somebody lifts it.",
    )
    ban_at = forms.IntegerField(
        label="Propose a ban from",
        required=False,
        min_value=1,
        max_value=100,
        help_text="Points. Empty: it is never proposed.",
    )


@page(Role.VIEWER)
def proposals(request: MemberRequest) -> HttpResponse:
    """What strikes propose, and what was answered."""
    asked = request.GET.get("state", "open")
    state = asked if asked in ProposalState.values else "open"
    rows, older = strikes_queries.proposed(request.workspace, timezone.now(), state, before=read_before(request))
    own = settings_of(request.workspace)
    context = {
        "rows": rows,
        "page": links(request, older),
        "state": state,
        "states": STATES,
        "thresholds": stored.thresholds(request.workspace),
        "form": ThresholdsForm(initial={name: getattr(own, name) for name in ThresholdsForm.base_fields}),
        "may_decide": request.role.may(Role.MODERATOR),
        "may_change": request.role.may(Role.MANAGER),
        "past": effects.PAST,
    }
    return render(request, "moderate/proposals.html", context)


@page(Role.MODERATOR)
@require_POST
def proposal_answer(request: MemberRequest, pk: int) -> HttpResponseRedirect:
    """Accept or decline it."""
    found = get_object_or_404(Proposal.of(request.workspace), pk=pk)
    why = request.POST.get("why", "")
    try:
        if request.POST.get("answer") == "accept":
            done = strikes_actions.accept(found, by=request.member, why=why)
            messages.success(request, f"{done.author} will be {effects.PAST[done.verb]}; the network is told.")
        else:
            strikes_actions.decline(found, by=request.member, why=why)
            messages.success(request, "Declined. It is proposed again only when the points fell and came back.")
    except Refusal as no:
        messages.error(request, str(no))
    return _back(request, reverse("moderate:proposals", args=[request.workspace.slug]))


@page(Role.MANAGER)
@require_POST
def thresholds(request: MemberRequest) -> HttpResponseRedirect:
    """From how many points on what is proposed."""
    form = ThresholdsForm(request.POST)
    try:
        if form.is_valid():
            strikes_actions.set_thresholds(request.workspace, form.cleaned_data, by=request.member)
            messages.success(request, "Saved. Those who have points are looked at anew in a moment.")
        else:
            name, errors = next(iter(form.errors.items()))
            messages.error(request, f"{form.fields[name].label}: {errors[0]}")
    except Refusal as no:
        messages.error(request, str(no))
    return see(reverse("moderate:proposals", args=[request.workspace.slug]))


@page(Role.VIEWER)
def person_strikes(request: MemberRequest, pk: int) -> HttpResponse:
    """A person's record: strikes, what counts now, what was proposed."""
    person = _person(request, pk)
    now = timezone.now()
    context = {
        "person": person,
        "points": counted.points(person, now),
        "rows": strikes_queries.given(person, now),
        "proposed": strikes_queries.proposed(request.workspace, now, "", person)[0][:20],
        "policies": in_force(request.workspace),
        "terms": TERMS,
        "thresholds": stored.thresholds(request.workspace),
        "may_decide": request.role.may(Role.MODERATOR),
        "past": effects.PAST,
    }
    return render(request, "moderate/strikes.html", context)


def _person(request: MemberRequest, pk: int) -> Person:
    return get_object_or_404(Person.of(request.workspace).select_related("workspace"), pk=pk)


@page(Role.MODERATOR)
@require_POST
def strike_give(request: MemberRequest, pk: int) -> HttpResponseRedirect:
    """Points by hand."""
    person, sent = _person(request, pk), request.POST
    policy = Policy.of(request.workspace).filter(slug=sent.get("policy", ""), active=True).first()
    points, days = _number(sent.get("points", "")), _number(sent.get("days", ""))
    try:
        strikes_actions.give(
            person, points, by=request.member, why=sent.get("why", ""), policy=policy, days=days or None
        )
        messages.success(request, f"{person} has {points} point{'' if points == 1 else 's'} more.")
    except Refusal as no:
        messages.error(request, str(no))
    return see(reverse("moderate:person_strikes", args=[request.workspace.slug, pk]))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 7 else 0


@page(Role.MODERATOR)
@require_POST
def strike_withdraw(request: MemberRequest, pk: int) -> HttpResponseRedirect:
    """Withdraw it for good."""
    found = get_object_or_404(Strike.of(request.workspace).select_related("workspace", "author"), pk=pk)
    try:
        strikes_actions.withdraw(found, by=request.member, why=request.POST.get("why", ""))
        messages.success(request, "Withdrawn: it counts no more.")
    except Refusal as no:
        messages.error(request, str(no))
    return see(reverse("moderate:person_strikes", args=[request.workspace.slug, found.author.person_id]))


def _back(request: MemberRequest, usual: str) -> HttpResponseRedirect:
    wanted = request.POST.get("next", "")
    return see(wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else usual)
