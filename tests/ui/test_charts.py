"""Charts: drawn on the server, linked, labelled, in the page's colours, and safe whatever a topic is called."""

import re
from datetime import date, timedelta
from xml.etree import ElementTree as Tree

import pytest

from hubbub.ui import charts

SVG = "{http://www.w3.org/2000/svg}"
NASTY = """<script>alert(1)</script> "quoted" 'single' & } {"""


def panel(name: str, *counts: int, before: int | None = 1, url: str = "/w/acme/listen/?topic=1&day=") -> charts.Panel:
    days = [date(2026, 11, 1) + timedelta(days=number) for number in range(len(counts))]
    return charts.Panel(
        name,
        [
            charts.Bar(day, count, before, f"{url}{day}", f"{name}: {count} on {day}")
            for day, count in zip(days, counts, strict=True)
        ],
    )


def drawn(*panels: charts.Panel, label: str = "In words") -> Tree.Element:
    return Tree.fromstring(charts.days_chart(panels, label=label))


def links(svg: Tree.Element) -> list[str]:
    return [link.attrib["href"] for link in svg.iter(f"{SVG}a")]


def test_each_bar_links_to_its_posts() -> None:
    svg = drawn(panel("Acme", 3, 0, 5))
    # nothing was said on the second day, so there is no bar to follow
    assert links(svg) == ["/w/acme/listen/?topic=1&day=2026-11-01", "/w/acme/listen/?topic=1&day=2026-11-03"]
    assert [title.text for title in svg.iter(f"{SVG}title")] == ["Acme: 3 on 2026-11-01", "Acme: 5 on 2026-11-03"]
    assert {link.attrib["tabindex"] for link in svg.iter(f"{SVG}a")} == {"-1"}


def test_it_is_a_picture_with_words() -> None:
    svg = drawn(panel("Acme", 1), label='Most on 1 Nov: "1" & no more')
    assert svg.attrib["role"] == "graphics-document img"
    assert svg[0].attrib["aria-hidden"] == "true"  # the words and the table say it better than loose marks
    assert svg.attrib["aria-label"] == 'Most on 1 Nov: "1" & no more'


def test_each_topic_has_a_panel_with_its_name_on_one_scale() -> None:
    svg = drawn(panel("Acme", 1, 2), panel("Bolt", 10, 4))
    texts = [text.text for text in svg.iter(f"{SVG}text")]
    assert {"Acme", "Bolt", "1 Nov", "2 Nov"} <= set(texts)
    assert texts.count("10") == 2


def test_two_topics_of_one_name_stay_apart() -> None:
    svg = drawn(panel("Acme", 1), panel("Acme", 2))
    assert [text.text for text in svg.iter(f"{SVG}text")].count("Acme") == 2
    assert len(links(svg)) == 2


def test_colours_are_the_page_s() -> None:
    text = charts.days_chart([panel("Acme", 1, 2)], label="x")
    assert "var(--accent, #1f5fae)" in text
    assert not re.findall(r'(?:fill|stroke)="#', text)  # a colour that would not change with the page
    assert 'fill="white"' not in text


@pytest.mark.parametrize("url", ["/w/acme/?q=<b>", "/w/acme/?q=\"'&x=1"])
def test_nothing_that_is_given_becomes_markup(url: str) -> None:
    text = charts.days_chart([panel(NASTY, 1, 2, url=url)], label=NASTY)
    svg = Tree.fromstring(text)
    assert "<script" not in text
    assert NASTY in [found.text for found in svg.iter(f"{SVG}text")]
    assert svg.attrib["aria-label"] == NASTY
    assert len(links(svg)) == 2


@pytest.mark.parametrize("panels", [[], [charts.Panel("Acme", [])]])
def test_nothing_to_draw_is_no_picture(panels: list[charts.Panel]) -> None:
    assert charts.days_chart(panels, label="x") == ""


@pytest.mark.parametrize("counts", [(0, 0), (1,), (10**9, 1), tuple(range(366))])
def test_odd_numbers_are_drawn(counts: tuple[int, ...]) -> None:
    assert drawn(panel("Acme", *counts, before=None)).attrib["width"]


def test_the_same_picture_is_drawn_once() -> None:
    charts._drawn.cache_clear()
    panels = [panel("Acme", 4, 5)]
    first = charts.days_chart(panels, label="one")
    assert charts.days_chart(panels, label="one") == first
    charts.days_chart(panels, label="two")  # other words, the same drawing
    assert charts._drawn.cache_info().misses == 1


def test_warm_draws() -> None:
    charts._drawn.cache_clear()
    charts.warm()
    assert charts._drawn.cache_info().currsize == 1


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ([0, 10], "M4.0 24.0L116.0 4.0"),
        ([5, 5, 5], "M4.0 14.0L60.0 14.0L116.0 14.0"),
        ([0, None, 10], "M4.0 24.0M116.0 4.0"),
        ([None, 1, 2], "M60.0 24.0L116.0 4.0"),
        ([1, 2, None], "M4.0 24.0L60.0 4.0"),
    ],
)
def test_sparkline(values: list[float | None], path: str) -> None:
    svg = Tree.fromstring(charts.sparkline(values, label="Twelve <weeks>"))
    assert svg.attrib["aria-label"] == "Twelve <weeks>"
    assert next(svg.iter("path")).attrib["d"] == path


@pytest.mark.parametrize("values", [[], [3], [None, None], [None, 3, None]])
def test_a_line_needs_two_points(values: list[float | None]) -> None:
    assert charts.sparkline(values, label="x") == ""
