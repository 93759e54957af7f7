"""Tags about people, for pages of any part of the room: {% load people %}."""

from django import template

from hubbub.engage.people import queries
from hubbub.store.models import Consent, Person

register = template.Library()


@register.simple_tag
def no_contact(person: Person | None) -> Consent | None:
    """What says that they do not want to be written to; None: nothing does. One query, once a page and person."""
    if not person:  # of a post without an author a template makes ""
        return None
    held: Consent | None = queries.no_contact([person.pk]).get(person.pk)
    return held
