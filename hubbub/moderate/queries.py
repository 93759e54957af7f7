"""What the room reads of posts: each with all that a decision needs, and one post with its history."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db.models import F, IntegerField, OuterRef, Subquery
from msgspec import Struct

from hubbub.core import query as language
from hubbub.store import capped
from hubbub.store.models import Audit, Author, Decision, Outbox, OutboxState, Post, Verdict, Workspace

# entries of the log after which a post may wait
QUEUEING = ("queue", "refused", "not done", "undo")

Place = Sequence[object]  # (field, start, end) in the post's own text


class CappedCount(Subquery):
    """Counts a sliced subquery, so that nothing is counted beyond what the page shows."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS capped)"
    output_field = IntegerField()


class CappedLost(CappedCount):
    """Of a sliced subquery of decisions, how many took the post away."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS capped WHERE lost_by IN ('hidden', 'removed'))"


class Card(Struct, frozen=True):
    """A post with what is needed to decide about it."""

    post: Post
    parent: Post | None  # what it answers
    posts: str  # how many its author wrote
    removed: str  # how many of the newest thousand of those are hidden or removed
    verdicts: Sequence[Verdict]
    spans: Sequence[Place]  # the words that rules or the filter caught
    move: Outbox | None  # what its network was told last, where that has not arrived
    waits: str = ""  # why it waits for a person, where its rules do not say it


def cards(posts: Sequence[Post], spans: Mapping[int, Sequence[language.Span]] | None = None) -> list[Card]:
    """The posts with their surroundings; a handful of queries for all of them."""
    if not posts:
        return []
    workspace = posts[0].workspace
    pks = [post.pk for post in posts]
    verdicts: dict[int, list[Verdict]] = defaultdict(list)
    for verdict in Verdict.of(workspace).filter(post__in=pks).select_related("rule").order_by("pk"):
        verdicts[verdict.post_id].append(verdict)
    unsent = Outbox.of(workspace).filter(
        post__in=pks, state__in=[OutboxState.WAITING, OutboxState.FAILED, OutboxState.BROKEN]
    )
    moves = {row.post_id: row for row in unsent.exclude(verb="reply").order_by("pk")}
    parents, records = _parents(workspace, posts), _records(workspace, posts)
    entries = _queued_by(workspace, [post.pk for post in posts if post.decision == Decision.QUEUED])
    return [
        Card(
            post=post,
            parent=parents.get((post.source_id, post.parent)),
            posts=capped.shown(records.get(post.author_id, (0, 0))[0]),
            removed=capped.shown(records.get(post.author_id, (0, 0))[1]),
            verdicts=verdicts[post.pk],
            spans=_places(verdicts[post.pk], (spans or {}).get(post.pk, ())),
            move=moves.get(post.pk),
            waits=_because(entries.get(post.pk), verdicts[post.pk]),
        )
        for post in posts
    ]


def _queued_by(workspace: Workspace, posts: Sequence[int]) -> Mapping[int, Audit]:
    """The newest entry of the log that sent each post to the queue."""
    sent = Audit.of(workspace).filter(noun="post", noun_id__in=posts, verb__in=QUEUEING)
    return {entry.noun_id: entry for entry in sent.order_by("pk")} if posts else {}


def _because(entry: Audit | None, verdicts: Sequence[Verdict]) -> str:
    """In words; "": what its rules say tells it already."""
    if entry is None or any(entry.why == verdict.because for verdict in verdicts):
        return ""
    match entry.verb:
        case "refused" | "not done":
            return f"{entry.by_name} did not do what was asked for: {entry.why}"
        case "undo":
            return f"{entry.by_name} took a decision back"
    return entry.why


def _places(verdicts: Sequence[Verdict], found: Sequence[language.Span]) -> list[Place]:
    places: list[Place] = [place for verdict in verdicts for place in verdict.spans]
    return places + [(span.field, span.start, span.end) for span in found]


def _parents(workspace: Workspace, posts: Sequence[Post]) -> Mapping[tuple[int, str], Post]:
    asked = {(post.source_id, post.parent) for post in posts if post.parent}
    found = (
        Post.of(workspace)
        .filter(source__in={source for source, _ in asked}, native_id__in={parent for _, parent in asked})
        .select_related("author")
    )
    return {(post.source_id, post.native_id): post for post in found} if asked else {}


def _records(workspace: Workspace, posts: Sequence[Post]) -> Mapping[int | None, tuple[int, int]]:
    # through the author, so that the index on it serves, whatever the planner thinks of the workspace's
    theirs = Author.of(workspace).filter(pk=OuterRef("pk"), posts__isnull=False)
    newest_first = theirs.annotate(lost_by=F("posts__decision")).order_by("-posts__published", "-posts__id")
    newest = newest_first.values("lost_by")[: capped.MANY]
    authors = (
        Author.of(workspace)
        .filter(pk__in={post.author_id for post in posts if post.author_id})
        .annotate(wrote=CappedCount(newest), lost=CappedLost(newest))
    )
    return {pk: (wrote, lost) for pk, wrote, lost in authors.values_list("pk", "wrote", "lost")}


def history(post: Post) -> Sequence[Audit]:
    """What was done with it, newest first."""
    return list(Audit.of(post.workspace).filter(noun="post", noun_id=post.pk).order_by("-pk")[:50])
