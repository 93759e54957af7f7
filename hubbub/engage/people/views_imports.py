"""A file of people on its way in: how far it is, what became of each line, stopping it, taking it back."""

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from hubbub.store.models import LineFate, PeopleImport, Role
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal

from . import imported, listing

PAGE = 100  # lines
ACTS: Mapping[str, Callable[..., PeopleImport]] = {
    "stop": imported.stop,
    "go on": imported.go_on,
    "undo": imported.take_back,
}


def see_import(request: MemberRequest, row: PeopleImport) -> HttpResponse:
    """To its page, after a POST."""
    return HttpResponseRedirect(reverse("engage:people_import", args=[request.workspace.slug, row.pk]), status=303)


@page(Role.MANAGER)
def people_import(request: MemberRequest, import_id: int) -> HttpResponse:
    """Its lines, all or those of one fate."""
    row = get_object_or_404(PeopleImport.of(request.workspace), pk=import_id)
    fate, after = request.GET.get("fate", ""), listing.number(request.GET.get("after", ""))
    lines = row.lines.filter(number__gt=after).order_by("number").select_related("person")
    lines = lines.filter(fate=fate) if fate in LineFate.values and fate else lines.exclude(fate=LineFate.WAITING)
    shown = list(lines[: PAGE + 1])
    counted = imported.counts(row)
    asked = f"fate={fate}&" if fate else ""
    return render(
        request,
        "engage/people/import.html",
        {
            "row": row,
            "lines": shown[:PAGE],
            "fate": fate,
            "counts": [(str(one.value), str(one.label), counted[one.value]) for one in LineFate if counted[one.value]],
            "waits": counted[""],
            "done": row.total - counted[""],
            "taken": counted["made"] + counted["changed"],
            "first": f"?{asked}" if after else "",
            "more": f"?{asked}after={shown[PAGE - 1].number}" if len(shown) > PAGE else "",
        },
    )


@page(Role.MANAGER)
@require_POST
def people_import_act(request: MemberRequest, import_id: int) -> HttpResponse:
    """Stop it, go on with it, or take it back."""
    row = get_object_or_404(PeopleImport.of(request.workspace), pk=import_id)
    act = ACTS.get(request.POST.get("do", ""))
    if act is None:
        messages.error(request, "Say what is to be done with it: stop, go on, undo")
        return see_import(request, row)
    try:
        act(row, by=request.member)
    except Refusal as no:
        messages.error(request, str(no))
    return see_import(request, row)
