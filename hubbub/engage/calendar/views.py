"""The calendar's pages: month, week, list; what is moved and done from them."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from hubbub.store.hours import zone_of
from hubbub.store.models import Planned, PlannedState, Role, VersionState
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.lists import offer_undo

from . import actions, moving, queries
from .queries import Choice

VIEWS = ("month", "week", "list")
FILTERS = ("kind", "source", "state", "owner", "tag")


def show(request: MemberRequest, template: str, shown: Mapping[str, object], status: int = 200) -> HttpResponse:
    """A page whose moments are told by the workspace's clock, which templates would turn into UTC."""
    with timezone.override(zone_of(request.workspace)):
        return render(request, template, dict(shown), status=status)


def read_choice(request: MemberRequest) -> Choice:
    """What of the calendar is asked for; nonsense counts as all."""
    given = request.GET
    state = given.get("state", "")
    known = state in PlannedState.values and state != PlannedState.PATTERN
    return Choice(
        kind=given.get("kind", "")[:30],
        source=_number(given.get("source", "")),
        state=state if known else "",
        owner=_number(given.get("owner", "")),
        tag=_number(given.get("tag", "")),
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _day(text: str, today: date) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return today
    return found if 2000 <= found.year < 2200 else today


@page(Role.VIEWER)
def calendar(request: MemberRequest) -> HttpResponse:
    """A month, a week, or a list of what is said first."""
    zone = zone_of(request.workspace)
    today = timezone.now().astimezone(zone).date()
    asked = request.GET.get("view", "month")
    view = asked if asked in VIEWS else "month"
    day = _day(request.GET.get("day", ""), today)
    choice = read_choice(request)
    shown = {
        "view": view,
        "views": [("month", "Month", "m"), ("week", "Week", "w"), ("list", "List", "l")],
        "day": day,
        "today": today,
        "zone": str(zone),
        "choice": choice,
        "kept": queries.choices(request.workspace),
        "carried": urlencode({name: getattr(choice, name) for name in FILTERS if getattr(choice, name)}),
        "undated": queries.undated(request.workspace, choice),
        "waiting": queries.waiting(request.workspace),
        "may_act": request.role.may(Role.RESPONDER),
        "here": request.get_full_path(),
        **_days(request, view, day, today, choice),
    }
    return show(request, "engage/calendar/calendar.html", shown)


def _days(request: MemberRequest, view: str, day: date, today: date, choice: Choice) -> dict[str, object]:
    """The days of the page, its title, and where one goes from here."""
    zone, workspace = zone_of(request.workspace), request.workspace
    month = 0
    if view == "month":
        first = day.replace(day=1)
        begin, count = queries.month_days(first)
        month, title = first.month, f"{first:%B %Y}"
        earlier, later = (first - timedelta(days=1)).replace(day=1), (first + timedelta(days=32)).replace(day=1)
    elif view == "week":
        begin, count = day - timedelta(days=day.weekday()), 7
        earlier, later = begin - timedelta(days=7), begin + timedelta(days=7)
        title = f"{begin:%-d %B} to {begin + timedelta(days=6):%-d %B %Y}"
    else:
        begin, count = day, queries.DAYS
        earlier, later = begin - timedelta(days=count), begin + timedelta(days=count)
        title = f"{begin:%-d %B} to {begin + timedelta(days=count - 1):%-d %B %Y}"
    free = timezone.now() if view == "week" else None
    days = queries.days(workspace, choice, zone, begin, count, today=today, month=month, free_after=free)
    return {
        "days": [one for one in days if one.entries] if view == "list" else days,
        "title": title,
        "earlier": earlier,
        "later": later,
        "empty": not any(one.entries for one in days),
    }


def back(request: MemberRequest, name: str = "engage:calendar", *args: object) -> HttpResponseRedirect:
    """To where the form came from, else to that page."""
    where = request.POST.get("back", "")
    if where and url_has_allowed_host_and_scheme(where, allowed_hosts=None):
        return HttpResponseRedirect(where, status=303)
    return HttpResponseRedirect(reverse(name, args=[request.workspace.slug, *args]), status=303)


@require_POST
@page(Role.RESPONDER)
def move(request: MemberRequest, planned_id: int) -> HttpResponse:
    """To the moment `to` (by the workspace's clock), or by so many `days` and `minutes`. `from`: the moment of the one
    of its versions that was taken hold of; the others move along."""
    item = get_object_or_404(queries.item_of(request.workspace, planned_id))
    zone, given = zone_of(request.workspace), request.POST
    due = queries.parse_local(given.get("to", ""), zone)
    first = _first(item)
    if due is None and first is not None and not given.get("to"):
        due = _shifted(first.astimezone(zone), given.get("days", ""), given.get("minutes", ""))
    due = _along(item, due, queries.parse_local(given.get("from", ""), zone), zone)
    if due is None:
        messages.error(request, "Say to which day and time: it is nowhere in the calendar yet, or that is no time.")
        return back(request, "engage:planned", item.pk)
    before = first
    try:
        actions_row = moving.move(item, due, by=request.member)
    except Refusal as no:
        messages.error(request, str(no))
        return back(request, "engage:planned", item.pk)
    here = due.astimezone(zone)
    says = f"“{item.title}” is moved to {here:%a %-d %b, %H:%M}."
    if before is None or actions_row.state == PlannedState.FAILED:
        messages.success(request, says)
    else:
        undo = reverse("engage:planned_move", args=[request.workspace.slug, item.pk])
        offer_undo(request, says, undo, [("to", before.isoformat()), ("back", given.get("back", ""))])
    return back(request, "engage:planned", item.pk)


def _first(item: Planned) -> datetime | None:
    """The earliest moment of what can still be moved."""
    ready = item.versions.filter(state=VersionState.READY, due__isnull=False).order_by("due")
    return ready.values_list("due", flat=True).first() or item.due


def _along(item: Planned, to: datetime | None, taken: datetime | None, zone: tzinfo) -> datetime | None:
    """Where the item's first moment goes when the version at `taken` goes to `to`, by the clock."""
    first = _first(item)
    if to is None or taken is None or first is None:
        return to
    by = to.astimezone(zone).replace(tzinfo=None) - taken.astimezone(zone).replace(tzinfo=None)
    return queries.parse_local((first.astimezone(zone).replace(tzinfo=None) + by).isoformat(), zone)


def _shifted(here: datetime, days: str, minutes: str) -> datetime | None:
    """The clock shows the same time some days on, also where it was changed between."""
    try:
        by = timedelta(days=int(days or 0), minutes=int(minutes or 0))
        moved = (here.replace(tzinfo=None) + by).isoformat()
    except (ValueError, OverflowError):
        return None
    return queries.parse_local(moved, here.tzinfo) if here.tzinfo else None


@require_POST
@page(Role.RESPONDER)
def bulk(request: MemberRequest) -> HttpResponse:
    """The same with all that were chosen, with undo for what was dropped."""
    pks = [number for text in request.POST.getlist("ids") if (number := _number(text))]
    act, by = request.POST.get("act", ""), request.member
    acts = {
        "plan": lambda item: actions.plan(item, by=by),
        "draft": lambda item: actions.back_to_draft(item, by=by),
        "drop": lambda item: actions.drop(item, by=by),
    }
    words = {"plan": "planned, or waiting for approval", "draft": "drafts", "drop": "dropped", "queue": "in the queue"}
    if act not in words:
        messages.error(request, "Choose what to do with them.")
        return back(request)
    try:
        if act == "queue":
            done = moving.enqueue_all(request.workspace, pks, by=by)
        else:
            done = actions.do_all(request.workspace, pks, acts[act])
    except Refusal as no:
        messages.error(request, f"Nothing was done. {no}")
        return back(request)
    says = f"{len(done)} {words[act]}."
    if act == "drop" and done:
        fields = [("ids", str(pk)) for pk in done]
        offer_undo(request, says, reverse("engage:planned_undo", args=[request.workspace.slug]), fields)
    else:
        messages.success(request, says)
    return back(request)


@require_POST
@page(Role.RESPONDER)
def undo(request: MemberRequest) -> HttpResponse:
    """Bring back what was dropped."""
    pks = [number for text in request.POST.getlist("ids") if (number := _number(text))]
    try:
        done = actions.undo_drop(request.workspace, pks, by=request.member)
    except Refusal as no:
        messages.error(request, str(no))
    else:
        messages.success(request, f"{done} brought back.")
    return back(request)
