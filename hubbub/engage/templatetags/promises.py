"""How long is left until a promise breaks, wherever a conversation is shown."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django import template
from django.template import Context
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from hubbub.core.promises import State, state, written
from hubbub.engage.promises.queries import about, promised
from hubbub.store.hours import zone_of
from hubbub.store.models import Conversation, Wait, Workspace
from hubbub.ui.markup import fill

register = template.Library()

# state → (tone of the badge, sign before the words): never colour alone
SHOWN = {
    State.RUNNING: ("", "◷"),
    State.SOON: ("warn", "◔"),
    State.PAUSED: ("", "‖"),
    State.BROKEN: ("bad", "✕"),
}


@register.simple_tag(takes_context=True)
def time_left(context: Context, conversation: Conversation) -> SafeString | str:
    """Says “1 h 20 min left”, “broken 3 h ago”, “paused”; nothing where nothing is promised. The exact time is in
    the title and read aloud, in the workspace's zone."""
    if conversation.promise_id is None:
        return ""
    now, due = timezone.now(), conversation.due
    stands = state(due, now)
    tone, sign = SHOWN[stands]
    if due is None:
        says, exact = "paused", "The clock of the promise stands while you wait for them"
    else:
        says = f"broken {written(now - due)} ago" if stands is State.BROKEN else f"{written(due - now)} left"
        exact = f"Reply promised by {exactly(due, zone_in(context))}"
    return fill(
        '<span class="badge {}" title="{}"><span aria-hidden="true">{} </span>{}'
        '<span class="hidden-visually">. {}</span></span>',
        tone,
        exact,
        sign,
        says,
        exact,
    )


@register.simple_tag(takes_context=True)
def there(context: Context, moment: datetime) -> str:
    """A moment on the workspace's clock: “Mon 23 Nov 2026, 09:20”."""
    return exactly(moment, zone_in(context))


def exactly(moment: datetime, zone: ZoneInfo) -> str:
    """With its zone."""
    return f"{moment.astimezone(zone):%a %-d %b %Y, %H:%M} ({zone.key})"


def zone_in(context: Context) -> ZoneInfo:
    """The workspace's zone, asked for once a page."""
    request, workspace = context.get("request"), context.get("workspace")
    kept: ZoneInfo | None = getattr(request, "zone", None)
    if kept is None:
        kept = zone_of(workspace) if isinstance(workspace, Workspace) else ZoneInfo("UTC")
        if request is not None:
            request.zone = kept
    return kept


@register.filter
def there_in(moment: datetime) -> str:
    """A moment in the zone that it carries: “Monday 23 November, 09:20”."""
    return f"{moment:%A %-d %B, %H:%M}"


@register.filter
def lasted(seconds: int) -> str:
    """Seconds as people say them."""
    return written(timedelta(seconds=seconds))


@register.simple_tag(takes_context=True)
def promise_why(context: Context, conversation: Conversation) -> SafeString | str:
    """Which promise applies to a conversation and why, since when its clock runs; nothing where nobody waits by one."""
    if conversation.promise_id is None:
        return ""
    wait = (
        Wait.of(conversation.workspace)
        .filter(conversation=conversation.pk, ended=None)
        .select_related("promise__hours")
        .first()
    )
    if wait is None:
        return ""
    zone, promise = zone_in(context), wait.promise
    url = reverse("engage:promise", args=[conversation.workspace.slug, promise.pk])
    return format_html(
        '<span class="small quiet">Promised by <a href="{}">{}</a> ({}): {}. Asked {}; the clock runs since {}.</span>',
        url,
        promise,
        about(promise),
        promised(promise),
        exactly(wait.asked, zone),
        exactly(wait.started, zone),
    )
