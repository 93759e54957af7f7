"""The room's pages: the inbox with its three panes."""

import secrets
from collections.abc import Mapping
from typing import cast

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from hubbub.store import around
from hubbub.store.models import Conversation, Post, Role
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.ids import id_of
from hubbub.ui.lists import read_before, write_before

from .current import current
from .pane import list_pane
from .person import card
from .replying.actions import why_not
from .replying.typed import NOTHING_TYPED, Typed
from .thread import Stretch, stretch, threaded


@page(Role.VIEWER)
def inbox(request: MemberRequest) -> HttpResponse:
    """The list, with nothing chosen yet."""
    return render(request, "engage/inbox.html", {**list_pane(request, current(request)), "conversation": None})


@page(Role.VIEWER)
def conversation(request: MemberRequest, pk: int) -> HttpResponse:
    """The list, the thread, the person."""
    return conversation_page(request, pk)


def conversation_page(request: MemberRequest, pk: int, typed: Typed = NOTHING_TYPED, status: int = 200) -> HttpResponse:
    """The page of one conversation; with `typed`, its forms hold what was refused and say why."""
    found = Conversation.of(request.workspace).select_related("source", "author__person", "assignee__user", "team")
    chosen = get_object_or_404(found, pk=pk)
    chosen.workspace = request.workspace  # it is known: nobody has to ask for it
    listed = current(request)
    posts = stretch(chosen, read_before(request, "until"))
    target = _target(request, chosen, posts)
    author = target.author if target and target.author else chosen.author
    if author:
        author.workspace = author.person.workspace = request.workspace
    also = around.counts(chosen, request.member, author.person_id if author else 0)
    pane = list_pane(request, listed, chosen.pk, also)
    there = cast("Mapping[str, int]", pane["around"])
    read = threaded(chosen, posts, now=timezone.now(), query=listed.query, around=there)
    return render(
        request,
        "engage/conversation.html",
        {
            **pane,
            "conversation": chosen,
            "thread": read,
            "earlier": write_before(read.earlier) if read.earlier else "",
            "target": target,
            "card": card(author.person, sanctions=bool(there["sanctions"])) if author else None,
            "why_not": why_not(chosen),
            "statuses": [("waiting", "wait for them"), ("done", "mark done"), ("open", "leave it open")],
            "assigned": str(chosen.assignee_id or ""),
            "may_moderate": request.role.may(Role.MODERATOR),
            "nonce": secrets.token_urlsafe(16),
            "typed": typed,
        },
        status=status,
    )


def _target(request: MemberRequest, chosen: Conversation, posts: Stretch) -> Post | None:
    """Whom a reply answers: the post that was asked for (`?to=`), or the newest that is not ours."""
    asked = id_of(request.POST.get("post") or request.GET.get("to", ""))
    if asked is not None:
        found = chosen.posts.select_related("author__person", "source").filter(pk=asked).first()
        if found:
            return found
    return posts.answer_to
