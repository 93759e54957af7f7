"""Splitting, merging, the history: pages about one conversation beside its own."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from hubbub.store.models import Audit, Conversation, Role
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.ids import ids_of
from hubbub.ui.lists import links, offer_undo, read_before

from . import moving
from .history import history as read_history

SHOWN = 200  # posts to choose from
OFFERED = 30  # conversations to merge with


@page(Role.VIEWER)
def history(request: MemberRequest, pk: int) -> HttpResponse:
    """Everything that was done with it."""
    found = _find(request, pk)
    read = read_history(found, read_before(request))
    context = {"conversation": found, "history": read, "page": links(request, read.older)}
    context["may_act"] = request.role.may(Role.RESPONDER)
    return render(request, "engage/history.html", context)


@page(Role.RESPONDER)
def move(request: MemberRequest, pk: int) -> HttpResponse:
    """Which posts are to be split off, or which conversations merged into it."""
    found = _find(request, pk)
    posts = list(found.posts.select_related("author").order_by("-published", "-id")[:SHOWN])
    context = {
        "conversation": found,
        "posts": posts[::-1],
        "more": found.post_count > SHOWN,
        "others": _others(found, request.GET.get("q", "").strip()),
        "q": request.GET.get("q", "").strip(),
        "may_split": found.posts.filter(ours=False).count() > 1,
    }
    return render(request, "engage/move.html", context)


def _others(found: Conversation, text: str) -> list[Conversation]:
    """Of the same source: those with the same person first, then the newest, or those that say so."""
    rows = Conversation.of(found.workspace).filter(source=found.source_id, merged_into=None).exclude(pk=found.pk)
    rows = rows.select_related("author", "source").order_by("-last_post", "-id")
    if text:
        return list((rows.filter(subject__icontains=text) | rows.filter(snippet__icontains=text))[:OFFERED])
    theirs = list(rows.filter(author=found.author_id)[:OFFERED]) if found.author_id else []
    known = {row.pk for row in theirs}
    return [*theirs, *(row for row in rows[:OFFERED] if row.pk not in known)][:OFFERED]


@page(Role.RESPONDER)
@require_POST
def split(request: MemberRequest, pk: int) -> HttpResponse:
    """The chosen posts become a conversation of their own."""
    found = _find(request, pk)
    try:
        made, entry = moving.split(found, _ids(request, "post"), by=request.member, why=_why(request))
    except Refusal as no:
        messages.error(request, str(no))
        return _to(request, "engage:move", pk)
    _offer(request, "The chosen posts are a conversation of their own.", [entry], pk)
    return _to(request, "engage:conversation", made.pk)


@page(Role.RESPONDER)
@require_POST
def merge(request: MemberRequest, pk: int) -> HttpResponse:
    """The chosen conversations go into this one."""
    found = _find(request, pk)
    wanted = _ids(request, "other")
    others = list(Conversation.of(request.workspace).filter(pk__in=wanted).select_related("workspace", "source"))
    try:
        entries = moving.merge(found, others, by=request.member, why=_why(request))
    except Refusal as no:
        messages.error(request, str(no))
        return _to(request, "engage:move", pk)
    says = "1 conversation was" if len(entries) == 1 else f"{len(entries)} conversations were"
    _offer(request, f"{says} merged into this one.", entries, pk)
    return _to(request, "engage:conversation", pk)


def _offer(request: MemberRequest, says: str, entries: Sequence[Audit], pk: int) -> None:
    url = reverse("engage:undo", args=[request.workspace.slug])
    offer_undo(request, says, url, [*(("acts", str(one.pk)) for one in entries), ("here", str(pk))])


def _find(request: MemberRequest, pk: int) -> Conversation:
    found = Conversation.of(request.workspace).select_related("workspace", "source", "author", "assignee__user", "team")
    return get_object_or_404(found, pk=pk)


def _ids(request: MemberRequest, name: str) -> list[int]:
    return ids_of(request.POST.getlist(name))


def _why(request: MemberRequest) -> str:
    return request.POST.get("why", "").strip()[:500]


def _to(request: MemberRequest, name: str, pk: int) -> HttpResponse:
    return HttpResponseRedirect(reverse(name, args=[request.workspace.slug, pk]), status=303)
