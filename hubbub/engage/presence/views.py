"""What open pages ask for every two seconds, and where they keep what is typed."""

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from hubbub.engage.replying import file_actions
from hubbub.store.models import Conversation, Post, Role
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.ids import id_of, ids_of
from hubbub.ui.lists import offer_undo

from . import actions
from .live import asked_of, changes


def _find(request: MemberRequest, pk: int) -> Conversation:
    return get_object_or_404(Conversation.of(request.workspace).select_related("workspace"), pk=pk)


@page(Role.VIEWER)
@require_POST
def live(request: MemberRequest) -> HttpResponse:
    """What changed since the page asked last, who is here, and that the one who asks is."""
    return JsonResponse(changes(request, asked_of(request), now=timezone.now()))


@page(Role.VIEWER)
@require_POST
def leave(request: MemberRequest, pk: int) -> HttpResponse:
    """The page was closed."""
    actions.leave(_find(request, pk), by=request.member)
    return HttpResponse(status=204)


def _number(text: str) -> int:
    return id_of(text) or 0


@page(Role.RESPONDER)
@require_POST
def draft(request: MemberRequest, pk: int) -> HttpResponse:
    """Keep what was typed and chosen. For a script: JSON; from a form (undo): back to the conversation."""
    conversation, given = _find(request, pk), request.POST
    files = ids_of(given["kept"].split(",")) if "kept" in given else None
    post = Post.of(request.workspace).filter(pk=_number(given.get("post", "0"))).first()
    try:
        kept = actions.keep(
            conversation,
            given.get("text", ""),
            by=request.member,
            draft=_number(given.get("draft", "0")),
            version=_number(given.get("draft_version", "0")),
            post=post,
            files=files,
        )
        file_actions.note(request.workspace, files or (), given, by=request.member)
    except Refusal as no:
        return JsonResponse({"error": str(no)}, status=422)
    if given.get("back"):
        return HttpResponseRedirect(_url(request, pk), status=303)
    return JsonResponse({"draft": kept.draft, "version": kept.version, "apart": kept.apart})


@page(Role.RESPONDER)
@require_POST
def draft_forget(request: MemberRequest, pk: int) -> HttpResponse:
    """Throw a draft away; the next page offers to undo that."""
    conversation = _find(request, pk)
    words, files = actions.forget(conversation, _number(request.POST.get("forget", "0")), by=request.member)
    if words or files:
        url = reverse("engage:draft", args=[request.workspace.slug, pk])
        again = [("text", words), ("kept", ",".join(map(str, files))), ("back", "1")]
        offer_undo(request, "The draft is thrown away.", url, again)
    return HttpResponseRedirect(_url(request, pk), status=303)


def _url(request: MemberRequest, pk: int) -> str:
    return reverse("engage:conversation", args=[request.workspace.slug, pk]) + "#reply"
