"""One waiting post at a time: taken with a lease, decided by one key, and straight on to the next."""

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from hubbub.core import query as language
from hubbub.store import queue as stored
from hubbub.store import word_lists
from hubbub.store.models import Cover, Decision, Policy, Post, Role, Waiting
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.lists import offer_undo

from . import actions, alike, opinions, queue_actions, queue_queries, stints
from .beside import beside
from .decisions import STATES
from .forms import DecisionForm
from .policies_queries import in_force
from .queries import cards
from .views import first_error, says, see
from .views_queue import order_of

WITH = ("workspace", "author__person", "source", "conversation__assignee__user")
TAKEN = "Nothing that is free waits any more"


def _post(request: MemberRequest, pk: int) -> Post:
    return get_object_or_404(Post.of(request.workspace).select_related(*WITH), pk=pk)


def _carried(request: MemberRequest) -> str:
    """The filter and the order, as an address carries them on."""
    kept = QueryDict(mutable=True)
    for name in ("q", "order"):
        if value := request.GET.get(name) or request.POST.get(name):
            kept[name] = value[:2_000]
    return f"?{kept.urlencode()}" if kept else ""


def _focus(request: MemberRequest, pk: int) -> str:
    return reverse("moderate:focus", args=[request.workspace.slug, pk]) + _carried(request)


def _among(request: MemberRequest) -> list[int] | None:
    """The rows that come first in the filter and the order that are carried along; None: the whole queue."""
    order, text = order_of(request), (request.GET.get("q") or request.POST.get("q") or "").strip()
    if order == "score" and not text:
        return None
    try:
        query = word_lists.read(text, language.Use.VIEW, request.workspace) if text else None
    except language.QueryError:
        return None
    return queue_queries.first_rows(request.workspace, query, now=timezone.now(), order=order)


def _go_on(request: MemberRequest) -> HttpResponse:
    """To the next free post, or back to the list."""
    row = queue_actions.take_next(request.member, timezone.now(), _among(request))
    if row is not None:
        return see(_focus(request, row.post_id))
    messages.info(request, f"{TAKEN}.")
    return see(reverse("moderate:queue", args=[request.workspace.slug]) + _carried(request))


@page(Role.MODERATOR)
@require_POST
def next_post(request: MemberRequest) -> HttpResponse:
    """Take the next free post; `again`: with those that I passed over."""
    if "again" in request.POST:
        queue_actions.look_again(request.member)
    stored.release(request.member)
    return _go_on(request)


@page(Role.MODERATOR)
def focus(request: MemberRequest, pk: int) -> HttpResponse:
    """One post with all that a decision needs. Opening it takes it, if it is free."""
    post, now = _post(request, pk), timezone.now()
    row = Waiting.of(request.workspace).filter(post=post).select_related("holder__user").first()
    asked = opinions.asked(post).filter(by=request.member).first()
    taken = row is not None and asked is None and stored.hold(row, request.member, now)
    if row is not None:
        waits = queue_queries.around(request.workspace, [row], now=now, viewer=request.member)
        one = waits[0] if waits else None
    else:
        one = None
    suspected = list(one.suspected) if one else []
    care = queue_actions.care_of(request.member)
    context = {
        "one": one,
        "card": one.card if one else cards([post])[0],
        "post": post,
        "beside": beside(post, suspected),
        "policies": in_force(request.workspace),
        "gravest": suspected[0] if suspected else None,
        "suspected": {policy.pk for policy in suspected},
        "ways": alike.ways(post),
        "care": care,
        "covered": _covered(care.cover, one),
        "taken": taken,
        "asked": asked,
        "carried": _carried(request),
        "q": request.GET.get("q", ""),
        "order": order_of(request),
        "here": request.get_full_path(),
        "rest": stints.reminder(request, now),
    }
    return render(request, "moderate/focus.html", context)


def _covered(cover: str, one: queue_queries.Waits | None) -> str:
    """Why the text stands behind a click; empty: it does not."""
    if cover == Cover.NEVER:
        return ""
    if one is not None and one.covered:
        return ", ".join(one.covered)
    return "as you asked" if cover == Cover.ALWAYS else ""


@page(Role.MODERATOR)
@require_POST
def focus_decide(request: MemberRequest, pk: int) -> HttpResponse:
    """Decide, and on to the next."""
    post, form, now = _post(request, pk), DecisionForm(request.POST), timezone.now()
    if not form.is_valid():
        messages.error(request, first_error(form))
        return see(_focus(request, pk))
    given = form.cleaned_data
    try:
        queue_actions.take(post, by=request.member, now=now)
        policy = form.chosen(request.workspace)
        decision = Decision(given["decision"])
        was = given["was"] if "was" in request.POST else None
        done = actions.decide(post, decision, by=request.member, why=given["why"], was=was, policy=policy)
    except Refusal as no:
        messages.error(request, str(no))
        return see(_focus(request, pk))
    stints.count(request, now)
    fields = [("acts", str(done.act.pk)), ("next", _focus(request, pk))]
    offer_undo(request, says(done), reverse("moderate:undo", args=[request.workspace.slug]), fields)
    return _go_on(request)


@page(Role.MODERATOR)
@require_POST
def focus_skip(request: MemberRequest, pk: int) -> HttpResponse:
    """Pass it over, and on to the next."""
    queue_actions.skip(_post(request, pk), by=request.member, now=timezone.now())
    return _go_on(request)


@page(Role.MODERATOR)
@require_POST
def focus_leave(request: MemberRequest, pk: int) -> HttpResponse:
    """Let go of it, back to the list."""
    stored.release(request.member, _post(request, pk).pk)
    return see(reverse("moderate:queue", args=[request.workspace.slug]) + _carried(request))


@page(Role.MODERATOR)
@require_POST
def focus_hold(request: MemberRequest, pk: int) -> HttpResponse:
    """Go on holding it: asked for by the open page every minute."""
    post = _post(request, pk)
    held = stored.renew(post.pk, request.member, timezone.now())
    row = Waiting.of(request.workspace).filter(post=post).select_related("holder__user").first()
    return render(request, "moderate/_held.html", {"held": held, "row": row, "post": post})


@page(Role.MODERATOR)
@require_POST
def focus_ask(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask another person, and on to the next."""
    post, wanted = _post(request, pk), request.POST.get("decision", "")
    policy = Policy.of(request.workspace).filter(slug=request.POST.get("policy", "")).first()
    decision = Decision(wanted) if wanted in STATES else Decision.NONE
    note = request.POST.get("note", "")
    try:
        opinion = opinions.ask(post, by=request.member, note=note, decision=decision, policy=policy)
    except Refusal as no:
        messages.error(request, str(no))
        return see(_focus(request, pk))
    stored.release(request.member, post.pk)
    url = reverse("moderate:focus_withdraw", args=[request.workspace.slug, opinion.post_id])
    offer_undo(request, "Somebody else is asked for their opinion.", url, [])
    return _go_on(request)


@page(Role.MODERATOR)
@require_POST
def focus_withdraw(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a question back, and decide oneself."""
    opinion = opinions.asked(_post(request, pk)).filter(by=request.member).first()
    try:
        if opinion is not None:
            opinions.withdraw(opinion, by=request.member)
    except Refusal as no:
        messages.error(request, str(no))
    return see(_focus(request, pk))


@page(Role.MODERATOR)
@require_POST
def rested(request: MemberRequest) -> HttpResponse:
    """The word about a break was read."""
    stints.begin_anew(request)
    return see(reverse("moderate:queue", args=[request.workspace.slug]))
