"""What the room's forms do: read the form, call one action, say what happened, show what comes next."""

from collections.abc import Sequence
from copy import copy
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from hubbub.store.models import Audit, Conversation, Role
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.ids import id_of, ids_of
from hubbub.ui.lists import offer_undo

from . import actions, moving, undoing, wishes
from .current import belongs, current, following
from .listing import read_listing
from .replying.typed import Typed
from .views import conversation_page


def _see(url: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(url, status=303)


def _find(request: MemberRequest, pk: int) -> Conversation:
    found = Conversation.of(request.workspace).select_related("workspace", "source", "author", "assignee__user", "team")
    return get_object_or_404(found, pk=pk)


def _url(request: MemberRequest, pk: int | None) -> str:
    """Of a conversation, or of the list alone, with the list as it was."""
    name, args = (
        ("engage:conversation", [request.workspace.slug, pk]) if pk else ("engage:inbox", [request.workspace.slug])
    )
    return reverse(name, args=args) + read_listing(request).query


def _onward(request: MemberRequest, acted: Conversation, here: int | None) -> HttpResponseRedirect:
    """Where the work goes on: the next conversation of the list where this one has left it, else where we were."""
    listed = current(request)
    if listed.filter.slips or belongs(listed, acted):
        return _see(_url(request, here))
    return _see(_url(request, following(listed, acted)))


def _offer(request: MemberRequest, says: str, acts: Sequence[Audit], here: int | None = None) -> None:
    url = reverse("engage:undo", args=[request.workspace.slug]) + read_listing(request).query
    fields = [("acts", str(act.pk)) for act in acts]
    offer_undo(request, says, url, [*fields, ("here", str(here or ""))])


@page(Role.RESPONDER)
@require_POST
def status(request: MemberRequest, pk: int) -> HttpResponse:
    """Open, waiting, snoozed, done."""
    return _act(request, pk, onward=True)


@page(Role.RESPONDER)
@require_POST
def act(request: MemberRequest, pk: int) -> HttpResponse:
    """Who looks after it, how urgent it is, its kind, its tags."""
    return _act(request, pk, onward=False)


def _act(request: MemberRequest, pk: int, *, onward: bool) -> HttpResponse:
    acted, here = _find(request, pk), request.POST.get("here", "")
    shown = id_of(here)
    try:
        wish = wishes.read(request.POST, request.member)
        was = copy(acted)  # where it stood when the key was pressed
        done = wish.act(acted)
    except Refusal as no:
        messages.error(request, str(no))
        url, tags = _url(request, shown), request.POST.get("tag", "")
        return _see(f"{url}{'&' if '?' in url else '?'}{urlencode({'typed_tags': tags})}" if tags else url)
    if done:
        _offer(request, f"“{_short(acted)}” is {wish.says}.", [done], here=pk if onward else shown)
    return _onward(request, was, shown) if onward else _see(_url(request, shown))


@page(Role.RESPONDER)
def note(request: MemberRequest, pk: int) -> HttpResponse:
    """A remark for colleagues."""
    acted, text = _find(request, pk), request.POST.get("text", "")
    if request.method != "POST":  # the address of a page that was refused, loaded again or led back to
        return _see(_url(request, pk))
    try:
        actions.note(acted, text, by=request.member)
    except Refusal as no:
        return conversation_page(request, pk, Typed(note=text, note_error=str(no)), status=422)
    return _see(_url(request, pk) + "#end")


@page(Role.RESPONDER)
@require_POST
def bulk(request: MemberRequest) -> HttpResponse:
    """One act on all chosen rows."""
    pks = ids_of(request.POST.getlist("pk"))
    if not pks:
        messages.warning(request, "Choose rows first (x), then what to do with them")
        return _see(_url(request, None))
    try:
        if request.POST.get("act") == "merge":
            done, says = _merged(request, pks), "now one: the rest was merged into the oldest of them"
        else:
            wish = wishes.read(request.POST, request.member)
            done, says = actions.each(request.workspace, pks, wish.act), wish.says
    except Refusal as no:
        messages.error(request, str(no))
        return _see(_url(request, None))
    if done:
        _offer(request, f"{_many(done)} {says}.", done)
    return _see(_url(request, None))


def _merged(request: MemberRequest, pks: Sequence[int]) -> list[Audit]:
    rows = sorted(actions.chosen(request.workspace, pks), key=lambda one: (one.opened, one.pk))
    if len(rows) < 2:
        raise Refusal("Choose at least two conversations to merge")
    return moving.merge(rows[0], rows[1:], by=request.member)


@page(Role.RESPONDER)
@require_POST
def undo(request: MemberRequest) -> HttpResponse:
    """Take back what was just done."""
    asked = ids_of(request.POST.getlist("acts"))
    undone = undoing.undo(request.workspace, asked, by=request.member)
    if undone < len(asked):
        messages.warning(request, f"{len(asked) - undone} of {len(asked)} were changed again since, and left alone.")
    here = request.POST.get("here", "")
    return _see(_url(request, id_of(here)))


def _short(conversation: Conversation) -> str:
    name = str(conversation)
    return name if len(name) <= 40 else name[:39] + "…"


def _many(acts: Sequence[Audit]) -> str:
    return "1 conversation is" if len(acts) == 1 else f"{len(acts)} conversations are"
