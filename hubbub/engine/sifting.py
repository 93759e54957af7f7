"""Of a whole network's stream, what concerns a workspace: decided by one match and one look-up for a whole batch."""

from collections.abc import Collection, Sequence
from datetime import datetime

from msgspec import structs

from hubbub.connectors import Batch
from hubbub.core import query as language
from hubbub.core.post import Post as Shape
from hubbub.store import bulk
from hubbub.store.models import Author, Post, Source

from . import plans


def sift(source: Source, batch: Batch, *, now: datetime) -> Batch:
    """The batch with what is to be taken in: posts that a topic catches, that are stored already (edits), that answer
    or quote a stored post of this source or one that stays, and those by our own account or naming it; of deletions
    and of people, those that concern what is stored. Nothing is saved here; all others cost two queries a batch."""
    ready = plans.ready(source.workspace)
    place = source.place
    readings = [language.read(post, place, read_at=now) for post in batch.posts]
    caught = ready.index.match_many(readings, now=now)
    ours = frozenset(Source.of(source.workspace).exclude(account="").values_list("account", flat=True))
    there = _there(source, batch)
    kept = {
        post.id
        for post, topics in zip(batch.posts, caught, strict=True)
        if topics or post.id in there or _concerns(post, there) or (ours and _is_ours(post, ours))
    }
    kept |= _answers(batch.posts, kept)
    people = _people(source, {*batch.gone_authors, *(author.id for author in batch.authors)})
    return structs.replace(
        batch,
        posts=[post for post in batch.posts if post.id in kept],
        gone=[one for one in batch.gone if one in there or one in kept],
        gone_authors=[one for one in batch.gone_authors if one in people],
        authors=[author for author in batch.authors if author.id in people],
        sift=False,
    )


def _there(source: Source, batch: Batch) -> frozenset[str]:
    """Of all ids that stand in the batch, those of stored posts of the source."""
    asked = set(batch.gone)
    for post in batch.posts:
        asked.add(post.id)
        if post.parent:
            asked.add(post.parent)
            asked.add(post.thread)
        if post.refers:
            asked.update(post.refers)
    if not asked:
        return frozenset()
    rows = Post.of(source.workspace).filter(source=source, native_id__in=bulk.among(asked))
    return frozenset(rows.values_list("native_id", flat=True))


def _concerns(post: Shape, there: Collection[str]) -> bool:
    return bool(post.parent and (post.parent in there or post.thread in there)) or any(
        one in there for one in post.refers
    )


def _is_ours(post: Shape, ours: Collection[str]) -> bool:
    return bool(post.author and post.author.id in ours) or any(one in ours for one in post.refers)


def _answers(posts: Sequence[Shape], kept: Collection[str]) -> set[str]:
    """Of one batch, what answers or quotes what stays, in however many steps and whichever came first."""
    found: set[str] = set()
    left = [post for post in posts if post.id not in kept and (post.parent or post.refers)]
    while True:
        new = {post.id for post in left if _concerns(post, kept) or _concerns(post, found)}
        if not new:
            return found
        found |= new
        left = [post for post in left if post.id not in new]


def _people(source: Source, ids: Collection[str]) -> frozenset[str]:
    if not ids:
        return frozenset()
    rows = Author.of(source.workspace).filter(network=source.network, native_id__in=bulk.among(ids))
    return frozenset(rows.values_list("native_id", flat=True))
