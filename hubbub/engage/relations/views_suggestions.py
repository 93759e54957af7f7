"""The page of suggestions: whom to turn to, why, by which posts; and what came of them."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from hubbub.store import relations
from hubbub.store import suggestions as stored
from hubbub.store.models import Post, Role, Suggestion, SuggestionKind, SuggestionState
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.lists import offer_undo

from . import queries, suggestions_actions
from .views_acts import back

STATES = tuple((str(state.value), str(state.label)) for state in SuggestionState)


@page(Role.VIEWER)
def suggestions(request: MemberRequest) -> HttpResponse:
    """The strongest first."""
    state, kind = request.GET.get("state", "open"), request.GET.get("kind", "")
    state = state if state in SuggestionState.values else "open"
    kind = kind if kind in SuggestionKind.values else ""
    won, now = state == "taken" and request.GET.get("won") == "1", timezone.now()
    rows, after = queries.suggested(request.workspace, state, kind, request.GET.get("after", ""), now, won=won)
    wanted = {pk for row in rows for pk in row.posts}
    found = Post.of(request.workspace).filter(pk__in=wanted).select_related("source", "conversation")
    posts = {post.pk: post for post in found}
    kept = {"state": state if state != "open" else "", "kind": kind, "won": "1" if won else ""}
    here = {name: value for name, value in kept.items() if value}
    context = {
        "rows": [(row, [posts[pk] for pk in row.posts if pk in posts]) for row in rows],
        "accounts": queries.accounts(request.workspace, [row.person_id for row in rows]),
        "state": state,
        "states": STATES,
        "kind": kind,
        "won": won,
        "kinds": SuggestionKind.choices,
        "outcomes": queries.outcomes(request.workspace, now),
        "older": f"?{urlencode({**here, 'after': after})}" if after else "",
        "newer": f"?{urlencode(here)}" if request.GET.get("after") else "",
        "here": f"?{urlencode(here)}" if here else "",
        "limits": stored.limits(relations.relating_of(request.workspace.pk)),
        "may_act": request.role.may(Role.RESPONDER),
        "may_change": request.role.may(Role.MANAGER),
    }
    return render(request, "engage/relations/suggestions.html", context)


@page(Role.RESPONDER)
@require_POST
def answer(request: MemberRequest, suggestion_id: int) -> HttpResponse:
    """Take it, pass it, put it off, or open it again."""
    row = get_object_or_404(Suggestion.of(request.workspace).select_related("workspace", "person"), pk=suggestion_id)
    fallback = reverse("engage:suggestions", args=[request.workspace.slug])
    asked = request.POST.get("answer", "")
    try:
        match asked:
            case "take":
                return _taken(request, suggestions_actions.take(row, by=request.member))
            case "pass":
                suggestions_actions.leave(row, by=request.member)
                _offer(request, row, f"{row.person}: passed.")
            case "later":
                kept = suggestions_actions.put_off(row, by=request.member)
                _offer(request, row, f"{row.person}: comes back on {kept.until:%-d %b}.")
            case "reopen":
                suggestions_actions.reopen(row, by=request.member)
                messages.success(request, f"{row.person}: open again.")
            case _:
                messages.error(request, "Say take, pass, later or reopen")
    except Refusal as no:
        messages.error(request, str(no))
    return back(request, fallback)


def _offer(request: MemberRequest, row: Suggestion, says: str) -> None:
    url = reverse("engage:suggestion_answer", args=[request.workspace.slug, row.pk])
    offer_undo(request, says, url, [("answer", "reopen"), ("back", request.POST.get("back", ""))])


def _taken(request: MemberRequest, taken: suggestions_actions.Taken) -> HttpResponse:
    """To where it goes on: the conversation with its reply, else the relationship."""
    row, slug = taken.relationship, request.workspace.slug
    messages.success(
        request, f"{row.person} is among your relationships, as {row.get_kind_display().lower()}: {row.next_step}."
    )
    if taken.conversation is not None:
        url = reverse("engage:conversation", args=[slug, taken.conversation.pk]) + "#reply"
    else:
        url = reverse("engage:relation", args=[slug, row.pk])
    return HttpResponseRedirect(url, status=303)
