"""The queue of each source, its posting times, and when our posts did best."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from hubbub.core.recurring import NAMES
from hubbub.store.hours import zone_of
from hubbub.store.models import Post, Role, Source
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal

from . import moving, queries
from .forms import read_slots, slot_line
from .times import cell_posts, in_words, times
from .views import back, show

SHOWN = 50  # of each queue; the others stand in the list of the calendar


@page(Role.VIEWER)
def queue(request: MemberRequest) -> HttpResponse:
    """What waits for the next free slots, source by source, and the slots."""
    now, zone = timezone.now(), zone_of(request.workspace)
    sources = queries.postable(request.workspace)
    queues = []
    for source in sources:
        slots = moving.slots_of(source)
        queued = moving.queue_of(source, now)
        waiting = [(one, one.due.astimezone(zone)) for one in queued[:SHOWN] if one.due]
        lines = [(day, name, slot_line(slots, day)) for day, name in enumerate(NAMES)]
        more = len(queued) - len(waiting)
        queues.append({"source": source, "waiting": waiting, "more": more, "lines": lines, "slots": slots})
    shown = {
        "queues": queues,
        "zone": str(zone),
        "may_act": request.role.may(Role.RESPONDER),
        "may_set": request.role.may(Role.MANAGER),
    }
    return show(request, "engage/calendar/queue.html", shown)


@require_POST
@page(Role.MANAGER)
def set_slots(request: MemberRequest, source_id: int) -> HttpResponse:
    """The posting times of a source."""
    source = get_object_or_404(Source.of(request.workspace), pk=source_id)
    try:
        kept = moving.set_slots(source, read_slots(request.POST), by=request.member)
    except Refusal as no:
        messages.error(request, f"{source}: {no}")
    else:
        messages.success(request, f"{source} has {kept} posting times a week.")
    return back(request, "engage:calendar_queue")


@page(Role.VIEWER)
def best_times(request: MemberRequest) -> HttpResponse:
    """Which hours of the week did well, from our own posts; the posts behind one hour (`?day=&hour=`)."""
    now, zone = timezone.now(), zone_of(request.workspace)
    sources = queries.postable(request.workspace)
    asked = request.GET.get("source", "")
    chosen = [one for one in sources if str(one.pk) == asked] or sources
    found = times(request.workspace, chosen, zone, now)
    at = _cell(request)
    posts: list[Post] = cell_posts(request.workspace, chosen, zone, now, at) if at else []
    shown = {
        "sources": sources,
        "source": asked if len(chosen) == 1 and asked else "",
        "times": found,
        "suggestions": [(one, in_words(one)) for one in found.suggestions],
        "busy": [(NAMES[one.weekday], one) for one in found.busy],
        "zone": str(zone),
        "hours": range(24),
        "at": (NAMES[at[0]], at[1]) if at else None,
        "posts": [(post, post.published.astimezone(zone)) for post in posts],
    }
    return show(request, "engage/calendar/times.html", shown)


def _cell(request: MemberRequest) -> tuple[int, int] | None:
    day, hour = request.GET.get("day", ""), request.GET.get("hour", "")
    if not (day and hour):
        return None
    if day not in map(str, range(7)) or hour not in map(str, range(24)):
        raise Http404("There is no such hour of the week")
    return int(day), int(hour)
