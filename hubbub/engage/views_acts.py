"""What the room's forms do: read the form, call one action, say what happened, show what comes next."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from hubbub.store.models import Audit, Conversation, ConversationStatus, Member, Role
from hubbub.store.search import Before
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.lists import offer_undo, read_filter

from . import actions, queries
from .forms import AssignForm, BulkForm, StatusForm
from .listing import read_listing
from .replying.typed import Typed
from .views import conversation_page


def _see(url: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(url, status=303)


def _find(request: MemberRequest, pk: int) -> Conversation:
    found = Conversation.of(request.workspace).select_related("workspace", "source", "assignee__user")
    return get_object_or_404(found, pk=pk)


def _url(request: MemberRequest, pk: int | None) -> str:
    """Of a conversation, or of the list alone, with the list as it was."""
    name, args = (
        ("engage:conversation", [request.workspace.slug, pk]) if pk else ("engage:inbox", [request.workspace.slug])
    )
    return reverse(name, args=args) + read_listing(request).query


def _onward(request: MemberRequest, acted: Conversation, here: int | None) -> HttpResponseRedirect:
    """Where the work goes on: the next conversation of the list where this one has left it, else where we were."""
    listing, filter_ = read_listing(request), read_filter(request)
    if filter_.slips or queries.belongs(acted, request.member, listing.tab):
        return _see(_url(request, here))
    following = queries.inbox(
        queries.rows(request.member, listing.tab),
        filter_.query,
        now=timezone.now(),
        before=Before(acted.last_post, acted.pk),
        size=1,
    )
    return _see(_url(request, following.conversations[0].pk if following.conversations else None))


def _offer(request: MemberRequest, says: str, acts: Sequence[Audit], here: int | None = None) -> None:
    url = reverse("engage:undo", args=[request.workspace.slug]) + read_listing(request).query
    fields = [("acts", str(act.pk)) for act in acts]
    offer_undo(request, says, url, [*fields, ("here", str(here or ""))])


def _member(request: MemberRequest, asked: str) -> Member | None:
    """Who is meant by a form's field. Raises Refusal where that is nobody here."""
    if asked == "me":
        return request.member
    if not asked:
        return None
    found = Member.of(request.workspace).select_related("user").filter(pk=asked).first() if asked.isdecimal() else None
    if found is None:
        raise Refusal("That member is not in this workspace any more: choose another")
    return found


@page(Role.RESPONDER)
@require_POST
def status(request: MemberRequest, pk: int) -> HttpResponse:
    """Open, waiting, done."""
    acted, form = _find(request, pk), StatusForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose open, waiting or done")
        return _see(_url(request, pk))
    wanted = ConversationStatus(form.cleaned_data["status"])
    act = actions.set_status(acted, wanted, by=request.member)
    if act:
        _offer(request, f"“{_short(acted)}” is now: {wanted.label.lower()}.", [act], here=pk)
    return _onward(request, acted, form.cleaned_data["here"])


@page(Role.RESPONDER)
@require_POST
def assign(request: MemberRequest, pk: int) -> HttpResponse:
    """Who looks after it."""
    acted, form = _find(request, pk), AssignForm(request.POST)
    here = form.cleaned_data["here"] if form.is_valid() else pk
    try:
        act = actions.assign(acted, _member(request, request.POST.get("assignee", "")), by=request.member)
    except Refusal as no:
        messages.error(request, str(no))
        return _see(_url(request, here))
    if act:
        _offer(request, f"“{_short(acted)}” is now looked after by {acted.assignee or 'nobody'}.", [act], here=here)
    return _see(_url(request, here))


@page(Role.RESPONDER)
@require_POST
def note(request: MemberRequest, pk: int) -> HttpResponse:
    """A remark for colleagues."""
    acted, text = _find(request, pk), request.POST.get("text", "")
    try:
        actions.note(acted, text, by=request.member)
    except Refusal as no:
        return conversation_page(request, pk, Typed(note=text, note_error=str(no)), status=422)
    return _see(_url(request, pk) + "#end")


@page(Role.RESPONDER)
@require_POST
def bulk(request: MemberRequest) -> HttpResponse:
    """One act on all chosen rows."""
    form, pks = BulkForm(request.POST), [int(pk) for pk in request.POST.getlist("pk") if pk.isdecimal()]
    if not form.is_valid() or not pks:
        messages.warning(request, "Choose rows first (x), then what to do with them")
        return _see(_url(request, None))
    act = form.cleaned_data["act"]
    try:
        if act == "assign":
            to = _member(request, form.cleaned_data["assignee"])
            done = actions.assign_all(request.workspace, pks, to, by=request.member)
            says = f"{_many(done)} now looked after by {to or 'nobody'}."
        else:
            wanted = ConversationStatus(act)
            done = actions.set_status_of(request.workspace, pks, wanted, by=request.member)
            says = f"{_many(done)} now: {wanted.label.lower()}."
    except Refusal as no:
        messages.error(request, str(no))
        return _see(_url(request, None))
    if done:
        _offer(request, says, done)
    return _see(_url(request, None))


@page(Role.RESPONDER)
@require_POST
def undo(request: MemberRequest) -> HttpResponse:
    """Take back what was just done."""
    asked = [int(act) for act in request.POST.getlist("acts") if act.isdecimal()]
    undone = actions.undo(request.workspace, asked, by=request.member)
    if undone < len(asked):
        messages.warning(request, f"{len(asked) - undone} of {len(asked)} were changed again since, and left alone.")
    here = request.POST.get("here", "")
    return _see(_url(request, int(here) if here.isdecimal() else None))


def _short(conversation: Conversation) -> str:
    name = str(conversation)
    return name if len(name) <= 40 else name[:39] + "…"


def _many(acts: Sequence[Audit]) -> str:
    return "1 conversation is" if len(acts) == 1 else f"{len(acts)} conversations are"
