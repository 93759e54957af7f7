"""Who may be one person: suggestions to look at, merging, and taking that back."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from hubbub.engage.person import card
from hubbub.store.models import Likeness, Merging, Person, Role
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.lists import Pager, offer_undo

from . import listing, merging_actions, queries
from .views_acts import find, see

SIZE = 20


@page(Role.VIEWER)
def likenesses(request: MemberRequest) -> HttpResponse:
    """All suggestions, the strongest first, with both people side by side and the reasons."""
    before = _place(request.GET.get("before", ""))
    found = queries.open_likenesses(request.workspace, before, SIZE)
    shown = found[:SIZE]
    older = f"?before={shown[-1].strength!r}_{shown[-1].pk}" if len(found) > SIZE else ""
    cards = {one.pk: card(one, last=2) for row in shown for one in (row.first.person, row.second.person)}
    return render(
        request,
        "engage/people/alike.html",
        {
            "rows": [(row, cards[row.first.person_id], cards[row.second.person_id]) for row in shown],
            "page": Pager(later="?" if before else "", earlier=older),
            "may_act": request.role.may(Role.RESPONDER),
        },
    )


def _place(text: str) -> tuple[float, int] | None:
    strength, _, pk = text.rpartition("_")
    try:
        return (float(strength), listing.number(pk)) if listing.number(pk) else None
    except ValueError:
        return None


def _back(request: MemberRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("engage:likenesses", args=[request.workspace.slug]), status=303)


def _offer(request: MemberRequest, row: Merging) -> None:
    url = reverse("engage:person_unmerge", args=[request.workspace.slug, row.pk])
    offer_undo(request, f"“{row.source}” is now part of “{row.target}”.", url, [("back", request.POST.get("back", ""))])


def _likeness(request: MemberRequest, pk: int) -> Likeness:
    rows = Likeness.of(request.workspace).select_related("workspace", "first__person", "second__person")
    return get_object_or_404(rows, pk=pk)


@page(Role.RESPONDER)
@require_POST
def likeness_merge(request: MemberRequest, likeness_id: int) -> HttpResponse:
    """They are one: the one who is kept stands in `keep`, else the one who posted most."""
    try:
        keep = listing.number(request.POST.get("keep", ""))
        row = merging_actions.merge_alike(_likeness(request, likeness_id), keep=keep, by=request.member)
        _offer(request, row)
    except Refusal as no:
        messages.error(request, str(no))
    return _back(request)


@page(Role.RESPONDER)
@require_POST
def likeness_refuse(request: MemberRequest, likeness_id: int) -> HttpResponse:
    """They are two; this is never suggested again."""
    if merging_actions.refuse(_likeness(request, likeness_id), by=request.member):
        messages.success(request, "Noted: they are two people. This is not suggested again.")
    else:
        messages.info(request, "Somebody decided about these two already")
    return _back(request)


@page(Role.RESPONDER)
def person_merge(request: MemberRequest, pk: int) -> HttpResponse:
    """Somebody whom no suggestion names: look for them, see both side by side, say that they are one."""
    chosen = find(request, pk)
    other_pk = listing.number(request.POST.get("other", "") or request.GET.get("other", ""))
    other = Person.of(request.workspace).select_related("workspace").filter(pk=other_pk).first() if other_pk else None
    slip = "" if other or not request.GET.get("other") else "There is no person with that number here"
    if request.method == "POST":
        return _merge(request, chosen, other)
    asked = listing.Asked(q=request.GET.get("q", "").strip()[:200])
    found = [one for one in listing.page(request.workspace, asked, size=20).people if one.pk != pk] if asked.q else []
    return render(
        request,
        "engage/people/merge.html",
        {
            "card": card(chosen, last=3),
            "other": card(other, last=3) if other else None,
            "slip": slip,
            "q": asked.q,
            "found": found,
            "names": listing.names_of(found),
        },
    )


def _merge(request: MemberRequest, chosen: Person, other: Person | None) -> HttpResponse:
    if other is None:
        messages.error(request, "Choose the other person first")
        return HttpResponseRedirect(
            reverse("engage:person_merge", args=[request.workspace.slug, chosen.pk]), status=303
        )
    try:
        row = merging_actions.merge(chosen, other, by=request.member, why=request.POST.get("why", ""))
    except Refusal as no:
        messages.error(request, str(no))
        return HttpResponseRedirect(
            reverse("engage:person_merge", args=[request.workspace.slug, chosen.pk]), status=303
        )
    _offer(request, row)
    return see(request, chosen.pk)


@page(Role.RESPONDER)
@require_POST
def person_unmerge(request: MemberRequest, merging_id: int) -> HttpResponse:
    """Take a merge back."""
    found = get_object_or_404(Merging.of(request.workspace).select_related("target", "source"), pk=merging_id)
    try:
        parted = merging_actions.unmerge(found, by=request.member, why=request.POST.get("why", ""))
    except Refusal as no:
        messages.error(request, str(no))
        return see(request, found.target_id)
    messages.success(request, f"“{parted}” is a person of their own again, with all that was theirs.")
    return see(request, found.target_id, "merged")
