"""A decision about more posts than a request waits for: begun by a person, carried out by the loop as one batch."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from hubbub.store.audit import audit
from hubbub.store.models import Actor, Decision, Member, Policy, Post, Sweep, SweepState, System, Workspace
from hubbub.store.queue import running_sweep
from hubbub.ui.api import Refusal

from . import actions
from .decisions import NEEDS_REASON, STATES

STEP = 50  # posts decided in one transaction
MOST = 5_000  # posts of one sweep


@transaction.atomic
def begin(
    workspace: Workspace,
    posts: Sequence[int],
    decision: Decision,
    *,
    by: Member,
    why: str = "",
    policy: Policy | None = None,
) -> Sweep:
    """Decide about these posts, given by their ids, in the background. What others decide meanwhile is left alone."""
    reason = why.strip() or (policy.name if policy else "")
    if decision not in STATES:
        raise Refusal(f"{decision or 'Nothing'} cannot be decided: say approved, hidden or removed")
    if decision in NEEDS_REASON and not reason:
        raise Refusal(f"Say why they are to be {decision.label.lower()}: the reason stands in the log")
    known = list(Post.of(workspace).filter(pk__in=list(posts)).order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if not known or len(known) > MOST:
        raise Refusal(f"{len(known) or 'No'} posts were chosen; from 1 to {MOST:,} can be decided together")
    sweep = Sweep.everywhere.create(
        workspace=workspace, posts=known, decision=decision, policy=policy, why=reason, by=by, by_name=str(by)[:200],
        at=timezone.now(), total=len(known),
    )  # fmt: skip
    audit(sweep, "begin", by=by, why=reason, after={"decision": str(decision), "posts": len(known)})
    return sweep


def step() -> bool:
    """Decide about the next posts of a sweep that is under way. False: there is none."""
    with transaction.atomic():
        sweep = running_sweep()
        if sweep is None:
            return False
        pks = sweep.posts[sweep.done : sweep.done + STEP]
        by: Actor = sweep.by or System(sweep.by_name)
        many = actions.decide_many(
            sweep.workspace,
            pks,
            Decision(sweep.decision),
            by=by,
            why=sweep.why,
            was=Decision.QUEUED,
            policy=sweep.policy,
            batch=sweep.batch,
        )
        if many.batch is not None and sweep.batch is None:
            sweep.batch = many.batch
            sweep.batch.name = str(sweep)  # the whole of it, not its first step
            sweep.batch.save(update_fields=["name"])
        sweep.done += len(pks)
        sweep.refused += len(pks) - len(many.decided)
        if sweep.done >= sweep.total:
            sweep.state, sweep.ended = SweepState.DONE, timezone.now()
        sweep.save(update_fields=["batch", "done", "refused", "state", "ended"])
    return True


@transaction.atomic
def stop(sweep: Sweep, *, by: Actor, why: str = "") -> Sweep:
    """What is not decided yet stays as it is."""
    row = Sweep.of(sweep.workspace).select_for_update(of=("self",)).select_related("workspace").get(pk=sweep.pk)
    if row.state != SweepState.RUNNING:
        raise Refusal("It has come to its end already: take it back instead")
    row.state, row.ended = SweepState.STOPPED, timezone.now()
    row.save(update_fields=["state", "ended"])
    audit(row, "stop", by=by, why=why, before={"state": "running"}, after={"state": "stopped", "done": row.done})
    return row


def lately(workspace: Workspace) -> list[Sweep]:
    """Those under way, and the newest that ended within the last hour; the newest first."""
    rows = Sweep.of(workspace).defer("posts").select_related("batch").order_by("-pk")[:5]
    now = timezone.now()
    return [row for row in rows if row.ended is None or (now - row.ended).total_seconds() < 3600]
