"""Pages about topics: the list, holding a topic against stored posts, deleting one. The editor: views_editor.py."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from hubbub.store.models import Kpi, Role, Topic
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.ids import ids_of
from hubbub.ui.lists import offer_undo

from . import topic_actions
from .forms import NEWEST
from .topic_rows import SORTS, topic_rows


def go(request: MemberRequest, name: str, *args: object) -> HttpResponse:
    """To a page of this room, after something was done."""
    return HttpResponseRedirect(reverse(f"listen:{name}", args=[request.workspace.slug, *args]), status=303)


def back(request: MemberRequest, name: str) -> HttpResponse:
    """To the page that a form names in `next`, else to the one called `name`."""
    there = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(there, allowed_hosts={request.get_host()}):
        return HttpResponseRedirect(there, status=303)
    return go(request, name)


@page(Role.VIEWER)
def topics(request: MemberRequest) -> HttpResponse:
    """What is listened for."""
    asked = request.GET.get("sort", "")
    sort = asked if asked in SORTS else "name"
    context = {
        "rows": topic_rows(request.workspace, now=timezone.now(), sort=sort),
        "sorts": SORTS,
        "sort": sort,
        "may_write": request.role.may(Role.MANAGER),
    }
    return render(request, "listen/topics.html", context)


@page(Role.MANAGER)
@require_POST
def topics_active(request: MemberRequest) -> HttpResponse:
    """Let the chosen topics rest, or listen for them again; can be undone."""
    active = request.POST.get("active") == "yes"
    chosen = list(Topic.of(request.workspace).filter(pk__in=_numbers(request)).select_related("workspace"))
    turned = [topic for topic in chosen if topic.active != active]
    number = topic_actions.set_active(chosen, active, by=request.member, why=request.POST.get("why", ""))
    if number:
        says = f"{number} topic{'s' if number > 1 else ''} {'listened for again' if active else 'put to rest'}."
        undo = [("topic", str(topic.pk)) for topic in turned]
        here = reverse("listen:topics_active", args=[request.workspace.slug])
        offer_undo(request, says, here, [*undo, ("active", "" if active else "yes"), ("why", "undone")])
    return back(request, "topics")


def _numbers(request: HttpRequest, name: str = "topic") -> list[int]:
    return ids_of(request.POST.getlist(name))


@page(Role.MANAGER)
@require_POST
def topic_apply(request: MemberRequest, pk: int) -> HttpResponse:
    """Hold the topic against stored posts too."""
    found = get_object_or_404(Topic.of(request.workspace).select_related("workspace"), pk=pk)
    newest = request.POST.get("newest", "")
    try:
        there = topic_actions.apply_topic(found, int(newest) if newest.isdecimal() else 0, by=request.member)
        if not there:
            messages.info(request, "No posts are stored yet.")
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return go(request, "topic", pk)


@page(Role.MANAGER)
@require_POST
def topic_stop(request: MemberRequest, pk: int) -> HttpResponse:
    """Go no further through stored posts."""
    found = get_object_or_404(Topic.of(request.workspace).select_related("workspace"), pk=pk)
    if found.reading_below is not None:
        topic_actions.stop_applying(found, by=request.member)
    return go(request, "topic", pk)


@page(Role.VIEWER)
def topic_progress(request: MemberRequest, pk: int) -> HttpResponse:
    """A part of a page: how far the topic was held against stored posts."""
    found = get_object_or_404(Topic.of(request.workspace), pk=pk)
    context = {"topic": found, "may_write": request.role.may(Role.MANAGER), "newest": NEWEST[1:]}
    return render(request, "listen/progress.html", context)


@page(Role.MANAGER)
def topic_delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask, then delete."""
    found = get_object_or_404(Topic.of(request.workspace).select_related("workspace"), pk=pk)
    if request.method == "POST":
        topic_actions.delete_topic(found, by=request.member, why=request.POST.get("why", ""))
        messages.success(request, f"“{found.name}” is deleted. The posts stay.")
        return go(request, "topics")
    kpis = Kpi.of(request.workspace).filter(topic=found).count()
    row = topic_rows(request.workspace, now=timezone.now(), only=found)[0]
    return render(request, "listen/topic_delete.html", {"topic": found, "kpis": kpis, "row": row})
