"""The card that says what a person is to us, for every page that shows a person."""

from django import template
from django.template import Context
from django.utils import timezone

from hubbub.core.relations import NAMES
from hubbub.engage.relations import queries
from hubbub.store import relations
from hubbub.store.models import Person, Role
from hubbub.store.set_up import SetUp
from hubbub.ui.access import MemberRequest

from .promises import zone_in

register = template.Library()


@register.inclusion_tag("engage/relations/_card.html", takes_context=True)
def relations_card(context: Context, person: Person) -> dict[str, object]:
    """`{% relations_card person %}`: kinds, stages, next steps, level, influence. Eight queries at
    most."""
    request: MemberRequest = context["request"]
    own, around = context.get("set_up"), context.get("around")
    relating = own.relating if isinstance(own, SetUp) else None
    regard = queries.regard(person, timezone.now(), zone_in(context), relating, around)
    return {
        "regard": regard,
        "stages": relations.stages(request.workspace) if regard.lines else {},
        "free": [(kind, NAMES[kind]) for kind in regard.free],
        "workspace": request.workspace,
        "may_act": request.role.may(Role.RESPONDER),
        "back": request.get_full_path(),
        "csrf_token": context.get("csrf_token"),
    }
