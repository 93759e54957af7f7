"""What we answer: put into the outbox once, and not beside what a colleague answered meanwhile."""

from django.db import transaction

from hubbub.engage.actions import locked, set_status, words_of
from hubbub.engage.thread import conversation_outbox
from hubbub.store import outbox, saved_replies
from hubbub.store.audit import audit
from hubbub.store.models import Audit, Conversation, ConversationStatus, Member, Outbox, OutboxState, Post
from hubbub.ui.api import Refusal


class Conflict(Refusal):
    """Somebody else answered meanwhile; sending again with `sure` sends nevertheless."""


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
    words = words_of(text, "reply")
    if gaps := saved_replies.missing(conversation.workspace, words, conversation):
        raise Refusal(saved_replies.refusal(gaps))
    if post.conversation_id != conversation.pk:
        raise Refusal("That post stands in another conversation: open it there and answer there")
    if "reply" not in conversation.source.can:
        raise Refusal(why_not(conversation))
    row = locked(conversation)
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
