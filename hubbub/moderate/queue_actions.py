"""Acts of people at the queue: taking the next post, passing one over, and how the queue is ordered and shown."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from hubbub.core import queue as order
from hubbub.store import queue
from hubbub.store.audit import audit, changes
from hubbub.store.models import Actor, Care, Cover, Member, Moderation, Post, Skip, Waiting, Workspace
from hubbub.store.queue.ranking import settings_of
from hubbub.ui.api import Refusal

MOST_MINUTES, MOST_POSTS = 600, 5_000
AT_ONCE = 100  # posts ranked while somebody waits for the next one


def take_next(member: Member, now: datetime, among: Sequence[int] | None = None) -> Waiting | None:
    """The next free post, leased to this member."""
    queue.rank(member.workspace, AT_ONCE)
    return queue.claim(member, now, among)


def take(post: Post, *, by: Member, now: datetime) -> None:
    """Have this very post open, if it waits. Refusal: another has it."""
    row = Waiting.of(post.workspace).filter(post=post).select_related("holder__user").first()
    if row is not None and not queue.hold(row, by, now):
        raise Refusal(f"{row.holder or 'Somebody'} has this open: nothing was changed")


@transaction.atomic
def skip(post: Post, *, by: Member, now: datetime) -> None:
    """Let go of a post and get another one next; it stays in the queue for others."""
    row = Waiting.of(post.workspace).filter(post=post).first()
    if row is not None:
        Skip.everywhere.get_or_create(workspace=post.workspace, waiting=row, member=by, defaults={"at": now})
        queue.release(by, post.pk)


def look_again(member: Member) -> int:
    """Be given again what was passed over. How many that were."""
    number, _ = Skip.of(member.workspace).filter(member=member).delete()
    return number


def care_of(member: Member) -> Care:
    """How this member wants hard posts shown; not saved until it is changed."""
    return Care.of(member.workspace).filter(member=member).first() or Care(workspace=member.workspace, member=member)


@transaction.atomic
def take_care(
    member: Member,
    *,
    blur: bool,
    grey: bool,
    cover: str,
    break_minutes: int,
    break_posts: int,
    by: Actor,
    why: str = "",
) -> Care:
    """Change that. 0 minutes or posts: no reminder."""
    if cover not in Cover.values:
        raise Refusal(f"{cover!r} is no way to cover texts: say policy, always or never")
    if not 0 <= break_minutes <= MOST_MINUTES or not 0 <= break_posts <= MOST_POSTS:
        raise Refusal(f"A reminder comes after up to {MOST_MINUTES} minutes or {MOST_POSTS:,} posts; 0 means none")
    row, _ = Care.everywhere.get_or_create(workspace=member.workspace, member=member)
    before, after = changes(
        row, blur=blur, grey=grey, cover=str(Cover(cover)), break_minutes=break_minutes, break_posts=break_posts
    )
    if after:
        row.save(update_fields=list(after))
        audit(row, "change", by=by, why=why, before=before, after=after)
    return row


@transaction.atomic
def set_weights(workspace: Workspace, weights: order.Weights, *, by: Actor, why: str = "") -> Moderation:
    """Order the queue anew. Takes about a second for 100,000 waiting posts."""
    for name, weight in (("severity", weights.severity), ("reach", weights.reach)):
        if not 0 <= weight <= order.HIGHEST_WEIGHT:
            raise Refusal(f"The weight of {name} is {weight:g}: say a number from 0 to {order.HIGHEST_WEIGHT:g}")
    if not order.SHORTEST <= weights.doubling_hours <= order.LONGEST:
        raise Refusal(
            f"A post counts double after {weights.doubling_hours:g} hours: say from {order.SHORTEST:g} to "
            f"{order.LONGEST:g}"
        )
    row = settings_of(workspace)
    before, after = changes(
        row,
        severity_weight=weights.severity,
        reach_weight=weights.reach,
        doubling_hours=weights.doubling_hours,
    )
    if after:
        row.save(update_fields=list(after))
        queue.weigh(workspace, weights)
        audit(row, "change", by=by, why=why, before=before, after=after)
    return row
