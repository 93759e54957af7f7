"""Appeals: made by an author over the signed link, answered by another person than the one who decided."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from hubbub.store import strikes
from hubbub.store.audit import Plain, audit
from hubbub.store.models import (
    STANDING,
    Appeal,
    AppealState,
    Decision,
    Member,
    Statement,
    StatementEnd,
    System,
)
from hubbub.ui.api import Refusal

from . import actions, notices_actions, opinions, sanctions
from .appeal_keys import works

TEXT_MOST, REASON_MOST = 4_000, 2_000
OF_ONE_VISITOR = 5  # in an hour, over all links
OF_ALL = 200  # in an hour, of one workspace
HOUR = timedelta(hours=1)
AUTHOR = System("The author")


class TooMany(Refusal):
    """Too many appeals at this moment; try again later."""


@transaction.atomic
def make(statement: Statement, text: str, *, sender: str = "") -> Appeal:
    """An author says that this decision was wrong. Raises Refusal; the same again gives the one that there is."""
    words, now = text.replace("\r\n", "\n").strip(), timezone.now()
    if known := Appeal.of(statement.workspace).filter(statement=statement).first():
        if known.text == words:
            return known
        raise Refusal("You have appealed against this decision already: its state stands on this page")
    if not words:
        raise Refusal("Please write why you think that the decision is wrong")
    if len(words) > TEXT_MOST:
        raise Refusal(f"Your text has {len(words):,} characters; {TEXT_MOST:,} is the most. Please shorten it")
    if not works(statement, now):
        raise Refusal("The six months in which one can appeal against this decision are over")
    lately = Appeal.of(statement.workspace).filter(at__gte=now - HOUR)
    if (sender and lately.filter(sender=sender).count() >= OF_ONE_VISITOR) or lately.count() >= OF_ALL:
        raise TooMany("Many appeals came in within this hour. Please try again in an hour; your link goes on working")
    try:
        with transaction.atomic():
            made = Appeal.everywhere.create(
                workspace_id=statement.workspace_id, statement=statement, text=words, at=now, sender=sender
            )
    except IntegrityError as twice:
        raise Refusal("You have appealed against this decision already: its state stands on this page") from twice
    # what the author writes stays out of the log, which is never changed
    audit(made, "appeal", by=AUTHOR, after={"statement": statement.pk, "post": statement.post_id})
    return made


def may_answer(appeal: Appeal, member: Member) -> str:
    """Why this member may not answer it, in words; "": they may."""
    first = appeal.statement.by_member_id
    if first is not None and first == member.pk and opinions.others(appeal.workspace, member):
        return "You made this decision: somebody else answers the appeal"
    return ""


@transaction.atomic
def decide(appeal: Appeal, *, overturn: bool, by: Member, why: str, base: str = "") -> Appeal:
    """Uphold the decision, or take it back with what it did and cost. The author hears it. Raises Refusal."""
    row = _locked(appeal)
    reason = why.replace("\r\n", "\n").strip()
    if row.state != AppealState.OPEN:
        raise Refusal(f"{row.by_name} has answered this appeal already: {row.get_state_display().lower()}")
    if not reason or len(reason) > REASON_MOST:
        raise Refusal(f"Say why, in at most {REASON_MOST:,} characters: the author reads it")
    if no := may_answer(row, by):
        raise Refusal(no)
    row.same = row.statement.by_member_id == by.pk
    row.state = AppealState.OVERTURNED if overturn else AppealState.UPHELD
    row.decided, row.by_member, row.by_name, row.reason = timezone.now(), by, str(by)[:200], reason
    if overturn:
        row.left = "\n".join(_reverse(row, by, reason))
    row.save()
    after: dict[str, Plain] = {"state": str(row.state), "statement": row.statement_id}
    if row.same:
        after["same person"] = "nobody else here may decide"
    audit(row, "overturn" if overturn else "uphold", by=by, why=reason, after=after)
    notices_actions.answer(row, by=by, base=base)
    return row


def _reverse(appeal: Appeal, by: Member, reason: str) -> list[str]:
    """Take the decision back, and what hangs on it. Returns what could not be, in words."""
    whole = appeal.statement
    left = []
    for one in (whole, *whole.parts.select_related("workspace", "post", "sanction", "entry__workspace")):
        if no := _reverse_one(one, by, f"appeal {appeal.pk}: {reason}"):
            left.append(f"{one.name}: {no}")
        if one.post is not None:
            # told of as an act on the post, so that what a rule did here counts as wrong
            links: dict[str, Plain] = {"appeal": appeal.pk, "statement": one.pk, "rule": one.rule_id}
            audit(one.post, "overturn", by=by, why=reason, after=links)
    return left


def _reverse_one(one: Statement, by: Member, why: str) -> str:
    """ "": it stands no more. Else why it was left, in words."""
    stood = not one.ended
    if one.post is not None:
        strikes.withdraw(one.post, by=by, why=why)
    left = ""
    try:
        if one.sanction is not None:
            _lift(one, by, why)
        elif one.post is None:
            left = "the post is gone"
        elif not stood:
            left = "somebody decided otherwise since; that was left as it is"
        else:
            _show(one, by, why)
    except Refusal as no:
        left = str(no)
    # the reason was wrong, whatever could be done about it
    Statement.of(one.workspace).filter(pk=one.pk).update(end=StatementEnd.APPEAL, ended=timezone.now())
    return left


def _lift(one: Statement, by: Member, why: str) -> None:
    sanction = one.sanction
    if sanction is not None and sanction.state in STANDING and sanctions.contrary(sanction):
        sanctions.lift(sanction, by=by, why=why)


def _show(one: Statement, by: Member, why: str) -> None:
    done = actions.undo(one.entry, by=by, why=why)
    if done.post.decision == Decision.QUEUED:  # it waited for a person before: this is what the person says
        done = actions.decide(done.post, Decision.APPROVED, by=by, why=why)
    if done.only_here:
        raise Refusal(f"with its settings {done.post.source} cannot be asked to show it; in Hubbub it stands again")


def _locked(appeal: Appeal) -> Appeal:
    rows = Appeal.of(appeal.workspace).select_related(
        "workspace", "statement__workspace", "statement__post", "statement__source", "statement__author",
        "statement__sanction__workspace", "statement__entry__workspace",
    )  # fmt: skip
    return rows.select_for_update(of=("self",)).get(pk=appeal.pk)
