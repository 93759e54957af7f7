"""What people do with conversations: states, who looks after them, notes, replies. Each act leaves an audit row."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from hubbub.store import outbox
from hubbub.store.audit import audit, changes
from hubbub.store.models import (
    Actor,
    Audit,
    Conversation,
    ConversationStatus,
    Member,
    Note,
    Outbox,
    OutboxState,
    Post,
    Role,
    Workspace,
)
from hubbub.ui.api import Refusal

from .thread import conversation_outbox

LONGEST = 10_000  # characters of a reply or a note
MOST = 200  # conversations in one bulk act


class Conflict(Refusal):
    """Somebody else answered meanwhile; sending again with `sure` sends nevertheless."""


@transaction.atomic
def set_status(conversation: Conversation, status: ConversationStatus, *, by: Actor, why: str = "") -> Audit | None:
    """Open, waiting or done. None where it stood so already."""
    row = _locked(conversation)
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
    row = _locked(conversation)
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
    words = _words(text, "note")
    row = _locked(conversation)
    newest = row.notes.order_by("-at", "-id").first()
    if newest and newest.by == by and newest.text == words:
        return newest
    made = Note.everywhere.create(
        workspace_id=row.workspace_id, conversation=row, by=by, by_name=str(by)[:200], text=words, at=timezone.now()
    )
    audit(row, "note", by=by, why=why, after={"note": made.pk})
    return made


@transaction.atomic
def reply(
    conversation: Conversation,
    post: Post,
    text: str,
    *,
    by: Member,
    nonce: str = "",
    seen_row: int | None = None,
    seen_post: int | None = None,
    sure: bool = False,
    then: ConversationStatus | None = None,
    why: str = "",
) -> Outbox:
    """Put an answer to `post` into the outbox; the loop sends it.

    `nonce`: the same one again gives the same row. `seen_row`, `seen_post`: the newest reply and the newest post of
    ours that the writer saw; where a colleague has answered since, Conflict is raised unless `sure`. `then`: the
    conversation's state from here on.
    """
    words = _words(text, "reply")
    if post.conversation_id != conversation.pk:
        raise Refusal("That post stands in another conversation: open it there and answer there")
    if "reply" not in conversation.source.can:
        raise Refusal(why_not(conversation))
    row = _locked(conversation)
    put = outbox.put(post, "reply", by=by, why=why, text=words, nonce=nonce)
    if Audit.of(row.workspace).filter(noun="outbox", noun_id=put.pk).exists():  # the same form again
        if put.text != words:
            raise Refusal("This form was sent before, with other words. Look what became of those, then send again.")
        return put
    if not sure:
        _refuse_second(row, put, by, seen_row, seen_post)  # takes the new row back, too
    audit(put, "reply", by=by, why=why, after={"post": post.pk, "conversation": row.pk})
    if then:
        set_status(conversation, then, by=by, why="replied")
    return put


def why_not(conversation: Conversation) -> str:
    """Why nothing can be answered there, and what to do; "" where it can."""
    if "reply" in conversation.source.can:
        return ""
    return (
        f"{conversation.source} can only be read with the settings it has. "
        "Answer on the original page, or add credentials to the source."
    )


def _refuse_second(
    conversation: Conversation, new: Outbox, by: Member, seen_row: int | None, seen_post: int | None
) -> None:
    replies = conversation_outbox(conversation).filter(verb="reply").exclude(state=OutboxState.DROPPED)
    replies = replies.exclude(pk=new.pk)
    if seen_row is not None:
        other = replies.filter(pk__gt=seen_row).exclude(by_member=by).order_by("-id").first()
        if other:
            raise Conflict(f"{other.by_name} answered while you were writing. Read that first.")
    if seen_post is not None:
        # a reply of ours that left from here and has now come back as a post is no news
        own = replies.exclude(result_id="").values_list("result_id", flat=True)
        if conversation.posts.filter(ours=True, pk__gt=seen_post).exclude(native_id__in=list(own)).exists():
            raise Conflict("An answer of yours appeared on the network while you were writing. Read that first.")


def _words(text: str, what: str) -> str:
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


def _locked(conversation: Conversation) -> Conversation:
    return Conversation.of(conversation.workspace).select_for_update().get(pk=conversation.pk)
