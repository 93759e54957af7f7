"""How answers leave: the page of that."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from hubbub.store.hours import zone_of
from hubbub.store.models import Role
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal

from .forms import ReplyingForm
from .settings_actions import replying_of, set_replying


@page(Role.VIEWER, to_write=Role.MANAGER)
def replying(request: MemberRequest) -> HttpResponse:
    """The time to call back, and when people are awake."""
    row = replying_of(request.workspace)
    form = ReplyingForm(request.POST or None, initial={name: getattr(row, name) for name in ReplyingForm.base_fields})
    if request.method == "POST" and form.is_valid():
        try:
            set_replying(request.workspace, by=request.member, **form.cleaned_data)
        except Refusal as no:
            messages.error(request, str(no))
        else:
            messages.success(request, "Saved.")
        return HttpResponseRedirect(reverse("engage:replying", args=[request.workspace.slug]), status=303)
    shown = {"form": form, "row": row, "may_set": request.role.may(Role.MANAGER), "zone": zone_of(request.workspace)}
    return render(request, "engage/replying/settings.html", shown, status=422 if form.errors else 200)
