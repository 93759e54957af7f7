"""Deciding about posts, alone or many at once, and taking it back. Each act: the post, an audit row, what leaves us."""

from collections.abc import Sequence
from datetime import datetime

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from msgspec import Struct

from hubbub.store import outbox
from hubbub.store.audit import audit, changes
from hubbub.store.models import Actor, Audit, Decision, Member, Outbox, OutboxState, Policy, Post, Workspace
from hubbub.ui.api import Refusal

from . import opinions
from .decisions import NEEDS_REASON, PAST, STATES, VERBS, way

MOST = 200  # posts in one bulk act
SET = ("decision", "state", "decided", "policy_id", "policy_version")  # of a post, by a decision
UNSENT = (OutboxState.WAITING, OutboxState.FAILED)


class Decided(Struct, frozen=True):
    """What became of one post."""

    post: Post
    act: Audit
    sent: Outbox | None  # what the network is asked for
    only_here: bool  # it had to be asked and cannot be: the decision stands in Hubbub alone


class Many(Struct, frozen=True):
    """What became of a bulk act."""

    decided: Sequence[Decided]
    refused: Sequence[str]  # why the others were not, in words


@transaction.atomic
def decide(
    post: Post,
    decision: Decision,
    *,
    by: Actor,
    why: str = "",
    was: str | None = None,
    policy: Policy | None = None,
) -> Decided:
    """Approve, hide or remove: here now, on the network through the outbox.

    `policy`: the guideline that it rests on; where none is named, the one that `why` names or that a rule found
    broken (see `resting`). Its name is the reason where no other is given.
    `was`: the decision that stood when the page was opened; where it is another now, Refusal says who decided
    what. The same decision again by the same member (a double click) gives what the first one gave.
    """
    if decision not in STATES:
        raise Refusal(f"{decision or 'Nothing'} cannot be decided: say approved, hidden or removed")
    reason = why.strip() or (policy.name if policy else "")
    if decision in NEEDS_REASON and not reason:
        raise Refusal(f"Say why it is to be {decision.label.lower()}: the reason stands in the log")
    row = _locked(post)
    if row.decision == decision or (was is not None and row.decision != was):
        return _already(row, decision, by)
    called_back = _call_back(row)
    state = row.state
    ground = opinions.resting(row, decision, policy, reason)
    before, after = changes(
        row, decision=str(decision), state=STATES[decision], decided=timezone.now(), **opinions.columns(ground)
    )
    row.save(update_fields=SET)
    opinions.close(row, decision, by=by)
    verb = way(row.state, row.source.can) if row.state != state else None
    sent = outbox.put(row, verb, by=by, why=reason) if verb else None
    links = {"outbox": sent.pk if sent else None, **({"called_back": called_back} if called_back else {})}
    named = {"policy": ground.slug, "policy_version": ground.version} if ground else {}
    act = audit(row, VERBS[decision], by=by, why=reason, before=before, after={**after, **named, **links})
    return Decided(row, act, sent, only_here=row.state != state and verb is None)


def _already(post: Post, decision: Decision, by: Actor) -> Decided:
    last = last_act(post)
    if last and post.decision == decision and isinstance(by, Member) and last.by_member_id == by.pk:
        sent = Outbox.of(post.workspace).filter(pk=last.after.get("outbox")).first()
        return Decided(post, last, sent, only_here=False)
    raise Refusal(_who(post, last))


def _who(post: Post, last: Audit | None) -> str:
    """Who was quicker."""
    if last is None:
        return f"Meanwhile this was decided: {post.get_decision_display().lower()}. Nothing was changed."
    why = f", because: {last.why}" if last.why else ""
    return f"{last.by_name} {PAST.get(last.verb, last.verb)} this at {last.at:%H:%M} UTC{why}. Nothing was changed."


def last_act(post: Post) -> Audit | None:
    """The newest entry of the log about this post's decision."""
    acts = Audit.of(post.workspace).filter(noun="post", noun_id=post.pk)
    return acts.order_by("-pk").first()


def decide_many(
    workspace: Workspace,
    pks: Sequence[int],
    decision: Decision,
    *,
    by: Actor,
    why: str = "",
    was: str | None = None,
    policy: Policy | None = None,
) -> Many:
    """The same for many, in one transaction. Those that others decided meanwhile are told of and left alone."""
    if len(pks) > MOST:
        raise Refusal(f"{len(pks)} posts were chosen; {MOST} at a time is the most")
    if decision in NEEDS_REASON and not (why.strip() or policy):
        raise Refusal(f"Say why they are to be {decision.label.lower()}: the reason stands in the log")
    decided, refused = [], []
    with transaction.atomic():
        for post in Post.of(workspace).filter(pk__in=pks).order_by("pk"):
            try:
                decided.append(decide(post, decision, by=by, why=why, was=was, policy=policy))
            except Refusal as no:
                refused.append(f"“{post}”: {no}")
    return Many(decided, refused)


@transaction.atomic
def undo(act: Audit, *, by: Actor) -> Decided:
    """Take a decision back: the post stands as before, and the network is asked for that, unless it was never told."""
    post = Post.of(act.workspace).filter(pk=act.noun_id).first() if act.noun == "post" else None
    if post is None or act.verb not in VERBS.values():
        raise Refusal("That entry is no decision about a post that is still here: it cannot be taken back")
    row = _locked(post)
    last = last_act(row)
    if last is None or last.pk != act.pk:
        raise Refusal(_who(row, last))
    told = _told(row, act)
    never_left = told is not None and _drop(Outbox.of(row.workspace).filter(pk=told.pk, tries=0)) == 1
    _call_back(row)
    wanted = str(act.before.get("state", row.state))
    before, after = changes(
        row,
        state=wanted,
        decision=str(act.before.get("decision", "")),
        decided=_moment(act.before.get("decided")),
        policy_id=act.before.get("policy_id"),
        policy_version=act.before.get("policy_version"),
    )
    row.save(update_fields=SET)
    # what this act itself had called back has never arrived either: then the network must hear the older wish again
    ask = told is not None and (not never_left or bool(act.after.get("called_back")))
    verb = way(wanted, row.source.can) if ask else None
    sent = outbox.put(row, verb, by=by, why=f"undo: {act.why}" if act.why else "undo") if verb else None
    link = {"outbox": sent.pk if sent else None}
    entry = audit(row, "undo", by=by, why=f"undo of entry {act.pk}", before=before, after={**after, **link})
    return Decided(row, entry, sent, only_here=ask and verb is None)


def _told(post: Post, act: Audit) -> Outbox | None:
    """The outbox row of that act."""
    rows = Outbox.of(post.workspace).filter(post=post).exclude(verb="reply")
    if "outbox" in act.after:
        return rows.filter(pk=act.after["outbox"]).first()
    # what rules do as posts come in is written without the link: then it is the only row so far
    return rows.filter(created__gte=act.at).order_by("pk").first() if act.by_kind == "rule" else None


def _moment(written: str | int | float | bool | None) -> datetime | None:
    return datetime.fromisoformat(written) if isinstance(written, str) else None


def _call_back(post: Post) -> int:
    """Drop what is still to be asked about this post: a later decision replaces it. How many."""
    return _drop(Outbox.of(post.workspace).filter(post=post, state__in=UNSENT).exclude(verb="reply"))


def _drop(rows: models.QuerySet[Outbox]) -> int:
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=timezone.now())  # else it is being sent right now
    return rows.filter(free, state__in=UNSENT).update(state=OutboxState.DROPPED)


def _locked(post: Post) -> Post:
    rows = Post.of(post.workspace).select_related("source", "workspace")
    return rows.select_for_update(of=("self",)).get(pk=post.pk)
