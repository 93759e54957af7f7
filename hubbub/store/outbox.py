"""Putting something into the outbox: the only way in which anything leaves us."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from django.utils import timezone

from hubbub.core.post import PostState

from .models import Actor, Author, Member, Outbox, Post

# verbs that decide how a post stands on its network, and how it stands after each of them
LEADS: Mapping[str, PostState] = {
    "approve": "visible",
    "restore": "visible",
    "hold": "pending",
    "hide": "hidden",
    "spam": "spam",
    "remove": "removed",
}


def put(
    post: Post,
    verb: str,
    *,
    by: Actor,
    why: str = "",
    text: str = "",
    nonce: str = "",
    author: Author | None = None,
    label: str = "",
    until: datetime | None = None,
    was: str = "",
) -> Outbox:
    """A row that the loop will deliver: `verb` on `post`, or on its `author`, at its source.

    `was`: how the post stands there until then, for a verb that changes that; so it stands on if the network refuses.
    `nonce` comes from the form that was sent: the same form sent twice (a double click, a reload) gives the same
    row. Must be called in the transaction of the act it belongs to.
    """
    key = sha256(f"{post.workspace_id} {post.pk} {verb} {nonce}".encode()).hexdigest()[:32] if nonce else ""
    now = timezone.now()
    row, _ = Outbox.everywhere.get_or_create(
        key=key or secrets.token_hex(16),
        defaults={
            "workspace_id": post.workspace_id,
            "source_id": post.source_id,
            "post": post,
            "verb": verb,
            "text": text,
            "author": author,
            "label": label,
            "until": until,
            "was": was,
            "by_member": by if isinstance(by, Member) else None,
            "by_name": str(by)[:200],
            "why": why,
            "created": now,
            "due": now,
        },
    )
    return row
