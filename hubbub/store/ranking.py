"""Where conversations stand in the inbox: what `hubbub.core.priority` is told of them, and when it is asked again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import log2

from django.db import transaction
from django.db.models import F

from hubbub.core import priority as order
from hubbub.core.relations import Weight

from . import relations
from .models import Conversation, ConversationStatus, Post, Ranking, Relating, Workspace

STEP = 500  # conversations whose clock has struck, stirred at a time
UNFINISHED = (ConversationStatus.OPEN, ConversationStatus.WAITING, ConversationStatus.SNOOZED)


def weights_of(workspace: int) -> order.Weights:
    """What the workspace with this id holds for important."""
    found = Ranking.everywhere.filter(workspace=workspace).first() or Ranking()
    return weights_in(found)


def weights_in(row: Ranking) -> order.Weights:
    """A row's numbers."""
    return order.Weights(
        kind=row.kind_weight,
        sentiment=row.sentiment_weight,
        reach=row.reach_weight,
        relationship=row.relationship_weight,
        promise=row.promise_weight,
        priority=row.priority_weight,
        doubling_hours=row.doubling_hours,
        stale_days=row.stale_days,
    )


def settle(rows: Sequence[Conversation], now: datetime) -> None:
    """For `settling.SETTLERS`: set `score` and `resettle`; after whatever sets `due`."""
    if not rows:
        return
    weights = weights_of(rows[0].workspace_id)
    for row, case in zip(rows, cases(rows), strict=True):
        found = order.score(case, weights, now)
        row.score = found.place
        # what is done is not put in order again until something happens to it
        row.resettle = found.until if row.status in UNFINISHED else None


def cases(
    rows: Sequence[Conversation], held: Mapping[int, Post] | None = None, relating: Relating | None = None
) -> list[order.Case]:
    """What is known of conversations of one workspace, in their order. Four queries for all, of which one each is
    spared who holds their `newest` posts, and how the workspace relates."""
    if not rows:
        return []
    posts = newest(rows) if held is None else held
    people = {post.author.person_id for post in posts.values() if post.author}
    known = relations.weights_of(rows[0].workspace_id, sorted(people), relating)
    return [_case(row, posts.get(row.pk), known) for row in rows]


def newest(rows: Sequence[Conversation]) -> Mapping[int, Post]:
    """Of each, by its id, the newest post that is not ours, with its author. One query."""
    if not rows:
        return {}
    found = Post.everywhere.filter(
        conversation__in=[row.pk for row in rows], ours=False, published=F("conversation__last_post")
    )
    return {post.conversation_id or 0: post for post in found.select_related("author").order_by("id")}


def _case(row: Conversation, post: Post | None, known: Mapping[int, Weight]) -> order.Case:
    held = post.judgement if post else None
    author = post.author if post else None
    person = known.get(author.person_id) if author else None
    return order.Case(
        last=row.last_post,
        unanswered=row.unanswered,
        due=row.due,
        kind=row.kind or (held.intent if held and held.intent in order.KINDS else "") or "",
        sentiment=held.sentiment if held else None,
        followers=max((author.followers or 0) if author else 0, person.followers if person else 0),
        views=post.views if post else None,
        interactions=(post.likes or 0) + (post.replies or 0) + (post.shares or 0) if post else 0,
        relationship=(person.words, log2(person.factor)) if person and person.kinds else None,
        priority=row.priority,
    )


def explain(
    rows: Sequence[Conversation],
    now: datetime,
    held: Mapping[int, Post] | None = None,
    ranking: Ranking | None = None,
    relating: Relating | None = None,
) -> Mapping[int, order.Score]:
    """Conversation id → why it stands where it does, at this moment. `held`: their newest posts; `ranking`: what their
    workspace holds for important; `relating`: how it relates; each where it was read."""
    if not rows:
        return {}
    weights = weights_of(rows[0].workspace_id) if ranking is None else weights_in(ranking)
    known = cases(rows, held, relating)
    return {row.pk: order.score(case, weights, now) for row, case in zip(rows, known, strict=True)}


def wake(now: datetime) -> bool:
    """For the loop: stir those whose place changes by the clock alone. False: none is due."""
    due = Conversation.everywhere.filter(resettle__lte=now)
    pks = list(due.order_by("resettle").values_list("pk", flat=True)[:STEP])
    if not pks:
        return False
    return bool(due.filter(pk__in=pks).update(stirred=True, resettle=None))


@transaction.atomic
def weigh(workspace: Workspace) -> int:
    """Put all that is unfinished in order again, in the background: the weights have changed. How many."""
    return Conversation.of(workspace).filter(status__in=UNFINISHED).update(stirred=True)


def unsettled(workspace: Workspace, most: int = 1_000) -> int:
    """How many wait to be put in order, counted no further than `most`."""
    return Conversation.of(workspace).filter(stirred=True).order_by()[:most].count()
