"""Saving what the stages made of a batch: people, posts, mentions, verdicts, conversations, counts. All in bulk."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import F
from msgspec import to_builtins

from hubbub.core import post as shapes
from hubbub.core.query import Span
from hubbub.core.stages import Outcome

from .models import Author, Mention, Person, Post, Rollup, Source, Verdict

SPANS_KEPT = 40  # of one match; a page marks no more


def save_authors(source: Source, posts: Sequence[shapes.Post], *, now: datetime) -> dict[str, Author]:
    """The authors of these posts by their native id; new ones get a person of their own."""
    given = {post.author.id: post.author for post in posts if post.author and post.author.id}
    if not given:
        return {}
    rows = Author.of(source.workspace).filter(network=source.network, native_id__in=list(given))
    known = {author.native_id: author for author in rows}
    changed = [author for author in known.values() if _renew(author, given[author.native_id])]
    Author.everywhere.bulk_update(changed, ["handle", "name", "url", "followers", "account_created"])
    strangers = [author for native_id, author in given.items() if native_id not in known]
    people = Person.everywhere.bulk_create(
        [
            Person(workspace_id=source.workspace_id, name=author.name or author.handle, created=now)
            for author in strangers
        ]
    )
    added = Author.everywhere.bulk_create(
        [
            Author(
                workspace_id=source.workspace_id,
                person=person,
                network=source.network,
                native_id=author.id,
                handle=author.handle,
                name=author.name,
                url=author.url,
                account_created=author.created,
                followers=author.followers,
                first_seen=now,
            )
            for author, person in zip(strangers, people, strict=True)
        ]
    )
    return known | {author.native_id: author for author in added}


def _renew(row: Author, given: shapes.Author) -> bool:
    """Set what the network says differently now; what it leaves out this time stays."""
    fresh = {
        "handle": given.handle,
        "name": given.name,
        "url": given.url,
        "followers": given.followers,
        "account_created": given.created,
    }
    changed = {name: value for name, value in fresh.items() if value not in ("", None) and getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)


def new_post(source: Source, outcome: Outcome, authors: Mapping[str, Author], *, now: datetime) -> Post:
    """The row of a post that was not known, unsaved."""
    post = outcome.post
    author = authors.get(post.author.id) if post.author else None
    return Post(
        workspace_id=source.workspace_id,
        source=source,
        native_id=post.id,
        author=author,
        type=post.type,
        title=post.title,
        text=post.text,
        url=post.url,
        published=post.published or now,
        taken=now,
        lang=post.lang,
        parent=post.parent,
        thread=post.thread,
        repost=post.repost,
        edited=post.edited,
        state=post.state,
        likes=post.likes,
        replies=post.replies,
        shares=post.shares,
        views=post.views,
        rating=post.rating,
        links=list(post.links),
        media=to_builtins(post.media),
        ours=bool(author and source.account and author.native_id == source.account),
        mentioned=bool(outcome.caught),
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


def save_verdicts(rows: Sequence[Post], outcomes: Sequence[Outcome], *, now: datetime) -> None:
    """What the rules said. The same version of a rule speaks once of a post."""
    Verdict.everywhere.bulk_create(
        [
            Verdict(
                workspace_id=row.workspace_id,
                post=row,
                rule_id=verdict.rule,
                rule_name=verdict.name,
                rule_version=verdict.version,
                state=verdict.state,
                outcome=verdict.outcome,
                label=verdict.label,
                because=verdict.because,
                unchecked=verdict.unchecked,
                spans=spans_kept(verdict.spans),
                at=now,
            )
            for row, outcome in zip(rows, outcomes, strict=True)
            for verdict in outcome.verdicts
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )


def count_posts(source: Source, rows: Sequence[Post], outcomes: Sequence[Outcome]) -> None:
    """Add new posts to the hourly roll-ups. Safe because a source is leased to one worker at a time."""
    found: Counter[tuple[datetime, int | None]] = Counter()
    for row, outcome in zip(rows, outcomes, strict=True):
        hour = row.published.replace(minute=0, second=0, microsecond=0)
        found[hour, None] += 1
        found.update((hour, caught.topic) for caught in outcome.caught)
    add_counts(source, found)


def add_counts(source: Source, found: Mapping[tuple[datetime, int | None], int]) -> None:
    """Add (hour, topic or None) → number to the roll-ups of one source; numbers may be negative."""
    if not found:
        return
    hours = {hour for hour, _ in found}
    known = {
        (rollup.hour, rollup.topic_id): rollup.pk
        for rollup in Rollup.of(source.workspace).filter(source=source, hour__in=hours).only("hour", "topic_id")
    }
    by_number: dict[int, list[int]] = defaultdict(list)
    for key, number in found.items():
        if key in known:
            by_number[number].append(known[key])
    for number, pks in by_number.items():
        Rollup.everywhere.filter(pk__in=pks).update(posts=F("posts") + number)
    Rollup.everywhere.bulk_create(
        [
            Rollup(workspace_id=source.workspace_id, source=source, topic_id=topic, hour=hour, posts=number)
            for (hour, topic), number in found.items()
            if (hour, topic) not in known and number > 0
        ],
        batch_size=1000,
    )
