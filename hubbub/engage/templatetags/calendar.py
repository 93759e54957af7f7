"""Tags of the calendar's pages."""

from collections.abc import Sequence
from zlib import crc32

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.safestring import SafeString

from hubbub.engage.calendar.checking import Checked
from hubbub.engage.calendar.queries import Entry
from hubbub.ui.markup import fill, fill_each
from hubbub.ui.templatetags.ui import badge

register = template.Library()

HAPPENED = {  # verbs of the log, after whoever did it
    "add": "wrote it",
    "change": "changed it",
    "plan": "planned it",
    "move": "moved it",
    "queue": "put it into the queue",
    "draft": "made it a draft again",
    "drop": "dropped it",
    "retry": "tried again",
    "repeat": "let it come again",
    "series": "changed all that follow",
    "send": "sent it",
    "stop": "stopped it",
    "posted": "saw it arrive",
    "failed": "could not send it",
    "ask approval": "asked for approval",
    "approved": "approved it",
    "not approved": "refused it",
}
KNOWN = ("mastodon", "bluesky", "wordpress", "matrix", "discourse", "lemmy", "github", "misago")


@register.filter
def tone(kind: str) -> int:
    """Which of eight colours a network has; it is always told by its name as well."""
    return KNOWN.index(kind) if kind in KNOWN else crc32(kind.encode()) % len(KNOWN)


@register.filter
def counted(one: Checked) -> str:
    """ "230 of 500"; where the network counts bytes, which tell nobody anything, what a reader counts."""
    if one.counts == "bytes":
        return f"{len(one.leaves.text):,} characters"
    return f"{one.length:,} of {one.most:,}" if one.most is not None else f"{one.length:,}"


@register.filter
def heat(ratio: float) -> int:
    """How warm an hour is: 0 below the usual, 1 as usual, 2 above, 3 far above."""
    return 0 if ratio < 0.85 else 1 if ratio < 1.15 else 2 if ratio < 1.5 else 3


@register.simple_tag(takes_context=True)
def planned_entry(context: Context, entry: Entry) -> SafeString:
    """One item of a day. Written here, as a month may show a thousand, and templates take many times as long."""
    item, kinds = entry.item, entry.kinds
    where = [(tone(one.source.kind), one.source.name) for one in entry.versions]
    return fill(
        '<div class="cal-entry state-{state} {net}" data-row data-item="{pk}"{at}{movable}>\n'
        '<a href="{url}" data-open><span class="cal-time">{time}</span> {title}</a>\n'
        '<span class="cal-where">{where}</span>\n<span class="cal-state">{badge}{again}</span>{came}</div>',
        state=item.state,
        net=f"net-{tone(kinds[0])}" if kinds else "",
        pk=item.pk,
        at=fill(' data-at="{}"', f"{entry.here:%Y-%m-%dT%H:%M}") if entry.here else "",
        movable=SafeString(' data-movable draggable="true"' if entry.movable and context["may_act"] else ""),
        url=_address(context, item.pk),
        time=entry.time,
        title=item.title,
        where=_where(where) if where else "no network yet",
        badge=badge(item.get_state_display(), entry.tone),
        again=SafeString(' <span class="badge">again</span>' if item.series_id else ""),
        came=fill('\n<span class="cal-came quiet small">{}</span>', entry.came) if entry.came else "",
    )


def _where(sources: Sequence[tuple[int, str]]) -> SafeString:
    said = fill_each('<span class="net net-{}" aria-hidden="true"></span>{}, ', sources)
    return SafeString(said.removesuffix(", "))


def _address(context: Context, pk: int) -> str:
    """Of an item; looked up once a page, which takes as long as to write an entry."""
    kept: tuple[str, str] | None = context.render_context.get("planned")
    if kept is None:
        before, _, after = reverse("engage:planned", args=[context["workspace"].slug, 0]).rpartition("0")
        kept = context.render_context["planned"] = before, after
    return f"{kept[0]}{pk}{kept[1]}"


@register.filter
def happened(verb: str) -> str:
    """A verb of the log, as it is read after a name."""
    return HAPPENED.get(verb, verb)
