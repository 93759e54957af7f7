"""The page on which a site of our own is set up: its address here, its keys, its script, a test of its decisions."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from hubbub.connectors import connectors
from hubbub.connectors.site import older_until
from hubbub.store.models import Arrival, Role, Source
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.once import show_once, shown_once

from . import site_actions
from .trying import kept_by
from .views_topics import go

LATELY = 10  # messages that are listed


@page(Role.MANAGER)
@never_cache
def site(request: MemberRequest, pk: int) -> HttpResponse:
    """How the site sends, what its visitors use, where decisions go."""
    source = _source(request, pk)
    if not site_actions.is_sent_to(source):
        messages.info(request, f"“{source.name}” is asked for what is new: there is nothing to set up on its side.")
        return go(request, "source", pk)
    kept = kept_by(source, connectors()[source.kind]).secrets.get("key", "")
    older = older_until(kept)
    context = {
        "source": source,
        "has_key": bool(kept),
        "older_until": older if older and older > timezone.now() else None,
        "public": source.settings.get("public", ""),
        "decisions": source.settings.get("decisions", ""),
        "address": _absolute(request, reverse("inbound:message", args=[pk])),
        "visitor": _absolute(request, reverse("inbound:visitor", args=[pk])),
        "script": _absolute(request, static("listen/report.js")),
        "hubbub": _absolute(request, ""),
        "lately": Arrival.of(request.workspace).filter(source=source).order_by("-pk")[:LATELY],
        "shown": shown_once(request),
    }
    return render(request, "listen/site.html", context)


def _absolute(request: MemberRequest, path: str) -> str:
    """As others reach it."""
    return f"{settings.ADDRESS or request.build_absolute_uri('/').rstrip('/')}{path}"


def _source(request: MemberRequest, pk: int) -> Source:
    return get_object_or_404(Source.of(request.workspace).select_related("workspace"), pk=pk)


@page(Role.MANAGER)
@require_POST
def site_act(request: MemberRequest, pk: int) -> HttpResponse:
    """Make a key, drop the older one, or send a test."""
    source, by, why = _source(request, pk), request.member, request.POST.get("why", "")
    try:
        match request.POST.get("do", ""):
            case "key":
                made = site_actions.make_key(source, by=by, now=timezone.now(), why=why)
                show_once(request, f"The key of “{source.name}”", made.key)
            case "drop":
                site_actions.drop_older_key(source, by=by, why=why)
                messages.success(request, "From now on the newest key alone counts.")
            case "test":
                _test(request, source)
            case _:
                messages.error(request, "Choose what is to be done: make a key, drop the older one, or send a test.")
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return go(request, "site", pk)


def _test(request: MemberRequest, source: Source) -> None:
    tried = site_actions.send_test(source, by=request.member)
    tell = messages.success if tried.found is not None else messages.error
    tell(request, tried.says)
