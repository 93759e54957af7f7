"""Until when conversations can sleep, for forms."""

from collections.abc import Sequence

from django import template
from django.template import Context
from django.utils import timezone

from hubbub.core.snooze import Choice, choices
from hubbub.store.models import Workspace

from .promises import zone_in

register = template.Library()


@register.simple_tag(takes_context=True)
def snooze_choices(context: Context) -> Sequence[Choice]:
    """The moments at hand, on the workspace's clock."""
    workspace = context.get("workspace")
    return choices(timezone.now(), zone_in(context)) if isinstance(workspace, Workspace) else ()
