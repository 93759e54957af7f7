"""Pages about the queue as a list: what waits, how it stands right now, its order, and care for who works at it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from msgspec.structs import asdict

from hubbub.store import queue as stored
from hubbub.store.models import Cover, Role, Waiting
from hubbub.store.queue.leases import held_by_others
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.ids import ids_of
from hubbub.ui.lists import Pager, read_filter

from . import queue_actions, queue_queries, sweeps
from .forms import CareForm, WeightsForm
from .policies_queries import in_force
from .queue_queries import ORDERS, Queue
from .stints import reminder
from .views import see


def order_of(request: MemberRequest) -> str:
    """The order that is asked for, in the address or in a form."""
    asked = request.GET.get("order") or request.POST.get("order") or ""
    return asked if asked in ORDERS else "score"


@page(Role.VIEWER)
def queue(request: MemberRequest) -> HttpResponse:
    """What waits for a person."""
    order, now = order_of(request), timezone.now()
    filter_ = read_filter(request, kept=("order",))
    spot = queue_queries.spot_of(request.GET.get("after", ""), order)
    found = Queue((), None)
    if not filter_.slips:
        found = queue_queries.page(
            request.workspace, filter_.query, now=now, order=order, after=spot, viewer=request.member
        )
    may_decide = request.role.may(Role.MODERATOR)
    context = {
        "waits": found.waits,
        "filter": filter_,
        "slips": found.slips,
        "page": _pager(request, found),
        "order": order,
        "orders": [(key, words) for key, (_, words) in ORDERS.items()],
        "policies": in_force(request.workspace),
        "stands": queue_queries.stands(request.workspace, request.member, now),
        "sweeps": sweeps.lately(request.workspace),
        "care": queue_actions.care_of(request.member),
        "may_decide": may_decide,
        "rest": reminder(request, now) if may_decide else None,
        "shown": ",".join(str(one.card.post.pk) for one in found.waits),
    }
    return render(request, "moderate/queue.html", context)


def _pager(request: MemberRequest, found: Queue) -> Pager:
    here = request.GET.copy()
    at_start = here.pop("after", None) is None
    first = "?" + here.urlencode()
    says = f"Looked through {found.looked_at:,} posts: go on to look through more" if found.ran_out else ""
    if found.after is not None:
        here["after"] = queue_queries.write_spot(found.after)
    return Pager("" if at_start else first, "?" + here.urlencode() if found.after else "", says)


@page(Role.VIEWER)
def live(request: MemberRequest) -> HttpResponse:
    """How the queue stands now, asked for by an open page; and who has the posts (`?shown=1,2`) that it shows."""
    now = timezone.now()
    shown = ids_of(request.GET.get("shown", "").split(","))[:100]
    rows = held_by_others(request.workspace, request.member, now).filter(post__in=shown)
    holders = {row.post_id: row.holder for row in rows}
    gone = set(shown) - set(Waiting.of(request.workspace).filter(post__in=shown).values_list("post", flat=True))
    context = {
        "stands": queue_queries.stands(request.workspace, request.member, now),
        "sweeps": sweeps.lately(request.workspace),
        "spots": [(pk, holders.get(pk), pk in gone) for pk in shown],
    }
    return render(request, "moderate/_live.html", context)


@page(Role.MODERATOR)
def queue_settings(request: MemberRequest) -> HttpResponse:
    """How I want hard posts shown; for managers also what orders the queue."""
    care = queue_actions.care_of(request.member)
    names = CareForm.base_fields
    context = {
        "care": CareForm(initial={name: getattr(care, name) for name in names}),
        "weights": WeightsForm(initial=asdict(stored.weights_of(request.workspace))),
        "may_change": request.role.may(Role.MANAGER),
    }
    return render(request, "moderate/queue_settings.html", context)


@page(Role.MODERATOR)
@require_POST
def queue_care(request: MemberRequest) -> HttpResponse:
    """Save how I want hard posts shown."""
    form = CareForm(request.POST)
    if form.is_valid():
        cover = Cover(form.cleaned_data.pop("cover"))
        given = {name: form.cleaned_data[name] for name in ("blur", "grey", "break_minutes", "break_posts")}
        queue_actions.take_care(request.member, cover=cover, by=request.member, **given)
        messages.success(request, "Saved.")
    else:
        messages.error(request, _first(form))
    return see(reverse("moderate:queue_settings", args=[request.workspace.slug]))


@page(Role.MANAGER)
@require_POST
def queue_weights(request: MemberRequest) -> HttpResponse:
    """Order the queue anew."""
    form = WeightsForm(request.POST)
    back = see(reverse("moderate:queue_settings", args=[request.workspace.slug]))
    if not form.is_valid():
        messages.error(request, _first(form))
        return back
    try:
        queue_actions.set_weights(request.workspace, form.weights(), by=request.member)
    except Refusal as no:
        messages.error(request, str(no))
    else:
        messages.success(request, "The queue is ordered anew.")
    return back


def _first(form: CareForm | WeightsForm) -> str:
    name, errors = next(iter(form.errors.items()))
    return f"{form.fields[name].label}: {errors[0]}"
