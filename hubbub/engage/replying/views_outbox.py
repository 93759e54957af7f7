"""Pages and forms of the outbox: what leaves us, changed, called back, tried again; what we said, changed there."""

import secrets
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from hubbub.store import parts
from hubbub.store.hours import zone_of
from hubbub.store.models import Outbox, OutboxState, Role
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.lists import links, offer_undo, read_before

from . import composer, fates, outbox_actions, own_actions, queries
from .forms import moment
from .settings_actions import window_of


def _see(url: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(url, status=303)


@page(Role.VIEWER)
def outbox(request: MemberRequest) -> HttpResponse:
    """What leaves us, and what became of it."""
    asked = request.GET.get("state", "")
    state = asked if asked in queries.TABS else ""
    found = queries.outbox(request.workspace, state, read_before(request))
    numbers = queries.outbox_counts(request.workspace)
    read, waits = fates.read_back(found.rows), fates.asked(found.rows)
    return render(
        request,
        "engage/replying/outbox.html",
        {
            "rows": [(row, fates.fate(row, read, waits)) for row in found.rows],
            "state": state,
            "tabs": [(value, name, numbers.get(value, "")) for value, name in queries.TABS.items()],
            "page": links(request, found.older),
            "may_act": request.role.may(Role.RESPONDER),
        },
    )


def _row(request: MemberRequest, pk: int) -> Outbox:
    rows = Outbox.of(request.workspace).select_related(
        "workspace", "source", "post__author", "post__conversation", "by_member__user", "follows"
    )
    return get_object_or_404(rows, pk=pk)


def _do(request: MemberRequest, act: Callable[[], Outbox], says: str) -> HttpResponse:
    try:
        act()
    except Refusal as no:
        messages.error(request, str(no))
    else:
        messages.success(request, says)
    return _see(_return(request))


@page(Role.RESPONDER)
@require_POST
def outbox_retry(request: MemberRequest, pk: int) -> HttpResponse:
    """Try again now."""
    row = _row(request, pk)
    says = "It is due now: the loop will try it in a moment."
    return _do(request, lambda: outbox_actions.retry(row, by=request.member), says)


@page(Role.RESPONDER)
@require_POST
def outbox_drop(request: MemberRequest, pk: int) -> HttpResponse:
    """Call it back."""
    row = _row(request, pk)
    tried = " It was tried before: look there whether it arrived after all." if row.tries else ""
    mine = row.by_member_id == request.member.pk and row.verb in outbox_actions.CHANGED
    kept = " It is your draft again." if mine else ""
    says = f"Called back: it will not be sent.{kept}{tried}"
    return _do(request, lambda: outbox_actions.drop(row, by=request.member), says)


@page(Role.RESPONDER)
@require_POST
def outbox_send(request: MemberRequest, pk: int) -> HttpResponse:
    """It was overtaken, and still fits."""
    row = _row(request, pk)
    says = "It is due now: the loop will send it in a moment."
    return _do(request, lambda: outbox_actions.send_after_all(row, by=request.member), says)


@page(Role.RESPONDER)
def outbox_change(request: MemberRequest, pk: int) -> HttpResponse:
    """Other words or another time, while it has not left; what failed is mended here."""
    if request.method != "POST":
        return _change(request, pk)
    row, at = _row(request, pk), request.POST.get("at", "")
    try:
        when = moment(at, zone_of(request.workspace).key) if at else None
        text, delay = request.POST.get("text", ""), window_of(request.workspace)
        read = request.POST.get("read", "")
        outbox_actions.change(row, text, when, by=request.member, delay=delay, read=read)
    except Refusal as no:
        return _change(request, pk, str(no))
    messages.success(request, "Changed.")
    return _see(_return(request))


def _change(request: MemberRequest, pk: int, error: str = "") -> HttpResponse:
    """With what was typed; where somebody else changed it meanwhile, beside what stands now."""
    found, zone, given = parts.of(_row(request, pk)), zone_of(request.workspace).key, request.POST
    row, read, text = found.first, outbox_actions.fingerprint(found), found.text
    at, yours = composer.local(row.at, zone) if row.at else "", ""
    if error and given.get("read", "") in ("", read):
        text, at = given.get("text", ""), given.get("at", "")
    elif error:
        yours = given.get("text", "")
    shown = {
        "row": row, "fate": fates.fate(row), "text": text, "at": at, "error": error, "parts": found.rows,
        "zone": zone, "back": _return(request), "read": read, "yours": yours,
        "seconds": round(window_of(request.workspace).total_seconds()),
    }  # fmt: skip
    return render(request, "engage/replying/change.html", shown, status=422 if error else 200)


@page(Role.RESPONDER)
def own(request: MemberRequest, pk: int) -> HttpResponse:
    """An answer that stands on its network: other words for it, or away with it."""
    row = _row(request, pk)
    post = own_actions.own_post(row)
    text, why = post.text if post else row.text, ""
    if request.method == "POST":
        text, why = request.POST.get("text", ""), request.POST.get("why", "")
        delay, nonce = window_of(request.workspace), request.POST.get("nonce", "")[:64]
        try:
            if request.POST.get("act") == "delete":
                made = own_actions.delete(row, by=request.member, why=why, nonce=nonce, delay=delay)
            else:
                made = own_actions.edit(row, text, by=request.member, why=why, nonce=nonce, delay=delay)
        except Refusal as no:
            return _own(request, row, text, why, str(no), 422)
        _tell(request, made, delay.total_seconds())
        return _see(_return(request))
    return _own(request, row, text, why)


def _tell(request: MemberRequest, made: Outbox, seconds: float) -> None:
    if made.state == OutboxState.HELD:
        messages.success(request, "The change waits for approval.")
        return
    url = reverse("engage:outbox_drop", args=[request.workspace.slug, made.pk])
    offer_undo(request, f"Goes out in {seconds:.0f} seconds.", url, [("next", _return(request))])


def _own(request: MemberRequest, row: Outbox, text: str, why: str, error: str = "", status: int = 200) -> HttpResponse:
    shown = {
        "row": row, "fate": fates.fate(row), "text": text, "why": why, "error": error,
        "nonce": secrets.token_urlsafe(16), "back": _return(request),
    }  # fmt: skip
    return render(request, "engage/replying/own.html", shown, status=status)


def _return(request: MemberRequest) -> str:
    """Where the person came from, else the outbox."""
    asked = request.POST.get("next", "") or request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return asked
    return reverse("engage:outbox", args=[request.workspace.slug])
