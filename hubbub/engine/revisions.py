"""Posts that are known already and came again: what their author or their network changed is followed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import to_builtins

from hubbub.core import post as shapes
from hubbub.core.stages import Ready
from hubbub.store import intake
from hubbub.store.audit import audit
from hubbub.store.models import Decision, Mention, Outbox, OutboxState, Post, Source, System

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
    source: Source, rows: Sequence[Post], given: Mapping[str, shapes.Post], ready: Ready, *, now: datetime
) -> int:
    """Bring known posts up to what the network says now. Returns how many changed."""
    unsent = _unsent(source, rows)
    changed, reworded = [], []
    for row in rows:
        post = given[row.native_id]
        words = _take_over(row, {"title": post.title, "text": post.text})
        counts = _take_over(row, {name: getattr(post, name) for name in COUNTS if getattr(post, name) is not None})
        # what we asked for and has not arrived yet is not undone by what the network still shows
        state = row.pk not in unsent and _follow_state(source, row, post.state, now=now)
        if words:
            row.edited = True
            reworded.append(row)
        if words or counts or state:
            row.links, row.media = list(post.links), to_builtins(post.media)
            changed.append(row)
    Post.everywhere.bulk_update(
        changed, [*WORDS, *COUNTS, "links", "media", "state", "edited", "decision", "decided"], batch_size=200
    )
    _match_again(source, reworded, given, ready, now=now)
    return len(changed)


def forget(source: Source, gone: Sequence[str]) -> None:
    """Posts that were deleted for good on the network: nobody can act on them any more."""
    rows = Post.of(source.workspace).filter(source=source, native_id__in=list(gone)).exclude(state="removed")
    for row in rows:
        before = {"state": row.state, "decision": row.decision}
        row.state = "removed"
        row.decision = Decision.REMOVED if row.decision else row.decision
        row.save(update_fields=["state", "decision"])
        audit(
            row,
            "deleted there",
            by=System(source.name),
            why="It was deleted on the network",
            before=before,
            after={"state": row.state, "decision": row.decision},
        )


def _take_over(row: Post, fields: Mapping[str, object]) -> bool:
    changed = {name: value for name, value in fields.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)


def _follow_state(source: Source, row: Post, state: shapes.PostState, *, now: datetime) -> bool:
    if row.state == state or (row.state == "hidden" and state == "pending"):
        return False  # some networks know "hidden" only as "held"
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


def _unsent(source: Source, rows: Sequence[Post]) -> set[int]:
    underway = Outbox.of(source.workspace).filter(
        post__in=[row.pk for row in rows], state__in=[OutboxState.WAITING, OutboxState.FAILED]
    )
    return {pk for pk in underway.exclude(verb="reply").values_list("post_id", flat=True) if pk is not None}


def _match_again(
    source: Source, rows: Sequence[Post], given: Mapping[str, shapes.Post], ready: Ready, *, now: datetime
) -> None:
    """New words may be caught by other topics and rules; counts follow."""
    if not rows:
        return
    rows = [row for row in rows if not row.ours]  # ours are no mentions, and no rule holds them
    outcomes = inline.run([given[row.native_id] for row in rows], source.place, ready, now=now)
    counts: Counter[tuple[datetime, int | None]] = Counter()
    hours = {row.pk: row.published.replace(minute=0, second=0, microsecond=0) for row in rows}
    old = Mention.of(source.workspace).filter(post__in=[row.pk for row in rows])
    for post_id, topic_id in old.values_list("post_id", "topic_id"):
        counts[hours[post_id], topic_id] -= 1
    old.delete()
    intake.save_mentions(rows, outcomes)
    intake.save_verdicts(source, [(row.pk, outcome) for row, outcome in zip(rows, outcomes, strict=True)], now=now)
    for row, outcome in zip(rows, outcomes, strict=True):
        row.mentioned = bool(outcome.caught)
        counts.update((hours[row.pk], caught.topic) for caught in outcome.caught)
        if outcome.decided is not None and row.state == "visible":
            row.decision, row.decided = Decision.QUEUED, now  # approved for other words: a person looks again
    Post.everywhere.bulk_update(rows, ["mentioned", "decision", "decided"], batch_size=200)
    intake.add_counts(source, {key: number for key, number in counts.items() if number})
