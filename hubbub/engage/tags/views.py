"""The page with all tags."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from hubbub.store.models import Role, Tag
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.ids import id_of

from . import actions


@page(Role.VIEWER)
def tags(request: MemberRequest) -> HttpResponse:
    """What stands on conversations, and how often."""
    rows = Tag.of(request.workspace).annotate(number=Count("conversations")).order_by("name")
    context = {"rows": rows, "may_write": request.role.may(Role.MANAGER)}
    return render(request, "engage/tags/tags.html", context)


@page(Role.MANAGER)
@require_POST
def tag_change(request: MemberRequest, tag: int) -> HttpResponse:
    """Another name, or into another tag, or gone."""
    row, name = get_object_or_404(Tag.of(request.workspace), pk=tag), request.POST.get("name", "")
    try:
        match request.POST.get("do", "rename"):
            case "delete":
                actions.delete(row, by=request.member)
                messages.success(request, f"The tag {row.name} is deleted.")
            case "merge":
                asked = request.POST.get("into", "")
                pk = id_of(asked) or 0
                into = get_object_or_404(Tag.of(request.workspace), pk=pk)
                actions.merge(row, into, by=request.member)
                messages.success(request, f"What was tagged {row.name} is tagged {into.name} now.")
            case _:
                actions.rename(row, name, by=request.member)
                messages.success(request, "Saved.")
    except Refusal as no:
        messages.error(request, str(no))
    return HttpResponseRedirect(reverse("engage:tags", args=[request.workspace.slug]), status=303)
