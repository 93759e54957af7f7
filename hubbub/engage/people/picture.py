"""How what a person says is liked over time: bars a week, a panel for each sentiment, each leading to its posts."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.utils.safestring import SafeString
from msgspec import Struct

from hubbub.ui import charts

from .queries import SENTIMENTS, Week


class Row(Struct, frozen=True):
    """A week in the table beside the picture: (how many, where they are) for each sentiment."""

    week: Week
    cells: Sequence[tuple[int, str]]


def weeks(found: Sequence[Week], url: str) -> SafeString:
    """The picture; empty text where nothing was judged. `url`: the person's page."""
    if not found:
        return SafeString()
    sums = {name: sum(week.counts.get(name, 0) for week in found) for name in SENTIMENTS}
    panels = [
        charts.Panel(
            f"{name}: {sums[name]:,}",
            [
                charts.Bar(week.monday, week.counts.get(name, 0), None, _url(week, name, url), _says(week, name))
                for week in found
            ],
        )
        for name in SENTIMENTS
    ]
    words = ", ".join(f"{name} {sums[name]:,}" for name in SENTIMENTS)
    return charts.days_chart(panels, label=f"Posts a week by sentiment since {found[0].monday}, in UTC: {words}.")


def row(week: Week, url: str) -> Row:
    """The same week in the table."""
    return Row(week, [(week.counts.get(name, 0), _url(week, name, url)) for name in SENTIMENTS])


def _url(week: Week, name: str, url: str) -> str:
    return f"{url}?{urlencode({'q': f'sentiment:{name} published:[{week.monday} TO {week.sunday}]'})}"


def _says(week: Week, name: str) -> str:
    return f"{week.counts.get(name, 0):,} {name} in the week from {week.monday.day} {week.monday:%b %Y}"
