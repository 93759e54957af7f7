"""What is set for the calendar: tags on links, addresses for calendar programs; and the calendar as a file."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import http_date
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hubbub.core.utm import NAMES, PLACEHOLDERS
from hubbub.store.calendar_feeds import opened
from hubbub.store.models import CalendarFeed, LinkTags, Role
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.networks import network_name
from hubbub.ui.once import show_once, shown_once

from . import feeds, queries, settings_actions
from .settings_actions import Tagging
from .views import back


@page(Role.MANAGER)
def link_tags(request: MemberRequest) -> HttpResponse:
    """The rules, and a form for a new one; the same page changes one (`?rule=`)."""
    asked = request.GET.get("rule", "")
    chosen = (
        LinkTags.of(request.workspace).filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 19 else None
    )
    return _tags_page(request, chosen)


def _tags_page(
    request: MemberRequest, chosen: LinkTags | None, wish: Tagging | None = None, error: str = ""
) -> HttpResponse:
    workspace = request.workspace
    typed = (
        wish
        or _wish_of(chosen)
        or Tagging("", queries.own_domains(workspace), source="{network}", medium="social", campaign="{campaign}")
    )
    shown = {
        "rules": LinkTags.of(workspace).order_by("pk"),
        "chosen": chosen,
        "typed": typed,
        "templates": [(name, getattr(typed, name)) for name in NAMES],
        "error": error,
        "kinds": sorted({(one.kind, network_name(one.kind)) for one in queries.postable(workspace)}),
        "placeholders": PLACEHOLDERS,
    }
    return render(request, "engage/calendar/link_tags.html", shown, status=422 if error else 200)


def _wish_of(row: LinkTags | None) -> Tagging | None:
    if row is None:
        return None
    given = {name: getattr(row, name) for name in NAMES}
    return Tagging(row.name, row.domains.split(), [str(kind) for kind in row.networks], on=row.on, **given)


@require_POST
@page(Role.MANAGER)
def keep_tags(request: MemberRequest) -> HttpResponse:
    """A new rule, or (`rule`) a changed one."""
    given = request.POST
    asked = given.get("tagging", "")
    known = asked.isdecimal() and len(asked) < 19
    row = get_object_or_404(LinkTags.of(request.workspace), pk=int(asked)) if known else None
    templates = {name: given.get(f"tag_{name}", "") for name in NAMES}
    domains = given.get("domains", "").replace(",", " ").split()
    wish = Tagging(given.get("name", ""), domains, given.getlist("networks"), on="on" in given, **templates)
    try:
        settings_actions.keep_tags(request.workspace, wish, by=request.member, row=row)
    except Refusal as no:
        return _tags_page(request, row, wish, str(no))
    messages.success(request, "Saved. Posts that leave from now on get these tags.")
    return back(request, "engage:link_tags")


@require_POST
@page(Role.MANAGER)
def remove_tags(request: MemberRequest, tagging_id: int) -> HttpResponse:
    """The rule goes."""
    row = get_object_or_404(LinkTags.of(request.workspace), pk=tagging_id)
    settings_actions.remove_tags(row, by=request.member)
    messages.success(request, f"The rule “{row.name}” is removed.")
    return back(request, "engage:link_tags")


@never_cache
@page(Role.VIEWER)
def calendar_feeds(request: MemberRequest) -> HttpResponse:
    """The member's own addresses, and a form for a new one."""
    if request.method == "POST":
        try:
            _, secret = settings_actions.make_feed(
                request.member, request.POST.get("name", ""), mine="mine" in request.POST, by=request.member
            )
        except Refusal as no:
            messages.error(request, str(no))
        else:
            address = request.build_absolute_uri(reverse("calendar_file", args=[secret]))
            show_once(request, "The address for your calendar program", address)
        return back(request, "engage:calendar_feeds")
    rows = CalendarFeed.of(request.workspace).filter(member=request.member).order_by("revoked", "-pk")
    return render(request, "engage/calendar/feeds.html", {"feeds": rows[:50], "shown": shown_once(request)})


@require_POST
@page(Role.VIEWER)
def revoke_feed(request: MemberRequest, feed_id: int) -> HttpResponse:
    """Close an address: one's own; an admin closes everybody's."""
    feed = get_object_or_404(CalendarFeed.of(request.workspace), pk=feed_id)
    if feed.member_id != request.member.pk and not request.role.may(Role.ADMIN):
        messages.error(request, "That is the address of somebody else: they, or an admin, can revoke it.")
        return back(request, "engage:calendar_feeds")
    settings_actions.revoke_feed(feed, by=request.member)
    messages.success(request, "That address opens nothing any more.")
    return back(request, "engage:calendar_feeds")


@require_safe
def calendar_file(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar as other programs read it; the secret says whose. Anybody else is told that there is nothing."""
    feed = opened(secret, timezone.now())
    if feed is None:
        return HttpResponse("There is no such calendar\n", status=404, content_type="text/plain")
    body, changed = feeds.written(feed, request.build_absolute_uri)
    tag = feeds.tag_of(body)
    if tag in request.headers.get("If-None-Match", ""):
        answer: HttpResponse = HttpResponseNotModified()
    else:
        answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
        answer.headers["Content-Disposition"] = 'inline; filename="hubbub.ics"'
    answer.headers["ETag"] = tag
    if changed:
        answer.headers["Last-Modified"] = http_date(changed.timestamp())
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
