"""What members reported, asked for by post: for the queue, and for whoever answers the reporters."""

from collections.abc import Collection, Mapping, Sequence

from django.db.models import QuerySet

from .models import Report, ReportState, Workspace


def open_about(workspace: Workspace, posts: Collection[int]) -> Mapping[int, Sequence[Report]]:
    """Post id → its reports that wait for a decision, the first one first; with their reporters. One query."""
    found: dict[int, list[Report]] = {}
    rows = about(workspace, posts).filter(state=ReportState.OPEN)
    for row in rows:
        if row.post_id is not None:
            found.setdefault(row.post_id, []).append(row)
    return found


def about(workspace: Workspace, posts: Collection[int]) -> QuerySet[Report]:
    """All reports about these posts, the first one first; with their reporters."""
    return Report.of(workspace).filter(post__in=list(posts)).select_related("reporter").order_by("at", "pk")
