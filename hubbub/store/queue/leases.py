"""Who has which waiting post open: claimed by one conditional UPDATE, so that no post goes to two people."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from hubbub.store.models import Member, Opinion, Skip, Waiting, Workspace

LEASE = timedelta(minutes=5)  # an open page renews it every minute; who leaves without a word blocks nobody for long
TRIED = 20  # candidates looked at at once: more than people who work at the same moment take from under each other


def free(now: datetime, member: Member) -> Q:
    """Those that this member may open: held by nobody, or by themselves."""
    return Q(holder=None) | Q(lease_until=None) | Q(lease_until__lt=now) | Q(holder=member)


def waiting_for(member: Member) -> QuerySet[Waiting]:
    """What may be given to this member: not what they passed over, nor what they want another to decide."""
    workspace = member.workspace
    passed = Skip.of(workspace).filter(waiting=OuterRef("pk"), member=member)
    asked = Opinion.of(workspace).filter(post=OuterRef("post"), by=member, closed=None)
    return Waiting.of(workspace).filter(~Exists(passed), ~Exists(asked))


def claim(member: Member, now: datetime, among: Sequence[int] | None = None) -> Waiting | None:
    """The first post in the order of the queue that is free, leased to this member; the one they have open already
    comes before all. `among`: ids of waiting rows, in the order in which they are wanted; None: the whole queue.
    None: nothing is free."""
    mine = waiting_for(member).filter(holder=member, lease_until__gte=now)
    open_now = (mine if among is None else mine.filter(pk__in=list(among)[:TRIED])).order_by("due", "id").first()
    if open_now and _take(open_now.pk, member, now):
        return open_now
    if among is not None:
        return _first(list(among), member, now)
    left = waiting_for(member).filter(free(now, member)).order_by("due", "id")
    # a row that was taken from under us is not free any more, so that each round looks at others
    while pks := list(left.values_list("pk", flat=True)[:TRIED]):
        if found := _first(pks, member, now):
            return found
    return None


def _first(pks: Sequence[int], member: Member, now: datetime) -> Waiting | None:
    allowed = set(waiting_for(member).filter(pk__in=pks).values_list("pk", flat=True))
    for pk in pks:
        if pk in allowed and _take(pk, member, now):
            return Waiting.of(member.workspace).filter(pk=pk).first()
    return None


def _take(pk: int, member: Member, now: datetime) -> bool:
    # the condition is asked again in the UPDATE: of two that saw the same row, one gets 1, the other 0
    rows = Waiting.of(member.workspace).filter(free(now, member), pk=pk)
    return rows.update(holder=member, lease_until=now + LEASE) == 1


def hold(row: Waiting, member: Member, now: datetime) -> bool:
    """Open this very post. False: another has it."""
    return _take(row.pk, member, now)


def renew(post: int, member: Member, now: datetime) -> bool:
    """Go on holding an open post, also where the lease ran out and nobody took it since. False: it is gone from the
    queue, or another has it."""
    rows = Waiting.of(member.workspace).filter(post=post, holder=member)
    return rows.update(lease_until=now + LEASE) == 1


def release(member: Member, post: int | None = None) -> int:
    """Let go of what this member has open: one post, or all. How many."""
    held = Waiting.of(member.workspace).filter(holder=member)
    if post is not None:
        held = held.filter(post=post)
    return held.update(holder=None, lease_until=None)


def held_by_others(workspace: Workspace, member: Member, now: datetime) -> QuerySet[Waiting]:
    """What others have open, with who does; the lease that began last comes first."""
    held = Waiting.of(workspace).filter(holder__isnull=False, lease_until__gte=now).exclude(holder=member)
    return held.select_related("holder__user").order_by(F("lease_until").desc())
