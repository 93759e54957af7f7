"""What people do with conversations: states, who looks after them, notes. Each act leaves an audit row."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from hubbub.store.audit import audit, changes
from hubbub.store.models import (
    Actor,
    Audit,
    Conversation,
    ConversationStatus,
    Member,
    Note,
    Role,
    Workspace,
)
from hubbub.ui.api import Refusal

LONGEST = 10_000  # characters of a note
MOST = 200  # conversations in one bulk act


@transaction.atomic
def set_status(conversation: Conversation, status: ConversationStatus, *, by: Actor, why: str = "") -> Audit | None:
    """Open, waiting or done. None where it stood so already."""
    row = locked(conversation)
    before, after = changes(row, status=str(status))
    if not after:
        return None
    row.closed = timezone.now() if status == ConversationStatus.DONE else None
    row.save(update_fields=["status", "closed"])
    conversation.status, conversation.closed = row.status, row.closed
    return audit(row, "status", by=by, why=why, before=before, after=after)


@transaction.atomic
def assign(conversation: Conversation, assignee: Member | None, *, by: Actor, why: str = "") -> Audit | None:
    """Give it to a member, or to nobody. None where it stood so already."""
    if assignee and assignee.workspace_id != conversation.workspace_id:
        raise Refusal("Only members of this workspace can be given a conversation")
    if assignee and not assignee.may(Role.RESPONDER):
        raise Refusal(f"{assignee} cannot answer: their role is {Role(assignee.role).word.lower()}. Choose another.")
    row = locked(conversation)
    was = row.assignee
    if was == assignee:
        return None
    row.assignee = assignee
    row.save(update_fields=["assignee"])
    conversation.assignee = assignee
    return audit(row, "assign", by=by, why=why, before=_assignee(was), after=_assignee(assignee))


def _assignee(member: Member | None) -> dict[str, int | str | None]:
    return {"assignee": member.pk if member else None, "name": str(member) if member else "nobody"}


@transaction.atomic
def note(conversation: Conversation, text: str, *, by: Member, why: str = "") -> Note:
    """A remark for colleagues. The same words twice in a row by the same member are one note (a double click)."""
    words = words_of(text, "note")
    row = locked(conversation)
    newest = row.notes.order_by("-at", "-id").first()
    if newest and newest.by == by and newest.text == words:
        return newest
    made = Note.everywhere.create(
        workspace_id=row.workspace_id, conversation=row, by=by, by_name=str(by)[:200], text=words, at=timezone.now()
    )
    audit(row, "note", by=by, why=why, after={"note": made.pk})
    return made


def words_of(text: str, what: str) -> str:
    """Without what surrounds them. Raises Refusal where there are none, or too many."""
    words = text.strip()
    if not words:
        raise Refusal(f"The {what} is empty: write something first")
    if len(words) > LONGEST:
        raise Refusal(f"The {what} has {len(words):,} characters; {LONGEST:,} is the most. Shorten it.")
    return words


def chosen(workspace: Workspace, pks: Sequence[int]) -> list[Conversation]:
    """The conversations of a bulk act, locked in one order. Unknown ids are passed over."""
    if len(pks) > MOST:
        raise Refusal(f"{len(pks)} conversations were chosen; {MOST} at a time is the most")
    return list(Conversation.of(workspace).filter(pk__in=pks).order_by("pk"))


@transaction.atomic
def set_status_of(
    workspace: Workspace, pks: Sequence[int], status: ConversationStatus, *, by: Actor, why: str = ""
) -> list[Audit]:
    """The same for many, all or none of them; those that stood so already leave no row."""
    done = [set_status(one, status, by=by, why=why) for one in chosen(workspace, pks)]
    return [row for row in done if row]


@transaction.atomic
def assign_all(
    workspace: Workspace, pks: Sequence[int], assignee: Member | None, *, by: Actor, why: str = ""
) -> list[Audit]:
    """The same for many, all or none of them."""
    done = [assign(one, assignee, by=by, why=why) for one in chosen(workspace, pks)]
    return [row for row in done if row]


@transaction.atomic
def undo(workspace: Workspace, audits: Sequence[int], *, by: Member) -> int:
    """Take acts back, newest first; gives how many. What was changed again since is left alone."""
    acts = Audit.of(workspace).filter(pk__in=audits[:MOST], noun="conversation", verb__in=["status", "assign"])
    undone = 0
    for act in acts.order_by("-pk"):
        conversation = Conversation.of(workspace).filter(pk=act.noun_id).first()
        if conversation is not None and _undo(conversation, act, by):
            undone += 1
    return undone


def _undo(conversation: Conversation, act: Audit, by: Member) -> bool:
    why = f"undo of entry {act.pk}"
    if act.verb == "status":
        unchanged = conversation.status == act.after["status"]
        return unchanged and bool(set_status(conversation, ConversationStatus(act.before["status"]), by=by, why=why))
    if conversation.assignee_id != act.after["assignee"]:
        return False
    previous = Member.of(conversation.workspace).filter(pk=act.before["assignee"]).first()
    return bool(assign(conversation, previous, by=by, why=why))


def locked(conversation: Conversation) -> Conversation:
    """Its row, held until the transaction ends."""
    return Conversation.of(conversation.workspace).select_for_update().get(pk=conversation.pk)
