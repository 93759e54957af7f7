"""A saved view and a draft, for `tests.furnished`."""

from hubbub.store.models import Conversation, Draft, Member, SavedView
from tests.world import NOON


def furnish_inbox(talk: Conversation, admin: Member, own: str) -> dict[str, int]:
    """By noun which row an address may name. `own`: a word of this workspace alone."""
    view = SavedView.everywhere.create(workspace=talk.workspace, name=f"Lids {own}", query=own)
    draft = Draft.everywhere.create(
        workspace=talk.workspace, conversation=talk, member=admin, text=f"Sorry {own}", at=NOON
    )  # fmt: skip
    return {"view": view.pk, "draft": draft.pk}
