"""What charts rest on: which models judged the posts behind them; and groups of posts that say the same."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Sum
from msgspec import Struct

from hubbub.core.kpi import Window
from hubbub.store import sameness
from hubbub.store.models import Judge, JudgedDay, Post, Workspace


class Rests(Struct, frozen=True):
    """So many of a chart's posts were judged by this one."""

    judge: Judge
    posts: int


def rests_on(workspace: Workspace, window: Window) -> list[Rests]:
    """Who judged the posts of a window (whole days in UTC), most first: what a chart of sentiments rests on."""
    rows = JudgedDay.of(workspace).filter(day__gte=window.start.date(), day__lt=window.end.date(), posts__gt=0)
    counted = dict(rows.order_by().values_list("judge").annotate(sum=Sum("posts")))
    known = Judge.of(workspace).select_related("own").in_bulk(counted)
    return sorted((Rests(known[pk], posts) for pk, posts in counted.items()), key=lambda one: -one.posts)


def alike(post: Post, size: int = 50, before: datetime | None = None) -> Sequence[Post]:
    """The posts that say the same as this one, it among them, newest first; `before`: published earlier than that."""
    rows = Post.of(post.workspace).filter(sameness.group_of(post)).select_related("author", "source")
    rows = rows.filter(published__lt=before) if before else rows
    return list(rows.order_by("-published", "-id")[:size])
