"""What there is around a conversation, as counts that a page asks along with its own: where nothing is, nothing has to
be read. Most conversations have no notes, most people no sanctions."""

from collections.abc import Mapping
from functools import cache

from . import capped
from .models import (
    Approving,
    Consent,
    Conversation,
    Draft,
    Member,
    Mention,
    Note,
    Outbox,
    Person,
    Relationship,
    Sanction,
    Suggestion,
)

# ids that stand for those that are asked about, until they are
_WORKSPACE, _MEMBER, _CONVERSATION, _PERSON = -1, -2, -3, -4


def counts(conversation: Conversation, member: Member, person: int) -> Mapping[str, capped.Written]:
    """Name → its count, which is 1 or 0. `person`: whom the page shows, as an id; 0: nobody."""
    ids = {
        _WORKSPACE: member.workspace_id,
        _MEMBER: member.pk,
        _CONVERSATION: conversation.pk,
        _PERSON: person,
    }
    return {name: one.about(ids) for name, one in _written().items()}


@cache
def _written() -> Mapping[str, capped.Written]:
    """Without the workspace, wherever an index leads to the few rows by itself: it then serves, whatever the planner
    thinks of the workspace's."""
    rows = {
        "outbox": Outbox.everywhere.filter(post__conversation=_CONVERSATION),
        "notes": Note.everywhere.filter(conversation=_CONVERSATION),
        "mentions": Mention.everywhere.filter(post__conversation=_CONVERSATION),
        "drafts": Draft.everywhere.filter(conversation=_CONVERSATION, member=_MEMBER),
        "approving": Approving.everywhere.filter(workspace=_WORKSPACE),
        "sanctions": Sanction.everywhere.filter(author__person=_PERSON),
        "consents": Consent.everywhere.filter(person=_PERSON),
        "merged": Person.everywhere.filter(merged_into=_PERSON),
        "relationships": Relationship.everywhere.filter(person=_PERSON),
        "suggestions": Suggestion.everywhere.filter(person=_PERSON),
    }
    return {name: capped.written(found, 1) for name, found in rows.items()}
