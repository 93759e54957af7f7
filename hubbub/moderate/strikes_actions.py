"""Strikes by hand, and answering what strikes propose: a person says yes or no, and nothing happens before."""

from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from hubbub.store import proposals, strikes
from hubbub.store.audit import audit
from hubbub.store.models import (
    Author,
    Member,
    Moderation,
    Person,
    Policy,
    Post,
    Proposal,
    ProposalState,
    Sanction,
    Strike,
    Workspace,
)
from hubbub.ui.api import Refusal

from . import sanctions
from .effects import PAST, TIMED

POINTS_MOST, DAYS_MOST, HOURS_MOST = 100, 3650, 87_600


@transaction.atomic
def give(
    person: Person, points: int, *, by: Member, why: str, policy: Policy | None = None, days: int | None = 90
) -> Strike:
    """Points by hand. `days`: so long they count; None: for good. Raises Refusal in words."""
    reason = why.strip()
    if not reason:
        raise Refusal("Say why: the reason stands in the log")
    if not 1 <= points <= POINTS_MOST:
        raise Refusal(f"A strike has 1 to {POINTS_MOST} points")
    if days is not None and not 1 <= days <= DAYS_MOST:
        raise Refusal(f"It counts for 1 to {DAYS_MOST:,} days, or for good")
    author = Author.of(person.workspace).filter(person=person).order_by("pk").first()
    if author is None:
        raise Refusal(f"{person} has no account on any network that we know")
    if sanctions.is_ours(author):
        raise Refusal(f"{author} is an account of ours")
    now = timezone.now()
    strike = Strike(
        author=author, points=points, given=now, until=now + timedelta(days=days) if days else None, why=reason,
        policy=policy.slug if policy else "", policy_version=policy.version if policy else None,
    )  # fmt: skip
    return strikes.keep(strike, by=by)


@transaction.atomic
def withdraw(strike: Strike, *, by: Member, why: str) -> Strike:
    """For good: the decision that gave it stands, and gives it no second time. Raises Refusal in words."""
    row = Strike.of(strike.workspace).select_for_update(of=("self",)).select_related("author").get(pk=strike.pk)
    if not why.strip():
        raise Refusal("Say why it is to be withdrawn: the reason stands in the log")
    if row.withdrawn is not None:
        raise Refusal(f"{row.withdrawn_by} withdrew it already: {row.withdrawn_why}")
    return strikes.pardon(row, by=by, why=why.strip())


def obstacle(proposal: Proposal) -> str:
    """Why it cannot be done on the network, in words; "": it can. The proposal comes with `author` and `post`."""
    post = _place(proposal)
    if post is None:
        return "nothing that they wrote is here any more: do it on the network by hand"
    if no := sanctions.obstacle(post.source, proposal.author, proposal.verb):
        return no
    known = sanctions.standing(proposal.author, post.source, proposal.verb)
    return f"they are {PAST[proposal.verb]} there already" if known else ""


def _place(proposal: Proposal) -> Post | None:
    """Over which post the network is asked: the one that led to it, or their newest."""
    if proposal.post is not None:
        return proposal.post
    theirs = Post.of(proposal.workspace).filter(author=proposal.author, ours=False).order_by("-published", "-id")
    return theirs.select_related("source", "author", "workspace").first()


@transaction.atomic
def accept(proposal: Proposal, *, by: Member, why: str = "") -> Sanction:
    """Do what it proposes, through the outbox. Raises Refusal in words where that cannot be done."""
    row = _open(proposal)
    post = _place(row)
    if (no := obstacle(row)) or post is None:
        raise Refusal(f"That cannot be done: {no}.")
    now = timezone.now()
    until = now + timedelta(hours=row.hours) if row.hours and row.verb in TIMED else None
    reason = why.strip() or f"{row.points} strike points: from {row.threshold} on, members are {PAST[row.verb]}"
    row.state, row.answered, row.by_member, row.by_name = ProposalState.ACCEPTED, now, by, str(by)[:200]
    row.why = why.strip()
    row.save(update_fields=["state", "answered", "by_member", "by_name", "why"])  # first: it is not overtaken by itself
    row.sanction = sanctions.treat(post, row.verb, by=by, why=reason, until=until)
    row.save(update_fields=["sanction"])
    audit(row, "accept", by=by, why=reason, before={"state": "open"}, after={"sanction": row.sanction.pk})
    return row.sanction


@transaction.atomic
def decline(proposal: Proposal, *, by: Member, why: str) -> Proposal:
    """Leave it. The same is proposed again only when the points fell below and came back. Raises Refusal in words."""
    row = _open(proposal)
    if not why.strip():
        raise Refusal("Say why it is declined: the reason stands in the log")
    row.state, row.answered, row.by_member, row.by_name = ProposalState.DECLINED, timezone.now(), by, str(by)[:200]
    row.why = why.strip()
    row.save(update_fields=["state", "answered", "by_member", "by_name", "why"])
    audit(row, "decline", by=by, why=row.why, before={"state": "open"}, after={"state": str(row.state)})
    return row


def _open(proposal: Proposal) -> Proposal:
    rows = Proposal.of(proposal.workspace).select_for_update(of=("self",))
    row = rows.select_related("author__person", "post__source", "post__author", "workspace").get(pk=proposal.pk)
    if row.state != ProposalState.OPEN:
        told = f" by {row.by_name}" if row.by_name else ""
        raise Refusal(f"It waits no more: {row.get_state_display().lower()}{told}{f', {row.why}' if row.why else ''}")
    return row


@transaction.atomic
def set_thresholds(workspace: Workspace, given: Mapping[str, int | None], *, by: Member, why: str = "") -> Moderation:
    """How many points propose what: `warn_at mute_at mute_hours ban_at`; None: it is not proposed (of `mute_hours`:
    until somebody lifts it). Raises Refusal in words."""
    for name, number in given.items():
        most = HOURS_MOST if name == "mute_hours" else POINTS_MOST
        if number is not None and not 1 <= number <= most:
            raise Refusal(f"{number} is out of range: 1 to {most:,}, or nothing")
    steps = [given.get(name) for name in ("warn_at", "mute_at", "ban_at")]
    asked = [number for number in steps if number is not None]
    if asked != sorted(set(asked)):
        raise Refusal("A mute takes more points than a warning, and a ban more than a mute")
    return proposals.set_thresholds(workspace, given, by=by, why=why.strip())
