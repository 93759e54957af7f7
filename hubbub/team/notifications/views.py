"""Pages of notifications: the list behind the bell, and how a member wants to be told."""

from zoneinfo import available_timezones

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from hubbub.store.models import Address, NotificationKind, Role
from hubbub.store.telling import mail_works, telling_of, zone_for
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.ids import ids_of
from hubbub.ui.lists import links, offer_undo, read_before

from . import actions, queries
from .forms import AddressForm, TellingForm

SHORT = {
    NotificationKind.ASSIGNED: "Given to you",
    NotificationKind.MENTIONED: "Named",
    NotificationKind.PROMISE: "Promises",
    NotificationKind.ESCALATED: "Passed on",
    NotificationKind.FAILED: "Not sent",
    NotificationKind.APPROVAL: "Approval",
    NotificationKind.REMINDER: "Reminders",
}


def _to(request: MemberRequest, name: str = "team:notifications") -> HttpResponseRedirect:
    kept = f"?kind={request.GET['kind']}" if request.GET.get("kind") in NotificationKind.values else ""
    return HttpResponseRedirect(reverse(name, args=[request.workspace.slug]) + kept, status=303)


@page(Role.VIEWER)
def notifications(request: MemberRequest) -> HttpResponse:
    """Unread ones first."""
    kind = request.GET.get("kind", "")
    found = queries.page(request.member, kind, read_before(request))
    shown = {
        "rows": found.rows,
        "newest": found.newest,
        "kind": kind,
        "kinds": [("", "All"), *((one.value, SHORT[one]) for one in NotificationKind)],
        "page": links(request, found.older),
        "any_unread": any(row.read is None for row in found.rows),
    }
    return render(request, "team/notifications/notifications.html", shown)


@page(Role.VIEWER)
def notification(request: MemberRequest, notification_id: int) -> HttpResponse:
    """Open what it is about; it is read from now on."""
    row = queries.notification_of(request.member, notification_id)
    actions.read(request.member, [row.pk])
    return HttpResponseRedirect(queries.leads_to(row, request.workspace.slug), status=303)


@require_POST
@page(Role.VIEWER)
def notifications_read(request: MemberRequest) -> HttpResponse:
    """Those that were chosen, or all that the page knew of."""
    pks = ids_of(request.POST.getlist("pk"))
    until = request.POST.get("until", "")
    if pks:
        number = actions.read(request.member, pks)
        if number:
            undo = reverse("team:notifications_unread", args=[request.workspace.slug])
            offer_undo(request, f"{number} read.", undo, [("pk", str(pk)) for pk in pks])
    elif until.isdecimal() and len(until) < 19:
        number = actions.read_all(request.member, int(until))
        messages.success(request, f"{number} read." if number else "All were read.")
    return _to(request)


@require_POST
@page(Role.VIEWER)
def notifications_unread(request: MemberRequest) -> HttpResponse:
    """Taken back."""
    pks = ids_of(request.POST.getlist("pk"))
    actions.unread(request.member, pks)
    return _to(request)


@page(Role.VIEWER)
def telling(request: MemberRequest) -> HttpResponse:
    """How they are told, where, and what could not be sent."""
    row = telling_of(request.member)
    form = TellingForm(request.POST or None, telling=row)
    if request.method == "POST" and form.is_valid():
        try:
            actions.choose(request.member, form.choice())
        except Refusal as no:
            form.add_error(None, str(no))
        else:
            messages.success(request, "Saved.")
            return _to(request, "team:telling")
    return _page(request, form)


def _page(request: MemberRequest, form: TellingForm | None = None, adding: AddressForm | None = None) -> HttpResponse:
    row = telling_of(request.member)
    rows = Address.of(request.workspace).filter(member=request.member).order_by("pk")
    shown = {
        "form": form or TellingForm(telling=row),
        "zone": zone_for(row),
        "zones": sorted(one for one in available_timezones() if "/" in one and not one.startswith("Etc/")),
        "addresses": [(one, AddressForm(address=one, auto_id=f"address_{one.pk}_%s")) for one in rows],
        "adding": adding or AddressForm(auto_id="new_%s"),
        "troubles": queries.troubles(request.member),
        "mail_works": mail_works(),
    }
    bad = (form and form.errors) or (adding and adding.errors)
    return render(request, "team/notifications/telling.html", shown, status=422 if bad else 200)


@require_POST
@page(Role.VIEWER)
def address_add(request: MemberRequest) -> HttpResponse:
    """Another place."""
    form = AddressForm(request.POST, auto_id="new_%s")
    if not form.is_valid():
        return _page(request, adding=form)
    given = form.cleaned_data
    try:
        made = actions.add_address(request.member, given["name"], given["url"], given["kinds"])
    except Refusal as no:
        form.add_error("url", str(no))
        return _page(request, adding=form)
    messages.success(request, f"{made.name} is kept. Try it once.")
    return _to(request, "team:telling")


@require_POST
@page(Role.VIEWER)
def address_change(request: MemberRequest, address_id: int) -> HttpResponse:
    """Its name, its kinds; try it; remove it."""
    row = queries.address_of(request.member, address_id)
    match request.POST.get("act"):
        case "test":
            try:
                actions.test_address(row, timezone.now())
            except Refusal as no:
                messages.error(request, str(no))
            else:
                messages.success(request, f"{row.name} took it: look there.")
        case "remove":
            actions.remove_address(row)
            messages.success(request, f"{row.name} is removed.")
        case _:
            form = AddressForm(request.POST, address=row)
            if form.is_valid():
                actions.change_address(row, form.cleaned_data["name"], form.cleaned_data["kinds"])
                messages.success(request, "Saved.")
    return _to(request, "team:telling")
