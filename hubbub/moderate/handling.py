"""What is done to a post besides deciding about it: locked, labelled, reported to its network. Through the outbox."""

from django.db import transaction

from hubbub.store import outbox
from hubbub.store.audit import audit
from hubbub.store.models import Actor, Outbox, Post
from hubbub.ui.api import Refusal

from .effects import HANDLING, PAST, word

LABEL_MOST = 40  # characters


@transaction.atomic
def handle(post: Post, verb: str, *, by: Actor, why: str, label: str = "") -> Outbox:
    """Ask its network to lock, unlock, label, unlabel or take note of the post. Raises Refusal in words."""
    row = Post.of(post.workspace).select_related("source", "workspace").select_for_update(of=("self",)).get(pk=post.pk)
    if verb not in HANDLING:
        raise Refusal(f"{verb or 'Nothing'} is nothing that is done to posts: say {', '.join(HANDLING)}")
    if verb not in row.source.can:
        raise Refusal(f"With its settings {row.source} cannot be asked to: {word(row.source, verb)}")
    if not why.strip():
        raise Refusal("Say why: the reason stands in the log")
    label = label.strip()
    if verb in ("label", "unlabel") and not 0 < len(label) <= LABEL_MOST:
        raise Refusal(f"Say which label, in at most {LABEL_MOST} characters")
    given = label if verb in ("label", "unlabel") else ""
    sent = outbox.put(row, verb, by=by, why=why.strip(), label=given)
    audit(row, PAST.get(verb, verb), by=by, why=why.strip(), after={"outbox": sent.pk, "label": given})
    return sent
