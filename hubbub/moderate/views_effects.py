"""Pages about what is done beyond a decision: to a post (lock, label, redact), to its author (warn, mute, ban)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from hubbub.store.models import STANDING, Outbox, Person, Policy, Post, Redaction, Role, Sanction
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal

from . import effects, handling, redactions, sanctions
from .policies_queries import in_force
from .views import see

# how long: as the form sends it, in words, in hours; None: until somebody lifts it
SPANS: Sequence[tuple[str, str, int | None]] = (
    ("24", "a day", 24),
    ("72", "three days", 72),
    ("168", "a week", 168),
    ("720", "thirty days", 720),
    ("", "until somebody lifts it", None),
)
DAYS: Sequence[tuple[int, str]] = (
    (0, "none of their posts"),
    (1, "their posts of the last day"),
    (7, "their posts of the last 7 days"),
    (30, "their posts of the last 30 days"),
)
WORDS_SHOWN = 400  # of a text, as boxes to choose from


def _post(request: MemberRequest, pk: int) -> Post:
    rows = Post.of(request.workspace).select_related("workspace", "source", "author__person")
    return get_object_or_404(rows, pk=pk)


def _url(request: MemberRequest, name: str, pk: int) -> str:
    return reverse(f"moderate:{name}", args=[request.workspace.slug, pk])


@page(Role.VIEWER)
def post_effects(request: MemberRequest, pk: int) -> HttpResponse:
    """What can be done about a post and its author there, and how what was done stands."""
    post = _post(request, pk)
    asked = Outbox.of(request.workspace).filter(post=post).exclude(verb__in=("reply", "message"))
    about = Sanction.of(request.workspace).filter(author=post.author_id or 0).select_related("source", "author")
    return render(
        request,
        "moderate/effects.html",
        {
            "post": post,
            "treatments": effects.offers(post, effects.TREATING),
            "handlings": effects.offers(post, effects.HANDLING),
            "may_redact": "redact" in post.source.can,
            "redact_word": effects.word(post.source, "redact"),
            "pieces": _pieces(post.text),
            "shown": redactions.digest(post.text),
            "redaction": redactions.current(post),
            "asked": [(row, effects.word(post.source, row.verb)) for row in asked.order_by("-pk")[:30]],
            "sanctions": list(about.order_by("-pk")[:20]),
            "spans": SPANS,
            "days": DAYS,
            "policies": in_force(request.workspace),
            "may_decide": request.role.may(Role.MODERATOR),
        },
    )


def _pieces(text: str) -> list[tuple[str, int, int]]:
    """Its words with their places, to choose from."""
    found, at = [], 0
    for word in text.split():
        start = text.index(word, at)
        at = start + len(word)
        found.append((word, start, at))
    return found[:WORDS_SHOWN]


@page(Role.MODERATOR)
@require_POST
def post_treat(request: MemberRequest, pk: int) -> HttpResponseRedirect:
    """Warn, mute, ban or block whoever wrote it."""
    post, given = _post(request, pk), request.POST
    try:
        done = sanctions.treat_with_posts(
            post,
            given.get("verb", ""),
            by=request.member,
            why=given.get("why", ""),
            until=_until(given.get("verb", ""), given.get("hours", "")),
            policy=_policy(request),
            days=int(given["days"]) if given.get("days", "").isdecimal() and len(given["days"]) < 4 else 0,
        )
    except Refusal as no:
        messages.error(request, str(no))
        return see(_url(request, "effects", pk))
    for told in done.refused[:10]:
        messages.warning(request, told)
    said = f"{done.sanction.author}: {effects.word(post.source, done.sanction.verb).lower()}."
    messages.success(request, f"{said} {post.source} will be told in a moment.")
    if done.batch is not None:
        return see(_url(request, "batch", done.batch.pk))
    return see(_url(request, "effects", pk))


def _until(verb: str, hours: str) -> datetime | None:
    span = next((span for sent, _, span in SPANS if sent == hours), None)
    return timezone.now() + timedelta(hours=span) if span and verb in effects.TIMED else None


def _policy(request: MemberRequest) -> Policy | None:
    chosen = request.POST.get("policy", "")
    return Policy.of(request.workspace).filter(pk=int(chosen)).first() if chosen.isdecimal() else None


@page(Role.MODERATOR)
@require_POST
def post_handle(request: MemberRequest, pk: int) -> HttpResponseRedirect:
    """Lock, unlock, label, unlabel, report or close a report."""
    post, given = _post(request, pk), request.POST
    try:
        handling.handle(
            post, given.get("verb", ""), by=request.member, why=given.get("why", ""), label=given.get("label", "")
        )
        messages.success(request, f"{post.source} will be told in a moment.")
    except Refusal as no:
        messages.error(request, str(no))
    return see(_url(request, "effects", pk))


@page(Role.MODERATOR)
@require_POST
def post_redact(request: MemberRequest, pk: int) -> HttpResponseRedirect:
    """Cover words: those that were chosen, and every place of those that were written down."""
    post, given = _post(request, pk), request.POST
    spans = [_span(text) for text in given.getlist("at")]
    spans += redactions.places(post.text, given.get("words", "").splitlines())
    try:
        redactions.redact(
            post,
            [span for span in spans if span],
            by=request.member,
            why=given.get("why", ""),
            shown=given.get("shown"),
        )
        messages.success(request, f"The words are covered here. {post.source} will be told in a moment.")
    except Refusal as no:
        messages.error(request, str(no))
    return see(_url(request, "effects", pk))


def _span(text: str) -> redactions.Span | None:
    start, _, end = text.partition("-")
    return (int(start), int(end)) if start.isdecimal() and end.isdecimal() else None


@page(Role.MODERATOR)
@require_POST
def redaction_original(request: MemberRequest, pk: int) -> HttpResponse:
    """The words as they stood; the look stands in the log."""
    kept = get_object_or_404(Redaction.of(request.workspace).select_related("post__workspace"), pk=pk)
    words = redactions.look(kept, by=request.member)
    return render(request, "moderate/original.html", {"redaction": kept, "words": words})


@page(Role.MODERATOR)
@require_POST
def redaction_undo(request: MemberRequest, pk: int) -> HttpResponseRedirect:
    """Put the original back."""
    kept = get_object_or_404(Redaction.of(request.workspace).select_related("post__workspace"), pk=pk)
    try:
        redactions.unredact(kept, by=request.member, why=request.POST.get("why", "").strip() or "undo")
        messages.success(request, "The original stands here again.")
    except Refusal as no:
        messages.error(request, str(no))
    return see(_url(request, "effects", kept.post_id))


@page(Role.VIEWER)
def sanction(request: MemberRequest, pk: int) -> HttpResponse:
    """One, with why, until when and how it stands there."""
    rows = Sanction.of(request.workspace).select_related("source", "author__person", "post", "sent", "ended_sent")
    found = get_object_or_404(rows, pk=pk)
    told = {
        "sanction": found,
        "word": effects.word(found.source, found.verb),
        "stands": found.state in STANDING,
        "can_lift": sanctions.contrary(found) in found.source.can,
        "may_decide": request.role.may(Role.MODERATOR),
    }
    return render(request, "moderate/sanction.html", told)


@page(Role.MODERATOR)
@require_POST
def sanction_lift(request: MemberRequest, pk: int) -> HttpResponseRedirect:
    """Take it back."""
    found = get_object_or_404(Sanction.of(request.workspace).select_related("workspace"), pk=pk)
    try:
        lifted = sanctions.lift(found, by=request.member, why=request.POST.get("why", ""))
        messages.success(request, f"{lifted.get_state_display()}.")
    except Refusal as no:
        messages.error(request, str(no))
    return see(_url(request, "sanction", pk))


@page(Role.VIEWER)
def person_sanctions(request: MemberRequest, pk: int) -> HttpResponse:
    """All that was done to a person, in every place."""
    person = get_object_or_404(Person.of(request.workspace).select_related("workspace"), pk=pk)
    rows = [(one, effects.word(one.source, one.verb)) for one in sanctions.of_person(person)[:100]]
    return render(request, "moderate/sanctions.html", {"person": person, "rows": rows})
