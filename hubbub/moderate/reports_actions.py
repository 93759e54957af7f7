"""Members' reports answered: with the decision about the post, or by hand; the outcome goes back to the reporters."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from hubbub.store import outbox, queue, reports, strikes
from hubbub.store.audit import audit
from hubbub.store.models import (
    Actor,
    Decision,
    Outbox,
    OutboxState,
    Post,
    Report,
    ReportOutcome,
    ReportState,
    Sanction,
    SanctionState,
)
from hubbub.ui.api import Refusal

MOST = 5_000  # reports of one post that are answered at once


def settle(post: Post, *, by: Actor, why: str = "") -> ReportOutcome:
    """Bring the reports about a post into line with what stands about it. Call it in the transaction of the decision,
    the undo, the warning, after that was saved. Who reported was right where it was hidden or removed, or its author
    warned, muted or banned over it; wrong where it was approved; where neither stands, they wait again."""
    mine = _mine(post)
    if not mine.exists():
        return ReportOutcome.NONE
    outcome = _outcome(post)
    if outcome == ReportOutcome.NONE:
        _reopen(post, list(mine.filter(outcome__in=reports.DECIDED)[:MOST]), by=by, why=why)
    else:
        _answer(post, outcome, list(mine.exclude(outcome=outcome)[:MOST]), by=by, why=why)
    return outcome


def _mine(post: Post) -> QuerySet[Report]:
    """Those about a post that the network has not dealt with itself."""
    rows = Report.of(post.workspace).filter(post=post).exclude(outcome=ReportOutcome.ELSEWHERE)
    return rows.select_related("reporter")


def _outcome(post: Post) -> ReportOutcome:
    decision = Post.of(post.workspace).values_list("decision", flat=True).get(pk=post.pk)
    if decision in strikes.TAKEN_AWAY:
        return ReportOutcome.UPHELD
    treated = Sanction.of(post.workspace).filter(post=post).exclude(state=SanctionState.REFUSED)
    back = (SanctionState.LIFTING, SanctionState.LIFTED)
    if any(one.state not in back or strikes.is_over(one) for one in treated):
        return ReportOutcome.UPHELD
    return ReportOutcome.DISMISSED if decision == Decision.APPROVED else ReportOutcome.NONE


def _answer(post: Post, outcome: ReportOutcome, told: Sequence[Report], *, by: Actor, why: str) -> None:
    if not told:
        return
    waited = any(one.state == ReportState.OPEN for one in told)
    _set(told, state=ReportState.CLOSED, outcome=outcome)
    sent = None
    if waited and "resolve" in post.source.can:
        sent = outbox.put(post, "resolve", by=by, why=why or outcome.label)
    audit(
        post, "answer reports", by=by, why=why,
        after={"reports": len(told), "outcome": str(outcome), "resolve": sent.pk if sent else None},
    )  # fmt: skip
    queue.again(post.workspace, reports.of_same_reporters(post.workspace, told))


def _reopen(post: Post, told: Sequence[Report], *, by: Actor, why: str) -> None:
    if not told:
        return
    _set(told, state=ReportState.OPEN, outcome=ReportOutcome.NONE)
    unsent = Outbox.of(post.workspace).filter(post=post, verb="resolve", state=OutboxState.WAITING, tries=0)
    dropped = unsent.filter(lease_until=None).update(state=OutboxState.DROPPED)
    audit(post, "open reports again", by=by, why=why, after={"reports": len(told), "called_back": dropped})
    queue.again(post.workspace, {post.pk, *reports.of_same_reporters(post.workspace, told)})


def _set(told: Sequence[Report], *, state: ReportState, outcome: ReportOutcome) -> None:
    closed = timezone.now() if state == ReportState.CLOSED else None
    for one in told:
        one.state, one.outcome, one.closed = state, outcome, closed
    for at in range(0, len(told), 500):
        rows = Report.of(told[at].workspace).filter(pk__in=[one.pk for one in told[at : at + 500]])
        rows.update(state=state, outcome=outcome, closed=closed)


@transaction.atomic
def answer(report: Report, outcome: str, *, by: Actor, why: str) -> Report:
    """Answer one by hand, as for a post that was decided about before it was reported. Raises Refusal in words."""
    rows = Report.of(report.workspace).select_for_update(of=("self",)).select_related("post__source", "reporter")
    row = rows.get(pk=report.pk)
    if outcome not in reports.DECIDED:
        raise Refusal(f"{outcome or 'Nothing'} is no answer: say upheld or dismissed")
    if not why.strip():
        raise Refusal("Say why: the reason stands in the log")
    if row.state != ReportState.OPEN:
        raise Refusal(f"This report is dealt with: {row.get_outcome_display().lower()}")
    before = {"outcome": row.outcome, "state": row.state}
    _set([row], state=ReportState.CLOSED, outcome=ReportOutcome(outcome))
    last = row.post is not None and not _mine(row.post).filter(state=ReportState.OPEN).exists()
    sent = None
    if row.post is not None and last and "resolve" in row.post.source.can:  # a network closes all about a post at once
        sent = outbox.put(row.post, "resolve", by=by, why=why.strip())
    audit(
        row, "answer", by=by, why=why.strip(), before=before,
        after={"outcome": row.outcome, "state": row.state, "resolve": sent.pk if sent else None},
    )  # fmt: skip
    queue.again(row.workspace, reports.of_same_reporters(row.workspace, [row]))
    return row
