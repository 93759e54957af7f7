"""Tags that all templates know without loading them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from msgspec import json

from hubbub.core.query import Slip
from hubbub.core.query.advice import Advice
from hubbub.ui.markup import fill, fill_each
from hubbub.ui.networks import network_name
from hubbub.ui.prose import prose as _prose

register = template.Library()

STEPS = ((60, "min", 60), (3600, "h", 24), (86_400, "d", 30))  # seconds, unit, up to how many of it


@register.simple_tag
def badge(text: object, tone: str = "") -> SafeString:
    """A small label; tone is good, warn, bad, accent or nothing."""
    return fill('<span class="badge {}">{}</span>', tone, text)


register.filter("network", network_name)


@register.simple_tag
def options(choices: Sequence[tuple[str, str]], chosen: str | None = None) -> SafeString:
    """The lines of a <select>, as (value, name). Written here, as a page of fifty colleagues has a hundred of them."""
    return fill_each(
        '<option value="{}"{}>{}</option>',
        ((value, SafeString(" selected" if value == chosen else ""), name) for value, name in choices),
    )


@register.filter
def ago(when: datetime | None) -> SafeString | str:
    """How long ago, or how long until; the exact time is in the title."""
    if when is None:
        return "never"
    seconds = (timezone.now() - when).total_seconds()
    exact = when.astimezone(UTC)
    return fill(
        '<time datetime="{}" title="{} UTC" class="nowrap">{}</time>',
        exact.isoformat(),
        exact.strftime("%Y-%m-%d %H:%M:%S"),
        _words(seconds) if seconds >= 0 else _until(-seconds),
    )


def _until(seconds: float) -> str:
    return "in a moment" if seconds < 45 else f"in {_span(seconds)}"


def _words(seconds: float) -> str:
    if seconds < 45:
        return "just now"
    if seconds < 30 * 86_400:
        return f"{_span(seconds)} ago"
    return (timezone.now()).fromtimestamp(timezone.now().timestamp() - seconds, UTC).strftime("%-d %b %Y")


def _span(seconds: float) -> str:
    for size, unit, most in STEPS:
        if seconds < size * most:
            return f"{max(1, round(seconds / size))} {unit}"
    return f"{round(seconds / 86_400)} d"


@register.filter
def marked(text: str, spans: Sequence[Sequence[object]]) -> SafeString:
    """The text with its matched places in <mark>. `spans` are (start, end) pairs or (field, start, end) of "text"."""
    places = sorted((int(str(span[-2])), int(str(span[-1]))) for span in spans if len(span) == 2 or span[0] == "text")
    return _marked(text, places)


@register.filter
def marked_title(title: str, spans: Sequence[Sequence[object]]) -> SafeString:
    """The same for (field, start, end) spans of "title"."""
    return _marked(title, sorted((int(str(span[1])), int(str(span[2]))) for span in spans if span[0] == "title"))


def _marked(text: str, places: Sequence[tuple[int, int]]) -> SafeString:
    parts: list[tuple[str, str]] = []
    at = 0
    for start, end in places:
        if start < at or end <= start or end > len(text):
            continue  # overlaps what is marked already, or the text has been edited since
        parts.append((text[at:start], text[start:end]))
        at = end
    body = format_html_join("", "{}<mark>{}</mark>", parts)
    return format_html("{}{}", body, text[at:])


@register.filter
def underlined(text: str, slips: Sequence[Slip | Advice]) -> SafeString:
    """A query with the places of its slips, or of what is advised about it, in <u>. Where something is missing, a space
    is underlined."""
    parts: list[tuple[str, str]] = []
    at = 0
    for slip in sorted(slips, key=lambda slip: (slip.start, slip.end)):
        if slip.start < at:
            continue
        parts.append((text[at : slip.start], text[slip.start : slip.end] or "\u00a0"))
        at = slip.end
    return format_html("{}{}", format_html_join("", "{}<u>{}</u>", parts), text[at:])


@register.filter
def spoken(text: str) -> SafeString:
    """A sentence in which `pieces of a query` stand between backticks: they are shown as such, without them."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # one of them belongs to what was written
        return format_html("{}", text)
    said = [(said, piece) for said, piece in zip(parts[::2], parts[1::2], strict=False)]
    return format_html("{}{}", format_html_join("", "{}<code>{}</code>", said), parts[-1])


@register.filter
def placed(advice: Sequence[Advice]) -> list[Advice]:
    """Advice about a place in a query; without what is said of the whole."""
    return [one for one in advice if one.line]


@register.filter
def mending(one: Advice, text: str) -> str:
    """What the button of an advice sends: the place, what stood there, what is to stand there."""
    return json.encode([one.start, one.end, text[one.start : one.end], one.instead]).decode()


@register.filter
def get(mapping: dict[object, object], key: object) -> object:
    """mapping[key], or nothing."""
    return mapping.get(key, "")


@register.filter
def prose(markdown: str) -> SafeString:
    """Markdown that a connector brings, as clean HTML."""
    return _prose(markdown)
