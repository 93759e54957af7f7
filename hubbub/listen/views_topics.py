"""Pages about topics: the list, the editor with its live preview, holding a topic against stored posts."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from hubbub.core import query as language
from hubbub.store.models import Kpi, Role, Topic
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.lists import offer_undo

from . import queries, topic_actions
from .forms import NEWEST, TopicForm, topic_form


def go(request: MemberRequest, name: str, *args: object) -> HttpResponse:
    """To a page of this room, after something was done."""
    return HttpResponseRedirect(reverse(f"listen:{name}", args=[request.workspace.slug, *args]), status=303)


def back(request: MemberRequest, name: str) -> HttpResponse:
    """To the page that a form names in `next`, else to the one called `name`."""
    there = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(there, allowed_hosts={request.get_host()}):
        return HttpResponseRedirect(there, status=303)
    return go(request, name)


@page(Role.VIEWER)
def topics(request: MemberRequest) -> HttpResponse:
    """What is listened for."""
    rows = queries.topic_rows(request.workspace, now=timezone.now())
    return render(request, "listen/topics.html", {"rows": rows, "may_write": request.role.may(Role.MANAGER)})


@page(Role.MANAGER)
@require_POST
def topics_active(request: MemberRequest) -> HttpResponse:
    """Let the chosen topics rest, or listen for them again; can be undone."""
    active = request.POST.get("active") == "yes"
    chosen = list(Topic.of(request.workspace).filter(pk__in=_numbers(request)).select_related("workspace"))
    turned = [topic for topic in chosen if topic.active != active]
    number = topic_actions.set_active(chosen, active, by=request.member, why=request.POST.get("why", ""))
    if number:
        says = f"{number} topic{'s' if number > 1 else ''} {'listened for again' if active else 'put to rest'}."
        undo = [("topic", str(topic.pk)) for topic in turned]
        here = reverse("listen:topics_active", args=[request.workspace.slug])
        offer_undo(request, says, here, [*undo, ("active", "" if active else "yes"), ("why", "undone")])
    return back(request, "topics")


def _numbers(request: HttpRequest, name: str = "topic") -> list[int]:
    return [int(text) for text in request.POST.getlist(name) if text.isdecimal() and len(text) < 19]


@page(Role.MANAGER)
def topic_new(request: MemberRequest) -> HttpResponse:
    """Write a topic."""
    return _edit(request, None)


@page(Role.VIEWER, to_write=Role.MANAGER)
def topic(request: MemberRequest, pk: int) -> HttpResponse:
    """A topic: its query, what it finds, how far it was held against stored posts."""
    found = get_object_or_404(Topic.of(request.workspace).select_related("workspace"), pk=pk)
    return _edit(request, found)


def _edit(request: MemberRequest, topic: Topic | None) -> HttpResponse:
    form = topic_form(topic, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and request.POST.get("do") != "preview":
        try:
            saved = save_topic(request, form, topic)
        except Refusal as refusal:
            form.add_error("name", str(refusal))
        else:
            return go(request, "topic", saved.pk)
    text = str(form["query"].value() or "")
    context: dict[str, object] = {"form": form, "topic": topic, "may_write": request.role.may(Role.MANAGER)}
    if topic is None or request.method == "POST":
        context |= preview_context(request, text)
    if topic is not None:
        context["row"] = queries.topic_rows(request.workspace, now=timezone.now(), only=topic)[0]
        context["newest"] = NEWEST[1:]
    return render(request, "listen/topic.html", context, status=422 if form.errors else 200)


def save_topic(request: MemberRequest, form: TopicForm, topic: Topic | None) -> Topic:
    """Save a valid form, and hold the topic against stored posts where that was asked for. Raises Refusal."""
    given = form.cleaned_data
    draft = topic_actions.TopicDraft(name=given["name"].strip(), query=given["query"], kind=given["kind"])
    if topic is None:
        topic = topic_actions.add_topic(request.workspace, draft, by=request.member)
        messages.success(request, f"“{topic.name}” is listened for from now on.")
        newest = int(given["newest"] or 0)
    else:
        version = topic.version
        topic_actions.change_topic(topic, draft, by=request.member)
        messages.success(request, f"“{topic.name}” is saved.")
        newest = int(given["newest"] or 0) if topic.version != version else 0
    if newest and topic.active:
        topic_actions.apply_topic(topic, newest, by=request.member)
    return topic


@page(Role.VIEWER)
@require_POST
def topic_preview(request: MemberRequest) -> HttpResponse:
    """A part of a page: what the query in the form would find among stored posts, or what is wrong with it."""
    return render(request, "listen/preview.html", preview_context(request, request.POST.get("query", "")))


def preview_context(request: MemberRequest, text: str) -> dict[str, object]:
    """What listen/preview.html shows for a query."""
    if not text.strip():
        return {"query_text": ""}
    try:
        query = language.parse(text, language.Use.TOPIC)
    except language.QueryError as error:
        return {"query_text": text, "slips": error.slips}
    found = queries.preview(request.workspace, query, now=timezone.now())
    return {"query_text": text, "preview": found}


@page(Role.MANAGER)
@require_POST
def topic_apply(request: MemberRequest, pk: int) -> HttpResponse:
    """Hold the topic against stored posts too."""
    found = get_object_or_404(Topic.of(request.workspace).select_related("workspace"), pk=pk)
    newest = request.POST.get("newest", "")
    try:
        there = topic_actions.apply_topic(found, int(newest) if newest.isdecimal() else 0, by=request.member)
        if not there:
            messages.info(request, "No posts are stored yet.")
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return go(request, "topic", pk)


@page(Role.MANAGER)
@require_POST
def topic_stop(request: MemberRequest, pk: int) -> HttpResponse:
    """Go no further through stored posts."""
    found = get_object_or_404(Topic.of(request.workspace).select_related("workspace"), pk=pk)
    if found.reading_below is not None:
        topic_actions.stop_applying(found, by=request.member)
    return go(request, "topic", pk)


@page(Role.VIEWER)
def topic_progress(request: MemberRequest, pk: int) -> HttpResponse:
    """A part of a page: how far the topic was held against stored posts."""
    found = get_object_or_404(Topic.of(request.workspace), pk=pk)
    context = {"topic": found, "may_write": request.role.may(Role.MANAGER), "newest": NEWEST[1:]}
    return render(request, "listen/progress.html", context)


@page(Role.MANAGER)
def topic_delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask, then delete."""
    found = get_object_or_404(Topic.of(request.workspace).select_related("workspace"), pk=pk)
    if request.method == "POST":
        topic_actions.delete_topic(found, by=request.member, why=request.POST.get("why", ""))
        messages.success(request, f"“{found.name}” is deleted. The posts stay.")
        return go(request, "topics")
    kpis = Kpi.of(request.workspace).filter(topic=found).count()
    row = queries.topic_rows(request.workspace, now=timezone.now(), only=found)[0]
    return render(request, "listen/topic_delete.html", {"topic": found, "kpis": kpis, "row": row})
