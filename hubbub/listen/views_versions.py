"""Pages about a topic's versions: what changed when, by whom and why; bringing an earlier one back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from hubbub.core.query import QueryError
from hubbub.store.models import Role, Topic, TopicVersion
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal

from . import topic_actions, versions
from .forms import NEWEST
from .views_topics import go


@page(Role.VIEWER)
def topic_versions(request: MemberRequest, pk: int) -> HttpResponse:
    """All states of a topic, newest first, with what changed from one to the next."""
    topic = get_object_or_404(Topic.of(request.workspace).select_related("workspace"), pk=pk)
    rows = versions.versions(topic)
    context = {
        "topic": topic,
        "rows": rows,
        "cut": len(rows) == versions.MOST,
        "newest": NEWEST,
        "may_write": request.role.may(Role.MANAGER),
    }
    return render(request, "listen/topic_versions.html", context)


@page(Role.MANAGER)
@require_POST
def version_bring_back(request: MemberRequest, pk: int, version: int) -> HttpResponse:
    """An earlier version becomes the newest one, and is held against stored posts where that was asked for."""
    of_topic = TopicVersion.of(request.workspace).filter(topic=pk).select_related("topic__workspace")
    found = get_object_or_404(of_topic, pk=version)
    topic, newest = found.topic, request.POST.get("newest", "")
    number = topic.version
    try:
        changed = topic_actions.bring_back(found, by=request.member, why=request.POST.get("why", "").strip())
        if not changed:
            messages.info(request, "The topic stands like that already.")
        elif topic.version == number:
            messages.success(request, f"“{topic.name}” has its name and kind back.")
        else:
            messages.success(request, f"“{topic.name}” asks for that again, as version {topic.version} of its query.")
        if topic.version != number and topic.active and newest.isdecimal() and int(newest) > 0:
            topic_actions.apply_topic(topic, int(newest), by=request.member)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return go(request, "topic_versions", pk)
    except QueryError as error:
        messages.error(request, f"That version can no longer be read, so it was not brought back. {error}")
        return go(request, "topic_versions", pk)
    return go(request, "topic", pk)
