"""How many stored posts match a query: exactly up to ten thousand, then "more than"; never longer than a moment."""

from collections.abc import Sequence
from datetime import datetime
from time import monotonic

from django.db.models import QuerySet
from msgspec import Struct

from hubbub.core import query as language
from hubbub.core.post import Place

from . import candidates, fulltext
from .models import Mention, Post, Workspace
from .narrowing import Narrowing, narrowed, too_wide
from .search import ALWAYS, of_mentions, of_posts
from .stretches import CHUNK, Span, Stretches

MOST = 10_000  # counted no further
HELD = 20_000  # posts held against the query at most
PASSED = 300_000  # posts passed over by the database at most
LONGEST = 1.5  # seconds, about; on a busy machine this comes first


class Count(Struct, frozen=True):
    """What was counted. Neither `more` nor `unfinished`: exactly so many."""

    number: int
    more: bool = False  # there are more than `MOST`
    unfinished: bool = False  # counting was stopped: there are at least so many
    slips: Sequence[language.Slip] = ()  # what cannot be searched for; then nothing was counted

    def __str__(self) -> str:
        if self.more:
            return f"more than {MOST:,}"
        return f"at least {self.number:,}" if self.unfinished else f"{self.number:,}"


def count(
    posts: QuerySet[Post],
    query: language.Query | None,
    *,
    now: datetime,
    workspace: Workspace,
    span: Span = ALWAYS,
) -> Count:
    """How many of `posts` match (None: all of them)."""
    if query is None:
        return _capped(posts.order_by()[: MOST + 1].count())
    if slips := too_wide(workspace, query):
        return Count(0, slips=slips)
    narrowing = narrowed(workspace, query, now=now)
    return _count(of_posts(posts, narrowing, span), narrowing, query, now)


def count_topic(
    mentions: QuerySet[Mention],
    query: language.Query | None,
    *,
    now: datetime,
    workspace: Workspace,
    span: Span = ALWAYS,
) -> Count:
    """The same for one topic's posts."""
    if query is None:
        return _capped(mentions.order_by()[: MOST + 1].count())
    if slips := too_wide(workspace, query):
        return Count(0, slips=slips)
    narrowing = narrowed(workspace, query, now=now, prefix="post__")
    return _count(of_mentions(mentions, narrowing, span, 0), narrowing, query, now)


def _capped(number: int) -> Count:
    return Count(min(number, MOST), more=number > MOST)


def _count(stretches: Stretches, narrowing: Narrowing, query: language.Query, now: datetime) -> Count:
    # where the database was asked all that the query says, what it finds needs no second look
    sure = narrowing.exact
    if narrowing.words is not None:
        sure = sure and narrowing.few is None and fulltext.faithful(narrowing.workspace.pk)
    index: language.Index[None] = language.Index([(None, query)])
    known: dict[int, Place] = {}
    number = held = seen = 0
    late = monotonic() + LONGEST
    for stretch in stretches(None, CHUNK):
        doubtful = [pk for pk in stretch.ids if not sure or pk in stretch.waiting]
        chunk = candidates.read(candidates.rows(doubtful), query, known)
        number += len(stretch.ids) - len(doubtful)
        number += sum(1 for one in chunk if index.match(one.reading, one.facts, now=now))
        held, seen = held + len(doubtful), seen + stretch.seen
        if number > MOST:
            return Count(MOST, more=True)
        if stretch.end is not None and (held >= HELD or seen >= PASSED or monotonic() > late):
            return Count(number, unfinished=True)
    return Count(number)
