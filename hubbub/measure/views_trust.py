"""How far judgements can be trusted, where they were wrong, and the list to label posts one after another."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from hubbub.core.text import labels
from hubbub.core.text.labels import Judged
from hubbub.core.text.own import NEEDED
from hubbub.store.models import Correction, CorrectionEnd, Post, Role
from hubbub.ui import judged
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.lists import links, read_before

from . import actions, judging, trusting
from .views_says import see

SKIPPED = 200  # posts that a person passed over, kept while they are signed in
TOP = 5  # wrong posts shown on the page itself


def asked_field(request: MemberRequest) -> Judged:
    """The field that the address names; sentiment where it names none."""
    asked = request.POST.get("field", "") or request.GET.get("field", "")
    return next((field for field in judged.ORDER if field == asked), "sentiment")


@page(Role.VIEWER)
def trust(request: MemberRequest) -> HttpResponse:
    """Accuracy on this workspace's own labels, field by field; the own layer; how far re-reading is."""
    if request.GET.get("part") == "rereading":
        return render(request, "measure/_rereading.html", _about_judging(request))
    field = asked_field(request)
    counts = trusting.overview(request.workspace)
    found = trusting.field_trust(request.workspace, field)
    return render(
        request,
        "measure/trust.html",
        {
            "field": field,
            "tabs": [(one, trusting.name(one), counts[one]) for one in judged.ORDER],
            "any": any(counts.values()),
            "found": found,
            "wrong": trusting.wrong(request.workspace, field, size=TOP),
            "versions": trusting.versions(request.workspace),
            "may_say": request.role.may(Role.RESPONDER),
            **_about_judging(request),
        },
    )


def _about_judging(request: MemberRequest) -> dict[str, object]:
    languages = [judged.language(code) for code in request.workspace.languages.split()]
    return {
        "judging": judging.judging(request.workspace),
        "may_manage": request.role.may(Role.MANAGER),
        "listed": ", ".join(languages),
    }


@page(Role.VIEWER)
def wrong(request: MemberRequest) -> HttpResponse:
    """The posts that the model got wrong, newest first."""
    field = asked_field(request)
    says, value = request.GET.get("says"), request.GET.get("value")
    found = trusting.wrong(request.workspace, field, says=says, value=value, before=read_before(request))
    return render(
        request,
        "measure/wrong.html",
        {
            "field": field,
            "name": trusting.name(field),
            "rows": found.rows,
            "page": links(request, found.older),
            "says": None if says is None else judged.word(field, says) if says else "not judged",
            "value": None if value is None else judged.word(field, value),
            "tabs": [(one, trusting.name(one)) for one in judged.ORDER],
        },
    )


@page(Role.RESPONDER)
def label(request: MemberRequest) -> HttpResponse:
    """One post after another, each labelled by a key. POST: `said` is the answer for post `pk`, "skip" or "undo"."""
    field = asked_field(request)
    by_chance = (request.POST.get("how") or request.GET.get("how")) == "chance"
    told: dict[str, object] = {}
    if request.method == "POST":
        told = _labelled(request, field, by_chance=by_chance)
        if not request.headers.get("HX-Request"):
            request.session["labelled"] = told
            return see(_address(request, field, by_chance=by_chance))
    else:
        told = request.session.pop("labelled", {})
    skipped = request.session.get("skipped", [])
    chosen = told.get("again")
    nearest = trusting.next_post(request.workspace, field, by_chance=by_chance, skipped=skipped)
    post = nearest.post
    if isinstance(chosen, int):  # what was taken back is asked anew
        rows = Post.of(request.workspace).select_related("author", "source")
        post = rows.filter(pk=chosen).first() or post
    whole = not request.headers.get("HX-Request")
    return render(
        request,
        "measure/label.html" if whole else "measure/_label.html",
        {
            "field": field,
            "name": trusting.name(field),
            "how": "chance" if by_chance else "",
            "post": post,
            "left": nearest.left,
            "told": told,
            "labels": trusting.overview(request.workspace)[field],
            "goal": NEEDED,
            "choices": trusting.choices(field),
            "languages": judged.languages(request.workspace) if field == "language" else (),
            "tabs": [(one, trusting.name(one)) for one in judged.ORDER],
        },
    )


def _address(request: MemberRequest, field: Judged, *, by_chance: bool) -> str:
    given = [("field", field), *([("how", "chance")] if by_chance else [])]
    return f"{reverse('measure:label', args=[request.workspace.slug])}?{urlencode(given)}"


def _labelled(request: MemberRequest, field: Judged, *, by_chance: bool) -> dict[str, object]:
    """Do what the form asks for; what to tell of it on the next page."""
    pk, said = request.POST.get("pk", ""), request.POST.get("said", "")
    post = get_object_or_404(Post.of(request.workspace).select_related("workspace"), pk=pk if pk.isdecimal() else 0)
    try:
        if said == "skip":
            skipped = [*request.session.get("skipped", []), post.pk]
            request.session["skipped"] = skipped[-SKIPPED:]
            return {"says": "Skipped."}
        if said == "undo":
            standing = Correction.of(request.workspace).filter(post=post, field=field, end=CorrectionEnd.STANDS)
            actions.undo(get_object_or_404(standing), by=request.member)
            return {"says": "Taken back: say it anew.", "again": post.pk}
        word = actions.correct(post, field, said, by=request.member, why="labelled", asked=not by_chance)
    except Refusal as no:
        messages.error(request, str(no))
        return {}
    model = judged.word(field, word.was) if word.was else ""
    sure = f", {judged.how_sure(word.was_sure)} ({judged.per_cent(word.was_sure)})" if model else ""
    says = f"The model says so, too{sure}." if word.agrees else f"The model had said {model}{sure}."
    if not model:
        says = "The model had not judged it."
    return {"says": f"{judged.word(field, labels.of_person(field, said).value).capitalize()}. {says}", "undo": post.pk}
