"""What a person may ask for: all that is held about them, and that it is erased."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render

from hubbub.engage.person import card
from hubbub.store.models import Role
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal

from . import erasing_actions, exporting
from .views_acts import find, see


@page(Role.MANAGER)
def person_everything(request: MemberRequest, pk: int) -> HttpResponse:
    """All about them as JSON; that it was handed out stands in the log."""
    found = find(request, pk)
    erasing_actions.handed_out(found, "JSON", by=request.member)
    answer = HttpResponse(exporting.everything(found), content_type="application/json; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="person-{pk}.json"'
    return answer


@page(Role.ADMIN)
def person_erase(request: MemberRequest, pk: int) -> HttpResponse:
    """What would go; sent with the person's number written out, it goes for good."""
    found, slip = find(request, pk), ""
    if request.method == "POST":
        try:
            gone = erasing_actions.erase(
                found, typed=request.POST.get("typed", ""), by=request.member, why=request.POST.get("why", "")
            )
        except Refusal as no:
            slip = str(no)
        else:
            messages.success(request, f"Erased: {gone.names} names and the words of {gone.posts} posts.")
            return see(request, pk)
    status = 422 if slip else 200
    return render(request, "engage/people/erase.html", {"card": card(found, last=0), "slip": slip}, status=status)
