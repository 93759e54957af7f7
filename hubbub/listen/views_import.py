"""Pages that bring topics in: one query of another tool, a file of topics; and the file of those that there are."""

from typing import Literal, cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from hubbub.core.query import foreign
from hubbub.store.models import Role, Topic
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal

from . import topics_file
from .views_topics import go

TOOLS = (("", "Guess"), ("brandwatch", "Brandwatch"), ("talkwalker", "Talkwalker"))


@page(Role.MANAGER)
def topic_translate(request: MemberRequest) -> HttpResponse:
    """A query of Brandwatch or Talkwalker, beside what Hubbub makes of it and what differs."""
    text = request.POST.get("text", "").replace("\r\n", "\n")
    tool = request.POST.get("tool", "")
    number = request.GET.get("topic", "")
    topic = get_object_or_404(Topic.of(request.workspace), pk=int(number)) if _is_number(number) else None
    context: dict[str, object] = {"text": text, "tool": tool, "tools": TOOLS, "topic": topic}
    if text.strip():
        dialect = _dialect(tool, text)
        context |= {"used": dict(TOOLS)[dialect], "guessed": not tool, "told": foreign.translate(text, dialect)}
    return render(request, "listen/topic_translate.html", context)


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) < 19


def _dialect(tool: str, text: str) -> Literal["brandwatch", "talkwalker"]:
    return cast("Literal['brandwatch', 'talkwalker']", tool) if tool in dict(TOOLS[1:]) else foreign.guess(text)


@page(Role.VIEWER, to_write=Role.MANAGER)
def topics_in_file(request: MemberRequest) -> HttpResponse:
    """Take topics from a topics.toml: what can be taken is taken, what is refused is named with its line."""
    taken, error, status = None, "", 200
    if request.method == "POST":
        upload = request.FILES.get("file")
        try:
            found = topics_file.read(upload.read(topics_file.LARGEST + 1) if upload else b"")
            why = request.POST.get("why", "").strip() or (f"from {upload.name}"[:500] if upload else "")
            taken = topics_file.take(request.workspace, found, by=request.member, why=why)
        except Refusal as refusal:
            error, status = str(refusal), 422
        else:
            if not taken.refused:
                messages.success(request, _told(taken))
                return go(request, "topics")
            status = 422
    context = {
        "taken": taken,
        "told": _told(taken) if taken else "",
        "error": error,
        "may_write": request.role.may(Role.MANAGER),
        "has_topics": Topic.of(request.workspace).exists(),
    }
    return render(request, "listen/topics_file.html", context, status=status)


def _told(taken: topics_file.Taken) -> str:
    return (
        f"{len(taken.made)} made, {len(taken.changed)} changed, {len(taken.unchanged)} were so already"
        + (f", {len(taken.refused)} refused" if taken.refused else "")
        + "."
    )


@page(Role.VIEWER)
def topics_export(request: MemberRequest) -> HttpResponse:
    """topics.toml, to be kept, taken in elsewhere, or tried with `hubbub match`."""
    text = topics_file.write(Topic.of(request.workspace).order_by("name"))
    answer = HttpResponse(text, content_type="application/toml; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{request.workspace.slug}-topics.toml"'
    return answer
