"""What a query would have caught day by day, as a picture and as a table; every day leads to its posts."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString

from hubbub.store.models import Workspace
from hubbub.ui.charts import Bar, Panel, days_chart

from .trial import DAYS, Chart

LONGEST = 1_000  # characters of a query that an address may carry


def rows(chart: Chart, query: str, workspace: Workspace) -> list[Bar]:
    """One for each day, with a link to the posts of that day that the query finds; a long query is left out of it."""
    stream = reverse("listen:stream", args=[workspace.slug])
    asked = [("q", query)] if len(query) <= LONGEST else []
    about = "about " if chart.every > 1 else ""
    return [
        Bar(
            day=day.day,
            count=day.count,
            before=None,
            url=f"{stream}?{urlencode([('all', '1'), ('day', day.day.isoformat()), *asked])}",
            says=f"{about}{day.count:,} on {day.day:%-d %b %Y}",
        )
        for day in chart.days
    ]


def drawn(chart: Chart, bars: Sequence[Bar]) -> SafeString:
    """The picture, with its label."""
    about = "about " if chart.every > 1 else ""
    label = (
        f"What it would have caught in the last {DAYS} days: {about}{chart.count:,} posts. The table below has them."
    )
    return days_chart([Panel("", bars)], label=label)
