"""The topic editor: as text or as lists, with what it catches, adds and loses, and the last days, as one types."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from hubbub.core import query as language
from hubbub.store.models import Role, Topic
from hubbub.ui import writing
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.ids import id_of

from . import picture, topic_actions, trial
from .forms import NEWEST, TopicForm, topic_form
from .topic_rows import topic_rows
from .views_topics import go


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
    posted = request.method == "POST"
    if posted:
        written = writing.sent(request.POST)
        form = topic_form(topic, writing.form_data(request.POST, written))
    else:
        written = writing.begun(topic.query if topic else "", as_lists=request.GET.get("with") == "lists")
        form = topic_form(topic)
    was = request.POST.get("was", "") if posted else topic.version if topic else ""
    if posted and _sound(form, written) and writing.wants_to_save(request.POST):
        try:
            saved = save_topic(request, form, topic)
        except Refusal as refusal:
            form.add_error("name" if topic is None else None, str(refusal))
            was = topic.version if topic else ""  # told of it, they may save over it
        else:
            return go(request, "topic", saved.pk)
    if written.says:
        messages.info(request, written.says)
    context: dict[str, object] = {
        "form": form,
        "written": written,
        "topic": topic,
        "was": was,
        "may_write": request.role.may(Role.MANAGER),
        "mends": True,
    }
    if topic is None or posted:
        context |= preview_context(request, written.text, topic)
    if posted and request.POST.get("do") == "chart":
        context |= chart_context(request, written.text)
    if topic is not None:
        context["row"] = topic_rows(request.workspace, now=timezone.now(), only=topic)[0]
        context["newest"] = NEWEST[1:]
    looks = posted and not writing.wants_to_save(request.POST)
    if looks and not request.POST.get("name", "").strip():
        form.errors.pop("name", None)  # asked for when it is saved
    return render(request, "listen/topic.html", context, status=422 if posted and not looks else 200)


def _sound(form: TopicForm, written: writing.Written) -> bool:
    sound = form.is_valid()
    if written.lists is not None:
        sound &= written.lists.is_valid()
    return sound


def save_topic(request: MemberRequest, form: TopicForm, topic: Topic | None) -> Topic:
    """Save a valid form, and hold the topic against stored posts where that was asked for. Raises Refusal."""
    given = form.cleaned_data
    draft = topic_actions.TopicDraft(name=given["name"].strip(), query=given["query"], kind=given["kind"])
    why = str(given.get("why") or "").strip()
    if topic is None:
        topic = topic_actions.add_topic(request.workspace, draft, by=request.member, why=why)
        messages.success(request, f"“{topic.name}” is listened for from now on.")
        newest = int(given["newest"] or 0)
    else:
        version, was = topic.version, request.POST.get("was", "")
        seen = int(was) if was.isdecimal() and len(was) < 10 else None
        topic_actions.change_topic(topic, draft, by=request.member, why=why, was=seen)
        messages.success(request, f"“{topic.name}” is saved.")
        newest = int(given["newest"] or 0) if topic.version != version else 0
    if newest and topic.active:
        topic_actions.apply_topic(topic, newest, by=request.member)
    return topic


@page(Role.VIEWER)
@require_POST
def topic_preview(request: MemberRequest) -> HttpResponse:
    """A part of a page: what the query in the form would find among stored posts, or what is wrong with it."""
    written = writing.sent(request.POST)
    context = {
        "written": written,
        "mends": "mode" in request.POST,
        **preview_context(request, written.text, _of(request)),
    }
    return render(request, "listen/preview.html", context)


@page(Role.VIEWER)
@require_POST
def topic_chart(request: MemberRequest) -> HttpResponse:
    """A part of a page: what the query in the form would have caught on each of the last days."""
    return render(request, "listen/chart.html", chart_context(request, writing.sent(request.POST).text))


def _of(request: MemberRequest) -> Topic | None:
    """The saved topic that the form is about."""
    number = request.POST.get("topic", "")
    wanted = id_of(number) or 0
    return Topic.of(request.workspace).filter(pk=wanted).first()


def preview_context(request: MemberRequest, text: str, topic: Topic | None = None) -> dict[str, object]:
    """What listen/preview.html shows for a query; `topic` is the saved one that it is compared with."""
    if not text.strip():
        return {"query_text": ""}
    try:
        query = language.parse(text, language.Use.TOPIC)
    except language.QueryError as error:
        return {"query_text": text, "slips": error.slips}
    found = trial.preview(request.workspace, query, now=timezone.now(), saved=_saved(topic))
    return {"query_text": text, "preview": found}


def _saved(topic: Topic | None) -> language.Query | None:
    try:
        return language.parse(topic.query, language.Use.TOPIC) if topic is not None else None
    except language.QueryError:  # written for another version of the language: nothing to compare with
        return None


def chart_context(request: MemberRequest, text: str) -> dict[str, object]:
    """What listen/chart.html shows for a query; nothing where it cannot be read."""
    try:
        query = language.parse(text, language.Use.TOPIC)
    except language.QueryError:
        return {"charted": True}
    found = trial.chart(request.workspace, query, now=timezone.now())
    rows = picture.rows(found, text, request.workspace)
    drawn: SafeString | str = picture.drawn(found, rows) if found.count else ""
    return {"charted": True, "chart": found, "picture": drawn, "days": [row for row in reversed(rows) if row.count]}
