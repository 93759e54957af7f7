"""Saving what the stages made of a batch: people, posts, mentions, verdicts, conversations, counts. All in bulk."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import attrgetter, itemgetter
from types import MappingProxyType

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, Q

from hubbub.core import post as shapes
from hubbub.core.query import Span
from hubbub.core.rules import SPANS_KEPT
from hubbub.core.stages import Outcome

from . import bulk
from .cleaning import author
from .counting import Counts, columns_of
from .fresh import Fresh
from .models import NEVER, Author, Mention, Person, Post, Source, Verdict
from .models.post import JUDGED

CHANGING = ("handle", "name", "url", "followers")  # of an author, as the network says them
PROFILE = ("about", "links", "verified", "picture")  # and of their profile; most networks say nothing of it
AUTHOR = (*CHANGING, "account_created", *PROFILE)
NOTHING_SAID = (0, NEVER)


def save_authors(source: Source, posts: Sequence[shapes.Post], *, now: datetime) -> dict[str, int]:
    """The ids of these new posts' authors by their native id; new ones get a person of their own."""
    said: dict[str, tuple[int, datetime]] = {}  # how many posts, and when the newest was published
    named = []
    for post in posts:
        if post.author and post.author.id:
            named.append(post.author)
            if post.author.id != source.account:  # what we say ourselves makes nobody a regular
                many, last = said.get(post.author.id, NOTHING_SAID)
                said[post.author.id] = many + 1, max(last, post.published or now)
    return save_named(source, named, said, now=now)


def save_named(
    source: Source,
    named: Sequence[shapes.Author],
    said: Mapping[str, tuple[int, datetime]] = MappingProxyType({}),
    *,
    now: datetime,
) -> dict[str, int]:
    """The same of authors that may have written nothing yet. `said`: how many new posts are theirs, and of when."""
    given = {author.id: author for author in named}
    if not given:
        return {}
    rows = Author.of(source.workspace).filter(network=source.network, native_id__in=bulk.among(given))
    ids: dict[str, int] = {}
    renewed: list[tuple[int, Sequence[object], shapes.Author]] = []
    # whether the day of its making is missing, not the day: it never changes, and moments are slow to read
    ageless = ExpressionWrapper(Q(account_created=None), BooleanField())
    for pk, native_id, *known, missing in rows.values_list("pk", "native_id", *CHANGING, ageless):
        ids[native_id] = pk
        author = given[native_id]
        if known != [author.handle, author.name, author.url, author.followers] or (missing and author.created):
            renewed.append((pk, known, author))
    for pk, known, author in sorted(renewed, key=_first):  # in one order, as everybody locks authors
        _renew(pk, known, author)
    _renew_profiles(ids, given)
    _count(ids, said)
    return ids | _meet(source, [author for native_id, author in given.items() if native_id not in ids], said, now)


def _meet(
    source: Source, strangers: Sequence[shapes.Author], said: Mapping[str, tuple[int, datetime]], now: datetime
) -> dict[str, int]:
    """Add authors whom nobody here knows, each with a person of their own."""
    network, workspace = source.network, source.workspace_id
    people = bulk.reserve(Person, len(strangers))
    moment = bulk.moments()
    made = moment(now)
    wrote = [said.get(author.id, NOTHING_SAID) for author in strangers]
    bulk.insert(
        Person,
        ("id", "workspace", "name", "about", "created", "post_count", "last_seen", "followers"),
        [
            (pk, workspace, author.name or author.handle, "", made, many, moment(last), author.followers or 0)
            for pk, author, (many, last) in zip(people, strangers, wrote, strict=True)
        ],
    )
    numbers = bulk.reserve(Author, len(strangers))
    bulk.insert(
        Author,
        ("id", "workspace", "person", "network", "native_id", "first_seen", "post_count", "last_seen", *AUTHOR),
        [
            (
                pk,
                workspace,
                person,
                network,
                author.id,
                made,
                many,
                moment(last),
                author.handle,
                author.name,
                author.url,
                author.followers,
                author.created and moment(author.created),
                author.about,
                bulk.json(author.links) if author.links else "[]",
                bulk.json(author.verified) if author.verified else "[]",
                author.picture,
            )
            for pk, person, author, (many, last) in zip(numbers, people, strangers, wrote, strict=True)
        ],
    )
    return {author.id: pk for pk, author in zip(numbers, strangers, strict=True)}


def rename(source: Source, authors: Sequence[shapes.Author]) -> None:
    """Follow what people call themselves now; those whom nobody here knows are left out."""
    given = {one.id: one for one in (author(raw) for raw in authors)}
    if given:
        rows = Author.of(source.workspace).filter(network=source.network, native_id__in=bulk.among(given))
        for pk, native_id, *known in sorted(rows.values_list("pk", "native_id", *CHANGING), key=_first):
            _renew(pk, known, given[native_id])


_first = itemgetter(0)
_COUNTED_LITE = (
    "UPDATE store_author SET post_count = post_count + %s, last_seen = MAX(last_seen, %s), stirred = %s WHERE id = %s"
)
_COUNTED = _COUNTED_LITE.replace("MAX", "GREATEST")


def _count(ids: Mapping[str, int], said: Mapping[str, tuple[int, datetime]]) -> None:
    """Add new posts to what is counted of known authors; the loop works out the person's columns from it."""
    counts = sorted((ids[native], many, last) for native, (many, last) in said.items() if native in ids)
    moment = bulk.moments()
    with connection.cursor() as cursor:
        # what is not counted yet (NULL) stays so: the loop counts it whole
        cursor.executemany(
            _COUNTED_LITE if connection.vendor == "sqlite" else _COUNTED,
            [(many, moment(last), True, pk) for pk, many, last in counts],
        )


def _renew_profiles(ids: Mapping[str, int], given: Mapping[str, shapes.Author]) -> None:
    """Follow what profiles say, of those of whom the network told it."""
    told = {
        ids[native]: one for native, one in given.items() if native in ids and (one.about or one.links or one.picture)
    }
    if told:
        rows = Author.everywhere.filter(pk__in=bulk.numbered(sorted(told))).values_list("pk", *PROFILE)
        for pk, *known in sorted(rows, key=_first):
            one = told[pk]
            fresh = [one.about, list(one.links), list(one.verified), one.picture]
            if known != fresh:
                Author.everywhere.filter(pk=pk).update(**dict(zip(PROFILE, fresh, strict=True)), stirred=True)


def _renew(pk: int, known: Sequence[object], given: shapes.Author) -> None:
    """Save what the network says differently now; what it leaves out this time stays."""
    fresh = (given.handle, given.name, given.url, given.followers)
    changed: dict[str, object] = {
        name: value
        for name, was, value in zip(CHANGING, known, fresh, strict=True)
        if value not in ("", None) and was != value
    }
    if given.created:
        changed["account_created"] = given.created
    if changed:
        Author.everywhere.filter(pk=pk).update(**changed, stirred=True)


held = attrgetter(*JUDGED)
NOTHING_HELD: tuple[bulk.Cell, ...] = (None,) * len(JUDGED)
POST = (
    *("id", "workspace", "source", "native_id", "author", "type", "title", "text", "url", "published", "taken"),
    *("lang", "parent", "thread", "repost", "edited", "state", "likes", "replies", "shares", "views", "rating"),
    *("links", "media", "ours", "mentioned", "decision", "decided", "conversation"),
    *("waits", "signature", "alike", "judge", *JUDGED),
)


def fresh_posts(
    source: Source, outcomes: Sequence[Outcome], authors: Mapping[str, int], *, now: datetime
) -> list[Fresh]:
    """The posts that were not known, with ids of their own, not yet saved."""
    ids = bulk.reserve(Post, len(outcomes))
    found = []
    for pk, outcome in zip(ids, outcomes, strict=True):
        post = outcome.post
        native = post.author.id if post.author else ""
        ours = bool(native and native == source.account)
        found.append(Fresh(pk, outcome, post.published or now, authors.get(native), ours, post.state))
    return found


def save_posts(source: Source, rows: Sequence[Fresh], judge: int | None, *, now: datetime) -> None:
    """Insert them; everything that is decided about them is set by now. `judge`: who judged them; None: nobody."""
    moment, workspace, place = bulk.moments(), source.workspace_id, source.pk
    taken = moment(now)
    bulk.insert(
        Post,
        POST,
        [
            # one flat tuple: this runs for every post
            (
                row.id,
                workspace,
                place,
                post.id,
                row.author,
                post.type,
                post.title,
                post.text,
                post.url,
                moment(row.published),
                taken,
                post.lang,
                post.parent,
                post.thread,
                post.repost,
                post.edited,
                row.state,
                post.likes,
                post.replies,
                post.shares,
                post.views,
                post.rating,
                bulk.json(post.links) if post.links else "[]",
                bulk.json(post.media) if post.media else "[]",
                row.ours,
                not row.ours and bool(row.outcome.caught),
                row.decision,
                moment(row.decided) if row.decided else None,
                row.conversation,
                row.waits or None,
                row.signature,
                row.alike,
                judge,
                *(held(row.outcome.judgement) if judge else NOTHING_HELD),
            )
            for row in rows
            for post in (row.outcome.post,)
        ],
    )


def add_mentions(source: Source, rows: Sequence[Fresh]) -> None:
    """What the topics caught in new posts."""
    caught = [(row, catch) for row in rows for catch in row.caught]
    bulk.insert(
        Mention,
        ("id", "workspace", "topic", "post", "topic_version", "published", "spans"),
        [
            (
                *(pk, source.workspace_id, catch.topic, row.id, catch.version, bulk.moment(row.published)),
                bulk.json(spans_kept(catch.spans)),
            )
            for pk, (row, catch) in zip(bulk.reserve(Mention, len(caught)), caught, strict=True)
        ],
    )


def spans_kept(spans: Sequence[Span]) -> list[list[str | int]]:
    """Spans as they are stored: [field, start, end]."""
    return [[span.field, span.start, span.end] for span in spans[:SPANS_KEPT]]


def save_mentions(rows: Sequence[Post], outcomes: Sequence[Outcome]) -> None:
    """What the topics caught. A mention that stands already stays."""
    Mention.everywhere.bulk_create(
        [
            Mention(
                workspace_id=row.workspace_id,
                topic_id=caught.topic,
                post=row,
                topic_version=caught.version,
                published=row.published,
                spans=spans_kept(caught.spans),
            )
            for row, outcome in zip(rows, outcomes, strict=True)
            for caught in outcome.caught
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )


def save_verdicts(source: Source, said: Sequence[tuple[int, Outcome]], *, now: datetime) -> None:
    """What the rules said of posts, given by their ids. The same version of a rule speaks once of a post."""
    Verdict.everywhere.bulk_create(
        [
            Verdict(
                workspace_id=source.workspace_id,
                post_id=post,
                rule_id=verdict.rule,
                rule_name=verdict.name,
                rule_version=verdict.version,
                state=verdict.state,
                outcome=verdict.outcome,
                label=verdict.label,
                because=verdict.because,
                unchecked=verdict.unchecked,
                spans=spans_kept(verdict.spans),
                policy=verdict.policy or None,
                policy_version=verdict.policy_version or None,
                at=now,
            )
            for post, outcome in said
            for verdict in outcome.verdicts
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )


def count_posts(source: Source, rows: Sequence[Fresh], judge: int | None, counts: Counts) -> None:
    """Add new posts to the roll-ups. `judge`: who judged them."""
    for row in rows:
        topics = [caught.topic for caught in row.caught]
        counts.add(source.pk, row.published, topics, columns_of(row.outcome.judgement, copy=row.alike is not None))
        counts.judged(source.pk, row.published, judge)
