"""What a post means, on its page and in rows of other rooms: why, how sure, and a person's word instead."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from hubbub.store import judgements
from hubbub.store.models import Correction, Post, Role
from hubbub.ui import judged
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.lists import offer_undo

from . import actions
from .says import detail

AGREE = "right"  # what the button “that is right” sends


def see(url: str) -> HttpResponseRedirect:
    """After a POST: look there."""
    return HttpResponseRedirect(url, status=303)


@page(Role.VIEWER, to_write=Role.RESPONDER)
def says(request: MemberRequest, pk: int) -> HttpResponse:
    """What was found in one post, and (POST) what a person says of it: `said` is "sentiment positive" or "right"."""
    rows = Post.of(request.workspace).select_related("workspace", "author", "source")
    post = get_object_or_404(rows, pk=pk)
    back = _back(request, pk)
    if request.method == "POST":
        return _say(request, post, back)
    given: dict[str, object] = {
        "post": post,
        "back": back,
        "questions": judged.questions(post),
        "languages": judged.languages(request.workspace),
        "may_say": request.role.may(Role.RESPONDER),
    }
    match request.GET.get("part"):
        case "menu":
            return render(request, "measure/_menu.html", given)
        case "detail":
            return render(request, "measure/_detail.html", {**given, "detail": detail(post)})
        case _:
            return render(request, "measure/says.html", {**given, "detail": detail(post)})


def _say(request: MemberRequest, post: Post, back: str) -> HttpResponse:
    field, _, value = request.POST.get("said", "").partition(" ")
    if field == "language":
        value = value or request.POST.get("language", "")
    try:
        if field == AGREE:
            shown = [one.field for one in judged.badges(post, request.workspace)]
            words = actions.agree_all(post, shown, by=request.member)
        else:
            words = [actions.correct(post, field, value, by=request.member, why=request.POST.get("why", ""))]
    except Refusal as no:
        if request.headers.get("HX-Request"):
            return _line(request, post, back, told=str(no))
        messages.error(request, str(no))
        return see(back)
    told = _told(words)
    if request.headers.get("HX-Request"):
        return _line(request, post, back, told=told, words=words)
    undo = reverse("measure:says_undo", args=[request.workspace.slug])
    offer_undo(request, told, undo, [*(("words", str(word.pk)) for word in words), ("next", back)])
    return see(back)


@page(Role.RESPONDER)
@require_POST
def undo(request: MemberRequest) -> HttpResponse:
    """Take words back."""
    asked = [int(pk) for pk in request.POST.getlist("words") if pk.isdecimal()][: actions.MOST]
    first = get_object_or_404(Correction.of(request.workspace).select_related("post"), pk=asked[0] if asked else 0)
    back = _back(request, first.post_id)
    done = actions.undo_many(request.workspace, asked, by=request.member)
    told = done.refused[0] if done.refused else "Taken back."
    if request.headers.get("HX-Request"):
        return _line(request, first.post, back, told=told)
    (messages.error if done.refused else messages.success)(request, told)
    return see(back)


def _line(
    request: MemberRequest, post: Post, back: str, *, told: str, words: Sequence[Correction] = ()
) -> HttpResponse:
    """The line of badges as it is now, for the row it stands in."""
    now = Post.of(request.workspace).get(pk=post.pk)
    given = {"post": now, "back": back, "told": told, "undo_words": [word.pk for word in words]}
    return render(request, "ui/judgement.html", given)


def _told(words: Sequence[Correction]) -> str:
    if not words:
        return "There was nothing to agree with."
    said = ", ".join(judged.word(judgements.judged(word), word.value) for word in words)
    return f"Right: {said}." if all(word.agrees for word in words) else f"Now: {said}."


def _back(request: HttpRequest, pk: int) -> str:
    """The page that was come from (`next`), if it is one of ours; else the post's."""
    asked = request.POST.get("next", "") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    if ours:
        return asked
    slug = request.resolver_match.kwargs["workspace"] if request.resolver_match else ""
    return reverse("measure:says", args=[slug, pk])
