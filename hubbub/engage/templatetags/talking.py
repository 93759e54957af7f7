"""Tags for a conversation's head and its notes: {% load talking %}."""

from collections.abc import Sequence
from datetime import datetime

from django import template
from django.template.context import Context
from django.utils import timezone
from django.utils.html import format_html, format_html_join, json_script
from django.utils.safestring import SafeString
from msgspec import Struct

from hubbub.core.snooze import Choice, choices
from hubbub.engage import naming
from hubbub.store.models import Conversation, Kind, Note, Priority, Tag
from hubbub.ui.judged import per_cent

from .promises import zone_in

register = template.Library()

TAGS_OFFERED = 300


class Head(Struct, frozen=True):
    """What stands above a conversation and can be changed there."""

    tags: Sequence[str]
    all_tags: Sequence[str]
    kinds: Sequence[tuple[str, str]]
    priorities: Sequence[tuple[str, str]]
    moments: Sequence[Choice]
    zone: str
    earliest: datetime
    until: str  # when it wakes, by the clocks of the zone
    assigned: str
    guessed: str  # why it has its kind, where nobody said so


@register.simple_tag(takes_context=True)
def head_of(context: Context, conversation: Conversation) -> Head:
    """A query at most, where the page holds what its list has read."""
    now = timezone.now()
    zone = zone_in(context)
    own, slept = conversation.assignee_id, conversation.snoozed_until
    every = Tag.of(conversation.workspace).order_by("name").values_list("name", flat=True)
    return Head(
        tags=sorted(context["labels"].get(conversation.pk, ()), key=str.casefold),
        all_tags=list(every[:TAGS_OFFERED]) if context["around"]["tags"] else [],
        kinds=[(str(value), str(label)) for value, label in Kind.choices],
        priorities=[(str(value), str(label)) for value, label in reversed(Priority.choices)],
        moments=choices(now, zone),
        zone=zone.key,
        earliest=now.astimezone(zone).replace(tzinfo=None),
        until=f"{slept.astimezone(zone):%a %-d %b %Y, %H:%M} ({zone.key})" if slept else "",
        assigned=str(own) if own else f"team:{conversation.team_id}" if conversation.team_id else "",
        guessed=_guessed(conversation),
    )


def _guessed(conversation: Conversation) -> str:
    sure = conversation.kind_sure
    if not conversation.kind or sure is None:
        return ""
    return "as its network says" if sure >= 1 else f"guessed, {per_cent(sure)} sure"


@register.simple_tag(takes_context=True)
def note_words(context: Context, note: Note) -> SafeString:
    """A note, with those whom it names shown as such."""
    names = context.render_context.get("naming")
    if names is None:
        names = context.render_context["naming"] = naming.among(context["members"], context["teams"])
    words = naming.pieces(note.text, names)
    shown = [format_html("<strong>{}</strong>", one.text) if one.named else one.text for one in words]
    return format_html_join("", "{}", ((one,) for one in shown))


@register.simple_tag
def names_to_write(names: Sequence[tuple[str, str]]) -> SafeString:
    """Who can be named in a note, for the script that offers them."""
    offered = [{"write": write, "who": who} for write, who in names]
    return json_script(offered, "names-to-write")
