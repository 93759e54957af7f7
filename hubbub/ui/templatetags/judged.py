"""Tags about what was found in posts."""

from functools import lru_cache
from typing import Protocol
from urllib.parse import quote

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from hubbub.core.kpi import MINUS
from hubbub.core.text.trust import Share
from hubbub.store.models import Judge, Post, Role, Workspace
from hubbub.ui import charts, judged
from hubbub.ui.markup import fill, fill_each

register = template.Library()


class Sided(Protocol):
    """A share with its range."""

    right: float | None
    low: float | None
    high: float | None


@register.simple_tag(takes_context=True)
def judgement(context: Context, post: Post, keyless: object = "") -> SafeString:
    """What was found in a post, in a line, and the key that corrects it (none with `keyless`); `back` in the context:
    where one is led after that. Written here, as a page shows thirty of them and more."""
    return fill(
        '<div class="says small" data-says="{}">\n{}\n<div class="says-menu"></div>\n</div>',
        SafeString(post.pk),
        found_in(context, post, keyless),
    )


@register.simple_tag(takes_context=True)
def found_in(context: Context, post: Post, keyless: object = "") -> SafeString:
    """The same without its frame."""
    before, after = _around(context["workspace"].slug)
    url = SafeString(f"{before}{post.pk}{after}")
    return badges(post, context["workspace"]) + _key(context, post, url, keyless=bool(keyless))


@lru_cache(256)
def _around(slug: str) -> tuple[str, str]:
    """What stands before and after a post's id in an address there: to look one up takes as long as to write a row."""
    before, _, after = reverse("measure:says", args=[slug, 0]).rpartition("0")
    return before, after


def _key(context: Context, post: Post, url: SafeString, *, keyless: bool) -> SafeString:
    if context["member"].role == Role.VIEWER:
        if not post.judge_id:
            return SafeString()
        return fill('<a href="{}" aria-label="Why this was found in the post">why?</a>', url)
    key = 'data-key="l" data-key-name="say what a post means (its menu has a key for each answer)" '
    return fill(
        '<a class="says-open" href="{url}?next={back}" hx-get="{url}?part=menu&amp;next={back}"'
        ' hx-target="next .says-menu" hx-swap="innerHTML settle:0ms" {key}aria-label="Say what this post means">'
        "{says}{shown}</a>",
        url=url,
        back=SafeString(quote(context.get("back") or context["request"].get_full_path())),
        key=SafeString("" if keyless else key),
        says="right?" if post.judge_id or post.corrected else "say what it means",
        shown=SafeString("" if keyless else " <kbd>l</kbd>"),
    )


@register.filter
def badges(post: Post, workspace: Workspace) -> SafeString:
    """What a list shows of the post. Written here, as a page shows thirty of them and more."""
    return fill_each(
        '<span class="badge {}" title="{}">{}{}<span class="hidden-visually"> {}</span></span> ',
        ((one.tone, one.title, one.word, one.mark, one.title) for one in judged.badges(post, workspace)),
    )


@register.filter
def per_cent(share: float | None) -> str:
    """0.834 → "83 %"."""
    return "" if share is None else judged.per_cent(share)


@register.filter
def points(share: float | None) -> str:
    """A share in points, of a hundred, with its sign: 0.234 → "+23"."""
    if share is None:
        return ""
    number = round(100 * share)
    return f"+{number}" if number > 0 else f"{MINUS}{-number}" if number < 0 else "±0"


@register.filter
def how_sure(sure: float) -> str:
    """0.83 → "quite sure"."""
    return judged.how_sure(sure)


@register.filter
def ranged(share: Share) -> SafeString:
    """A share with its range: drawn, and "41 of 50: 82 %, between 69 and 90 %"."""
    if share.share is None or share.low is None or share.high is None:
        return format_html('<span class="quiet">{}</span>', "no labels yet")
    numbers = f"{share.hits} of {share.of}: {judged.per_cent(share.share)}"
    around = f"between {round(100 * share.low)} and {round(100 * share.high)} %"
    drawn = charts.interval(share.low, share.share, share.high)
    return format_html('{} <span class="nowrap">{}</span> <span class="quiet nowrap">{}</span>', drawn, numbers, around)


@register.inclusion_tag("ui/rereading.html", takes_context=True)
def rereading(context: Context) -> dict[str, object]:
    """A quiet line while stored posts are read anew, so that judgements of two models stand side by side."""
    workspace = context.get("workspace")
    judge = Judge.of(workspace).filter(reading_below__isnull=False).first() if workspace else None
    return {"judge": judge, "workspace": workspace}


@register.filter
def sided(side: Sided) -> SafeString:
    """One side of a before and after, drawn and in numbers."""
    if side.right is None or side.low is None or side.high is None:
        return format_html('<span class="quiet">{}</span>', "nothing")
    around = f"between {round(100 * side.low)} and {round(100 * side.high)} %"
    drawn = charts.interval(side.low, side.right, side.high, width=100)
    return format_html('{}<br>{} <span class="quiet">{}</span>', drawn, judged.per_cent(side.right), around)
