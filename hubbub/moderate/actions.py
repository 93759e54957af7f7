"""Deciding about posts, alone or many at once, and taking it back. Each act: the post, an audit row, what leaves us."""

from collections.abc import Sequence
from datetime import datetime

from django.db import models, transaction
from django.utils import timezone
from msgspec import Struct

from hubbub.store import answers, deeds, outbox, statements
from hubbub.store.audit import Plain, audit, changes
from hubbub.store.claim import unleased
from hubbub.store.models import (
    Actor,
    Audit,
    Batch,
    BatchKind,
    Decision,
    Member,
    Outbox,
    OutboxState,
    Policy,
    Post,
    StatementEnd,
    Workspace,
)
from hubbub.ui.api import Refusal

from . import aftermath, opinions
from .decisions import DECIDING, NEEDS_REASON, PAST, STATES, VERBS, way
from .effects import is_final

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
    batch: Batch | None = None  # to take all of it back at once; None where nothing was done


class There(Struct, frozen=True):
    """How a post stands on its network, as far as we can know, once what had not left was called back."""

    state: str
    sure: bool  # False: something is on its way there right now, or may have arrived although its try failed
    dropped: int  # how many were called back

    def may_be(self, wished: str) -> str:
        """How it stands there, or may stand there if what was wished for last has arrived."""
        return self.state if self.sure else wished

    def must_hear(self, wanted: str) -> bool:
        """Whether the network has to be asked, so that the post stands there as it is wanted."""
        return not self.sure or self.state != wanted


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
    stood, there = row.state, _call_back(row)
    _settle_refused(row)
    ground = opinions.resting(row, decision, policy, reason)
    before, after = changes(
        row, decision=str(decision), state=STATES[decision], decided=timezone.now(), **opinions.columns(ground)
    )
    row.save(update_fields=SET)
    answers.stir([row.pk])  # what is hidden waits for no answer
    asked = opinions.close(row, decision, by=by)
    verb = way(row.state, row.source.can, there.may_be(stood)) if there.must_hear(row.state) else None
    sent = outbox.put(row, verb, by=by, why=reason, was=there.state) if verb else None
    links: dict[str, Plain] = {
        "outbox": sent.pk if sent else None,
        **({"called_back": there.dropped} if there.dropped else {}),
        **({"opinions": asked} if asked else {}),
    }
    named: dict[str, Plain] = {"policy": ground.slug, "policy_version": ground.version} if ground else {}
    act = audit(row, VERBS[decision], by=by, why=reason, before=before, after={**after, **named, **links})
    statements.of_decision(row, act, by=by)
    aftermath.settle(row, by=by, why=reason)
    return Decided(row, act, sent, only_here=there.must_hear(row.state) and verb is None)


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
    acts = Audit.of(post.workspace).filter(noun="post", noun_id=post.pk, verb__in=DECIDING)
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
    batch: Batch | None = None,
) -> Many:
    """The same for many, in one transaction, as one batch that can be taken back as a whole. Those that others decided
    meanwhile are told of and left alone. `batch`: one that this goes on with, where more than `MOST` are decided."""
    if len(pks) > MOST:
        raise Refusal(f"{len(pks)} posts were chosen; {MOST} at a time is the most")
    if decision in NEEDS_REASON and not (why.strip() or policy):
        raise Refusal(f"Say why they are to be {decision.label.lower()}: the reason stands in the log")
    decided, refused = [], []
    with transaction.atomic():
        answers.hold(pks)  # all at once, in one order
        for post in Post.of(workspace).select_related("workspace").filter(pk__in=pks).order_by("pk"):
            try:
                decided.append(decide(post, decision, by=by, why=why, was=was, policy=policy))
            except Refusal as no:
                refused.append(f"“{post}”: {no}")
        if decided:
            name = f"{decision.label}: {len(decided)} post{'s' if len(decided) > 1 else ''}"
            reason = why.strip() or (policy.name if policy else "")
            batch = batch or deeds.begin(workspace, BatchKind.BULK, name, by=by, why=reason)
            record(batch, decided)
    return Many(decided, refused, batch)


def record(batch: Batch, decided: Sequence[Decided]) -> None:
    """Write decisions down as the batch's."""
    deeds.save([deeds.deed(batch, one.act, verb=one.act.verb, post=one.post, sent=one.sent) for one in decided])


@transaction.atomic
def undo(act: Audit, *, by: Actor, why: str = "") -> Decided:
    """Take a decision back: the post stands as before, and the network is asked for that, unless it was never told."""
    post = Post.of(act.workspace).filter(pk=act.noun_id).first() if act.noun == "post" else None
    if post is None or act.verb not in VERBS.values():
        raise Refusal("That entry is no decision about a post that is still here: it cannot be taken back")
    row = _locked(post)
    last = last_act(row)
    if last is None or last.pk != act.pk:
        raise Refusal(_who(row, last))
    wanted, told = str(act.before.get("state", row.state)), _told(row, act)
    if told is not None and told.tries and told.state != OutboxState.BROKEN and is_final(row.source, told.verb):
        raise Refusal(f"{row.source} has deleted it for good: that cannot be taken back there. Nothing was changed.")
    stood, there = row.state, _call_back(row, otherwise=wanted)
    before, after = changes(
        row,
        state=wanted,
        decision=_stood(row, act, wanted),
        decided=_moment(act.before.get("decided")),
        policy_id=act.before.get("policy_id"),
        policy_version=act.before.get("policy_version"),
    )
    row.save(update_fields=SET)
    answers.stir([row.pk])  # what is shown again waits again
    opinions.reopen(row, act.after.get("opinions"))
    # what was done only here is undone only here; what it had called back must be heard again
    ask = (told is not None or bool(act.after.get("called_back"))) and there.must_hear(wanted)
    verb = way(wanted, row.source.can, there.may_be(stood)) if ask else None
    reason = f"undo: {act.why}" if act.why else "undo"
    sent = outbox.put(row, verb, by=by, why=reason, was=there.state) if verb else None
    link = {"outbox": sent.pk if sent else None}
    statements.end(row, StatementEnd.UNDONE)
    statements.stand_again(row)
    entry = audit(
        row,
        "undo",
        by=by,
        why=f"undo of entry {act.pk}{f': {why}' if why else ''}",
        before=before,
        after={**after, **link},
    )
    aftermath.settle(row, by=by, why=reason)
    return Decided(row, entry, sent, only_here=ask and verb is None)


def _stood(post: Post, act: Audit, state: str) -> str:
    """The decision before that act. What its place holds back waits for a person, even if a rule was quicker."""
    before = str(act.before.get("decision", ""))
    held = not before and state == "pending" and post.source.owned and not post.ours
    return str(Decision.QUEUED) if held else before


def _told(post: Post, act: Audit) -> Outbox | None:
    """The outbox row of that act."""
    rows = Outbox.of(post.workspace).filter(post=post, verb__in=outbox.LEADS)
    if "outbox" in act.after:
        return rows.filter(pk=act.after["outbox"]).first()
    # what rules do as posts come in is written without the link: then it is the only row so far
    return rows.filter(created__gte=act.at).order_by("pk").first() if act.by_kind == "rule" else None


def _moment(written: str | int | float | bool | None) -> datetime | None:
    return datetime.fromisoformat(written) if isinstance(written, str) else None


def _call_back(post: Post, otherwise: str = "") -> There:
    """Drop what is still to be asked about how this post stands: a later decision replaces it.

    `otherwise`: how it stands there where rows of an older version do not say.
    """
    asked = Outbox.of(post.workspace).filter(post=post, state__in=UNSENT, verb__in=outbox.LEADS).order_by("pk")
    state, sure, dropped = post.state, True, 0
    for row in asked:
        if _drop(Outbox.of(post.workspace).filter(pk=row.pk)):
            # the first tells how it stands; what is on its way before it tells more
            state = (row.was or otherwise or state) if sure and not dropped else state
            sure, dropped = sure and row.tries == 0, dropped + 1
        else:
            state, sure = outbox.LEADS[row.verb], False
    return There(state, sure, dropped)


def _settle_refused(post: Post) -> None:
    """What the network refused came back to the queue; now that somebody decides anew, it is no open wish any more."""
    refused = Outbox.of(post.workspace).filter(post=post, state=OutboxState.BROKEN, verb__in=outbox.LEADS)
    refused.update(state=OutboxState.DROPPED)


def _drop(rows: models.QuerySet[Outbox]) -> int:
    # else it is being sent right now
    return rows.filter(unleased(timezone.now()), state__in=UNSENT).update(state=OutboxState.DROPPED)


def _locked(post: Post) -> Post:
    answers.hold([post.pk])  # how a post stands says who waits there
    rows = Post.of(post.workspace).select_related("source", "workspace")
    return rows.select_for_update(of=("self",)).get(pk=post.pk)
