"""“All like this”: the count and a sample first, then one decision about all of them, and one undo."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from hubbub.store.models import Batch, Decision, Post, Role, Sweep
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.lists import offer_undo

from . import actions, stints, sweeps, undoing
from .alike import Alike, alike, ways
from .forms import DecisionForm
from .policies_queries import in_force
from .views import first_error, see


def _post(request: MemberRequest, pk: int) -> Post:
    rows = Post.of(request.workspace).select_related("workspace", "author__person", "source")
    return get_object_or_404(rows, pk=pk)


def _found(request: MemberRequest, post: Post, key: str) -> Alike:
    found = alike(post, key, request.member, timezone.now())
    if found is None:
        raise Http404("This post is not like others in that way")
    return found


@page(Role.MODERATOR)
def alike_posts(request: MemberRequest, pk: int) -> HttpResponse:
    """How many there are, and some of them, before anything is done."""
    post = _post(request, pk)
    offered = ways(post)
    key = request.GET.get("by", "") or (offered[0].key if offered else "")
    context = {
        "post": post,
        "found": _found(request, post, key) if offered else None,
        "ways": offered,
        "policies": in_force(request.workspace),
        "at_once": actions.MOST,
    }
    return render(request, "moderate/alike.html", context)


@page(Role.MODERATOR)
@require_POST
def alike_decide(request: MemberRequest, pk: int) -> HttpResponse:
    """One decision about all of them: at once, or in the background where they are many."""
    post, form = _post(request, pk), DecisionForm(request.POST)
    key = request.POST.get("by", "")
    back = reverse("moderate:alike", args=[request.workspace.slug, pk]) + f"?by={key}"
    if not form.is_valid():
        messages.error(request, first_error(form))
        return see(back)
    found, queue = _found(request, post, key), reverse("moderate:queue", args=[request.workspace.slug])
    given, decision = form.cleaned_data, Decision(form.cleaned_data["decision"])
    try:
        _check_count(request, found)
        policy = form.chosen(request.workspace)
        if len(found.posts) <= actions.MOST:
            done = actions.decide_many(
                request.workspace,
                found.posts,
                decision,
                by=request.member,
                why=given["why"],
                was=Decision.QUEUED,
                policy=policy,
            )
            _tell(request, done, decision, queue)
        else:
            sweep = sweeps.begin(
                request.workspace, found.posts, decision, by=request.member, why=given["why"], policy=policy
            )
            messages.success(request, f"{sweep}. It goes on in the background; the queue shows how far it is.")
    except Refusal as no:
        messages.error(request, str(no))
        return see(back)
    return see(queue)


def _check_count(request: MemberRequest, found: Alike) -> None:
    counted = request.POST.get("count", "")
    if counted.isdecimal() and len(found.posts) > int(counted[:9]):
        raise Refusal(f"There are {len(found.posts):,} by now, more than the {counted} that were shown: look again")


def _tell(request: MemberRequest, done: actions.Many, decision: Decision, back: str) -> None:
    for told in done.refused[:10]:
        messages.warning(request, told)
    if done.batch is None:
        return
    stints.count(request, timezone.now(), len(done.decided))
    url = reverse("moderate:alike_undo", args=[request.workspace.slug, done.batch.pk])
    number = len(done.decided)
    offer_undo(request, f"{decision.label}: {number} post{'s' if number != 1 else ''}.", url, [("next", back)])


@page(Role.MODERATOR)
@require_POST
def alike_undo(request: MemberRequest, batch: int) -> HttpResponse:
    """Take all of a batch back."""
    found = get_object_or_404(Batch.of(request.workspace).select_related("workspace"), pk=batch)
    try:
        begun = undoing.start(request.workspace, undoing.Wish(batch=found), by=request.member, why="taken back at once")
    except Refusal as no:
        messages.error(request, str(no))
    else:
        left = f", {begun.left:,} left as they are" if begun.left else ""
        messages.success(request, f"{begun}: {begun.undone:,} of {begun.total:,} taken back{left}.")
    return see(reverse("moderate:queue", args=[request.workspace.slug]))


@page(Role.MODERATOR)
@require_POST
def sweep_stop(request: MemberRequest, pk: int) -> HttpResponse:
    """Stop what goes on in the background."""
    found = get_object_or_404(Sweep.of(request.workspace).select_related("workspace"), pk=pk)
    try:
        stopped = sweeps.stop(found, by=request.member)
    except Refusal as no:
        messages.error(request, str(no))
    else:
        messages.success(request, f"Stopped after {stopped.done:,} of {stopped.total:,}.")
    return see(reverse("moderate:queue", args=[request.workspace.slug]))
