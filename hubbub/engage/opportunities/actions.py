"""What is done with opportunities: taken into the inbox, passed over, brought back; house rules and weights."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from msgspec import to_builtins

from hubbub.core.fit import Weights
from hubbub.engage.actions import assign
from hubbub.store import opportunities
from hubbub.store.audit import audit
from hubbub.store.cleaning import web
from hubbub.store.models import (
    Actor,
    Conversation,
    HouseRules,
    Member,
    Opportunity,
    OpportunityState,
    PassReason,
    Source,
    Stance,
    Workspace,
)
from hubbub.ui.api import Refusal

MOST = 200  # in one bulk act
REWEIGHED = 2_000  # open ones that a change of weights or house rules weighs anew
BACK = frozenset({OpportunityState.PASSED, OpportunityState.LAPSED})


@transaction.atomic
def take(row: Opportunity, *, by: Member, why: str = "") -> Conversation:
    """Put its thread into the inbox, given to whoever takes it. Raises Refusal where it is not there any more."""
    held = _held(row.workspace, [row.pk])
    if not held or held[0].state == OpportunityState.OVER:
        raise Refusal("It is not there any more: its author or the network took it away, or we are in it already")
    fresh = held[0]
    if fresh.state == OpportunityState.TAKEN and fresh.conversation:
        if fresh.by_id != by.pk:
            raise Refusal(f"{fresh.by or 'Somebody'} has taken it: it stands in the inbox")
        return fresh.conversation
    conversation = opportunities.open_thread(fresh.post)
    if conversation is None:
        raise Refusal("The post is not there any more")
    before = fresh.state
    fresh.state, fresh.by, fresh.at, fresh.conversation = OpportunityState.TAKEN, by, timezone.now(), conversation
    fresh.save(update_fields=["state", "by", "at", "conversation"])
    audit(fresh, "take", by=by, why=why, before={"state": before}, after={"conversation": conversation.pk})
    if conversation.assignee_id is None:
        assign(conversation, by, by=by, why="took the opportunity")
    return conversation


@transaction.atomic
def pass_over(
    workspace: Workspace, pks: Sequence[int], reason: PassReason, *, by: Member, why: str = ""
) -> list[Opportunity]:
    """Not for us; gives those that were open until now."""
    return _move(workspace, pks, OpportunityState.PASSED, frozenset({OpportunityState.OPEN}), reason, by, why)


@transaction.atomic
def bring_back(workspace: Workspace, pks: Sequence[int], *, by: Member, why: str = "") -> list[Opportunity]:
    """Open again what was passed over or let go; what was let go, or would be at once, is fresh from now on."""
    return _move(workspace, pks, OpportunityState.OPEN, BACK, PassReason.NONE, by, why)


def _move(
    workspace: Workspace,
    pks: Sequence[int],
    state: OpportunityState,
    allowed: frozenset[OpportunityState],
    reason: PassReason,
    by: Member,
    why: str,
) -> list[Opportunity]:
    if len(pks) > MOST:
        raise Refusal(f"{len(pks)} were chosen; {MOST} at a time is the most")
    moved = [row for row in _held(workspace, pks) if row.state in allowed]
    own, now = opportunities.weights(opportunities.scouting_of(workspace)), timezone.now()
    for row in moved:
        before = row.state
        if state == OpportunityState.OPEN and not (
            before == OpportunityState.PASSED and opportunities.is_fresh(row, own, now)
        ):
            opportunities.freshen(row, own, now)
        row.state, row.reason = state, reason
        row.by, row.at = (None, None) if state == OpportunityState.OPEN else (by, now)
        row.save(update_fields=["state", "reason", "by", "at", "published", "order"])
        verb = "bring back" if state == OpportunityState.OPEN else "pass over"
        audit(row, verb, by=by, why=why, before={"state": before}, after={"state": state, "reason": reason})
    return moved


def _held(workspace: Workspace, pks: Sequence[int]) -> list[Opportunity]:
    rows = Opportunity.of(workspace).select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
    return list(rows.select_related("workspace", "post__source", "conversation", "by__user"))


@transaction.atomic
def set_house_rules(
    source: Source, stance: str, note: str = "", url: str = "", *, by: Actor, why: str = ""
) -> HouseRules | None:
    """What a place allows, as somebody has read it there; "" takes it back. Raises Refusal."""
    if source.owned:
        raise Refusal(f"{source} is ours: its guidelines stand under Moderate, Policies")
    if stance and stance not in Stance.values:
        raise Refusal("Say whether businesses may speak there: " + ", ".join(Stance.values))
    if len(note) > 500:
        raise Refusal(f"The note has {len(note)} characters; 500 is the most")
    if url.strip() and not web(url.strip()):
        raise Refusal("The address of the rules is no web address: it begins with https://")
    before = HouseRules.of(source.workspace).filter(source=source).first()
    row: HouseRules | None = None
    if stance:
        member = by if isinstance(by, Member) else None
        fields = {"stance": stance, "note": note.strip(), "url": url.strip(), "by": member, "at": timezone.now()}
        row, _ = HouseRules.everywhere.update_or_create(workspace=source.workspace, source=source, defaults=fields)
    elif before is not None:
        before.delete()
    audit(
        source, "house rules", by=by, why=why,
        before={"stance": before.stance if before else ""}, after={"stance": stance},
    )  # fmt: skip
    _reweigh(source.workspace, source)
    return row


@transaction.atomic
def set_weights(workspace: Workspace, wanted: Weights, *, by: Member, why: str = "") -> None:
    """What is held for a good opportunity. Raises Refusal."""
    for name in ("unhappy", "rival", "field", "statement"):
        if not 0 <= getattr(wanted, name) <= 1:
            raise Refusal("The weights lie between 0 and 1")
    if not 1 <= wanted.half_life <= 720:
        raise Refusal("The half life lies between 1 and 720 hours")
    if not 1 <= wanted.days <= 30:
        raise Refusal("They are kept open for 1 to 30 days")
    if not 0 <= wanted.least <= 100:
        raise Refusal("The least fit lies between 0 and 100")
    row = opportunities.scouting_of(workspace)
    before = opportunities.weights(row)
    if before == wanted:
        return
    row.weights = to_builtins(wanted)
    row.save(update_fields=["weights"])
    audit(row, "change", by=by, why=why, before=_plain(before), after=_plain(wanted))
    _reweigh(workspace)


def _plain(weights: Weights) -> dict[str, float]:
    return {name: getattr(weights, name) for name in Weights.__struct_fields__}


def _reweigh(workspace: Workspace, source: Source | None = None) -> None:
    rows = Opportunity.of(workspace).filter(state=OpportunityState.OPEN)
    if source is not None:
        rows = rows.filter(source=source)
    own = opportunities.weights(opportunities.scouting_of(workspace))
    opportunities.reweigh(workspace, own, list(rows.order_by("-order")[:REWEIGHED]))
