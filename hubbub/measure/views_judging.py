"""Who judges: languages, the own layer, reading stored posts anew. Shown on the trust page, where each act leads."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from hubbub.store.judges import MOST
from hubbub.store.models import OwnModel, Role
from hubbub.ui import judged
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal

from . import model_actions

BEGINS = "Stored posts will be read anew, beginning in a moment; this page shows how far that is."


def _done(request: MemberRequest, act: Callable[[], object], says: str, place: str) -> HttpResponseRedirect:
    try:
        act()
    except Refusal as no:
        messages.error(request, str(no))
    else:
        messages.success(request, says)
    return HttpResponseRedirect(f"{reverse('measure:trust', args=[request.workspace.slug])}#{place}", status=303)


@page(Role.MANAGER)
@require_POST
def train(request: MemberRequest) -> HttpResponse:
    """Ask for a layer to be trained on this workspace's labels."""
    says = "The training begins in a moment. Nothing changes until you have seen the result and chosen to use it."
    return _done(request, lambda: model_actions.train(request.workspace, by=request.member), says, "own")


@page(Role.MANAGER)
@require_POST
def use(request: MemberRequest, pk: int) -> HttpResponse:
    """Use a trained layer from now on."""
    model = get_object_or_404(OwnModel.of(request.workspace).select_related("workspace"), pk=pk)
    says = f"Your own layer judges from now on. {BEGINS}"
    return _done(request, lambda: model_actions.use(model, by=request.member), says, "rereading")


@page(Role.MANAGER)
@require_POST
def go_back(request: MemberRequest) -> HttpResponse:
    """Use the shipped model alone."""
    says = f"The shipped model judges alone again. {BEGINS}"
    return _done(request, lambda: model_actions.go_back(request.workspace, by=request.member), says, "rereading")


@page(Role.MANAGER)
@require_POST
def reread(request: MemberRequest) -> HttpResponse:
    """Read stored posts anew."""
    says = "Stored posts are being read anew."
    return _done(request, lambda: model_actions.reread(request.workspace, MOST, by=request.member), says, "rereading")


@page(Role.MANAGER)
@require_POST
def stop(request: MemberRequest) -> HttpResponse:
    """Read no further."""
    says = "Stopped. What was judged stays; the other posts keep what an earlier model said."
    return _done(request, lambda: model_actions.stop_rereading(request.workspace, by=request.member), says, "rereading")


@page(Role.VIEWER, to_write=Role.MANAGER)
def languages(request: MemberRequest) -> HttpResponse:
    """The languages in which posts are expected."""
    if request.method == "POST":
        codes = " ".join([*request.POST.getlist("language"), request.POST.get("others", "")])
        why = request.POST.get("why", "")
        return _done(
            request,
            lambda: model_actions.set_languages(request.workspace, codes, by=request.member, why=why),
            f"Kept. {BEGINS}",
            "rereading",
        )
    chosen = request.workspace.languages.split()
    known = [code for code in judged.LANGUAGES if code not in chosen]
    return render(
        request,
        "measure/languages.html",
        {
            "chosen": [(code, judged.language(code)) for code in chosen],
            "known": sorted(((code, judged.language(code)) for code in known), key=lambda pair: pair[1]),
            "may_manage": request.role.may(Role.MANAGER),
        },
    )
