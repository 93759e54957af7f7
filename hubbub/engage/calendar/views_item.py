"""One item: written, looked at, planned, mended."""

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from hubbub.core.recurring import NAMES
from hubbub.store.hours import zone_of
from hubbub.store.models import Member, Planned, PlannedState, Role
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.lists import offer_undo

from . import actions, moving, places, previewing, queries, series_actions
from .checking import ADDRESS_PATTERN, MENTION_PATTERN, Checked
from .forms import Typed, blank, filled, nth_choices, read_item, read_rule, with_places
from .times import in_words, times
from .views import back, show


def _to(request: MemberRequest, name: str, *args: object) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(name, args=[request.workspace.slug, *args]), status=303)


@page(Role.VIEWER)
def planned(request: MemberRequest, planned_id: int) -> HttpResponse:
    """What is planned, what leaves, what came of it."""
    item = get_object_or_404(queries.item_of(request.workspace, planned_id))
    zone = zone_of(request.workspace)
    found = queries.whole(item, zone)
    here = found.here or timezone.now().astimezone(zone)
    return show(
        request,
        "engage/calendar/planned.html",
        {
            "whole": found,
            "item": item,
            "zone": str(zone),
            "may_act": request.role.may(Role.RESPONDER),
            "days": list(enumerate(NAMES)),
            "nth": nth_choices(here.date()),
            "weekday": here.weekday(),
            "coming": _coming(item),
        },
    )


def _coming(item: Planned) -> list[Planned]:
    if item.series is None:
        return []
    rows = Planned.of(item.workspace).filter(series=item.series, due__gt=timezone.now()).exclude(pk=item.pk)
    return list(rows.exclude(state__in=[PlannedState.PATTERN, PlannedState.DROPPED]).order_by("due")[:8])


@page(Role.RESPONDER)
def new(request: MemberRequest) -> HttpResponse:
    """Write a new item."""
    zone = zone_of(request.workspace)
    if request.method == "POST":
        return _written(request, None)
    given = request.GET
    typed = blank(request.workspace, request.member, zone, when=given.get("when", ""), to=given.get("source", ""))
    return _editor(request, None, typed)


@page(Role.RESPONDER)
def edit(request: MemberRequest, planned_id: int) -> HttpResponse:
    """Change an item."""
    item = get_object_or_404(queries.item_of(request.workspace, planned_id))
    if request.method == "POST":
        return _written(request, item)
    return _editor(request, item, filled(item, zone_of(request.workspace)))


def _written(request: MemberRequest, item: Planned | None) -> HttpResponse:
    sent, act = read_item(request, item, zone_of(request.workspace)), request.POST.get("act", "save")
    if key := request.POST.get("look_up", ""):
        return _looked_up(request, item, sent.typed, key)
    if sent.draft is None:
        return _editor(request, item, sent.typed, error=sent.error)
    if act == "preview":
        try:
            shown = previewing.preview(request.workspace, item, sent.draft, by=request.member)
        except Refusal as no:
            return _editor(request, item, sent.typed, error=str(no))
        return _editor(request, item, sent.typed, preview=shown)
    kept = item
    try:
        kept = actions.change(item, sent.draft, by=request.member) if item else None
        kept = kept or actions.create(request.workspace, sent.draft, by=request.member)
        says = _then(kept, act, request.member)
    except Refusal as no:
        if kept is None or kept is item:
            return _editor(request, item, sent.typed, error=str(no))
        messages.warning(request, f"It is kept as a draft. {no}")  # nothing that was written is lost
        back = _to(request, "engage:planned_edit", kept.pk)
        timeless = kept.due is None and kept.versions.exists()
        return HttpResponseRedirect(f"{back.url}?missing=when", status=303) if timeless else back
    messages.success(request, says)
    return _to(request, "engage:planned", kept.pk)


def _looked_up(request: MemberRequest, item: Planned | None, typed: Typed, key: str) -> HttpResponse:
    """The form as it was typed, with the places of one network."""
    source = next((row.takes.source for row in typed.rows if row.key == key), None)
    error = "" if source else "That network is no longer among those of this post"
    if source is not None:
        try:
            places.look_up(source, timezone.now())
        except Refusal as no:
            error = str(no)
    return _editor(request, item, with_places(typed), error=error)


def _then(item: Planned, act: str, by: Member) -> str:
    """What follows from saving; gives what to say. Raises Refusal."""
    if act == "plan":
        row = actions.plan(item, by=by)
    elif act == "queue":
        row = actions.plan(moving.enqueue(item, by=by), by=by)
    elif act == "now":
        row = actions.post_now(item, by=by)
    else:
        return "Saved."
    if row.state == PlannedState.APPROVAL:
        return "Saved. It waits for approval."
    return "It leaves now." if act == "now" else "It is planned."


def _editor(
    request: MemberRequest,
    item: Planned | None,
    typed: Typed,
    *,
    error: str = "",
    preview: list[Checked] | None = None,
) -> HttpResponse:
    zone, workspace, now = zone_of(request.workspace), request.workspace, timezone.now()
    sources = [row.takes.source for row in typed.rows]
    past = times(workspace, sources, zone, now)
    shown = {
        "item": item,
        "typed": typed,
        "error": error,
        "preview": preview,
        "zone": str(zone),
        "owners": queries.writers(workspace),
        "topics": queries.topics(workspace)[:200],
        "objectives": queries.objectives(workspace)[:200],
        "kpis": queries.kpis(workspace),
        "best": [in_words(one) for one in past.suggestions],
        "patterns": {"address": ADDRESS_PATTERN, "mention": MENTION_PATTERN},
    }
    return show(request, "engage/calendar/editor.html", shown, status=422 if error else 200)


def _unknown() -> None:
    raise Refusal("Choose what to do with it")


@require_POST
@page(Role.RESPONDER)
def act(request: MemberRequest, planned_id: int) -> HttpResponse:
    """What a button of an item's page asks for."""
    item = get_object_or_404(queries.item_of(request.workspace, planned_id))
    by, why = request.member, request.POST.get("why", "")[:1000]
    asked = request.POST.get("act", "")
    acts: Mapping[str, Callable[[], object]] = {
        "plan": lambda: actions.plan(item, by=by, why=why),
        "now": lambda: actions.post_now(item, by=by, why=why),
        "queue": lambda: moving.enqueue(item, by=by, why=why),
        "draft": lambda: actions.back_to_draft(item, by=by, why=why),
        "drop": lambda: actions.drop(item, by=by, why=why),
        "bring_back": lambda: actions.bring_back(item, by=by, why=why),
        "for_all": lambda: series_actions.for_all(item, by=by, why=why),
    }
    says = {"plan": "Planned.", "now": "It leaves now.", "draft": "It is a draft again.", "bring_back": "It is back."}
    says |= {"for_all": "All times to come are as this one is now.", "queue": "It takes the next free slots."}
    try:
        if asked == "copy":
            made = actions.copy(item, by=by)
            messages.success(request, "A copy of it, as a draft.")
            return _to(request, "engage:planned_edit", made.pk)
        done = acts.get(asked, _unknown)()
    except Refusal as no:
        messages.error(request, str(no))
        return back(request, "engage:planned", item.pk)
    if asked == "drop" and item.state != PlannedState.FAILED:
        undo = reverse("engage:planned_undo", args=[request.workspace.slug])
        offer_undo(request, f"“{item.title}” is dropped.", undo, [("ids", str(item.pk))])
    elif isinstance(done, Planned) and done.state == PlannedState.APPROVAL:
        messages.success(request, "It waits for approval.")
    else:
        messages.success(request, says.get(asked, "Done."))
    return back(request, "engage:planned", item.pk)


@require_POST
@page(Role.RESPONDER)
def wording_act(request: MemberRequest, wording_id: int) -> HttpResponse:
    """Of one network's version: try again, drop, one place earlier or later in its queue, skip a slot."""
    version = get_object_or_404(queries.version_of(request.workspace, wording_id))
    by, asked = request.member, request.POST.get("act", "")
    acts: Mapping[str, tuple[Callable[[], object], str]] = {
        "retry": (lambda: actions.retry(version, by=by), f"It is sent to {version.source} again."),
        "drop": (lambda: actions.drop_version(version, by=by), f"It does not go to {version.source}."),
        "earlier": (lambda: moving.swap(version, earlier=True, by=by), "One place earlier."),
        "later": (lambda: moving.swap(version, earlier=False, by=by), "One place later."),
        "skip": (lambda: moving.skip(version, by=by), "It takes the next free slot."),
    }
    try:
        acts.get(asked, (_unknown, ""))[0]()
    except Refusal as no:
        messages.error(request, str(no))
    else:
        messages.success(request, acts[asked][1])
    return back(request, "engage:planned", version.planned_id)


@require_POST
@page(Role.RESPONDER)
def repeat(request: MemberRequest, planned_id: int) -> HttpResponse:
    """Let it come again."""
    item = get_object_or_404(queries.item_of(request.workspace, planned_id))
    words = [part for part in request.POST.get("variations", "").split("\n---\n") if part.strip()]
    try:
        rule = read_rule(request.POST.dict())
        series_actions.repeat(item, rule, by=request.member, variations=words)
    except Refusal as no:
        messages.error(request, str(no))
    else:
        messages.success(request, "It comes again: each time stands in the calendar, and can be changed alone.")
    return back(request, "engage:planned", item.pk)


@require_POST
@page(Role.RESPONDER)
def end_series(request: MemberRequest, planned_id: int) -> HttpResponse:
    """Let it come no more."""
    item = get_object_or_404(queries.item_of(request.workspace, planned_id))
    if item.series is None:
        messages.error(request, "It belongs to no series.")
    else:
        dropped = series_actions.end(item.series, by=request.member, why=request.POST.get("why", "")[:1000])
        messages.success(request, f"It comes no more; {dropped} planned times were dropped. Changed ones stay.")
    return back(request, "engage:planned", item.pk)
