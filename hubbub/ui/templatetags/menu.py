"""The menu, which stands on every page and is the same on most: its lines are written once and kept."""

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from hubbub.ui.context import Group

register = template.Library()

KEPT = 512  # menus: each workspace, role, page and count makes another one


@register.simple_tag
def menu(groups: tuple[Group, ...] = ()) -> SafeString:
    """The doors, group by group."""
    return _written("ui/groups.html", groups or ())


@register.simple_tag
def go_keys(groups: tuple[Group, ...] = ()) -> SafeString:
    """The keys that lead to them."""
    return _written("ui/go_keys.html", groups or ())


@lru_cache(KEPT)
def _written(template_name: str, groups: tuple[Group, ...]) -> SafeString:
    return render_to_string(template_name, {"rooms": groups})
