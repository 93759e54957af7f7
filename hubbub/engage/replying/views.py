"""The reply itself: sent, looked at before, its files."""

from collections.abc import Sequence
from typing import cast

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from msgspec import structs

from hubbub.core.files import SHOWN
from hubbub.engage.listing import read_listing
from hubbub.engage.presence.actions import keep
from hubbub.engage.views import conversation_page
from hubbub.store import attachments
from hubbub.store.drafts import Kept
from hubbub.store.hours import zone_of
from hubbub.store.models import Attachment, Conversation, ConversationStatus, Outbox, OutboxState, Post, Role
from hubbub.store.outbox import ANSWERS
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.ids import id_of, ids_of
from hubbub.ui.lists import offer_undo

from . import actions, composer, composing, file_actions
from .forms import ReplyForm, moment
from .settings_actions import replying_of, window_of
from .typed import Typed


def _see(url: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(url, status=303)


def _find(request: MemberRequest, pk: int) -> Conversation:
    found = Conversation.of(request.workspace).select_related("workspace", "source", "assignee__user")
    return get_object_or_404(found, pk=pk)


@page(Role.RESPONDER)
def reply(request: MemberRequest, pk: int) -> HttpResponse:
    """Into the outbox, then to the state that the writer chose for the conversation."""
    acted, form = _find(request, pk), ReplyForm(request.POST)
    if request.method != "POST":  # the address of a page that was refused, loaded again or led back to
        return redirect("engage:conversation", request.workspace.slug, pk)
    files, unfit = _files(request)
    if unfit:
        return _again(request, acted, _typed(request, unfit, files), 422)
    if not form.is_valid():
        return _again(request, acted, _typed(request, "The form was not complete. Send it again.", files), 422)
    post = Post.of(request.workspace).select_related("author").filter(pk=form.cleaned_data["post"]).first()
    if post is None:
        says = "The post that this replies to is gone. Choose another."
        return _again(request, acted, _typed(request, says, files), 422)
    if request.POST.get("act") == "preview":
        return _again(request, acted, _typed(request, "", files, preview=True), 200)
    try:
        wish = _wish(request, acted, post, form, files)
        row = actions.say(acted, post, wish, by=request.member)
    except actions.Conflict as quicker:
        return _again(request, acted, _typed(request, str(quicker), files, conflict=True), 409)
    except Refusal as no:
        parts = composing.measure(acted.source, post, request.POST.get("text", "").strip()).parts
        return _again(
            request,
            acted,
            _typed(request, str(no), files, parts=parts, untimely=isinstance(no, actions.UnfitTime)),
            422,
        )
    here = reverse("engage:conversation", args=[request.workspace.slug, pk])
    _tell(request, row, here)
    return _see(here + read_listing(request).query + "#end")


def _again(request: MemberRequest, acted: Conversation, typed: Typed, status: int) -> HttpResponse:
    """The page with what was sent, which is kept as a draft, in case its writer leaves now."""
    given = request.POST
    post = Post.of(request.workspace).filter(pk=id_of(given.get("post", "")) or 0).first()
    number = {name: id_of(given.get(name, "")) or 0 for name in ("draft", "draft_version")}
    try:
        kept = keep(
            acted,
            typed.text,
            by=request.member,
            draft=number["draft"],
            version=number["draft_version"],
            post=post,
            files=[one.pk for one in typed.files],
        )
    except Refusal:  # too long to be kept: it stands in the page alone
        kept = Kept(number["draft"], number["draft_version"])
    typed = structs.replace(typed, draft=kept.draft, draft_version=kept.version)
    return conversation_page(request, acted.pk, typed, status=status)


def _wish(
    request: MemberRequest, acted: Conversation, post: Post, form: ReplyForm, files: Sequence[Attachment]
) -> actions.Wish:
    given = form.cleaned_data
    at, says = None, ""
    if given["when"] == "at":
        at = moment(request.POST.get("at", ""), zone_of(acted.workspace).key)
        says = f"chosen by {request.member}"
    elif given["when"] == "awake":
        set_up, now = replying_of(acted.workspace), timezone.now()
        usual, zone = (set_up.awake_from, set_up.awake_to), zone_of(acted.workspace)
        found = composer.awake_moment(post.author, now, usual, zone)
        at, says = (found.at, found.says) if found.at > now else (None, found.says)
    return actions.Wish(
        text=request.POST.get("text", ""),
        verb=given["verb"] or _first_way(acted),
        at=at,
        timing=says,
        delay=window_of(acted.workspace),
        files=[one.pk for one in files],
        in_parts=given["in_parts"],
        nonce=given["nonce"],
        seen_row=given["seen_row"],
        seen_post=given["seen_post"],
        seen=given["seen"],
        draft=given["draft"] or 0,
        draft_version=given["draft_version"] or 0,
        sure=given["sure"],
        shown_row=given["shown_row"],
        shown_post=given["shown_post"],
        then=ConversationStatus(given["then"]),
    )


def _first_way(conversation: Conversation) -> str:
    return next((verb for verb in ANSWERS if verb in conversation.source.can), "reply")


def _typed(
    request: MemberRequest,
    error: str,
    files: Sequence[Attachment],
    *,
    conflict: bool = False,
    preview: bool = False,
    parts: int = 0,
    untimely: bool = False,
) -> Typed:
    given: QueryDict = request.POST
    return Typed(
        text=given.get("text", ""),
        error=error,
        conflict=conflict,
        then=given.get("then", "waiting"),
        verb=given.get("verb", ""),
        when=given.get("when", "now"),
        at=given.get("at", ""),
        untimely=untimely,
        files=files,
        given=True,
        preview=preview,
        in_parts="in_parts" in given,
        parts=parts if parts > 1 else 0,
        seen_row=given.get("seen_row", ""),
        seen_post=given.get("seen_post", ""),
    )


def _files(request: MemberRequest) -> tuple[Sequence[Attachment], str]:
    """Those that were attached before, with what is told of them now, and those that come with the form; and why one of
    them cannot go along."""
    given, off = request.POST, ids_of(request.POST.getlist("off"))
    asked = [pk for pk in ids_of(given.getlist("file")) if pk not in off]
    kept: Sequence[Attachment] = list(Attachment.of(request.workspace).filter(pk__in=asked, by=request.member))
    kept, unfit = sorted(kept, key=lambda one: one.pk), []
    if len(kept) < len(set(asked)):  # nothing leaves without the files that were meant to go with it
        unfit.append(file_actions.GONE)
    try:
        told = {pk: given[f"alt-{pk}"] for pk in asked if f"alt-{pk}" in given}
        kept = file_actions.tell(kept, told, by=request.member)
    except Refusal as no:
        unfit.append(str(no))
    fresh = []
    for one in request.FILES.getlist("files"):
        try:
            fresh.append(file_actions.attach(request.workspace, one.name or "", one, by=request.member))
        except Refusal as no:
            unfit.append(str(no))
    return [*kept, *fresh], " ".join(unfit)


def _tell(request: MemberRequest, row: Outbox, here: str) -> None:
    """What happens next; with a button that calls it back while that can be done."""
    if row.state == OutboxState.HELD:
        messages.success(request, "It waits for approval: you are told what they say.")
    elif row.state == OutboxState.WAITING and not row.tries:
        seconds = round((row.due - timezone.now()).total_seconds())
        zone = zone_of(request.workspace)  # the clock by which it was chosen
        at = f"{row.at.astimezone(zone):%a %-d %b %Y, %H:%M} ({zone.key})" if row.at else ""
        says = f"Goes at {at}: {row.timing}." if row.at else f"Goes out in {seconds} seconds."
        if row.at or seconds > 0:
            url = reverse("engage:outbox_drop", args=[request.workspace.slug, row.pk])
            offer_undo(request, says, url, [("next", f"{here}#reply")])


@page(Role.RESPONDER)
@require_POST
def preview(request: MemberRequest, pk: int) -> HttpResponse:
    """How the words would stand there, as a part of the page."""
    acted = _find(request, pk)
    asked = request.POST.get("post", "")
    known = acted.posts.select_related("author")
    post = known.filter(pk=id_of(asked) or 0).first()
    post = post or get_object_or_404(known.order_by("-published", "-id")[:1])  # of another conversation by now
    seen = composer.preview(acted, post, request.POST.get("text", ""))
    return render(request, "engage/replying/_preview.html", {"seen": seen})


@page(Role.RESPONDER)
@require_POST
def file_add(request: MemberRequest) -> HttpResponse:
    """Keep a file that will go out with an answer; JSON for the page's script."""
    new = request.FILES.get("file")
    if new is None:
        return JsonResponse({"error": "No file came along: choose one"}, status=422)
    try:
        row = file_actions.attach(request.workspace, new.name or "", new, by=request.member)
    except Refusal as no:
        return JsonResponse({"error": str(no)}, status=422)
    url = reverse("engage:file", args=[request.workspace.slug, row.pk])
    shown = url if row.mime in SHOWN else ""
    said = {"id": row.pk, "name": row.name, "mime": row.mime, "size": row.size, "shown": shown, "keeps": row.keeps}
    return JsonResponse(said)


@page(Role.VIEWER)
def file(request: MemberRequest, pk: int) -> HttpResponse:
    """The file itself. Only pictures that browsers show safely are shown; everything else is saved."""
    row = get_object_or_404(attachments.shown_to(request.member, [pk]))
    path = attachments.path_of(row)
    if not path.is_file():
        return HttpResponse("The file is gone from Hubbub's data folder.", status=410, content_type="text/plain")
    inline = row.mime in SHOWN
    answer = FileResponse(
        path.open("rb"),
        as_attachment=not inline,
        filename=row.name,
        content_type=row.mime if inline else "application/octet-stream",
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return cast("HttpResponse", answer)  # the decorator knows pages
