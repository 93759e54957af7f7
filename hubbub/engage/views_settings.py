"""The index of the room's settings."""

from django.http import HttpResponse
from django.shortcuts import render

from hubbub.store.models import Role
from hubbub.ui.access import MemberRequest, page

from .settings_pages import SETTINGS


@page(Role.VIEWER)
def settings(request: MemberRequest) -> HttpResponse:
    """What can be set, for those who may see it."""
    pages = [line for line in SETTINGS if request.role.may(line[3])]
    return render(request, "engage/settings.html", {"pages": pages})
