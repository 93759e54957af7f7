"""Tags about what was found in posts."""

from collections.abc import Sequence

from django import template

from hubbub.store.models import Post, Workspace
from hubbub.ui import judged

register = template.Library()


@register.filter
def badges(post: Post, workspace: Workspace) -> Sequence[judged.Said]:
    """What a list shows of the post."""
    return judged.badges(post, workspace)


@register.filter
def per_cent(share: float | None) -> str:
    """0.834 → "83 %"."""
    return "" if share is None else judged.per_cent(share)


@register.filter
def how_sure(sure: float) -> str:
    """0.83 → "quite sure"."""
    return judged.how_sure(sure)
