"""Saying yes or no to what waits for approval; the rules that make it wait. The deciding itself: `store/approvals`."""

from collections.abc import Sequence

from django.db import transaction
from msgspec import Struct

from hubbub.engage.replying.composing import check, pieces_of
from hubbub.store import approvals, outbox, parts
from hubbub.store.audit import Plain, audit
from hubbub.store.models import Approval, ApprovalState, Approving, Member, Outbox, OutboxState, Source, Team, Workspace
from hubbub.ui.api import Refusal

LONGEST = 10_000  # characters, as of what is approved


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
    elif text is not None and len(text.strip()) > LONGEST:
        raise Refusal(f"The words have {len(text.strip()):,} characters; {LONGEST:,} is the most. Shorten them.")
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
