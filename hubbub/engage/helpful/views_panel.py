"""What stands beside an answer: words to put in, and a sketch of a draft."""

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from hubbub.store.models import Article, Conversation, Post, Role, SavedReply, Sketch
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal

from . import kept, queries, sketch_actions
from .forms import SketchingForm


def _find(request: MemberRequest, pk: int) -> Conversation:
    known = Conversation.of(request.workspace).select_related("workspace", "source", "author")
    return get_object_or_404(known, pk=pk)


def _post(request: MemberRequest, conversation: Conversation) -> Post | None:
    """Whom the answer is to (`post`), else the newest post that is not ours."""
    asked = request.POST.get("post") or request.GET.get("post", "")
    posts = conversation.posts.select_related("author")
    if asked.isdecimal() and (found := posts.filter(pk=int(asked)).first()):
        return found
    return posts.filter(ours=False).order_by("-published", "-id").first()


@page(Role.RESPONDER)
def helpful(request: MemberRequest, pk: int) -> HttpResponse:
    """The words that are offered for an answer: as a part of the conversation's page, or as a page of its own."""
    conversation = _find(request, pk)
    post = _post(request, conversation)
    context = {
        "conversation": conversation,
        "post": post,
        "panel": queries.panel(conversation, post, request.member, request.GET.get("find", "")),
        "sketch": queries.newest_sketch(conversation, request.member),
        "may_help": sketch_actions.may_help(request.workspace),
    }
    htmx = request.headers.get("HX-Request") == "true"
    return render(request, "engage/helpful/_offered.html" if htmx else "engage/helpful/offered.html", context)


@page(Role.RESPONDER)
@require_POST
def saved_reply_used(request: MemberRequest, pk: int) -> HttpResponse:
    """Somebody put it into an answer: counted, so that what is used most stands first."""
    kept.count_use(
        get_object_or_404(SavedReply.of(request.workspace).select_related("workspace"), pk=pk), timezone.now()
    )
    return JsonResponse({"counted": True})


@page(Role.RESPONDER)
@require_POST
def article_used(request: MemberRequest, pk: int) -> HttpResponse:
    """The same of an article."""
    kept.count_use(get_object_or_404(Article.of(request.workspace).select_related("workspace"), pk=pk), timezone.now())
    return JsonResponse({"counted": True})


@page(Role.RESPONDER)
@require_POST
def sketch_ask(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask the model for a draft."""
    conversation = _find(request, pk)
    problem, sketch = "", None
    try:
        wish = request.POST.get("wish", "")
        sketch = sketch_actions.ask(conversation, _post(request, conversation), wish, by=request.member)
    except Refusal as no:
        problem = str(no)
    if request.headers.get("HX-Request") == "true":
        return render(request, "engage/helpful/_sketch.html", {"sketch": sketch, "problem": problem})
    return HttpResponseRedirect(reverse("engage:helpful", args=[request.workspace.slug, pk]), status=303)


@page(Role.RESPONDER)
def sketch(request: MemberRequest, pk: int) -> HttpResponse:
    """How far a sketch is."""
    found = get_object_or_404(Sketch.of(request.workspace), pk=pk)
    return render(request, "engage/helpful/_sketch.html", {"sketch": found, "problem": ""})


@page(Role.VIEWER, to_write=Role.ADMIN)
def sketching(request: MemberRequest) -> HttpResponse:
    """Whether a language model may help with drafts, and what it is told."""
    now = sketch_actions.sketching(request.workspace)
    form = SketchingForm(request.POST if request.method == "POST" else None, initial={"on": now.on, "tone": now.tone})
    problem = ""
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            sketch_actions.set_sketching(request.workspace, on=given["on"], tone=given["tone"], by=request.member)
            return HttpResponseRedirect(reverse("engage:sketching", args=[request.workspace.slug]), status=303)
        except Refusal as no:
            problem = str(no)
    context = {
        "form": form,
        "now": now,
        "problem": problem,
        "named": sketch_actions.is_named(),
        "server": sketch_actions.server(),
        "may_change": request.role.may(Role.ADMIN),
    }
    return render(request, "engage/helpful/sketching.html", context, status=422 if problem else 200)
