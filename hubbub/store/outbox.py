"""Putting something into the outbox: the only way in which anything leaves us."""

import secrets
from hashlib import sha256

from django.utils import timezone

from .models import Actor, Member, Outbox, Post


def put(post: Post, verb: str, *, by: Actor, why: str = "", text: str = "", nonce: str = "") -> Outbox:
    """A row that the loop will deliver: `verb` on `post` at its source.

    `nonce` comes from the form that was sent: the same form sent twice (a double click, a reload) gives the same
    row. Must be called in the transaction of the act it belongs to.
    """
    now = timezone.now()
    key = sha256(f"{post.workspace_id} {post.pk} {verb} {nonce}".encode()).hexdigest()[:32] if nonce else ""
    row, _ = Outbox.everywhere.get_or_create(
        key=key or secrets.token_hex(16),
        defaults={
            "workspace_id": post.workspace_id,
            "source_id": post.source_id,
            "post": post,
            "verb": verb,
            "text": text,
            "by_member": by if isinstance(by, Member) else None,
            "by_name": str(by)[:200],
            "why": why,
            "created": now,
            "due": now,
        },
    )
    return row
