"""A row of the inbox. Written here, as every page of the room shows thirty of them, and templates take eight times as
long for one."""

from collections.abc import Callable, Sequence

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from hubbub.store.models import Conversation
from hubbub.store.presence import Here
from hubbub.ui.markup import fill, fill_each
from hubbub.ui.templatetags.judged import judgement
from hubbub.ui.templatetags.ui import ago, badge

from .promises import time_left
from .ranked import why_here

register = template.Library()

_NOTHING = SafeString()

_KEYS = (
    '<button hidden form="act" formaction="{place}status/{carried}" name="status" value="done" data-key="e"'
    ' data-key-name="done, and on to the next">Done</button>\n'
    '<button hidden form="act" formaction="{place}status/{carried}" name="status" value="waiting" data-key="w"'
    ' data-key-name="waiting for them">Waiting for them</button>\n'
    '<button hidden form="act" formaction="{place}status/{carried}" name="status" value="open" data-key="u"'
    ' data-key-name="open again">Open</button>\n'
    '<button hidden form="act" formaction="{place}assign/{carried}" name="assignee" value="me" data-key="a"'
    ' data-key-name="assign to me">Assign to me</button>\n'
)
# of the open conversation they stand in its head
_CHOICES = fill_each(
    '<button hidden type="button" data-choose="{}" data-key="{}" data-key-name="{}">{}</button>\n',
    (
        ("bulk-until", "s", "snooze the chosen rows", "Snooze"),
        ("bulk-priority", "i", "how urgent the chosen rows are", "Priority"),
        ("bulk-kind", "m", "what the chosen rows are about", "Kind"),
        ("bulk-tag", "t", "tag the chosen rows", "Tag"),
        ("bulk-assignee", "A", "give the chosen rows to somebody", "Assign"),
    ),
)


@register.simple_tag(takes_context=True)
def talk_row(context: Context, row: Conversation) -> SafeString:
    """One conversation in a list, with what `pane.row_context` holds; `conversation`: the one open beside it."""
    chosen, may_act = context.get("conversation"), context["may_act"]
    beside = chosen is None or row.pk != chosen.pk
    place, carried = SafeString(_places(context)(row.pk)), context["carried"]
    words = str(row)
    return fill(
        '<li data-row id="row-{pk}" data-pk="{pk}"{current}>\n'
        '<div class="row-head talk-who">\n{box}\n'
        '<a data-open href="{place}{carried}"><strong>{author}</strong></a>\n{posts}\n'
        '<span class="push small quiet">{when}</span>\n</div>\n'
        '<div class="small talk-words">{words}</div>\n'
        '<div class="small talk-badges">{badges}'
        '<span data-people="{pk}">{people}</span>\n{judged}\n{why}</div>\n{keys}</li>',
        pk=SafeString(row.pk),
        current=_NOTHING if beside else SafeString(' aria-current="true"'),
        box=_box(row, words) if may_act else _NOTHING,
        place=place,
        carried=carried,
        author=row.author or "Somebody",
        posts=_posts(row),
        when=ago(row.last_post),
        words=_words(row, words),
        badges=_badges(context, row),
        people=_people(context["present"].get(row.pk, ())),
        judged=_judged(context, row) if beside else _NOTHING,
        why=why_here(context["scores"].get(row.pk)),
        keys=_keys(place, carried, beside=beside) if may_act else _NOTHING,
    )


def _places(context: Context) -> Callable[[int], str]:
    """Id → address. Asked for once a page: to look an address up takes as long as to write a row."""
    kept = context.render_context.get("places")
    if kept is None:
        before, _, after = reverse("engage:conversation", args=[context["workspace"].slug, 0]).rpartition("0")

        def kept(pk: int) -> str:
            return f"{before}{pk}{after}"

        context.render_context["places"] = kept
    found: Callable[[int], str] = kept
    return found


def _box(row: Conversation, words: str) -> SafeString:
    says = '<input type="checkbox" name="pk" value="{}" form="bulk" aria-label="Choose {}">'
    return fill(says, SafeString(row.pk), short(words, 60))


def _posts(row: Conversation) -> SafeString:
    if row.post_count < 2:
        return _NOTHING
    return fill('<span class="small quiet">{} posts</span>', SafeString(row.post_count))


def _words(row: Conversation, words: str) -> SafeString | str:
    if not row.subject:
        return short(words, 200)
    if not row.snippet or row.snippet == row.subject:
        return short(words, 120)
    if row.snippet.startswith(row.subject):  # a title that many networks make of the first words
        return short(row.snippet, 200)
    return fill('{} <span class="quiet">{}</span>', short(words, 120), short(row.snippet, 160))


def short(text: str, most: int) -> str:
    """As Django's `truncatechars`, which counts letter by letter for the sake of those that carry others."""
    if len(text) <= most:
        return text
    return text[: most - 1] + "…" if text.isascii() else Truncator(text).chars(most)


def _badges(context: Context, row: Conversation) -> SafeString:
    found: list[SafeString | str] = []
    if row.priority in ("urgent", "high"):
        found.append(badge(row.get_priority_display(), "bad"))
    elif row.priority == "low":
        found.append(badge("Low priority"))
    found.append(time_left(context, row))
    found += [badge(one, "accent") for one in (row.assignee, row.team) if one]
    if context["states"]:
        found.append(badge(row.get_status_display()))
    if row.kind:
        found.append(badge(row.get_kind_display()))
    found += [badge(name) for name in context["labels"].get(row.pk, ())]
    found.append(badge(row.source))
    return fill_each("{} ", ((one,) for one in found if one))


def _people(here: Sequence[Here]) -> SafeString:
    says = (
        fill('<span class="badge warn">{} is writing</span> ', one.name)
        if one.writing
        else fill('<span class="badge">{} is here</span> ', one.name)
        for one in here
    )
    return fill_each("{}", ((one,) for one in says)) if here else _NOTHING


def _judged(context: Context, row: Conversation) -> SafeString | str:
    post = context["newest"].get(row.pk)
    return judgement(context, post) if post else _NOTHING


def _keys(place: SafeString, carried: str, *, beside: bool) -> SafeString:
    own = fill(_KEYS, place=place, carried=carried)
    return own + _CHOICES if beside else own
