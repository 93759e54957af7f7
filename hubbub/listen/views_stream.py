"""Pages about posts: the stream, and one post with all that is known about it."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from msgspec import structs

from hubbub.store.models import Post, Role, Source, Topic
from hubbub.store.search import Found
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.lists import is_once, pager, read_before, read_filter

from . import queries
from .queries import Choice

KEPT = ("topic", "source", "day", "since", "all", "like")  # what stays when the filter changes
# Where a number, a source or a filter led here, all posts are shown unless the address says otherwise, so that as many
# are found as were counted; else those that say the same are folded.
FROM_A_NUMBER = {"day", "since", "source", "q"}
TABS = 12  # topics with a tab of their own; the others are behind "more topics"


@page(Role.VIEWER)
def stream(request: MemberRequest) -> HttpResponse:
    """What people say, newest first."""
    choice, filter_ = _choice(request), read_filter(request, kept=KEPT)
    alike = "once" if choice.once else "all"
    filter_ = structs.replace(filter_, kept=[*filter_.kept, ("alike", alike)])
    now, found = timezone.now(), Found((), {}, None, 0, ran_out=False)
    wanted = "count" in request.GET and not filter_.slips
    counted = queries.stream_count(request.workspace, choice, filter_.query, now=now) if wanted else None
    if counted is not None and "HX-Request" in request.headers:
        return render(request, "listen/count.html", {"counted": counted})
    if not filter_.slips:
        found = queries.stream(request.workspace, choice, filter_.query, now=now, before=read_before(request))
        filter_ = structs.replace(filter_, slips=found.slips)
    topics = list(Topic.of(request.workspace).filter(active=True).order_by("pk"))
    if choice.topic is not None and choice.topic not in topics[:TABS]:
        topics = [choice.topic, *(topic for topic in topics if topic != choice.topic)]
    context = {
        "rows": queries.rows(request.workspace, found, choice.topic),
        "choice": choice,
        "filter": filter_,
        "page": pager(request, found),
        "topics": topics[:TABS],
        "more_topics": topics[TABS:],
        "sources": Source.of(request.workspace).order_by("name").only("name"),
        "day": request.GET.get("day", "") if choice.until else "",
        "switch": f"{_link(request, 'alike')}&alike={'all' if choice.once else 'once'}",
        "without_like": _link(request, "like"),
        "without_time": _link(request, "day", "since"),
        "may_moderate": request.role.may(Role.MODERATOR),
        "counted": counted,
        "to_count": f"{_link(request, 'count')}&count",
        "has_sources": Source.of(request.workspace).exists(),
    }
    return render(request, "listen/stream.html", context)


def _choice(request: MemberRequest) -> Choice:
    """The posts that the address asks for. Nonsense is passed over."""
    topic, source = request.GET.get("topic", ""), request.GET.get("source", "")
    like = request.GET.get("like", "")
    day = queries.day_of(request.GET.get("day", ""))
    return Choice(
        topic=get_object_or_404(Topic.of(request.workspace), pk=topic) if topic.isdecimal() else None,
        source=get_object_or_404(Source.of(request.workspace), pk=source) if source.isdecimal() else None,
        everything=request.GET.get("all") == "1",
        since=day[0] if day else queries.moment_of(request.GET.get("since", "")),
        until=day[1] if day else None,
        once=like == "" and is_once(request, usual=not FROM_A_NUMBER & request.GET.keys()),
        like=get_object_or_404(Post.of(request.workspace), pk=like) if like.isdecimal() else None,
    )


def _link(request: HttpRequest, *without: str) -> str:
    """This page's address without some of its parameters."""
    kept = [(name, values) for name, values in request.GET.lists() if name not in {*without, "before"}]
    return "?" + urlencode(kept, doseq=True)


@page(Role.VIEWER)
def post(request: MemberRequest, pk: int) -> HttpResponse:
    """One post."""
    with_all = Post.of(request.workspace).select_related("workspace", "author__person", "source", "conversation")
    found = get_object_or_404(with_all, pk=pk)
    context = {
        "whole": queries.whole(found),
        "post": found,
        "may_moderate": request.role.may(Role.MODERATOR),
    }
    return render(request, "listen/post.html", context)
