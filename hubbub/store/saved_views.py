"""Counting saved views in the background: which one is next, and what was counted."""

from datetime import datetime, timedelta

from django.db.models import Q

from .models import SavedView


def claim(now: datetime, *, fresh: timedelta, looked: timedelta) -> SavedView | None:
    """The view whose number is the oldest of those that somebody looked at lately, now the caller's to count; None:
    all are fresh, or another worker was quicker. Views for one member or a team have no number of their own."""
    due = SavedView.everywhere.exclude(query="").filter(
        Q(counted_at=None) | Q(counted_at__lt=now - fresh), looked_at__gte=now - looked
    )
    view = due.filter(whose__in=["", "nobody"]).order_by("counted_at").select_related("workspace").first()
    # whoever changes its time first counts it
    if view and SavedView.everywhere.filter(pk=view.pk, counted_at=view.counted_at).update(counted_at=now):
        return view
    return None


def counted(view: SavedView, number: int, *, at_least: bool) -> None:
    """Keep the number, unless the query was changed meanwhile. `at_least`: there may be more."""
    SavedView.everywhere.filter(pk=view.pk, query=view.query).update(counted=number, at_least=at_least)
