"""An approval that waits, the rule that makes it wait, and a file, for `tests.furnished`."""

from hubbub.store import approvals, attachments, outbox
from hubbub.store.models import Approving, Conversation, HeldFor, Member, OutboxState
from tests.pictures import png


def furnish_replying(talk: Conversation, admin: Member, colleague: Member, own: str) -> dict[str, int]:
    """By noun which row an address may name. `own`: a word of this workspace alone."""
    post = talk.posts.filter(ours=False).order_by("pk")[0]
    file = attachments.keep(talk.workspace, f"beans {own}.png", png(), by=admin, alt=f"Beans {own}")
    rule = Approving.everywhere.create(workspace=talk.workspace, member=colleague)
    rule.approvers.set([admin])
    row = outbox.put(post, "reply", by=colleague, text=f"Is this right? {own}", attachments=[file])
    row.state, row.held_for = OutboxState.HELD, HeldFor.APPROVAL
    row.save()
    approval = approvals.ask(row, rule, by=colleague, text=row.text, says=f"A reply on {talk.source}")
    return {"approval": approval.pk, "approving": rule.pk, "file": file.pk}
