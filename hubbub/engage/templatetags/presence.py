"""Tags for the composer and the list: the reader's own draft, who else is here."""

from collections.abc import Sequence

from django import template
from django.template.context import Context
from msgspec import Struct

from hubbub.engage.replying.typed import Typed
from hubbub.store import drafts
from hubbub.store.models import Attachment, Conversation, Draft, Member

register = template.Library()


class Draughted(Struct, frozen=True):
    """What the reader can go on writing in a conversation."""

    text: str = ""
    files: Sequence[Attachment] = ()
    id: int = 0
    version: int = 0
    others: Sequence[Draft] = ()  # other windows' words, and what came back


@register.simple_tag(takes_context=True)
def draft_here(context: Context) -> Draughted:
    """The newest draft of `member` for `conversation`; another one where the page asks for it (`?draft=`), or holds it
    (`typed`)."""
    conversation, member = context.get("conversation"), context.get("member")
    if not isinstance(conversation, Conversation) or not isinstance(member, Member):
        return Draughted()
    if not context["around"]["drafts"]:
        return Draughted()
    found = list(drafts.of(conversation, member))
    request = context.get("request")
    typed = context.get("typed")
    asked = str(typed.draft) if isinstance(typed, Typed) and typed.draft else ""
    asked = asked or (request.GET.get("draft", "") if request is not None else "")
    chosen = next((one for one in found if str(one.pk) == asked), None)
    if chosen is None:
        chosen = next((one for one in found if one.sent is None), None)
    if chosen is None:
        return Draughted(others=found)
    others = [one for one in found if one.pk != chosen.pk]
    files = sorted(chosen.attachments.all(), key=lambda one: one.pk)
    # what came back is begun anew: the old row stays what was sent
    if chosen.sent is not None:
        return Draughted(chosen.text, files, others=others)
    return Draughted(chosen.text, files, chosen.pk, chosen.version, others)
