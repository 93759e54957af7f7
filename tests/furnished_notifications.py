"""A notification and an address of a member, for `tests.furnished`."""

from hubbub.store.models import Address, Conversation, Member, Notification
from tests.world import NOON


def furnish_notifications(talk: Conversation, member: Member, own: str) -> dict[str, int]:
    """By noun which row an address may name. `own`: a word of this workspace alone."""
    told = Notification.everywhere.create(
        workspace=talk.workspace, member=member, kind="assigned", says=f"Given to you {own}", noun="conversation",
        noun_id=talk.pk, key=f"assigned conversation {talk.pk} {own}", at=NOON, sent=NOON,
    )  # fmt: skip
    address = Address(workspace=talk.workspace, member=member, name=f"Chat {own}", service="JSON", kinds=["assigned"])
    address.url = "jsons://chat.example.org/secret"
    address.save()
    return {"notification": told.pk, "address": address.pk}
