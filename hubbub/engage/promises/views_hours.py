"""Pages of hours and holidays."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from hubbub.core.hours import WEEKDAYS
from hubbub.core.promises import LengthError, read_length
from hubbub.store.hours import shape, standard
from hubbub.store.models import Holiday, Hours, Role
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal

from . import hours_actions as actions
from . import queries
from .forms import CalendarForm, HolidayForm, HoursForm, TryForm, zones

EXAMPLES = (timedelta(minutes=30), timedelta(hours=4))
OFFICE = {f"day_{number}": "9:00-12:30, 13:30-17:00" for number in range(5)}


def _to(request: MemberRequest, hours: Hours | None = None) -> HttpResponseRedirect:
    slug = request.workspace.slug
    url = reverse("engage:hours_one", args=[slug, hours.pk]) if hours else reverse("engage:hours", args=[slug])
    return HttpResponseRedirect(url, status=303)


@page(Role.VIEWER)
def hours(request: MemberRequest) -> HttpResponse:
    """All of them; the workspace's own first."""
    rows = [(row, _week(row), row.holidays.count()) for row in queries.all_hours(request.workspace)]
    shown = {"rows": rows, "may_write": request.role.may(Role.MANAGER)}
    return render(request, "engage/promises/hours.html", shown)


def _week(row: Hours) -> list[tuple[str, str]]:
    """Days with the same hours together: (“Monday to Friday”, “9:00-17:00”)."""
    found: list[tuple[int, int, str]] = []
    for number, text in enumerate(row.week):
        if found and found[-1][2] == text:
            found[-1] = (found[-1][0], number, text)
        else:
            found.append((number, number, text))
    return [
        (WEEKDAYS[first] if first == last else f"{WEEKDAYS[first]} to {WEEKDAYS[last]}", text or "closed")
        for first, last, text in found
    ]


@page(Role.MANAGER)
def hours_new(request: MemberRequest) -> HttpResponse:
    """Say when somebody is there."""
    own = standard(request.workspace)
    first = {"name": "Weekend" if own else "Office", "zone": own.zone if own else "", **OFFICE}
    form = HoursForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_hours(request.workspace, form.draft(), by=request.member)
        except Refusal as no:
            form.add_error(None, str(no))
        else:
            messages.success(request, "Saved. Now the days that are different: holidays.")
            return _to(request, made)
    shown = {"form": form, "hours": None, "zones": zones(), "may_write": True}
    return render(request, "engage/promises/hours_one.html", shown, status=422 if form.errors else 200)


@page(Role.VIEWER, to_write=Role.MANAGER)
def hours_one(request: MemberRequest, hours_id: int) -> HttpResponse:
    """Their week, their holidays, and what they make of a question."""
    row = queries.hours_of(request.workspace, hours_id)
    form = HoursForm(request.POST or None, hours=row)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_hours(row, form.draft(), by=request.member)
        except Refusal as no:
            form.add_error(None, str(no))
        else:
            messages.success(request, "Saved. What waits is counted anew in a moment.")
            return _to(request, row)
    return _page(request, row, form)


def _page(
    request: MemberRequest, row: Hours, form: HoursForm | None = None, holiday: HolidayForm | None = None
) -> HttpResponse:
    now = timezone.now()
    saved = Hours.of(request.workspace).get(pk=row.pk)  # what a refused form said is not what is there
    trying = TryForm(request.GET if "asked" in request.GET else None)
    shown = {
        "form": form or HoursForm(hours=saved),
        "hours": saved,
        "zones": zones(),
        "holidays": queries.holidays(saved, now),
        "holiday": holiday or HolidayForm(),
        "calendar": CalendarForm(),
        "examples": [*_tried(saved, trying), *queries.examples(saved, EXAMPLES, now)],
        "trying": trying,
        "may_write": request.role.may(Role.MANAGER),
    }
    bad = (form and form.errors) or (holiday and holiday.errors)
    return render(request, "engage/promises/hours_one.html", shown, status=422 if bad else 200)


def _tried(row: Hours, form: TryForm) -> list[queries.Example]:
    if not form.is_bound or not form.is_valid():
        return []
    try:
        length = read_length(form.cleaned_data["length"])
    except LengthError as slip:
        form.add_error("length", str(slip))
        return []
    # entered on the clock there, read by Django on that of UTC
    asked = form.cleaned_data["asked"].replace(tzinfo=ZoneInfo(row.zone))
    return [queries.example(shape(row), asked, length)] if length else []


@require_POST
@page(Role.MANAGER)
def hours_delete(request: MemberRequest, hours_id: int) -> HttpResponse:
    """Take them away."""
    row = queries.hours_of(request.workspace, hours_id)
    try:
        actions.delete_hours(row, by=request.member, why=request.POST.get("why", "")[:1000])
    except Refusal as no:
        messages.error(request, str(no))
        return _to(request, row)
    messages.success(request, f"“{row.name}” are gone.")
    return _to(request)


@require_POST
@page(Role.MANAGER)
def holiday_add(request: MemberRequest, hours_id: int) -> HttpResponse:
    """A day that is different."""
    row, form = queries.hours_of(request.workspace, hours_id), HolidayForm(request.POST)
    if not form.is_valid():
        return _page(request, row, holiday=form)
    given = form.cleaned_data
    try:
        actions.add_holiday(
            row, given["day"], given["name"], yearly=given["yearly"], spans=given["spans"], by=request.member
        )
    except Refusal as no:
        form.add_error(None, str(no))
        return _page(request, row, holiday=form)
    return _to(request, row)


@require_POST
@page(Role.MANAGER)
def holidays_import(request: MemberRequest, hours_id: int) -> HttpResponse:
    """Out of a calendar file."""
    row, form = queries.hours_of(request.workspace, hours_id), CalendarForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, "Choose a calendar file first")
        return _to(request, row)
    try:
        number = actions.import_holidays(row, form.cleaned_data["file"].read(), by=request.member)
    except Refusal as no:
        messages.error(request, str(no))
        return _to(request, row)
    messages.success(request, f"{number} day{'' if number == 1 else 's'} taken over." if number else "All were there.")
    return _to(request, row)


@require_POST
@page(Role.MANAGER)
def holiday_remove(request: MemberRequest, holiday_id: int) -> HttpResponse:
    """A day like others again."""
    found = Holiday.of(request.workspace).select_related("hours__workspace", "workspace")
    row = get_object_or_404(found, pk=holiday_id)
    actions.remove_holiday(row, by=request.member)
    messages.success(request, f"{row} is a day like others again.")
    return _to(request, row.hours)
