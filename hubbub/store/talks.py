"""Conversations by a query: those whose newest post that is not ours matches. The search index narrows where it can."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q
from msgspec import Struct

from hubbub.core import query as language

from . import bulk, fulltext
from .fulltext import key
from .models import Conversation, Post, Workspace
from .narrowing import Narrowing, narrowed, too_wide
from .search import matching, newest_of

RARE = 2_000  # posts; where no more can match, their conversations are looked at alone


class Asked(Struct, frozen=True):
    """A query, and how it narrows the conversations of a workspace."""

    query: language.Query
    now: datetime
    few: Sequence[int] | None = None  # where all that can match are few: ids of conversations
    fit: Q | None = None  # what the newest post's columns must be; None: they do not help
    slips: Sequence[language.Slip] = ()  # what cannot be searched for

    def caught(self, conversations: Sequence[Conversation]) -> list[Conversation]:
        """Those of these that match, in their order."""
        newest = newest_of(conversations)
        hits = matching(newest, self.query, now=self.now)
        caught = {post.conversation_id for post in newest if post.pk in hits}
        return [one for one in conversations if one.pk in caught]


def asked(workspace: Workspace | None, query: language.Query, *, now: datetime) -> Asked:
    """Work out how a query narrows; without a workspace it does not."""
    if workspace is None:
        return Asked(query, now)
    if slips := too_wide(workspace, query):
        return Asked(query, now, few=(), slips=slips)
    narrowing = narrowed(workspace, query, now=now)
    posts = _posts(narrowing)
    if posts is not None:
        newest = Post.everywhere.filter(
            pk__in=bulk.numbered(posts), ours=False, published=F("conversation__last_post"), workspace=workspace
        )
        if narrowing.condition is not None:
            newest = newest.filter(narrowing.condition)
        return Asked(query, now, few=sorted(set(newest.values_list("conversation_id", flat=True))))
    if narrowing.condition is None:
        return Asked(query, now)
    newest = Post.everywhere.filter(
        narrowing.condition, conversation=OuterRef("pk"), ours=False, published=OuterRef("last_post")
    )
    return Asked(query, now, fit=Q(Exists(newest)))


def _posts(narrowing: Narrowing) -> Sequence[int] | None:
    """All posts that can match, by their ids. None: more than `RARE`, or not known."""
    if narrowing.few is not None:
        return narrowing.few if len(narrowing.few) <= RARE else None
    if narrowing.words is None:
        return None
    workspace, span = narrowing.workspace.pk, narrowing.span
    low = key.begin_of(workspace, key.hour_of(span.since) if span.since else 0)
    high = key.begin_of(workspace, key.hour_of(span.until) + 1) if span.until else key.end_of(workspace)
    # in this order: what is indexed in between is seen twice rather than never
    waiting = fulltext.queued(low, high, RARE + 1)
    if len(waiting) > RARE:
        return None
    found = {*waiting, *narrowing.hits(low, high, RARE + 1)}
    return [key.post_in(one) for one in found] if len(found) <= RARE else None
