"""Groups of posts that say the same: who was the first, found by an indexed look-up of bands; see core's sameness."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import numpy as np
from django.db import connection
from django.db.models import Count, Max, Q
from django.db.models.functions import Coalesce
from msgspec import Struct

from hubbub.core.text import sameness
from hubbub.core.text.whole import whole

from . import bulk
from .counting import Counts
from .fresh import Fresh
from .models import Band, Post, Source, Workspace

DAY = 86_400
DAYS = sameness.WINDOW.days
CROWD = 16  # firsts that one band leads to; all posts of one template ("It is 12 degrees in Rome") share their bands
TRIED = 8  # of the posts whose signatures are alike, so many are compared by their words, the most alike first
CHUNK = 500
SWEPT = 5_000  # bands looked at when old ones go


class Said(Struct, gc=False):
    """A post that looks for its like. `id` is 0 while it is not stored; `who` names its author, "" where unknown."""

    text: str
    published: datetime
    who: str = ""
    id: int = 0
    signature: int | None = None

    @property
    def day(self) -> int:
        """Days since 1970."""
        return int(self.published.timestamp() // DAY)


class Like(Struct, gc=False):
    """What was found for one post: the id of the first that says the same, or its place in the batch; neither: it is
    the first itself, or alone. `seen` counts those by others that say the same."""

    first: int | None = None
    place: int | None = None
    seen: int = 0
    bands: Sequence[int] = ()  # under which it will be found, where it is a first


class Found(Struct, gc=False):
    """The answer for a batch, and up to which band it looked."""

    said: Sequence[Said]
    likes: Sequence[Like]
    up_to: int


def find(workspace: Workspace, said: Sequence[Said]) -> Found:
    """For each post, in their order, the first that says the same: stored, or before it in the batch."""
    for one, signature in zip(said, sameness.signatures([one.text for one in said]), strict=True):
        one.signature = signature
    up_to = newest()
    stored, crowd = _stored(workspace, said)
    texts = _texts({post for posts in stored.values() for post in posts})
    likes: list[Like] = []
    held: dict[int, list[int]] = defaultdict(list)  # band → places of firsts in the batch
    for place, one in enumerate(said):
        like = Like()
        if one.signature is not None:
            keys = sameness.bands(one.signature)
            like.first = next((post for post in stored.get(place, ()) if _same(one.text, texts.get(post))), None)
            if like.first is None:
                like.place = _in_batch(one, keys, held, said)
                if like.place is None:
                    like.bands = [key for key in keys if crowd[key] + len(held[key]) < CROWD]
                    for key in like.bands:
                        held[key].append(place)
        likes.append(like)
    _count_others(workspace, said, likes)
    return Found(said, likes, up_to)


def newest() -> int:
    """The last band that was written; when it is another, others joined meanwhile."""
    return Band.everywhere.aggregate(most=Max("pk"))["most"] or 0


def _stored(workspace: Workspace, said: Sequence[Said]) -> tuple[dict[int, list[int]], Counter[int]]:
    """Place in the batch → ids of the stored posts whose signatures are most alike, the earliest first. And: band → how
    many stored posts it leads to."""
    by_key: dict[int, list[int]] = defaultdict(list)
    for place, one in enumerate(said):
        if one.signature is not None:
            for key in sameness.bands(one.signature):
                by_key[key].append(place)
    if not by_key:
        return {}, Counter()
    days = {one.day for one in said}
    rows = _bands(workspace, by_key.keys(), min(days) - DAYS, max(days) + DAYS)
    crowd = Counter(row[0] for row in rows)
    pairs = [(place, post, day, signature) for key, day, post, signature in rows for place in by_key[key]]
    if not pairs:
        return {}, crowd
    ours = np.array([said[pair[0]].signature for pair in pairs], np.int64)
    theirs = np.array([pair[3] for pair in pairs], np.int64)
    equal = ((ours ^ theirs).view(np.uint8).reshape(-1, 8) == 0).sum(axis=1)
    found: dict[int, dict[int, int]] = defaultdict(dict)  # place → post → in how many bytes they are equal
    for at in np.flatnonzero(equal >= sameness.ALIKE).tolist():
        place, post, day, _ = pairs[at]
        if post != said[place].id and abs(day - said[place].day) <= DAYS:
            found[place][post] = int(equal[at])
    return {place: _most_alike(posts) for place, posts in found.items()}, crowd


def _most_alike(found: Mapping[int, int]) -> list[int]:
    """Of what was found (→ in how many bytes it is equal), what is worth reading; the earliest first."""
    return sorted(sorted(found, key=lambda one: (-found[one], one))[:TRIED])


def _bands(workspace: Workspace, keys: Iterable[int], first: int, last: int) -> list[tuple[int, int, int, int]]:
    # past the model layer, which would make of a hundred rows a post a quarter of the time of a batch
    table = connection.ops.quote_name(Band._meta.db_table)
    among = "SELECT value FROM json_each(%s)" if connection.vendor == "sqlite" else "SELECT unnest(%s::int[])"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT key, day, post, signature FROM {table} "  # noqa: S608
            f"WHERE workspace_id = %s AND key IN ({among}) AND day BETWEEN %s AND %s",
            [workspace.pk, bulk.json(list(keys)) if connection.vendor == "sqlite" else list(keys), first, last],
        )
        rows: list[tuple[int, int, int, int]] = cursor.fetchall()
    return rows


def _texts(posts: Iterable[int]) -> dict[int, str]:
    rows = Post.everywhere.filter(pk__in=list(posts), alike=None).values_list("pk", "title", "text")
    return {pk: whole(title, text) for pk, title, text in rows}


def _same(one: str, two: str | None) -> bool:
    return two is not None and (one == two or sameness.same(one, two))


def _in_batch(one: Said, keys: Iterable[int], held: Mapping[int, list[int]], said: Sequence[Said]) -> int | None:
    found: dict[int, int] = {}
    for place in {place for key in keys for place in held.get(key, ())}:
        other = said[place]
        if one.signature is None or other.signature is None or abs(other.day - one.day) > DAYS:
            continue
        equal = sameness.likeness(one.signature, other.signature)
        if equal >= sameness.ALIKE:
            found[place] = equal
    return next((place for place in _most_alike(found) if _same(one.text, said[place].text)), None)


def _count_others(workspace: Workspace, said: Sequence[Said], likes: Sequence[Like]) -> None:
    """Set `seen`: of each post's group, those that stand before it and are not by its author."""
    groups = members({like.first for like in likes if like.first is not None}, workspace)
    before: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for place, (one, like) in enumerate(zip(said, likes, strict=True)):
        if like.first is not None:
            group = ("stored", like.first)
            authors = groups.get(like.first, Counter()) + before[group]
        else:
            group = ("batch", place if like.place is None else like.place)
            authors = before[group]
        like.seen = authors.total() - (authors[one.who] if one.who else 0)
        if one.signature is not None:
            before[group][one.who] += 1


def members(firsts: Iterable[int], workspace: Workspace) -> dict[int, Counter[str]]:
    """First post → how many of its group each author wrote, the first among them. "" is nobody known."""
    found: dict[int, Counter[str]] = defaultdict(Counter)
    given = list(firsts)
    if given:
        for rows in (Post.of(workspace).filter(pk__in=given), Post.of(workspace).filter(alike__in=given)):
            named = rows.order_by().values_list(Coalesce("alike", "pk"), "author__network", "author__native_id")
            for first, network, native, posts in named.annotate(posts=Count("pk")):
                found[first][who(network, native)] += posts
    return found


def who(network: str | None, native: str | None) -> str:
    """An author as groups tell them apart."""
    return f"{network} {native}" if native else ""


def settle(workspace: Workspace, found: Found, ids: Sequence[int]) -> list[int | None]:
    """The first of each post's group, for saving with it, now that the posts have ids; writes the bands of new firsts.

    Call it in the transaction that saves them, with the workspace held.
    """
    if newest() != found.up_to:  # others joined meanwhile
        found = find(workspace, found.said)
    standing = _standing(workspace, found)
    if any(
        like.first is not None and like.first not in standing for like in found.likes
    ):  # went, or says another thing
        found = find(workspace, found.said)
        standing = _standing(workspace, found)
    firsts: list[int | None] = []
    for like in found.likes:
        if like.first is not None:
            firsts.append(standing.get(like.first))
        elif like.place is not None:
            firsts.append(firsts[like.place] or ids[like.place])
        else:
            firsts.append(None)
    _add_bands(
        workspace,
        [
            (key, one.day, pk, one.signature)
            for pk, one, like, first in zip(ids, found.said, found.likes, firsts, strict=True)
            if first is None and one.signature is not None
            for key in (sameness.bands(one.signature) if like.first else like.bands)
        ],
    )
    return firsts


def join(workspace: Workspace, rows: Sequence[Fresh], found: Found) -> None:
    """Set the groups of new posts, found before they had ids; as `settle`."""
    firsts = settle(workspace, found, [row.id for row in rows])
    for row, one, first in zip(rows, found.said, firsts, strict=True):
        row.signature, row.alike = one.signature, first


def _standing(workspace: Workspace, found: Found) -> dict[int, int]:
    """Of the firsts that were found, which still say the same, held from going; one that became a copy leads to its own
    first."""
    firsts = {like.first: one.signature for like, one in zip(found.likes, found.said, strict=True) if like.first}
    if not firsts:
        return {}
    rows = bulk.held(Post.of(workspace).filter(pk__in=firsts)).values_list("pk", "alike", "signature")
    standing = {}
    for pk, alike, signature in rows:
        asked = firsts[pk]
        if signature is not None and asked is not None and sameness.alike(signature, asked):
            standing[pk] = alike or pk
    return standing


def _add_bands(workspace: Workspace, rows: Sequence[tuple[int, int, int, int]]) -> None:
    """Rows of (band, day, post, signature), of posts that others may be alike to."""
    bulk.insert(
        Band,
        ("id", "workspace", "key", "day", "post", "signature"),
        # in the order of their index, which is quicker to write than at random
        [(pk, workspace.pk, *row) for pk, row in zip(bulk.reserve(Band, len(rows)), sorted(rows), strict=True)],
    )


# ---- stored posts


def join_stored(workspace: Workspace, posts: Sequence[Post]) -> None:
    """Group stored posts that are in no group: read before there were groups, or their text changed. Saves them.

    They must be held, with `author` loaded; the caller counts them.
    """
    ordered = sorted(posts, key=lambda post: post.pk)
    said = [
        Said(
            whole(post.title, post.text),
            post.published,
            who(post.author.network, post.author.native_id) if post.author else "",
            post.pk,
        )
        for post in ordered
    ]
    firsts = settle(workspace, find(workspace, said), [post.pk for post in ordered])
    for post, one, first in zip(ordered, said, firsts, strict=True):
        post.signature, post.alike_id = one.signature, first
    bulk.update(Post, ("signature", "alike"), [(post.signature, post.alike_id, post.pk) for post in ordered])


def seen_of(posts: Sequence[Post]) -> list[int]:
    """How many by others say the same as each of these stored posts. They come with `author`."""
    if not posts:
        return []
    groups = members({post.alike_id or post.pk for post in posts}, posts[0].workspace)
    seen = []
    for post in posts:
        authors = groups[post.alike_id or post.pk]
        own = who(post.author.network, post.author.native_id) if post.author else ""
        seen.append(max(0, authors.total() - (authors[own] if own else 1)))
    return seen


def leave(workspace: Workspace, posts: Sequence[int], counts: Counts) -> None:
    """These posts (ids) are about to go, or to say something else: where one was the first of a group, the next one is.

    `counts` follows those who become first. What becomes of the posts themselves is the caller's to count and save.
    """
    gone = set(posts)
    left: dict[int, list[Post]] = defaultdict(list)
    for at in range(0, len(posts), CHUNK):
        # held, because people correct them meanwhile, and what counts would change under us
        copies = bulk.held(Post.of(workspace).filter(alike__in=posts[at : at + CHUNK]))
        for post in sorted(copies.defer("text", "title"), key=lambda post: post.pk):
            if post.pk not in gone and post.alike_id is not None:
                left[post.alike_id].append(post)
    heirs = [group[0] for group in left.values()]
    if not heirs:
        return
    counts.add_posts(heirs, number=-1)
    for group in left.values():
        group[0].alike_id = None
        for post in group[1:]:
            post.alike_id = group[0].pk
    bulk.update(Post, ("alike",), [(post.alike_id, post.pk) for group in left.values() for post in group])
    counts.add_posts(heirs)
    _add_bands(
        workspace,
        [
            (key, int(post.published.timestamp() // DAY), post.pk, post.signature)
            for post in heirs
            if post.signature is not None
            for key in sameness.bands(post.signature)
        ],
    )


def leave_with(source: Source) -> None:
    """The source is about to be deleted with its posts: groups that reach into other sources go on there."""
    # nobody joins a group of this source meanwhile
    Workspace.objects.select_for_update(no_key=True).filter(pk=source.workspace_id).exists()
    copies = Post.of(source.workspace).filter(alike__source=source).exclude(source=source)
    while firsts := list(copies.order_by("alike").values_list("alike", flat=True).distinct()[:CHUNK]):
        counts = Counts(source.workspace)
        # of a group, only what stands elsewhere goes on
        Post.of(source.workspace).filter(alike__in=firsts, source=source).update(alike=None)
        leave(source.workspace, [first for first in firsts if first is not None], counts)
        counts.save()


# ---- reading


class Group(Struct, frozen=True):
    """Posts that say the same: the first, and how many there are with it."""

    first: int
    size: int


def sizes(posts: Iterable[Post], workspace: Workspace) -> dict[int, Group]:
    """Post id → its group, for those that are not alone. One query."""
    firsts = {post.pk: post.alike_id or post.pk for post in posts}
    rows = Post.of(workspace).filter(alike__in=set(firsts.values())).order_by()
    copies = dict(rows.values_list("alike").annotate(number=Count("pk")))
    return {pk: Group(first, copies[first] + 1) for pk, first in firsts.items() if first in copies}


def sweep(now: datetime) -> bool:
    """Delete bands that are too old to be found. False: there are none among the oldest."""
    oldest = Band.everywhere.order_by("pk").values_list("pk", "day")[:SWEPT]
    limit = int(now.timestamp() // DAY) - 2 * DAYS
    old = [pk for pk, day in oldest if day < limit]
    if old:
        Band.everywhere.filter(pk__in=old).delete()
    return len(old) > SWEPT // 2


def group_of(post: Post) -> Q:
    """All that say the same as this post, itself among them."""
    first = post.alike_id or post.pk
    return Q(pk=first) | Q(alike=first)
