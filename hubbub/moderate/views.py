"""Pages about posts: one post with its history, deciding and taking back."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from hubbub.store.models import Audit, Decision, Post, Role
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.ids import ids_of
from hubbub.ui.lists import offer_undo

from . import actions, queries, statements, strikes_queries
from .forms import DecisionForm
from .log import entry
from .policies_queries import in_force


def see(url: str) -> HttpResponseRedirect:
    """After a POST: look there."""
    return HttpResponseRedirect(url, status=303)


@page(Role.VIEWER)
def post(request: MemberRequest, pk: int) -> HttpResponse:
    """One post: what was said of it, what was done with it."""
    rows = Post.of(request.workspace).select_related("workspace", "author__person", "source", "conversation")
    found = get_object_or_404(rows, pk=pk)
    struck, proposed = strikes_queries.at_post(found, timezone.now())
    return render(
        request,
        "moderate/post.html",
        {
            "struck": struck,
            "proposed": proposed,
            "card": queries.cards([found])[0],
            "entries": [entry(request.workspace, row) for row in queries.history(found)],
            "stated": statements.of_post(found),
            "policies": in_force(request.workspace),
            "opinions": list(found.opinions.select_related("policy").order_by("-pk")[:10]),
            "may_decide": request.role.may(Role.MODERATOR),
        },
    )


@page(Role.MODERATOR)
@require_POST
def decide(request: MemberRequest, pk: int) -> HttpResponse:
    """Approve, hide or remove one post."""
    found = get_object_or_404(Post.of(request.workspace).select_related("workspace"), pk=pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, first_error(form))
        return see(_return(request))
    given = form.cleaned_data
    was = given["was"] if "was" in request.POST else None
    try:
        decision, policy = Decision(given["decision"]), form.chosen(request.workspace)
        done = actions.decide(found, decision, by=request.member, why=given["why"], was=was, policy=policy)
    except Refusal as no:
        messages.error(request, str(no))
        return see(_return(request))
    _offer(request, says(done), [done])
    return see(_return(request))


@page(Role.MODERATOR)
@require_POST
def decide_many(request: MemberRequest) -> HttpResponse:
    """The same for all chosen posts."""
    pks, form = ids(request, "pk"), DecisionForm(request.POST)
    if not pks or not form.is_valid():
        messages.error(request, first_error(form) if pks else "Choose posts first (x), then what is to become of them")
        return see(_return(request))
    given = form.cleaned_data
    decision, was = Decision(given["decision"]), given["was"] if "was" in request.POST else None
    try:
        policy = form.chosen(request.workspace)
        done = actions.decide_many(
            request.workspace, pks, decision, by=request.member, why=given["why"], was=was, policy=policy
        )
    except Refusal as no:
        messages.error(request, str(no))
        return see(_return(request))
    for told in done.refused[:10]:
        messages.warning(request, told)
    if done.decided:
        here = sum(one.only_here for one in done.decided)
        only = f" {here} of them only here in Hubbub: their sources cannot be told." if here else ""
        _offer(request, f"{decision.label}: {_many(len(done.decided))}.{only}", done.decided)
    return see(_return(request))


@page(Role.MODERATOR)
@require_POST
def undo(request: MemberRequest) -> HttpResponse:
    """Take decisions back."""
    asked = ids(request, "acts")[: actions.MOST]
    undone = 0
    for act in Audit.of(request.workspace).select_related("workspace").filter(pk__in=asked).order_by("-pk"):
        try:
            actions.undo(act, by=request.member)
            undone += 1
        except Refusal as no:
            messages.warning(request, f"“{act.noun_name}”: {no}")
    if undone:
        messages.success(request, "Taken back." if undone == 1 else f"{undone} taken back.")
    return see(_return(request))


def ids(request: HttpRequest, name: str) -> list[int]:
    """The ids that a form names, as far as they can be any."""
    return ids_of(request.POST.getlist(name))


def says(done: actions.Decided) -> str:
    """What became of one post."""
    name = str(done.post)
    what = f"“{name if len(name) <= 40 else name[:39] + '…'}”: {done.post.get_decision_display().lower()}"
    if done.sent:
        return f"{what}. {done.post.source} will be told in a moment."
    if done.only_here:
        return f"{what}, only here in Hubbub: with its settings {done.post.source} cannot be told."
    return f"{what}."


def _many(number: int) -> str:
    return "1 post" if number == 1 else f"{number} posts"


def _offer(request: MemberRequest, told: str, decided: Sequence[actions.Decided]) -> None:
    url = reverse("moderate:undo", args=[request.workspace.slug])
    fields = [("acts", str(one.act.pk)) for one in decided]
    offer_undo(request, told, url, [*fields, ("next", _return(request))])


def _return(request: MemberRequest) -> str:
    """Back to the page that the form stood on."""
    return next_url(request, reverse("moderate:queue", args=[request.workspace.slug]))


def next_url(request: HttpRequest, otherwise: str) -> str:
    """The page that the form names (`next`), if it is one of ours."""
    asked = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return asked if ours else otherwise


def first_error(form: DecisionForm) -> str:
    """What is wrong with it, in one line."""
    name, errors = next(iter(form.errors.items()))
    return f"{name}: {errors[0]}"
