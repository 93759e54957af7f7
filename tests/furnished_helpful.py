"""Rows of helpful words, one of each that an address can name."""

from django.utils import timezone

from hubbub.core.knowledge import words_of
from hubbub.store.models import Article, Conversation, Member, SavedReply, Sketch, SketchState


def furnish_helpful(conversation: Conversation, by: Member, own: str) -> dict[str, int]:
    """A saved reply, an article, a sketch that is written; `own`: a word of this workspace alone."""
    workspace, now = conversation.workspace, timezone.now()
    saved = SavedReply.everywhere.create(
        workspace=workspace,
        title=f"Thanks {own}",
        text=f"Thank you, {{first name}}! {own}",
        asks=["first name"],
        changed=now,
        by=by,
    )
    text = f"A refund takes five days {own}."
    article = Article.everywhere.create(
        workspace=workspace, title=f"Refunds {own}", text=text, words=words_of("Refunds", text), changed=now, by=by
    )
    sketch = Sketch.everywhere.create(
        workspace=workspace,
        conversation=conversation,
        by=by,
        state=SketchState.DONE,
        text=f"Hello {own}!",
        told="…",
        at=now,
    )
    return {"saved": saved.pk, "article": article.pk, "sketch": sketch.pk}
