"""The pages of the first-run guide: name the brand, see its topic, choose sources, meet the first mentions."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from hubbub.connectors import Brand, Connector
from hubbub.store.models import Role, Source, Topic
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal

from . import actions, guide, queries, suggesting
from .forms import SourceForm, first_topic_form
from .kinds import keyless
from .views_editor import preview_context, save_topic
from .views_sources import Asked, ask


@page(Role.VIEWER)
def show(request: MemberRequest) -> HttpResponse:
    """The step that comes next, or the one asked for (`?step=2&name=Acme`)."""
    if not request.role.may(Role.MANAGER):
        return render(request, "listen/guide_others.html", {"needed": Role.MANAGER})
    asked = request.GET.get("step", "")
    step = int(asked) if asked in {"1", "2", "3", "4"} else guide.next_step(request.workspace)
    name = request.GET.get("name", "").strip()[:100]
    if step == 2:
        written = guide.write_query(name)
        if not written.query:
            messages.error(request, "Write the name with letters or digits.")
            return _to(request, 1)
        form = first_topic_form(name=name, query=written.query)
        return _page(request, 2, {"form": form, "written": written, **preview_context(request, written.query)})
    return _page(request, step, _first(request) if step == 4 else {})


def _to(request: MemberRequest, step: int) -> HttpResponse:
    there = reverse("listen:guide", args=[request.workspace.slug])
    return HttpResponseRedirect(f"{there}?step={step}", status=303)


def _page(request: MemberRequest, step: int, more: dict[str, object], status: int = 200) -> HttpResponse:
    context: dict[str, object] = {
        "step": step,
        "steps": guide.STEPS,
        "next_step": guide.next_step(request.workspace),
        "topics": Topic.of(request.workspace).order_by("pk")[:20],
        "rows": queries.source_rows(request.workspace, now=timezone.now()) if step == 3 else [],
        "has_sources": Source.of(request.workspace).exists(),
    }
    if step == 3:
        brand = guide.brand_of(request.workspace)
        context["brand"] = brand
        if "suggestions" not in more:
            context["suggestions"] = suggesting.suggestions(request.workspace, brand)
        if "cards" not in more:
            context["cards"] = [Asked(SourceForm(one, brief=True)) for one in asking(brand)]
    return render(request, "listen/guide.html", {**context, **more}, status=status)


@page(Role.MANAGER)
@require_POST
def topic(request: MemberRequest) -> HttpResponse:
    """Save the topic of step 2."""
    form = first_topic_form(request.POST)
    if form.is_valid():
        try:
            save_topic(request, form, None)
            return _to(request, 3)
        except Refusal as refusal:
            form.add_error("name", str(refusal))
    text = request.POST.get("query", "")
    return _page(request, 2, {"form": form, **preview_context(request, text)}, status=422)


def asking(brand: Brand | None) -> list[Connector]:
    """The kinds without a key that have to be told where to look."""
    return [one for one in keyless() if brand is None or one.suggest(brand) is None]


@page(Role.MANAGER)
@require_POST
def sources(request: MemberRequest) -> HttpResponse:
    """Try what was ticked in step 3, side by side, and add what answers; what does not says why."""
    brand, chosen = guide.brand_of(request.workspace), request.POST.getlist("pick")
    given = suggesting.tried(suggesting.filled_in(brand, request.POST.dict(), chosen))
    if not any(one.chosen for one in given):
        messages.error(request, "Tick at least one of these places.")
        return _to(request, 3)
    outcome = suggesting.added(given, by=request.member, now=timezone.now())
    for one in outcome:
        if one.added:
            says = one.tried.says if one.tried else ""
            messages.success(request, f"Added “{one.added.name}”. {says}")
    if all(one.added for one in outcome if one.chosen):
        return _to(request, 4)
    return _page(request, 3, {"suggestions": [one for one in outcome if not one.added]}, status=422)


@page(Role.MANAGER)
@require_POST
def try_one(request: MemberRequest) -> HttpResponse:
    """A part of a page: what one suggestion finds, asked as soon as it is ticked. Nothing is saved."""
    kind, brand = request.POST.get("kind", ""), guide.brand_of(request.workspace)
    ticked = kind in request.POST.getlist("pick")
    given = suggesting.filled_in(brand, request.POST.dict(), [kind] if ticked else [])
    one = next((one for one in suggesting.tried(given) if one.network.kind == kind), None)
    return render(request, "listen/guide_tried.html", {"one": one})


@page(Role.MANAGER)
@require_POST
def source(request: MemberRequest) -> HttpResponse:
    """Try a source of step 3 and add it if the try went well."""
    kind = request.POST.get("kind", "")
    cards = []
    for one in asking(guide.brand_of(request.workspace)):
        if one.kind != kind:
            cards.append(Asked(SourceForm(one, brief=True)))
            continue
        asked = ask(request, one, brief=True)
        if asked.saved is not None:
            says = asked.tried.says if asked.tried else ""
            messages.success(request, f"Added “{asked.saved.name}”. {says}")
            return _to(request, 3)
        cards.append(asked)
    if not any(card.form.is_bound for card in cards):
        messages.error(request, "Choose one of these places to listen to.")
        return _to(request, 3)
    return _page(request, 3, {"cards": cards}, status=422)


@page(Role.MANAGER)
def first(request: MemberRequest) -> HttpResponse:
    """A part of a page: what has come in so far."""
    return render(request, "listen/guide_first.html", _first(request))


def _first(request: MemberRequest) -> dict[str, object]:
    now = timezone.now()
    rows, taken = queries.first_mentions(request.workspace, now=now)
    sources = queries.source_rows(request.workspace, now=now)
    rereading = Topic.of(request.workspace).filter(reading_below__isnull=False).exists()
    busy = rereading or any(row.busy for row in sources)
    return {"found": rows, "taken": taken, "rows": sources, "busy": busy}


@page(Role.MANAGER)
@require_POST
def end(request: MemberRequest) -> HttpResponse:
    """Finished, or put away."""
    why = "finished" if request.POST.get("finished") else "put away"
    actions.end_guide(request.workspace, by=request.member, why=why)
    if why == "put away":
        messages.info(request, "The guide is put away. Topics and sources can be set on their pages at any time.")
    there = reverse("listen:stream", args=[request.workspace.slug])
    return HttpResponseRedirect(there, status=303)
