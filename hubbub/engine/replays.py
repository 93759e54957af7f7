"""Replays in the background: a step of one that people asked for, written down with the posts behind its numbers.

A worker takes one by a lease, keeps at hand what it read for it, and writes down how far it is with the hits of that
stretch in one transaction. Where it is killed, the next worker goes on from what was written down: the same posts, the
same numbers.
"""

from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from uuid import uuid4

import msgspec
from django.db import transaction
from django.utils import timezone
from msgspec import Struct, structs

from hubbub.core import query as language
from hubbub.core.plan import RulePlan
from hubbub.core.replay import Looked, Replay, result
from hubbub.core.stages import Outcome
from hubbub.store import policies, word_lists
from hubbub.store.audit import audit
from hubbub.store.bulk import numbered
from hubbub.store.claim import unleased
from hubbub.store.models import Post, ReplayHit, ReplayState, System, Workspace
from hubbub.store.models import Replay as Row

from .replaying import BATCH, Replaying, begin

LEASE = timedelta(minutes=2)  # longer than any stretch takes
STRETCH = 1.0  # seconds of work that are written down together
KEPT_HITS = 3  # replays of one rule that keep the posts behind their numbers
REPLAYS = System("Replay")


class _Hit(Struct):
    """What the wordings said of one post."""

    looked: Looked
    touched: bool = False
    before: bool = False
    unchecked: bool = False
    missed: bool = False
    spans: tuple[language.Span, ...] = ()


class _AtHand:
    """One replay on its way in this process."""

    def __init__(self, row: Row) -> None:
        self.hits: dict[int, _Hit] = {}
        lists = word_lists.of(row.workspace)
        both = msgspec.msgpack.decode(row.kept, type=list[Replay]) if row.kept else _begun(row)
        self.replays = both
        self.new = Replaying(row.workspace, both[0], lists, self._hear(before=False))
        self.old = Replaying(row.workspace, both[1], lists, self._hear(before=True)) if len(both) > 1 else None

    def _hear(self, *, before: bool) -> Callable[[Looked, Outcome], None]:
        wants = self.replays[1 if before else 0].rules[0].then != "approve"

        def hear(looked: Looked, outcome: Outcome) -> None:
            said = outcome.verdicts[0] if outcome.verdicts else None
            missed = said is None and looked.taken_away is wants and not before
            if said is None and not missed:
                return
            hit = self.hits.setdefault(looked.post, _Hit(looked))
            if before:
                hit.before = said is not None and not said.unchecked
            elif said is None:
                hit.missed = True
            else:
                hit.touched, hit.unchecked, hit.spans = not said.unchecked, said.unchecked, said.spans

        return hear

    def stretch(self, seconds: float) -> bool:
        """Go on for about so long. False: it is at its end."""
        until = monotonic() + seconds
        while monotonic() < until:
            more = self.new.step(BATCH)
            if self.old is not None:
                self.old.step(BATCH)
            if not more:
                return False
        return True


_at_hand: dict[int, tuple[str, _AtHand]] = {}  # replay id → the lease under which it was read, and it


def step(seconds: float = STRETCH) -> bool:
    """Go on with one replay that is under way. False: there is none."""
    row = _claim()
    if row is None:
        return False
    known = _at_hand.get(row.pk)
    try:
        at_hand = known[1] if known and known[0] == row.holder else _AtHand(row)
    except language.QueryError as error:
        _end(row, ReplayState.BROKEN, f"Its condition cannot be read any more. {error}")
        return True
    _at_hand.clear()
    more = at_hand.stretch(seconds)
    if _save(row, at_hand, done=not more) and more:
        _at_hand[row.pk] = (row.holder, at_hand)
    return True


def _claim() -> Row | None:
    """One that is under way, for this process alone until its lease ends; the one at hand before others."""
    now = timezone.now()
    free = Row.everywhere.filter(state=ReplayState.RUNNING)
    for pk, (holder, _) in list(_at_hand.items()):
        if free.filter(pk=pk, holder=holder).update(lease_until=now + LEASE):
            return free.select_related("workspace", "rule").filter(pk=pk, holder=holder).first()
        del _at_hand[pk]  # it was stopped, or taken over by another worker
    free = free.filter(unleased(now))
    for pk in free.order_by("pk").values_list("pk", flat=True)[:20]:
        holder = uuid4().hex
        if free.filter(pk=pk).update(lease_until=now + LEASE, holder=holder):
            return Row.everywhere.select_related("workspace", "rule").get(pk=pk)
    return None


def _begun(row: Row) -> list[Replay]:
    """A replay of the wording, and of the one in force where it is held against that."""
    wordings = [row.draft] + ([row.compared] if row.compared else [])
    plans = [_plan(row, wording) for wording in wordings]
    lists = word_lists.of(row.workspace)
    for plan in plans:
        language.parse(plan.when, language.Use.RULE, lists)
    first = begin(row.workspace, plans[:1], now=row.at, days=row.days, most=row.most)
    # over the very same posts: of the same time, the same share
    return [first] + [
        structs.replace(msgspec.msgpack.decode(msgspec.msgpack.encode(first), type=Replay), rules=(_live(plan),))
        for plan in plans[1:]
    ]


def _plan(row: Row, wording: dict[str, object]) -> RulePlan:
    fields = {name: value for name, value in wording.items() if name in RulePlan.__struct_fields__}
    plan = msgspec.convert({**fields, "id": row.rule_id or 0, "version": row.version}, RulePlan)
    policy = policies.named(row.workspace, plan.policy) if plan.policy else None
    return structs.replace(plan, policy=policy.slug, policy_version=policy.version) if policy else plan


def _live(plan: RulePlan) -> RulePlan:
    return structs.replace(plan, state="live", expires=None)


def _save(row: Row, at_hand: _AtHand, *, done: bool) -> bool:
    """Write down how far it is. False: somebody stopped it, or another worker has it."""
    first = at_hand.replays[0]
    if done:
        for replay in at_hand.replays:
            replay.taken_away = {}  # only what comes later asks for it
    hits = list(at_hand.hits.values())
    at_hand.hits.clear()
    now = timezone.now()
    with transaction.atomic():
        held = Row.everywhere.filter(pk=row.pk, state=ReplayState.RUNNING, holder=row.holder)
        row.adds += sum(hit.touched and not hit.before for hit in hits) if row.compared else 0
        row.loses += sum(hit.before and not hit.touched for hit in hits)
        there = held.update(
            kept=msgspec.msgpack.encode(at_hand.replays),
            looked_at=first.looked_at,
            wanted=result(first).wanted,
            touched=first.tallies[0].touched,
            adds=row.adds,
            loses=row.loses,
            share=first.share,
            since=first.since,
            until=first.until,
            state=ReplayState.DONE if done else ReplayState.RUNNING,
            ended=now if done else None,
            lease_until=None if done else now + LEASE,
        )
        if not there:
            return False
        posts = Post.of(row.workspace).filter(pk__in=numbered([hit.looked.post for hit in hits]))
        still = set(posts.values_list("pk", flat=True)) if hits else set()  # some were deleted meanwhile
        rows = [_row(row, hit) for hit in hits if hit.looked.post in still]
        ReplayHit.everywhere.bulk_create(rows, batch_size=500, ignore_conflicts=True)
        if done:
            row.looked_at = first.looked_at
            after = {"looked_at": first.looked_at, "touched": first.tallies[0].touched}
            audit(row, "end", by=REPLAYS, after=after)
            _forget(row)
    return True


def _row(row: Row, hit: _Hit) -> ReplayHit:
    return ReplayHit(
        workspace_id=row.workspace_id,
        replay_id=row.pk,
        post_id=hit.looked.post,
        touched=hit.touched,
        before=hit.before,
        unchecked=hit.unchecked,
        said=None if hit.looked.taken_away is None else hit.looked.taken_away is _wants(row),
        day=hit.looked.day,
        from_source=hit.looked.source,
        by_person=hit.looked.person,
        spans=[[span.field, span.start, span.end] for span in hit.spans],
    )


def _wants(row: Row) -> bool:
    return bool(row.draft["then"] != "approve")


def _forget(row: Row) -> None:
    """Of a rule's older replays only the numbers stay."""
    if row.rule_id is None:
        return
    of_rule = Row.everywhere.filter(rule=row.rule_id).order_by("-pk").values_list("pk", flat=True)
    older = list(of_rule[KEPT_HITS : KEPT_HITS + 50])
    ReplayHit.everywhere.filter(replay__in=older).delete()


def _end(row: Row, state: ReplayState, error: str) -> None:
    with transaction.atomic():
        Row.everywhere.filter(pk=row.pk, state=ReplayState.RUNNING).update(
            state=state, error=error, ended=timezone.now(), lease_until=None
        )
        audit(row, "break", by=REPLAYS, why=error)


def run_out(workspace: Workspace) -> None:
    """Do all replays of a workspace to their end, here and now; for tests and the demo."""
    while Row.of(workspace).filter(state=ReplayState.RUNNING).exists():
        step()
