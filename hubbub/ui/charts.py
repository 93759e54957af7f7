"""Charts: Vega-Lite specs drawn to SVG on the server, in the page's colours, each mark a link to what is behind it."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache

import vl_convert
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from msgspec import Struct

# Charts are drawn in the light page's colours, which is what a mail or a PDF needs; in a page each gives way to the
# variable of the stylesheet, so that one drawing serves light and dark.
COLOURS = {"#1f5fae": "--accent", "#565e68": "--quiet", "#dfe2e6": "--line", "#16191d": "--ink", "#a8231f": "--bad"}
ACCENT, QUIET, LINE, INK = "#1f5fae", "#565e68", "#dfe2e6", "#16191d"
FONT = "sans-serif"
WIDE = 820  # of the bars, in px; the axis stands to the right of them
MOST_BARS = 600  # in one picture: more are slow to draw and too thin to hit; the table holds them all
KEPT = 128  # drawings that are kept, some 30 to 100 KB each

# Vega makes relative addresses absolute in its own way; this prefix is taken off again
HERE = "https://here.invalid"
LINK = re.compile(r'<a xlink:href="https://here\.invalid([^"]*)"[^>]*><path aria-label="([^"]*)" [^>]*?(d="[^"]*")')


class Bar(Struct, frozen=True):
    """One day: how many, how many on the day that it is compared with (None: nothing to compare), what is behind it."""

    day: date
    count: int
    before: int | None
    url: str
    says: str  # "3 mentions of Acme on 1 Nov 2026"


class Panel(Struct, frozen=True):
    """A row of bars under its name. All panels of a picture share one scale, and carry the same days."""

    name: str
    bars: Sequence[Bar]


def days_chart(panels: Sequence[Panel], *, label: str) -> SafeString:
    """One panel under another, bars for the days and a short line for the day compared with.

    Panels and not coloured stacks: a post that two topics catch counts for both, so that a stack would show a sum
    that nobody wrote; and nothing has to be told apart by colour. `label` holds the picture in words. Empty text
    where there is nothing to draw. The first drawing of a process takes 0.7 s, a new one 0.1 s, a kept one nothing.
    """
    drawn = [panel for panel in panels if panel.bars]
    if not drawn:
        return mark_safe("")
    return draw(_days_spec(drawn), label=label)


def draw(spec: Mapping[str, object], *, label: str) -> SafeString:
    """Any Vega-Lite spec as an SVG element for a page, with its label. Marks whose `href` begins with HERE become
    links, told by their `description`. Links are left out of the tab order: the table beside a chart has the same."""
    # safe: Vega escapes what it draws, `_in_page` adds no text but the escaped label
    return mark_safe(_in_page(_drawn(json.dumps(spec, sort_keys=True)), label))  # noqa: S308


@lru_cache(maxsize=KEPT)
def _drawn(spec: str) -> str:
    return LINK.sub(_link, vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))


def _link(found: re.Match[str]) -> str:
    # Vega tells each mark to assistive technology; here the picture has one label and a table, so a tooltip is enough
    address, says, shape = found.groups()
    rounded = re.sub(r"\d+\.\d{2,}", lambda number: f"{float(number[0]):.1f}", shape)
    return f'<a href="{address}" tabindex="-1"><title>{says}</title><path {rounded}'


def _in_page(svg: str, label: str) -> str:
    for colour, variable in COLOURS.items():
        svg = svg.replace(f'"{colour}"', f'"var({variable}, {colour})"')
    svg = svg.replace(f' font-family="{FONT}"', "")  # the page has one
    # one picture with one label: a role of "img" alone may hold no links, whoever does not know the first role takes it
    svg = svg.replace("<svg ", f'<svg role="graphics-document img" aria-label="{escape(label)}" ', 1)
    return svg.replace("<g ", '<g aria-hidden="true" ', 1)


def warm() -> None:
    """Draw something, so that the first reader need not wait until the drawing machine has started."""
    _drawn(json.dumps({"data": {"values": [{"x": 1}]}, "mark": "bar", "encoding": {"x": {"field": "x"}}}))


def _days_spec(panels: Sequence[Panel]) -> dict[str, object]:
    days = [bar.day.isoformat() for bar in panels[0].bars]
    rows = [
        {
            "panel": f"{number:03}",  # two topics may have one name; a panel is known by its place
            "day": bar.day.isoformat(),
            "count": bar.count,
            "before": bar.before,
            "url": HERE + bar.url,
            "says": bar.says,
        }
        for number, panel in enumerate(panels)
        for bar in panel.bars
    ]
    names = {f"{number:03}": panel.name for number, panel in enumerate(panels)}
    across = {"field": "day", "type": "ordinal", "scale": {"domain": days, "paddingInner": 0.15}, "axis": _day_axis()}
    top = max(1, *(max(bar.count, bar.before or 0) for panel in panels for bar in panel.bars))
    up = {"type": "quantitative", "scale": {"domain": [0, top], "nice": False}, "axis": _count_axis(top)}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "data": {"values": rows},
        "facet": {
            "field": "panel",
            "type": "nominal",
            "title": None,
            "header": {
                "labelOrient": "top",
                "labelAnchor": "end",  # by the newest day as well
                "labelPadding": 4,
                "labelExpr": f"{json.dumps(names)}[datum.value]",
            },
        },
        "columns": 1,
        "spacing": 18,
        "spec": {
            "width": WIDE,
            "height": 150 if len(panels) == 1 else 64,
            "layer": [
                {
                    "transform": [{"filter": "datum.count > 0"}],
                    "mark": {"type": "bar", "color": ACCENT},
                    "encoding": {
                        "x": across,
                        "y": {**up, "field": "count"},
                        "href": {"field": "url", "type": "nominal"},
                        "description": {"field": "says"},
                    },
                },
                {
                    "transform": [{"filter": "datum.before > 0"}],
                    "mark": {"type": "tick", "thickness": 2, "color": INK, "aria": False},
                    "encoding": {"x": across, "y": {**up, "field": "before"}},
                },
            ],
        },
        "config": _look(),
    }


def _day_axis() -> dict[str, object]:
    return {
        "title": None,
        "labelExpr": "utcFormat(toDate(datum.value), '%-d %b')",
        "labelOverlap": "greedy",
        "labelSeparation": 14,
        "labelAngle": 0,
        "labelFlush": False,
        "ticks": False,
        "labelPadding": 6,
    }


def _count_axis(top: int) -> dict[str, object]:
    # two lines, at half and at the top, are enough beside a table; halves of an odd number are no posts
    values = [0, top] if top % 2 else [0, top // 2, top]
    return {
        "title": None,
        "orient": "right",  # by the newest day, which a narrow screen shows first
        "values": values,
        "format": "~s" if top >= 10_000 else ",d",
        "minExtent": 40,
        "maxExtent": 40,
        "grid": True,
        "domain": False,
        "ticks": False,
    }


def _look() -> dict[str, object]:
    return {
        "background": None,
        "padding": 2,
        "font": FONT,
        "axis": {"labelColor": QUIET, "labelFontSize": 11, "gridColor": LINE, "domainColor": LINE, "tickColor": LINE},
        "header": {"labelColor": INK, "labelFontSize": 13, "labelFontWeight": 600, "labelLimit": WIDE},
        "view": {"stroke": None},
    }


def sparkline(values: Sequence[float | None], *, label: str, width: int = 120, height: int = 28) -> SafeString:
    """A line without axes, oldest first, its last point marked; gaps where a value is None. Empty text where fewer
    than two values are known. Drawn here: it is two dozen numbers, and a page may hold fifty of them."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return mark_safe("")
    low, high = min(known), max(known)
    points = [
        None if value is None else (_along(number, len(values), width), _above(value, low, high, height))
        for number, value in enumerate(values)
    ]
    path = ""
    for before, point in zip([None, *points], points, strict=False):
        if point is not None:
            path += f"{'M' if before is None else 'L'}{point[0]} {point[1]}"
    last = next(point for point in reversed(points) if point is not None)
    # safe: nothing but numbers, and the escaped label
    return mark_safe(  # noqa: S308
        f'<svg class="sparkline" role="img" aria-label="{escape(label)}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}"><title>{escape(label)}</title>'
        f'<path d="{path}" fill="none" stroke="var(--quiet, {QUIET})" stroke-width="1.5" stroke-linejoin="round"/>'
        f'<circle cx="{last[0]}" cy="{last[1]}" r="2.5" fill="var(--accent, {ACCENT})"/></svg>'
    )


def _along(number: int, count: int, width: int) -> float:
    return round(4 + number / (count - 1) * (width - 8), 1)


def _above(value: float, low: float, high: float, height: int) -> float:
    if high == low:
        return round(height / 2, 1)
    return round(height - 4 - (value - low) / (high - low) * (height - 8), 1)


def interval(low: float, share: float, high: float, *, width: int = 160, height: int = 20) -> SafeString:
    """A share between 0 and 1 as a point on a line, and the range around it. The numbers stand beside it in words, so
    that it tells assistive technology nothing new and is hidden from it. Drawn here: a page may hold twenty of them."""
    left, right, at = (round(4 + number * (width - 8), 1) for number in (low, high, share))
    middle = height / 2
    # safe: nothing but numbers
    return mark_safe(  # noqa: S308
        f'<svg class="interval" aria-hidden="true" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<path d="M4 {middle}H{width - 4}" stroke="var(--line, {LINE})" stroke-width="2"/>'
        f'<path d="M{left} {middle}H{right}" stroke="var(--quiet, {QUIET})" stroke-width="6" stroke-opacity=".45"/>'
        f'<circle cx="{at}" cy="{middle}" r="4" fill="var(--accent, {ACCENT})"/></svg>'
    )
