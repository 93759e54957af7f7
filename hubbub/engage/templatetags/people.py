"""Tags about people, for pages of any part of the room: {% load people %}."""

from django import template
from django.template import Context

from hubbub.engage.people import queries
from hubbub.store.models import Consent, Person

register = template.Library()


@register.simple_tag(takes_context=True)
def no_contact(context: Context, person: Person | None) -> Consent | None:
    """What says that they do not want to be written to; None: nothing does. One query, once a page and person, unless
    the page knows that they said nothing."""
    around = context.get("around")
    if not person or (around is not None and not around["consents"]):
        return None  # of a post without an author a template makes ""
    held: Consent | None = queries.no_contact([person.pk]).get(person.pk)
    return held
