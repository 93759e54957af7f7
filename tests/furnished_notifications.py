"""A notification and an address of a member, for `tests.furnished`; nobody reaches those of another."""

from hubbub.store.models import Address, Member, Notification
from tests.world import NOON


def furnish_notifications(conversation: int, member: Member, own: str) -> dict[str, int]:
    """By noun which row an address may name for this member. `own`: a word of the workspace alone."""
    told, _ = Notification.everywhere.get_or_create(
        workspace=member.workspace,
        member=member,
        key=f"assigned {own}",
        defaults={
            "kind": "assigned",
            "says": f"Given to you {own}",
            "noun": "conversation",
            "noun_id": conversation,
            "at": NOON,
            "sent": NOON,
        },
    )
    address = Address.everywhere.filter(member=member).first()
    if address is None:
        address = Address(workspace=member.workspace, member=member, name=f"Chat {own}", service="JSON")
        address.url = "jsons://chat.example.org/secret"
        address.save()
    return {"notification": told.pk, "address": address.pk}
