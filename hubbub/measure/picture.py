"""The picture of mentions a day: the report in bars, each a link to its posts, and the whole in words."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString

from hubbub.store.models import Workspace
from hubbub.ui import charts

from .queries import Report, TopicRow


def panels_that_fit(report: Report) -> int:
    """How many topics are drawn: all that are shown, unless the days are so many that bars would be hairs."""
    return max(1, min(len(report.shown), charts.MOST_BARS // max(1, len(report.days))))


def draw(workspace: Workspace, report: Report, *, once: bool = False) -> SafeString:
    """The bars; empty where there is not one mention to draw."""
    drawn = report.shown[: panels_that_fit(report)]
    if not any(topic.mentions.now for topic in drawn):
        return SafeString()
    stream = reverse("listen:stream", args=[workspace.slug])
    panels = [
        charts.Panel(f"{topic.name}: {topic.mentions.written}", _bars(report, topic, number, stream, once))
        for number, topic in enumerate(drawn)
    ]
    return charts.days_chart(panels, label=in_words(report))


def _bars(report: Report, topic: TopicRow, number: int, stream: str, once: bool) -> list[charts.Bar]:
    bars = []
    for row in reversed(report.days):
        count = row.mentions[number][1]
        before = report.days_before.get((topic.id, row.day), 0)
        says = f"{topic.name}: {count:,} on {row.day:%a} {row.day.day} {row.day:%b %Y}, {before:,} in the period before"
        asked = {"topic": topic.id, "day": row.day.isoformat(), **({"alike": "once"} if once else {})}
        address = f"{stream}?{urlencode(asked)}"
        bars.append(charts.Bar(row.day, count, before, address, says))
    return bars


def in_words(report: Report) -> str:
    """What the picture shows, for those who do not see it; the table holds every number."""
    period = report.period
    lines = [f"Mentions a day from {period.first} to {period.last}, in UTC."]
    for number, topic in enumerate(report.shown[: panels_that_fit(report)]):
        most, day = max((row.mentions[number][1], row.day) for row in report.days)
        lines.append(
            f"{topic.name}: {topic.mentions.written}, most on {day} with {most:,}; "
            f"{topic.mentions.written_before} in the period before."
        )
    return " ".join(lines)
