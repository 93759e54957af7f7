"""Pages about what was done together: a batch, taking it back, how that goes; and a rule's breaker."""

from datetime import date

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from hubbub.store.models import Batch, Role, Rule, Undoing
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.lists import links, read_before

from . import batches_queries as queries
from . import breaker_actions, undoing
from .views import see


@page(Role.VIEWER)
def batches(request: MemberRequest) -> HttpResponse:
    """What was done to many posts at once, newest first."""
    found = queries.batches(request.workspace, read_before(request))
    return render(
        request,
        "moderate/batches.html",
        {
            "batches": found.rows,
            "page": links(request, found.older),
            "undoings": queries.undoings(request.workspace),
            "stopped": queries.stopped(request.workspace),
        },
    )


@page(Role.VIEWER)
def batch(request: MemberRequest, pk: int) -> HttpResponse:
    """What one did, and what taking it back would mean."""
    found = get_object_or_404(Batch.of(request.workspace).select_related("workspace", "rule"), pk=pk)
    rows, older = queries.deeds(found, read_before(request))
    return render(
        request,
        "moderate/batch.html",
        {
            "batch": found,
            "deeds": rows,
            "page": links(request, older),
            "tallies": queries.tallies(found),
            "preview": undoing.preview(request.workspace, undoing.Wish(batch=found)),
            "may_decide": request.role.may(Role.MODERATOR),
        },
    )


@page(Role.MODERATOR)
@require_POST
def batch_undo(request: MemberRequest, pk: int) -> HttpResponse:
    """Take all of it back."""
    found = get_object_or_404(Batch.of(request.workspace), pk=pk)
    return _start(request, undoing.Wish(batch=found), reverse("moderate:batch", args=[request.workspace.slug, pk]))


@page(Role.VIEWER, to_write=Role.MODERATOR)
def rule_undo(request: MemberRequest, pk: int) -> HttpResponse:
    """What a rule did, since a version or a day: what taking it back would mean, and doing it."""
    rule = get_object_or_404(Rule.of(request.workspace).select_related("workspace"), pk=pk)
    asked = request.POST if request.method == "POST" else request.GET
    wish = undoing.Wish(rule=rule, version=_number(asked.get("version", "")), day=_day(asked.get("day", "")))
    if request.method == "POST":
        return _start(request, wish, reverse("moderate:rule_undo", args=[request.workspace.slug, pk]))
    versions, days = queries.acted(rule)
    return render(
        request,
        "moderate/rule_undo.html",
        {
            "rule": rule,
            "wish": wish,
            "versions": versions,
            "days": days,
            "preview": undoing.preview(request.workspace, wish),
            "may_decide": request.role.may(Role.MODERATOR),
        },
    )


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _cap(text: str) -> int | None:
    """None: the usual one. What is no number is refused as 0 is."""
    return (_number(text) or 0) if text else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _start(request: MemberRequest, wish: undoing.Wish, back: str) -> HttpResponseRedirect:
    try:
        begun = undoing.start(request.workspace, wish, by=request.member, why=request.POST.get("why", ""))
    except Refusal as no:
        messages.error(request, str(no))
        return see(back)
    return see(reverse("moderate:undoing", args=[request.workspace.slug, begun.pk]))


@page(Role.VIEWER)
def undoing_report(request: MemberRequest, pk: int) -> HttpResponse:
    """How it goes, and what could not be taken back."""
    found = get_object_or_404(Undoing.of(request.workspace).select_related("workspace"), pk=pk)
    told = {"report": queries.report(found), "may_decide": request.role.may(Role.MODERATOR)}
    return render(request, "moderate/undoing.html", told)


@page(Role.MODERATOR)
@require_POST
def undoing_stop(request: MemberRequest, pk: int) -> HttpResponse:
    """Leave the rest as it is."""
    found = get_object_or_404(Undoing.of(request.workspace).select_related("workspace"), pk=pk)
    try:
        undoing.stop(found, by=request.member, why=request.POST.get("why", ""))
    except Refusal as no:
        messages.error(request, str(no))
    return see(reverse("moderate:undoing", args=[request.workspace.slug, pk]))


@page(Role.VIEWER)
def rule_breaker(request: MemberRequest, pk: int) -> HttpResponse:
    """What a rule did lately, from where on it is stopped, and starting it again."""
    rule = get_object_or_404(Rule.of(request.workspace).select_related("workspace"), pk=pk)
    told = {
        "meter": queries.meter(rule, timezone.now()),
        "rule": rule,
        "may_change": request.role.may(Role.MANAGER),
        "may_decide": request.role.may(Role.MODERATOR),
    }
    return render(request, "moderate/rule_breaker.html", told)


@page(Role.MANAGER)
@require_POST
def rule_caps(request: MemberRequest, pk: int) -> HttpResponse:
    """Set how often it may act."""
    rule = get_object_or_404(Rule.of(request.workspace).select_related("workspace"), pk=pk)
    hour, day = (_cap(request.POST.get(name, "").strip()) for name in ("hour", "day"))
    try:
        breaker_actions.set_caps(rule, by=request.member, hour=hour, day=day, why=request.POST.get("why", ""))
        messages.success(request, "The caps are saved.")
    except Refusal as no:
        messages.error(request, str(no))
    return see(reverse("moderate:rule_breaker", args=[request.workspace.slug, pk]))


@page(Role.MODERATOR)
@require_POST
def rule_restart(request: MemberRequest, pk: int) -> HttpResponse:
    """Let a stopped rule act again."""
    rule = get_object_or_404(Rule.of(request.workspace).select_related("workspace"), pk=pk)
    try:
        breaker_actions.restart(rule, by=request.member, why=request.POST.get("why", ""))
        messages.success(request, f"“{rule}” acts again.")
    except Refusal as no:
        messages.error(request, str(no))
    return see(reverse("moderate:rule_breaker", args=[request.workspace.slug, pk]))
