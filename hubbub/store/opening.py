"""Stored posts held against the query that opens conversations, oldest first, step by step."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from hubbub.core import query as language
from hubbub.core.opening import START, Opener, opener
from hubbub.core.plan import OpeningPlan
from hubbub.core.stages import Outcome

from . import bulk, word_lists
from .answers import STANDING
from .audit import audit
from .facts import facts_of
from .fresh import Fresh
from .models import Decision, Member, Opening, OpeningRun, OpeningRunState, Post, Source, System, Workspace
from .search import WITH
from .threads import join_conversations

BATCH = 300  # posts of one transaction
MOST = 1_000_000  # posts are counted up to that
AWAY = (Decision.HIDDEN, Decision.REMOVED)
LOOP = System("Hubbub")


def plan(workspace: Workspace) -> OpeningPlan | None:
    """Which posts become conversations, as somebody has written it; None: nobody has, it is as at the start."""
    found = Opening.of(workspace).first()
    return OpeningPlan(found.query, found.version, found.active) if found else None


def written(workspace: Workspace) -> OpeningPlan:
    """The same, with the start where nobody has written anything."""
    return plan(workspace) or OpeningPlan(START, version=0)


def asks(workspace: Workspace) -> Opener:
    """The query, ready to be held against stored posts."""
    return opener(plan(workspace), word_lists.of(workspace))


def deserving(posts: Sequence[Post], asked: Opener, now: datetime) -> set[int]:
    """The ids of those that open a conversation. They come with `search.WITH` loaded."""
    found = set()
    for post, facts in zip(posts, facts_of(posts, asked.asked), strict=True):
        reading = language.read(post.shape(found=True), post.source.place, read_at=post.taken)
        if _stands(post) and asked.opens(reading, facts, now=now):
            found.add(post.pk)
    return found


def _stands(post: Post) -> bool:
    return not post.ours and post.state in STANDING and post.decision not in AWAY


def begin(workspace: Workspace, days: int, *, by: Member, now: datetime) -> OpeningRun:
    """Ask for the posts of the last `days` to be held against the query. Call it in a transaction."""
    since = now - timedelta(days=days)
    there = Post.of(workspace).filter(published__gte=since, published__lte=now)
    run = OpeningRun.everywhere.create(
        workspace=workspace,
        since=since,
        until=now,
        days=days,
        version=written(workspace).version,
        reached=since,
        there=there.order_by()[:MOST].count(),
        by=by,
        by_name=str(by)[:200],
        at=now,
    )
    audit(run, "begin", by=by, after={"days": days, "version": run.version})
    return run


def step(now: datetime) -> bool:
    """Look at some more posts of one run. False: none is under way. All of a step is saved or nothing."""
    with transaction.atomic():
        under_way = OpeningRun.everywhere.filter(state=OpeningRunState.RUNNING)
        run = under_way.select_for_update(of=("self",), no_key=True, skip_locked=_skips()).order_by("pk").first()
        if run is None:
            return False
        posts = list(_next(run)[:BATCH])
        run.opened += _open(run.workspace, posts, now)
        run.looked += len(posts)
        if posts:
            run.reached, run.reached_id = posts[-1].published, posts[-1].pk
        if len(posts) < BATCH:
            run.state, run.ended = OpeningRunState.DONE, timezone.now()
            audit(run, "done", by=LOOP, after={"looked": run.looked, "opened": run.opened})
        run.save(update_fields=["opened", "looked", "reached", "reached_id", "state", "ended"])
    return True


def _skips() -> bool:
    return bool(transaction.get_connection().features.has_select_for_update_skip_locked)


def _next(run: OpeningRun) -> QuerySet[Post]:
    after = Q(published__gt=run.reached) | Q(published=run.reached, pk__gt=run.reached_id)
    within = Post.of(run.workspace).filter(published__gte=run.reached, published__lte=run.until)
    return within.filter(after).select_related(*WITH).order_by("published", "id")


def _open(workspace: Workspace, posts: Sequence[Post], now: datetime) -> int:
    loose = [post for post in posts if post.conversation_id is None]
    if not loose:
        return 0
    # whoever takes posts of a source in holds its row: two must not open one thread twice
    sources = {post.source_id for post in loose}
    held = Source.of(workspace).select_for_update(of=("self",), no_key=True).filter(pk__in=sources).order_by("pk")
    held_sources = list(held)
    fit = deserving(loose, asks(workspace), now)
    free = Post.of(workspace).filter(pk__in=[post.pk for post in loose], conversation=None)
    still = set(free.values_list("pk", flat=True))
    opened = 0
    for source in held_sources:
        mine = [post for post in loose if post.source_id == source.pk and post.pk in still]
        rows = [_fresh(post, deserves=post.pk in fit) for post in mine]
        opened += join_conversations(source, rows, stored=True)
        joined = [row for row in rows if row.conversation is not None]
        bulk.update(Post, ("conversation", "waits"), [(row.conversation, row.waits or None, row.id) for row in joined])
    return opened


def _fresh(post: Post, *, deserves: bool) -> Fresh:
    """The post as those that come in now are."""
    shape = post.shape()
    away = post.decision in AWAY and shape.state in STANDING
    return Fresh(
        id=post.pk,
        outcome=Outcome(shape, deserves_answer=deserves, judgement=post.judgement),
        published=post.published,
        author=post.author_id,
        ours=post.ours,
        state="hidden" if away else shape.state,
    )
