"""A post's way in, on one screen: read, judged, saved together with the source's cursor."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from msgspec import Struct

from hubbub.connectors import Batch
from hubbub.core.post import Post as Shape
from hubbub.core.text.whole import whole
from hubbub.store import bulk, intake, sameness, standing
from hubbub.store.cleaning import clean, text
from hubbub.store.counting import Counts
from hubbub.store.models import Post, Source
from hubbub.store.threads import join_conversations

from . import inline, plans, reported, revisions, verdicts
from .sifting import sift


class Taken(Struct, frozen=True):
    """How many posts of a batch were new, were changed by their authors or their network, or were known."""

    new: int
    changed: int
    known: int


def take_in(source: Source, batch: Batch, *, now: datetime) -> Taken:
    """Take one batch in. All of it is saved or nothing; taking it in again changes nothing.

    The caller holds the source's lease, so nobody else takes in posts of this source meanwhile. Raises
    `LeaseLost` (nothing is saved) if it turns out that the lease was lost.
    """
    if batch.sift:
        batch = sift(source, batch, now=now)
    if not (batch.posts or batch.gone or batch.gone_authors or batch.reports):
        return _go_on(source, batch)
    given = {post.id: post for post in (clean(raw, now=now) for raw in batch.posts)}
    there = set(_stored(source, given).values_list("native_id", flat=True))
    fresh = sorted((post for post in given.values() if post.id not in there), key=_age)
    ready = plans.ready(source.workspace)
    alike = sameness.find(source.workspace, [_said(source, post) for post in fresh])
    seen = [like.seen for like in alike.likes]
    work = inline.found(fresh, source.place, ready, now=now, seen=seen)
    with transaction.atomic():
        source.hold_lease()
        newest = plans.hold(source.workspace)
        if newest is not ready:  # a topic or a rule changed while the batch was judged
            ready, work = newest, inline.found(fresh, source.place, newest, now=now, seen=seen)
        known = _held(source, there)  # read only now: people decide about posts while a batch is judged
        authors = intake.save_authors(source, fresh, now=now)
        outcomes = inline.decided(work, standing.of_batch(source, fresh, authors, ready.history, now=now))
        rows = intake.fresh_posts(source, outcomes, authors, now=now)
        sameness.join(source.workspace, rows, alike)
        join_conversations(source, rows)
        verdicts.settle(source, rows, now=now)
        intake.save_posts(source, rows, ready.plan.judge or None, now=now)
        intake.add_mentions(source, rows)
        intake.save_verdicts(source, [(row.id, row.outcome) for row in rows if not row.ours], now=now)
        verdicts.act(source, rows)
        counts = Counts(source.workspace)
        intake.count_posts(source, rows, ready.plan.judge or None, counts)
        changed = revisions.follow(source, known, given, ready, counts, now=now)
        intake.rename(source, batch.authors)
        revisions.forget(source, batch.gone, counts)
        revisions.forget_authors(source, batch.gone_authors, counts)
        reported.save(source, batch.reports, [row.outcome.post.id for row in rows], now=now)
        counts.save()
        _advance(source, batch, taken=len(rows))
    return Taken(new=len(rows), changed=changed, known=len(known) - changed)


def _go_on(source: Source, batch: Batch) -> Taken:
    """Of a batch that brought no posts: how far it was read, and what is known of people."""
    with transaction.atomic():
        source.hold_lease()
        intake.rename(source, batch.authors)
        _advance(source, batch, taken=0)
    return Taken(new=0, changed=0, known=0)


def _advance(source: Source, batch: Batch, *, taken: int) -> None:
    refused = [(text(line.where), text(line.why)) for line in batch.refused]
    source.advance(batch.cursor, taken=taken, refused=refused, reached=batch.at)


def _stored(source: Source, ids: Collection[str]) -> QuerySet[Post]:
    return Post.of(source.workspace).filter(source=source, native_id__in=bulk.among(ids))


def _held(source: Source, ids: Collection[str]) -> list[Post]:
    """The stored posts, as they are now and stay until the transaction ends."""
    return list(bulk.held(_stored(source, ids))) if ids else []


def _said(source: Source, post: Shape) -> sameness.Said:
    who = sameness.who(source.network, post.author.id) if post.author else ""
    return sameness.Said(whole(post.title, post.text), _dated(post), who)


def _age(post: Shape) -> tuple[datetime, str]:
    return (_dated(post), post.id)


def _dated(post: Shape) -> datetime:
    if post.published is None:
        raise AssertionError("clean() dates every post")
    return post.published
