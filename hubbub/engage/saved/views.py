"""Pages of saved views, and of what the inbox's order is made of."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from msgspec import Struct
from msgspec.structs import asdict

from hubbub.core import query as language
from hubbub.core.priority import Score, Weights, score
from hubbub.engage import queries as inbox
from hubbub.engage.listing import TABS, listing_of
from hubbub.store import ranking
from hubbub.store.models import Audit, Conversation, Role, SavedView, ViewStatus
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.ids import id_of
from hubbub.ui.lists import offer_undo

from . import actions, queries
from .forms import RankingForm, ViewForm

PREVIEWED = 12
AMONG = 200  # of the present order, which the preview puts in order anew


def _find(request: MemberRequest, pk: int) -> SavedView:
    return get_object_or_404(queries.visible(request.member), pk=pk)


def _see(request: MemberRequest, name: str, *args: int, more: str = "") -> HttpResponse:
    url = reverse(f"engage:{name}", args=[request.workspace.slug, *args]) + more
    return HttpResponseRedirect(url, status=303)


@page(Role.VIEWER)
def saved_views(request: MemberRequest) -> HttpResponse:
    """All views of this member, with their numbers."""
    now = timezone.now()
    queries.ranking(request.workspace)
    listed = [
        (queries.counted(one, request.member, now), _may(request, one))
        for one in queries.visible(request.member)
    ]  # fmt: skip
    return render(request, "engage/saved/views.html", {"views": listed})


def _may(request: MemberRequest, view: SavedView) -> bool:
    try:
        actions.may_change(view, request.member)
    except Refusal:
        return False
    return True


@page(Role.VIEWER)
def view_new(request: MemberRequest) -> HttpResponse:
    """A new view, begun with the list that the inbox shows (its parameters stand in the address)."""
    return _edit(request, None)


@page(Role.VIEWER)
def view_edit(request: MemberRequest, view_id: int) -> HttpResponse:
    """Change a view."""
    return _edit(request, _find(request, view_id))


def _edit(request: MemberRequest, found: SavedView | None) -> HttpResponse:
    form = ViewForm(request, found, None if found else _begun(request))
    slips: list[language.Slip] = []
    text, problem = "", ""
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.save(
                found or SavedView(), form.wishes(), by=request.member, shared=form.for_all(found, request.member)
            )
            messages.success(request, f"“{made.name}” is saved.")
            return _see(request, "inbox", more=f"?view={made.pk}")
        except language.QueryError as error:
            slips, text = list(error.slips), form.cleaned_data["query"]
        except Refusal as no:
            problem = str(no)
    context = {
        "form": form,
        "view": found,
        "slips": slips,
        "text": text,
        "problem": problem,
        "may_change": found is None or _may(request, found),
    }
    amiss = request.method == "POST"
    return render(request, "engage/saved/view.html", context, status=422 if amiss else 200)


def _begun(request: MemberRequest) -> dict[str, object]:
    """The list that was before the member: its tab, filter and order; of a view, that view."""
    listing = listing_of(request.GET)
    base = queries.visible(request.member).filter(pk=listing.view).first() if listing.view else None
    begun: dict[str, object] = {"query": listing.q, "sort": str(listing.sort)}
    if base is not None:
        begun |= {name: getattr(base, name) for name in ("status", "whose", "kind", "promised")}
        both = [text for text in (base.query.strip(), listing.q) if text]
        begun["query"] = " AND ".join(f"({text})" for text in both) if len(both) == 2 else "".join(both)
        begun["sort"] = str(listing.asked or base.sort)
        return begun
    begun["status"] = listing.tab if listing.tab in ViewStatus.values else "open"
    begun["whose"] = {"mine": "me", "unassigned": "nobody"}.get(listing.tab, "")
    if listing.tab == "mine":
        begun["status"] = "unfinished"
    begun["name"] = listing.q[:60] or (TABS[listing.tab] if listing.tab != "open" else "")
    return begun


@page(Role.VIEWER)
@require_POST
def view_delete(request: MemberRequest, view_id: int) -> HttpResponse:
    """Delete it; the next page offers to undo that."""
    view = _find(request, view_id)
    name = view.name
    try:
        entry = actions.delete(view, by=request.member)
    except Refusal as no:
        messages.error(request, str(no))
        return _see(request, "views")
    url = reverse("engage:view_restore", args=[request.workspace.slug])
    offer_undo(request, f"“{name}” is deleted.", url, [("entry", str(entry.pk))])
    return _see(request, "views")


@page(Role.VIEWER)
@require_POST
def view_restore(request: MemberRequest) -> HttpResponse:
    """Undo a deletion."""
    asked = request.POST.get("entry", "")
    number = id_of(asked) or 0
    entry = get_object_or_404(Audit.of(request.workspace), pk=number)
    try:
        actions.restore(entry, by=request.member)
    except Refusal as no:
        messages.error(request, str(no))
    return _see(request, "views")


@page(Role.VIEWER)
@require_POST
def view_move(request: MemberRequest, view_id: int) -> HttpResponse:
    """Up or down."""
    try:
        actions.move(_find(request, view_id), -1 if request.POST.get("to") == "up" else 1, by=request.member)
    except Refusal as no:
        messages.error(request, str(no))
    return _see(request, "views")


class Previewed(Struct, frozen=True):
    """A conversation as it would stand."""

    row: Conversation
    now: int  # its place as the inbox stands
    score: Score


@page(Role.VIEWER, to_write=Role.MANAGER)
def order(request: MemberRequest) -> HttpResponse:
    """What counts how much in the order by priority; tried on the inbox before it is saved."""
    held = ranking.weights_in(queries.ranking(request.workspace))
    form = RankingForm(request.POST if request.method == "POST" else None, initial=asdict(held))
    weights, problem = held, ""
    if request.method == "POST" and form.is_valid():
        weights = form.weights()
        if "try" not in request.POST:
            try:
                actions.weigh(weights, by=request.member)
                messages.success(request, "Saved. The inbox is put in order again in the background.")
                return _see(request, "inbox_order")
            except Refusal as no:
                problem = str(no)
    context = {
        "form": form,
        "problem": problem,
        "preview": _preview(request, weights),
        "left": ranking.unsettled(request.workspace),
        "may_change": request.role.may(Role.MANAGER),
        "tried": "try" in request.POST,
    }
    return render(request, "engage/saved/order.html", context, status=422 if form.errors or problem else 200)


def _preview(request: MemberRequest, weights: Weights) -> list[Previewed]:
    now = timezone.now()
    rows = list(inbox.rows(request.member, "open").order_by("-score", "-id")[:AMONG])
    scores = [score(case, weights, now) for case in ranking.cases(rows)]
    placed = [Previewed(row, at, found) for at, (row, found) in enumerate(zip(rows, scores, strict=True), start=1)]
    return sorted(placed, key=lambda one: -one.score.place)[:PREVIEWED]
