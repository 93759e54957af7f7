"""Pages and forms of replying: the reply itself, the outbox."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from hubbub.engage.listing import read_listing
from hubbub.engage.views import conversation_page
from hubbub.store.models import Conversation, ConversationStatus, Outbox, OutboxState, Post, Role
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.lists import links, read_before

from . import actions, outbox_actions, queries
from .forms import ReplyForm
from .typed import Typed


def _see(url: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(url, status=303)


def _find(request: MemberRequest, pk: int) -> Conversation:
    found = Conversation.of(request.workspace).select_related("workspace", "source", "assignee__user")
    return get_object_or_404(found, pk=pk)


@page(Role.RESPONDER)
@require_POST
def reply(request: MemberRequest, pk: int) -> HttpResponse:
    """Into the outbox, then to the state that the writer chose for the conversation."""
    acted, form = _find(request, pk), ReplyForm(request.POST)
    text, then = request.POST.get("text", ""), request.POST.get("then", "")
    if not form.is_valid():
        return conversation_page(request, pk, Typed(text, "The form was not complete. Send it again."), status=422)
    given = form.cleaned_data
    post = get_object_or_404(Post.of(request.workspace), pk=given["post"])
    try:
        actions.reply(
            acted,
            post,
            text,
            by=request.member,
            nonce=given["nonce"],
            seen_row=given["seen_row"],
            seen_post=given["seen_post"],
            sure=given["sure"],
            then=ConversationStatus(given["then"]),
        )
    except actions.Conflict as quicker:
        return conversation_page(request, pk, Typed(text, str(quicker), conflict=True, then=then), status=409)
    except Refusal as no:
        return conversation_page(request, pk, Typed(text, str(no), then=then), status=422)
    return _see(
        reverse("engage:conversation", args=[request.workspace.slug, pk]) + read_listing(request).query + "#end"
    )


@page(Role.VIEWER)
def outbox(request: MemberRequest) -> HttpResponse:
    """What leaves us, and what became of it."""
    asked = request.GET.get("state", "")
    state = asked if asked in OutboxState.values else ""
    found = queries.outbox(request.workspace, state, read_before(request))
    numbers = queries.outbox_counts(request.workspace)
    names = [("", "All"), *((value, _SHORT[OutboxState(value)]) for value in OutboxState.values)]
    return render(
        request,
        "engage/replying/outbox.html",
        {
            "rows": found.rows,
            "state": state,
            "tabs": [(value, name, numbers.get(value, "")) for value, name in names],
            "page": links(request, found.older),
            "may_act": request.role.may(Role.RESPONDER),
        },
    )


_SHORT = {
    OutboxState.HELD: "For approval",
    OutboxState.WAITING: "Waiting",
    OutboxState.SENT: "Sent",
    OutboxState.FAILED: "Failed",
    OutboxState.BROKEN: "Needs a look",
    OutboxState.DROPPED: "Called back",
}


@page(Role.RESPONDER)
@require_POST
def outbox_retry(request: MemberRequest, pk: int) -> HttpResponse:
    """Try again now."""
    row = get_object_or_404(Outbox.of(request.workspace).select_related("workspace"), pk=pk)
    try:
        outbox_actions.retry(row, by=request.member)
        messages.success(request, "It is due now: the loop will try it in a moment.")
    except Refusal as no:
        messages.error(request, str(no))
    return _see(_return(request))


@page(Role.RESPONDER)
@require_POST
def outbox_drop(request: MemberRequest, pk: int) -> HttpResponse:
    """Call it back."""
    row = get_object_or_404(Outbox.of(request.workspace).select_related("workspace"), pk=pk)
    try:
        outbox_actions.drop(row, by=request.member)
        tried = " It was tried before: look there whether it arrived after all." if row.tries else ""
        messages.success(request, f"Called back: it will not be sent.{tried}")
    except Refusal as no:
        messages.error(request, str(no))
    return _see(_return(request))


def _return(request: MemberRequest) -> str:
    asked = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return asked
    return reverse("engage:outbox", args=[request.workspace.slug])
