"""What people do with the outbox by hand: try again, call back, change words and time, send what was overtaken."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from hubbub.engage.actions import words_of
from hubbub.store import answers, approvals, outbox, saved_replies
from hubbub.store.audit import Plain, audit
from hubbub.store.models import Actor, Approving, Conversation, HeldFor, Member, Outbox, OutboxState
from hubbub.store.outbox import ANSWERS, OWN, UNSENT
from hubbub.ui.api import Refusal

from . import composing
from .actions import FARTHEST, what

CHANGED = (*ANSWERS, "edit")  # whose words can be changed before they leave


@transaction.atomic
def retry(row: Outbox, *, by: Actor, why: str = "") -> Outbox:
    """Due now, with a fresh day before it is given up. `tries` stays: the network is asked first what it has."""
    outbox.hold_conversation(row)
    _refuse_second(row)
    now = timezone.now()
    moved = _move(
        row,
        (OutboxState.FAILED, OutboxState.BROKEN),
        "retry",
        by,
        why,
        state=OutboxState.WAITING,
        due=now,
        first_try=None,
        lease_until=None,
    )
    _revive_parts(moved, by)
    return moved


def _refuse_second(row: Outbox) -> None:
    """It was given up, and somebody else has answered since: they did not know that it would go after all."""
    if row.verb not in ANSWERS or row.state != OutboxState.BROKEN or row.post is None or not row.post.conversation_id:
        return
    talk = row.post.conversation_id
    later = Outbox.of(row.workspace).filter(post__conversation=talk, verb__in=ANSWERS, pk__gt=row.pk)
    lost = [OutboxState.DROPPED, OutboxState.BROKEN]
    other = later.exclude(state__in=lost).exclude(by_member=row.by_member_id).order_by("-pk").first()
    if other is not None:
        raise Refusal(
            f"{other.by_name} answered after this could not be sent. Read that first; if this is still to go, send it "
            "by “Change”, else call it back."
        )


def _revive_parts(row: Outbox, by: Actor) -> None:
    """What was given up because this one failed follows it again."""
    for part in row.followed_by.filter(state=OutboxState.BROKEN, tries=0, verb__in=ANSWERS):
        _move(part, (OutboxState.BROKEN,), "retry", by, "the part before it", state=OutboxState.WAITING, error="")


@transaction.atomic
def drop(row: Outbox, *, by: Actor, why: str = "") -> Outbox:
    """Call it back before it leaves: its words are a draft of their writer again. What follows it does not leave
    either."""
    outbox.hold_conversation(row)
    _refuse_moderation(row)
    dropped = _move(row, UNSENT, "drop", by, why, state=OutboxState.DROPPED, held_for=HeldFor.NONE)
    approvals.withdraw(dropped, by=by, why="called back")
    rest = list(dropped.followed_by.filter(state__in=UNSENT))
    for one in rest:
        if one.verb in ANSWERS:
            drop(one, by=by, why=why)
    if dropped.verb in ANSWERS and dropped.follows_id is None:
        outbox.give_back(dropped)
        answers.unsaid(dropped, by=by, why="the answer was called back")
    _stir(dropped)
    return dropped


def may_be_dropped(row: Outbox) -> bool:
    """Whether it is for those who answer to call back: what we say, and what the network refused for good."""
    return row.verb in (*OWN, "post") or row.state == OutboxState.BROKEN


def _refuse_moderation(row: Outbox) -> None:
    """What stands here as hidden or banned must not go on standing there in silence. What the network refused came
    back to the queue already: that can go."""
    if not may_be_dropped(row):
        raise Refusal(
            f"“{row.verb.capitalize()}” was decided by {row.by_name}: take the decision back where posts and people "
            "are moderated, so that what stands here and there stays the same"
        )


@transaction.atomic
def send_after_all(row: Outbox, *, by: Actor, why: str = "") -> Outbox:
    """It was held because the conversation went on; whoever read that says that it still fits."""
    outbox.hold_conversation(row)
    fresh = _fresh(row)
    if fresh.state != OutboxState.HELD or fresh.held_for != HeldFor.OVERTAKEN:
        raise Refusal(f"It does not wait for that: {OutboxState(fresh.state).label.lower()}")
    now = timezone.now()
    changed = {"held_for": HeldFor.NONE, "error": "", "seen": None, "due": now, "at": None}
    moved = _move(fresh, (OutboxState.HELD,), "send after all", by, why, state=OutboxState.WAITING, **changed)
    _stir(moved)
    return moved


@transaction.atomic
def change(
    row: Outbox, text: str, at: datetime | None, *, by: Member, delay: timedelta = timedelta(), why: str = ""
) -> Outbox:
    """Other words or another time, before it leaves; what could not be sent is due again. `at` None: now.

    Changed words need approval again, where whoever changed them needs one.
    """
    outbox.hold_conversation(row)
    fresh = _fresh(row)
    if fresh.verb not in CHANGED:
        raise Refusal("Only what we say can be changed here")
    words = words_of(text, "reply")
    _check(fresh, words, at)
    now = timezone.now()
    if _is_leased(fresh, now) or fresh.state not in UNSENT:
        raise Refusal(_why_not(fresh, "change"))
    same = words == fresh.text
    before: dict[str, Plain] = {
        "words": composing.digest(fresh.text),
        "length": len(fresh.text),
        "state": fresh.state,
        "at": fresh.at,
    }
    held = fresh.state == OutboxState.HELD and fresh.held_for == HeldFor.APPROVAL
    rule = approvals.needed(by, fresh.source, "replies")
    fresh.text, fresh.at, fresh.due = words, at, at or now + delay
    fresh.timing = fresh.timing if at and at == before["at"] else ""
    fresh.first_try, fresh.error = None, ""
    fresh.seen = _newest(fresh) if at or rule else None
    if not (held and same):
        fresh.state, fresh.held_for = OutboxState.WAITING, HeldFor.NONE
        if rule and not (same and _approved(fresh)):
            fresh.state, fresh.held_for = OutboxState.HELD, HeldFor.APPROVAL
        elif held:
            approvals.withdraw(fresh, by=by, why="its words were changed by somebody who needs no approval")
    fields = ["text", "at", "due", "timing", "first_try", "error", "seen", "state", "held_for"]
    fresh.save(update_fields=fields)
    if fresh.state == OutboxState.HELD and rule and not (held and same):
        _ask(fresh, rule, by)
    after: dict[str, Plain] = {"words": composing.digest(words), "length": len(words), "state": fresh.state, "at": at}
    audit(fresh, "change", by=by, why=why, before=before, after=after)
    _revive_parts(fresh, by)
    _stir(fresh)
    return fresh


def _ask(row: Outbox, rule: Approving, by: Member) -> None:
    try:
        approvals.ask(row, rule, by=by, text=row.text, says=what(row))
    except approvals.Unapprovable as no:
        raise Refusal(str(no)) from no


def _approved(row: Outbox) -> bool:
    last = approvals.standing(row)
    return last is not None and last.state == "approved" and last.words == row.text


def _check(row: Outbox, words: str, at: datetime | None) -> None:
    now = timezone.now()
    if at is not None and not now < at <= now + FARTHEST:
        raise Refusal("Choose a time that is still to come, within a year, or send it now")
    if row.post is None:
        return
    if row.post.conversation and (gaps := saved_replies.missing(row.workspace, words, row.post.conversation)):
        raise Refusal(saved_replies.refusal(gaps))
    measured = composing.measure(row.source, row.post, words)
    if not measured.fits:
        raise Refusal(measured.says.split(" Shorten")[0] + " Shorten it.")


def _newest(row: Outbox) -> int | None:
    if row.post is None or row.post.conversation is None:
        return None
    return row.post.conversation.posts.order_by("-pk").values_list("pk", flat=True).first()


def _fresh(row: Outbox) -> Outbox:
    rows = Outbox.of(row.workspace).select_related("source", "post__author", "post__conversation", "workspace")
    return rows.select_for_update(of=("self",)).get(pk=row.pk)


def _stir(row: Outbox) -> None:
    if row.post is not None and row.post.conversation_id is not None:
        Conversation.of(row.workspace).filter(pk=row.post.conversation_id).update(stirred=True)


def _move(
    row: Outbox, allowed: tuple[OutboxState, ...], verb: str, by: Actor, why: str, *, state: OutboxState, **more: object
) -> Outbox:
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=timezone.now())
    # asked in the UPDATE itself: the loop may take the row in this very moment
    moved = Outbox.of(row.workspace).filter(free, pk=row.pk, state__in=[*allowed]).update(state=state, **more)
    fresh = Outbox.of(row.workspace).select_related("source", "post").get(pk=row.pk)
    if not moved:
        raise Refusal(_why_not(fresh, verb))
    audit(fresh, verb, by=by, why=why, before={"state": row.state}, after={"state": fresh.state})
    return fresh


def _is_leased(row: Outbox, now: datetime) -> bool:
    return row.lease_until is not None and row.lease_until > now


WISHES = {"retry": "tried again", "change": "changed"}


def _why_not(row: Outbox, verb: str) -> str:
    wish = WISHES.get(verb, "called back")
    if _is_leased(row, timezone.now()):
        return f"It is being sent right now and cannot be {wish}: look again in a moment"
    return f"It cannot be {wish}: {OutboxState(row.state).label.lower()}"
