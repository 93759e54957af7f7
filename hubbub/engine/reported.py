"""Members' reports on their way in: kept once, linked to their posts, and what they are about put into the queue."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db.models import QuerySet
from msgspec import structs

from hubbub.connectors import Report as Shape
from hubbub.core.post import Author as Named
from hubbub.moderate import reports_actions
from hubbub.store import bulk, intake, queue, strikes
from hubbub.store.audit import audit
from hubbub.store.cleaning import author as fit
from hubbub.store.cleaning import ident, text, web
from hubbub.store.models import Decision, Post, Report, ReportOutcome, ReportState, Source, System

LONGEST = 10_000  # characters of a reporter's words that are kept
CLOSED_THERE = {"state": ReportState.CLOSED, "outcome": ReportOutcome.ELSEWHERE}


def save(source: Source, given: Sequence[Shape], fresh: Collection[str], *, now: datetime) -> int:
    """Keep what members reported, once each, and queue what they reported. Returns how many reports are new.

    `fresh`: native ids of the posts that this batch brought: reports that came before their post are linked to it.
    Called in the transaction that saves the batch, after its posts. Saving the same reports again changes nothing.
    """
    shapes = {ident(one.id): one for one in given if one.id and one.post}
    known = {row.native_id: row for row in _of(source).filter(native_id__in=list(shapes))} if shapes else {}
    for native, row in known.items():
        if not shapes[native].open and row.state == ReportState.OPEN:
            _close_there(source, row, now=now)
    new = {native: shape for native, shape in shapes.items() if native not in known}
    reported = _add(source, new, now=now) if new else set()
    if fresh:
        reported |= _link(source, fresh)
    _queue(source, reported, now=now)
    return len(new)


def _of(source: Source) -> QuerySet[Report]:
    return Report.of(source.workspace).filter(source=source)


def _close_there(source: Source, row: Report, *, now: datetime) -> None:
    row.state, row.outcome, row.closed = ReportState.CLOSED, ReportOutcome.ELSEWHERE, now
    row.save(update_fields=["state", "outcome", "closed"])
    audit(
        row,
        "dealt with there",
        by=System(source.name),
        why="Somebody dealt with this report on the network",
        before={"state": str(ReportState.OPEN)},
        after={"state": str(row.state), "outcome": str(row.outcome)},
    )


def _add(source: Source, new: Mapping[str, Shape], *, now: datetime) -> set[int]:
    """Insert them. Returns the ids of the posts that open ones are about."""
    people = intake.save_named(source, [fit(one.by) for one in new.values() if one.by and one.by.id], now=now)
    wanted = {ident(one.post) for one in new.values()}
    there = Post.of(source.workspace).filter(source=source, native_id__in=bulk.among(wanted))
    posts = dict(there.values_list("native_id", "pk"))
    Report.everywhere.bulk_create(
        [
            Report(
                workspace_id=source.workspace_id,
                source=source,
                native_id=native,
                post_id=posts.get(ident(one.post)),
                about=ident(one.post),
                url=web(one.url),
                reporter_id=people.get(_named(one.by).id) if one.by else None,
                name=text(one.name)[:200],
                email=text(one.email)[:254],
                why=text(one.why)[:LONGEST],
                at=min(one.at, now) if one.at else now,
                taken=now,
                closed=None if one.open else now,
                **({} if one.open else CLOSED_THERE),
            )
            for native, one in new.items()
        ],
        batch_size=500,
    )
    return {posts[post] for one in new.values() if one.open and (post := ident(one.post)) in posts}


def _named(given: Named) -> Named:
    return structs.replace(given, id=ident(given.id, most=300))


def _link(source: Source, fresh: Collection[str]) -> set[int]:
    """Reports that waited for one of these posts. Returns the posts' ids."""
    lone = _of(source).filter(post__isnull=True)
    if not lone.exists():  # nearly always
        return set()
    waiting = {row.about for row in lone.filter(about__in=bulk.among(set(fresh))).only("about")}
    posts = dict(
        Post.of(source.workspace).filter(source=source, native_id__in=list(waiting)).values_list("native_id", "pk")
    )
    for native, pk in posts.items():
        lone.filter(about=native).update(post_id=pk)
    return set(_of(source).filter(post__in=posts.values(), state=ReportState.OPEN).values_list("post_id", flat=True))


def _queue(source: Source, posts: Collection[int], *, now: datetime) -> None:
    """What nobody has decided about waits for a person from now on; what was taken away answers the report."""
    for gone in Post.of(source.workspace).select_related("source").filter(pk__in=list(posts)):
        if gone.decision in strikes.TAKEN_AWAY:
            reports_actions.settle(gone, by=System("Hubbub"), why="It had been taken away already")
    queue.again(source.workspace, posts)
    rows = Post.of(source.workspace).filter(pk__in=list(posts), decision="", ours=False)
    for row in bulk.held(rows.exclude(state="removed")):
        row.decision, row.decided = Decision.QUEUED, now
        row.save(update_fields=["decision", "decided"])
        audit(
            row,
            "queue",
            by=System(source.name),
            why="A member reported it",
            before={"decision": ""},
            after={"decision": str(row.decision)},
        )
