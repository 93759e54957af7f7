"""Keeping a draft, throwing it away, being seen: the writes of this part, which are not in the log (`store/drafts`)."""

from collections.abc import Collection

from django.utils import timezone

from hubbub.store import drafts, presence
from hubbub.store.models import Conversation, Member, Post
from hubbub.ui.api import Refusal


def keep(
    conversation: Conversation,
    text: str,
    *,
    by: Member,
    draft: int = 0,
    version: int = 0,
    post: Post | None = None,
    files: Collection[int] | None = None,
) -> drafts.Kept:
    """Keep what was typed and chosen so far; see `hubbub.store.drafts.save`."""
    answered = post if post is not None and post.conversation_id == conversation.pk else None
    try:
        return drafts.save(
            conversation, by, text, now=timezone.now(), draft=draft, version=version, post=answered, files=files
        )
    except drafts.TooLong as long:
        raise Refusal(f"{long}. Shorten it: until then it is kept only in this window.") from long


def forget(conversation: Conversation, draft: int, *, by: Member) -> tuple[str, Collection[int]]:
    """Throw a draft away; gives its words and files, for undo."""
    presence.rest(conversation, by)
    return drafts.forget(conversation, by, draft)


def see(conversation: Conversation, *, by: Member, writing: bool = False) -> None:
    """Show the others that `by` has it open, or writes."""
    presence.beat(conversation, by, timezone.now(), writing=writing)


def leave(conversation: Conversation, *, by: Member) -> None:
    """The page was closed."""
    presence.leave(conversation, by)
