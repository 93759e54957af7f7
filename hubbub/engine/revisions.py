"""Posts that are known already and came again: what their author or their network changed is followed."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, prefetch_related_objects
from msgspec import to_builtins

from hubbub.core import post as shapes
from hubbub.core.stages import Outcome, Ready
from hubbub.moderate import aftermath
from hubbub.store import answers, bulk, erasing, intake, judgements, sameness, standing, strikes, threads
from hubbub.store.audit import audit
from hubbub.store.claim import LEASE
from hubbub.store.cleaning import ident
from hubbub.store.counting import Counts
from hubbub.store.models import Author, Decision, Mention, Outbox, OutboxState, Post, Source, System
from hubbub.store.outbox import LEADS

from . import inline

COUNTS = ("likes", "replies", "shares", "views", "rating")
WORDS = ("title", "text")
ON_THE_NETWORK: dict[shapes.PostState, Decision] = {
    "visible": Decision.APPROVED,
    "hidden": Decision.HIDDEN,
    "spam": Decision.REMOVED,
    "removed": Decision.REMOVED,
}


def follow(
    source: Source,
    rows: Sequence[Post],
    given: Mapping[str, shapes.Post],
    ready: Ready,
    counts: Counts,
    *,
    now: datetime,
) -> int:
    """Bring known posts up to what the network says now. Returns how many changed; `counts` follows."""
    erased = erasing.erased_authors(source.workspace, [row.author_id for row in rows])
    rows = [row for row in rows if row.author_id not in erased]
    underway, redacting = _underway(source, rows, now=now), _redacting(source, rows, now=now)
    changed, reworded, shown_again = [], [], []
    for row in rows:
        post = given[row.native_id]
        if row.pk not in redacting:
            threads.follow_words(row, post.title, post.text)
        words = row.pk not in redacting and _take_over(row, {"title": post.title, "text": post.text})
        numbers = _take_over(row, {name: getattr(post, name) for name in COUNTS if getattr(post, name) is not None})
        # what we asked for is not undone by what the network still showed when it was read
        state = row.pk not in underway and _follow_state(source, row, post.state, now=now)
        if state and row.decision and row.decision not in strikes.TAKEN_AWAY:
            shown_again.append(row)
        if words:
            row.edited = True
            reworded.append(row)
        if words or numbers or state:
            row.links, row.media = list(post.links), to_builtins(post.media)
            changed.append(row)
    Post.everywhere.bulk_update(
        changed, [*WORDS, *COUNTS, "links", "media", "state", "edited", "decision", "decided"], batch_size=200
    )
    answers.stir([row.pk for row in changed if row.waits])
    for row in shown_again:
        aftermath.settle(row, by=System(source.name), why="Somebody showed it again on the network")
    _read_again(source, reworded, given, ready, counts, now=now)
    return len(changed)


def forget(source: Source, gone: Sequence[str], counts: Counts) -> None:
    """Posts that were deleted for good on the network: nobody can act on them any more, and their words go here too.

    What we took away ourselves keeps its words, for whoever asks why. `counts` follows.
    """
    if gone:
        rows = Post.of(source.workspace).filter(source=source, native_id__in=bulk.among([ident(one) for one in gone]))
        _erase(source, rows, "It was deleted on the network", counts)


def forget_authors(source: Source, gone: Sequence[str], counts: Counts) -> None:
    """The same of all posts of people whose accounts the network took away, whichever source brought them."""
    for one in sorted({ident(one, most=300) for one in gone}):
        author = Author.of(source.workspace).filter(network=source.network, native_id=one).first()
        if author is not None:
            rows = Post.of(source.workspace).filter(author=author)
            _erase(source, rows, "The account is no longer on the network", counts)


def _erase(source: Source, rows: QuerySet[Post], why: str, counts: Counts) -> None:
    erasing.erase_posts(source.workspace, rows.exclude(state="removed"), why, counts, by=System(source.name))


def _take_over(row: Post, fields: Mapping[str, object]) -> bool:
    changed = {name: value for name, value in fields.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)


def _follow_state(source: Source, row: Post, state: shapes.PostState, *, now: datetime) -> bool:
    if row.state == state or (row.state == "hidden" and state == "pending"):
        return False  # some networks know "hidden" only as "held"
    if row.decision and state == "visible" and not source.owned:
        return False  # decided here alone: the network was never told, and shows it as ever
    before = {"state": row.state, "decision": row.decision}
    row.state = state
    if row.decision and state in ON_THE_NETWORK:
        row.decision, row.decided = ON_THE_NETWORK[state], now
    elif source.owned and state == "pending":
        row.decision, row.decided = Decision.QUEUED, now  # somebody held it back there: it waits for a person again
    audit(
        row,
        "changed there",
        by=System(source.name),
        why="Somebody changed it on the network",
        before=before,
        after={"state": row.state, "decision": row.decision},
    )
    return True


def _underway(source: Source, rows: Sequence[Post], *, now: datetime) -> set[int]:
    """Posts of which we asked something that the network could not show yet when it was read."""
    if not rows:
        return set()
    began = _began(source, now)
    asked = Outbox.of(source.workspace).filter(post__in=[row.pk for row in rows], verb__in=LEADS)
    later = asked.filter(post=OuterRef("post"), pk__gt=OuterRef("pk"), state=OutboxState.SENT)
    # what is broken is still wished for: it waits for a person, unless something newer arrived
    broken = Q(state=OutboxState.BROKEN) & ~Q(post__decision=Decision.QUEUED) & ~Exists(later)
    unsent = Q(state__in=[OutboxState.WAITING, OutboxState.FAILED])
    found = asked.filter(unsent | broken | Q(sent__gte=began)).values_list("post_id", flat=True)
    return {pk for pk in found if pk is not None}


def _began(source: Source, now: datetime) -> datetime:
    """About when the network was asked."""
    return source.lease_until - LEASE if source.lease_until else now


def _redacting(source: Source, rows: Sequence[Post], *, now: datetime) -> set[int]:
    """Posts whose words we had changed there, which the network could not show yet when it was read."""
    if "redact" not in source.can or not rows:
        return set()
    asked = Outbox.of(source.workspace).filter(post__in=[row.pk for row in rows], verb="redact")
    underway = Q(state__in=[OutboxState.WAITING, OutboxState.FAILED]) | Q(sent__gte=_began(source, now))
    return {pk for pk in asked.filter(underway).values_list("post_id", flat=True) if pk is not None}


def _read_again(
    source: Source,
    rows: Sequence[Post],
    given: Mapping[str, shapes.Post],
    ready: Ready,
    counts: Counts,
    *,
    now: datetime,
) -> None:
    """New words may say another thing, and be caught by other topics and rules; counts follow."""
    if not rows:
        return
    prefetch_related_objects(rows, "author")
    counts.add_posts(rows, number=-1)
    Mention.of(source.workspace).filter(post__in=[row.pk for row in rows]).delete()
    sameness.leave(source.workspace, [row.pk for row in rows], counts)
    sameness.join_stored(source.workspace, rows)
    posts = [given[row.native_id] for row in rows]
    work = inline.found(posts, source.place, ready, now=now, seen=sameness.seen_of(rows))
    work.orders = [row.pk for row in rows]
    outcomes = inline.decided(work, standing.of_stored(source, rows, ready.history))
    if ready.plan.judge:
        said = [outcome.judgement for outcome in outcomes]
        judgements.settle(rows, said, ready.plan.judge, now=now, edited=True)
    _follow_rules(source, [pair for pair in zip(rows, outcomes, strict=True) if not pair[0].ours], now=now)
    counts.add_posts(rows)


def _follow_rules(source: Source, pairs: Sequence[tuple[Post, Outcome]], *, now: datetime) -> None:
    """Of what others say: ours are no mentions, and no rule holds them."""
    rows, outcomes = [row for row, _ in pairs], [outcome for _, outcome in pairs]
    intake.save_mentions(rows, outcomes)
    intake.save_verdicts(source, [(row.pk, outcome) for row, outcome in pairs], now=now)
    for row, outcome in pairs:
        row.mentioned = bool(outcome.caught)
        if outcome.decided is not None and row.state == "visible":
            row.decision, row.decided = Decision.QUEUED, now  # approved for other words: a person looks again
    Post.everywhere.bulk_update(rows, ["mentioned", "decision", "decided"], batch_size=200)
