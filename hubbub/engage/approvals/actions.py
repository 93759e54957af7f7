"""Saying yes or no to what waits for approval; the rules that make it wait. The deciding itself: `store/approvals`."""

from collections.abc import Sequence

from django.db import transaction
from msgspec import Struct

from hubbub.engage.calendar import writing
from hubbub.engage.calendar.checking import limits_of, too_long
from hubbub.engage.replying.composing import check, pieces_of
from hubbub.store import approvals, outbox, parts, planned_approval
from hubbub.store.audit import Plain, audit
from hubbub.store.models import (
    Approval,
    ApprovalState,
    Approving,
    Member,
    Outbox,
    OutboxState,
    Planned,
    Source,
    Team,
    VersionState,
    Workspace,
)
from hubbub.store.planned import leaving
from hubbub.ui.api import Refusal

LONGEST = 10_000  # characters of a reply


def vote(
    approval: Approval,
    *,
    by: Member,
    yes: bool,
    why: str = "",
    text: str | None = None,
    read: str = "",
    seen: int | None = None,
) -> Approval:
    """Approve, perhaps in other words, or refuse and say why. `read`: which words the approver had before them; `seen`:
    the newest post: what they saw does not hold it up any more."""
    about = subject(approval)
    if yes and text and text.strip() and about is not None and about.post is not None:
        check(about.source, about.post, pieces_of(parts.of(about), text))
    elif yes and text is not None and (words := text.replace("\r\n", "\n").strip()) != approval.words:
        if approval.noun == planned_approval.NOUN:
            _check_planned(approval, words)
        elif len(words) > LONGEST:
            raise Refusal(f"The words have {len(words):,} characters; {LONGEST:,} is the most. Shorten them.")
    with transaction.atomic():
        try:
            row = approvals.vote(approval, by=by, yes=yes, why=why, text=text, read=read)
        except approvals.Unapprovable as no:
            raise Refusal(str(no)) from no
        if row.state == ApprovalState.APPROVED and row.noun == "outbox" and seen is not None:
            waits = Outbox.of(row.workspace).filter(state=OutboxState.WAITING, seen__lt=seen)
            waits.filter(pk__in=[row.noun_id, *(one.pk for one in parts.after(about))] if about else ()).update(
                seen=seen
            )
    return row


def _check_planned(approval: Approval, words: str) -> None:
    """Each network takes what it would get of a planned post in these words. Raises Refusal."""
    item = Planned.of(approval.workspace).filter(pk=approval.noun_id).first()
    if item is None:
        return
    try:
        versions = planned_approval.reworded(item, words)
    except approvals.Unapprovable as no:
        raise Refusal(str(no)) from no
    ready = [one for one in versions if one.state == VersionState.READY]
    if any(len(text) > writing.LONGEST for text in (item.text, *(one.text for one in ready))):
        raise Refusal(f"At most {writing.LONGEST:,} characters are kept of a post. Shorten it.")
    long = [too_long(one, limits_of(one.source), leaving(one)) for one in ready]
    if any(long):
        raise Refusal(" ".join(filter(None, long)))


class Rule(Struct, frozen=True):
    """Whose words, said where, need whose approval."""

    member: Member | None = None  # None: everybody, up to `up_to`
    up_to: str = ""
    source: Source | None = None
    replies: bool = True
    planned: bool = False
    how_many: str = "any"
    approvers: Sequence[Member] = ()
    team: Team | None = None


@transaction.atomic
def set_rule(workspace: Workspace, wish: Rule, *, by: Member, row: Approving | None = None, why: str = "") -> Approving:
    """Make a rule, or change one. What waits already goes on waiting for those who were asked."""
    if not (wish.replies or wish.planned):
        raise Refusal("Choose what needs approval: replies, planned posts, or both")
    if not wish.approvers and wish.team is None:
        raise Refusal("Choose who approves: members, a team, or both")
    made = row or Approving(workspace=workspace)
    for name in ("member", "up_to", "source", "replies", "planned", "how_many", "team"):
        setattr(made, name, getattr(wish, name))
    if made.member is not None:
        made.up_to = ""
    made.save()
    made.approvers.set(wish.approvers)
    named = ", ".join([*(str(one) for one in wish.approvers), *([str(wish.team)] if wish.team else [])])
    after: dict[str, Plain] = {
        "replies": made.replies,
        "planned": made.planned,
        "how_many": str(made.how_many),
        "approvers": named,
    }
    audit(made, "edit" if row else "make", by=by, why=why, after=after)
    return made


@transaction.atomic
def delete_rule(row: Approving, *, by: Member, why: str = "") -> None:
    """Nothing waits for it from now on; what waits already goes on waiting."""
    audit(row, "delete", by=by, why=why)
    row.delete()


def subject(approval: Approval) -> Outbox | None:
    """The row of the outbox that it is about; None of a planned post, or where it is gone."""
    if approval.noun != outbox.NOUN:
        return None
    rows = Outbox.of(approval.workspace).select_related("source", "post__author", "post__conversation", "workspace")
    return rows.filter(pk=approval.noun_id).first()
