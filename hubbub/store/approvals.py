"""Approval before something leaves: who needs it, asking, saying yes or no, and what follows.

What waits is any row: of the outbox, or a planned post. Its noun registers how it is held while an answer is written
down, and what becomes of it (`HANDLERS`). Nobody approves their own words. An approval stands for the words that were
shown: where an approver changes them, those who agreed before are asked again.
"""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Literal

from django.apps import apps
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from msgspec import Struct

from .audit import audit
from .models import (
    Actor,
    Approval,
    ApprovalState,
    ApprovalVote,
    Approving,
    HowMany,
    Member,
    NotificationKind,
    Owned,
    Role,
    Source,
    System,
    Workspace,
)
from .notifying import notify, past

What = Literal["replies", "planned"]
LOOP = System("Hubbub")
AT_ONCE = 50


class Unapprovable(Exception):
    """An approval that cannot be asked for or given, in words for whoever wants it."""


def _any_words(approval: Approval, words: str) -> None:
    del approval, words


class Handler(Struct, frozen=True):
    """What a noun does with its approvals. All are called in the transaction of the act."""

    hold: Callable[[Approval], bool]  # lock what it is about, before the approval's own row; False: it is gone
    ended: Callable[[Approval, Actor], None]  # approved (`approval.words` go out) or refused (`approval.why`)
    fits: Callable[[Approval, str], None] = (
        _any_words  # raises Unapprovable: it could not be told which words are whose
    )


HANDLERS: dict[str, Handler] = {}


def needed(member: Member, source: Source | None, what: What) -> Approving | None:
    """The rule by which these words need approval; None: they go out as they are.

    Of several, the narrowest holds: for this member before a role, for this source before all. `source` None: what
    goes to several places; only a rule for all of them holds then.
    """
    about = Q(replies=True) if what == "replies" else Q(planned=True)
    rules = Approving.of(member.workspace).filter(about, Q(member=member) | Q(member=None))
    rules = rules.filter(Q(source=None) | Q(source=source)) if source else rules.filter(source=None)
    rank = Role(member.role).rank
    holding = [one for one in rules if one.member_id or not one.up_to or rank <= Role(one.up_to).rank]
    return min(
        holding, key=lambda one: (one.member_id is None, one.source_id is None, not one.up_to, one.pk), default=None
    )


def who_may(rule: Approving, asker: Member) -> list[Member]:
    """Whom the rule names, who can still answer for it, without the one who asks.

    Where nobody of them is left, all managers stand in, so that nothing waits for ever.
    """
    named = Q(pk__in=rule.approvers.values("pk"))
    if rule.team_id:
        named |= Q(teams=rule.team_id)
    there = _there(rule.workspace).exclude(pk=asker.pk)
    return list(there.filter(named).distinct()) or _managers(there)


def _there(workspace: Workspace) -> QuerySet[Member]:
    answering = [role for role in Role if role.may(Role.RESPONDER)]
    members = Member.of(workspace).filter(active=True, user__is_active=True, role__in=answering)
    return members.select_related("user").order_by("pk")


def _managers(members: QuerySet[Member]) -> list[Member]:
    return list(members.filter(role__in=[role for role in Role if role.may(Role.MANAGER)]))


@transaction.atomic
def ask(noun: Owned, rule: Approving, *, by: Member, text: str, says: str, why: str = "") -> Approval:
    """Hold `noun` until it is approved; the caller has locked it. Who may say is told.

    `says`: one line about it without anybody's words: "A reply on Acme blog". What was asked for before about the
    same noun is taken back. Raises Unapprovable where nobody could approve.
    """
    approvers = who_may(rule, by)
    if not approvers:
        raise Unapprovable(
            "Your words need approval, and nobody here can give it. Ask a manager to name somebody under "
            "Engage settings, Approval, or to take the rule away."
        )
    withdraw(noun, by=by, why="asked again")
    approval = Approval.everywhere.create(
        workspace_id=noun.workspace_id,
        noun=noun._meta.model_name or "",
        noun_id=noun.pk,
        says=says[:200],
        text=text,
        how_many=rule.how_many,
        asked_by=by,
        asked_name=str(by)[:200],
        at=timezone.now(),
    )
    approval.approvers.set(approvers)
    audit(approval, "ask approval", by=by, why=why, after={"noun": approval.noun, "row": noun.pk, **_words(text)})
    notify(approvers, NotificationKind.APPROVAL, f"{by} asks for your approval: {says}", about=approval, key="asked")
    return approval


def standing(noun: Owned) -> Approval | None:
    """The newest approval that was asked for about it."""
    return of(noun).order_by("-pk").first()


def of(noun: Owned) -> QuerySet[Approval]:
    """All that were asked for about it."""
    return Approval.everywhere.filter(workspace_id=noun.workspace_id, noun=noun._meta.model_name or "", noun_id=noun.pk)


def waiting_for(member: Member) -> QuerySet[Approval]:
    """What waits for this member's word, oldest first."""
    said = ApprovalVote.of(member.workspace).filter(by=member, stands=True)
    mine = Approval.of(member.workspace).filter(state=ApprovalState.OPEN, approvers=member)
    return mine.exclude(pk__in=said.values("approval")).order_by("pk")


@transaction.atomic
def vote(
    approval: Approval, *, by: Member, yes: bool, why: str = "", text: str | None = None, read: str = ""
) -> Approval:
    """Approve or refuse. `text`: the words as the approver changed them before approving; None: as they are. `read`:
    which words they had before them (`fingerprint`); "": unknown.

    One no refuses all, and says why. Where what it is about is gone, the approval is taken back. Raises Unapprovable.
    """
    row = _held(approval)
    if row.state == ApprovalState.WITHDRAWN and approval.state == ApprovalState.OPEN:
        return row
    _may_say(row, by)
    if yes and read and read != fingerprint(row):
        raise Unapprovable("Somebody changed the words while you were reading: read them again, then approve")
    # a form ends lines with two characters: that changes no word
    words = row.words if text is None else text.replace("\r\n", "\n").strip()
    if yes and row.words and not words:
        raise Unapprovable("There are no words left to approve. Refuse it instead, and say why.")
    if not yes and not why.strip():
        raise Unapprovable("Say why it is refused: whoever wrote it reads that.")
    if yes and words != row.words:
        HANDLERS[row.noun].fits(row, words)
        agreed = row.votes.filter(yes=True, stands=True)
        again = list(Member.of(row.workspace).filter(pk__in=agreed.values("by")).exclude(pk=by.pk))
        agreed.update(stands=False)
        row.edited = words
        row.save(update_fields=["edited"])
        entry = audit(row, "edit", by=by, why=why, before=_words(row.text), after=_words(words))
        says = f"{by} changed words that you approved, and asks for your approval again: {row.says}"
        notify(again, NotificationKind.APPROVAL, says, about=row, key=f"asked again {entry.pk}")
    row.votes.filter(by=by, stands=True).update(stands=False)
    ApprovalVote.everywhere.create(
        workspace_id=row.workspace_id, approval=row, by=by, by_name=str(by)[:200], yes=yes, why=why.strip(),
        text=words, at=timezone.now(),
    )  # fmt: skip
    audit(row, "approve" if yes else "refuse", by=by, why=why.strip(), after=_words(words))
    past([by], NotificationKind.APPROVAL, about=row, key="asked")
    if not yes:
        _end(row, ApprovalState.REFUSED, by=by, why=why.strip())
    elif _is_enough(row):
        _end(row, ApprovalState.APPROVED, by=by)
    return row


def fingerprint(row: Approval) -> str:
    """The same as long as the words are."""
    return sha256(row.words.encode()).hexdigest()[:16]


def _may_say(row: Approval, by: Member) -> None:
    if row.state != ApprovalState.OPEN:
        raise Unapprovable(f"It waits no longer: {ApprovalState(row.state).label.lower()}")
    if row.asked_by_id == by.pk:
        raise Unapprovable("These are your own words: somebody else has to approve them")
    if not row.approvers.filter(pk=by.pk).exists() or not by.may(Role.RESPONDER):
        raise Unapprovable("Your approval is not asked for here")


def _is_enough(row: Approval) -> bool:
    agreed = row.votes.filter(yes=True, stands=True, by__isnull=False)
    if row.how_many == HowMany.ANY:
        return agreed.exists()
    return not row.approvers.exclude(pk__in=agreed.values("by")).exists() and agreed.exists()


@transaction.atomic
def withdraw(noun: Owned, *, by: Actor, why: str = "") -> Approval | None:
    """Nobody needs to say any more; the caller has locked `noun`, and says what becomes of it."""
    row = of(noun).filter(state=ApprovalState.OPEN).select_for_update().first()
    if row is None:
        return None
    _withdrawn(row, by=by, why=why)
    return row


def _withdrawn(row: Approval, *, by: Actor, why: str) -> None:
    _close(row, ApprovalState.WITHDRAWN, why)
    audit(row, "withdraw", by=by, why=why, before={"state": "open"}, after={"state": row.state})


def _close(row: Approval, state: ApprovalState, why: str) -> None:
    """It waits no longer, and whoever was asked need not look at it."""
    row.state, row.ended, row.why = state, timezone.now(), why
    row.save(update_fields=["state", "ended", "why"])
    past(row.approvers.all(), NotificationKind.APPROVAL, about=row, key="asked")


def _end(row: Approval, state: ApprovalState, *, by: Actor, why: str = "") -> None:
    _close(row, state, why)
    HANDLERS[row.noun].ended(row, by)
    if row.asked_by and row.asked_by_id != getattr(by, "pk", None):
        said = "approved" if state == ApprovalState.APPROVED else "refused"
        more = ", with other words" if row.edited and state == ApprovalState.APPROVED else f": {why}" if why else ""
        notify([row.asked_by], NotificationKind.APPROVAL, f"{by} {said} {_lower(row.says)}{more}", about=row, key=said)


def _held(approval: Approval) -> Approval:
    """Its row, locked after what it is about, as all who change either do."""
    there = HANDLERS[approval.noun].hold(approval)
    row = Approval.everywhere.select_for_update().get(pk=approval.pk)
    if not there and row.state == ApprovalState.OPEN:
        _withdrawn(row, by=LOOP, why="what it was about is gone")
    return row


def step(now: datetime) -> bool:
    """Approvers who left, or can no longer answer, block nobody, nor does what is gone. False: there are none."""
    del now
    cannot = [role for role in Role if not role.may(Role.RESPONDER)]
    left = Q(approvers__active=False) | Q(approvers__user__is_active=False) | Q(approvers__role__in=cannot)
    touched = Approval.everywhere.filter(left, state=ApprovalState.OPEN).distinct()[:AT_ONCE]
    empty = Approval.everywhere.filter(state=ApprovalState.OPEN, approvers__isnull=True)[:AT_ONCE]
    busy = False
    for row in (*touched, *empty, *_aimless()):
        busy = _settle(row) or busy
    return busy


def _aimless() -> list[Approval]:
    """Those of which what they are about is gone, with its source."""
    rows = Approval.everywhere.filter(state=ApprovalState.OPEN)
    nouns = [(noun, apps.get_model("store", noun)._base_manager) for noun in HANDLERS]
    there = [(noun, Exists(there.filter(pk=OuterRef("noun_id")))) for noun, there in nouns]
    return [row for noun, standing in there for row in rows.filter(~standing, noun=noun)[:AT_ONCE]]


@transaction.atomic
def _settle(approval: Approval) -> bool:
    """Whether anything about it changed."""
    row = _held(approval)
    if row.state != ApprovalState.OPEN:
        return approval.state != row.state  # it was withdrawn just now
    there = _there(row.workspace)
    gone = list(row.approvers.exclude(pk__in=there.values("pk")))
    row.approvers.remove(*gone)
    said = ", ".join(str(one) for one in gone)
    if gone:
        audit(row, "approvers", by=LOOP, why=f"can no longer approve: {said}")
    if not row.approvers.exists():
        stand_in = _managers(there.exclude(pk=row.asked_by_id or 0))
        row.approvers.set(stand_in)
        says = f"{row.asked_name} asks for your approval: {row.says}"
        notify(stand_in, NotificationKind.APPROVAL, says, about=row, key="asked")
        return bool(gone or stand_in)
    if _is_enough(row):
        try:
            with transaction.atomic():
                _end(row, ApprovalState.APPROVED, by=LOOP)
        except Unapprovable as no:  # what it is about has changed meanwhile; its writer hears why
            _end(row, ApprovalState.REFUSED, by=LOOP, why=str(no))
    return bool(gone)


def _words(text: str) -> dict[str, str | int]:
    """What the log says of words: it holds none, but tells whether they are the same."""
    return {"words": sha256(text.encode()).hexdigest()[:16], "length": len(text)}


def _lower(says: str) -> str:
    return says[:1].lower() + says[1:]
