"""What people do with the outbox by hand: try again, call back, change words and time, send what was overtaken."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from hubbub.store import answers, approvals, outbox, parts
from hubbub.store.audit import Plain, audit
from hubbub.store.claim import unleased
from hubbub.store.models import Actor, HeldFor, Member, Outbox, OutboxState
from hubbub.store.outbox import ANSWERS, LOST, OWN, UNSENT
from hubbub.ui.api import Refusal

from . import composing
from .actions import FARTHEST, ask

CHANGED = (*ANSWERS, "edit")  # whose words can be changed before they leave


@transaction.atomic
def retry(row: Outbox, *, by: Actor, why: str = "") -> Outbox:
    """Due now, with a fresh day before it is given up. `tries` stays: the network is asked first what it has."""
    outbox.hold_conversation(row)
    first = parts.of(row, lock=True).first
    _refuse_second(first)
    changed = {"due": timezone.now(), "first_try": None, "lease_until": None}
    given_up = (OutboxState.FAILED, OutboxState.BROKEN)
    moved = _move(first, given_up, "retry", by, why, state=OutboxState.WAITING, **changed)
    for one in parts.stand(moved, OutboxState.WAITING):
        audit(one, "retry", by=by, why="the part before it", after={"state": one.state})
    outbox.stir(moved)
    return moved


def _refuse_second(row: Outbox) -> None:
    """It was given up, and somebody else has answered since: they did not know that it would go after all."""
    if row.verb not in ANSWERS or row.state != OutboxState.BROKEN or row.post is None or not row.post.conversation_id:
        return
    talk = row.post.conversation_id
    later = Outbox.of(row.workspace).filter(post__conversation=talk, verb__in=ANSWERS, pk__gt=row.pk)
    other = later.exclude(state__in=LOST).exclude(by_member=row.by_member_id).order_by("-pk").first()
    if other is not None:
        raise Refusal(
            f"{other.by_name} replied after this could not be sent. Read that first; if this is still to go, send it "
            "by “Change”, else call it back."
        )


@transaction.atomic
def drop(row: Outbox, *, by: Actor, why: str = "") -> Outbox:
    """Call it back before it leaves, with all parts of it that have not left: its words are a draft of their writer
    again."""
    outbox.hold_conversation(row)
    found = parts.of(row, lock=True)
    _refuse_moderation(found.first)
    for one in found.rows:
        _move(one, UNSENT, "drop", by, why, state=OutboxState.DROPPED, held_for=HeldFor.NONE)
    dropped = _fresh(found.first)
    approvals.withdraw(dropped, by=by, why="called back")
    if dropped.verb in CHANGED:
        parts.give_back(found)
    if not found.left:
        answers.unsaid(dropped, by=by, why="the reply was called back")
    outbox.stir(dropped)
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
    found = parts.of(row, lock=True)
    fresh = found.first
    if fresh.state != OutboxState.HELD or fresh.held_for != HeldFor.OVERTAKEN:
        raise Refusal(f"It does not wait for that: {OutboxState(fresh.state).label.lower()}")
    changed = {"held_for": HeldFor.NONE, "error": "", "seen": None, "due": timezone.now(), "at": None}
    for one in found.rows:  # of what was held by an older Hubbub the first part alone
        _move(one, UNSENT, "send after all", by, why, state=OutboxState.WAITING, **changed)
    outbox.stir(fresh)
    return _fresh(fresh)


def fingerprint(found: parts.Parts) -> str:
    """The same as long as its words and its time are."""
    return composing.digest(f"{found.first.at} {found.text}")


@transaction.atomic
def change(
    row: Outbox,
    text: str,
    at: datetime | None,
    *,
    by: Member,
    delay: timedelta = timedelta(),
    why: str = "",
    read: str = "",
) -> Outbox:
    """Other words or another time, before it leaves; what could not be sent is due again. `at` None: now. `read`: what
    they had before them (`fingerprint`); "": unknown.

    Of an answer in parts all that have not left, as `Parts.text` shows them. Changed words need approval again, where
    whoever changed them needs one.
    """
    outbox.hold_conversation(row)
    found = parts.of(row, lock=True)
    fresh, now = found.first, timezone.now()
    if fresh.verb not in CHANGED:
        raise Refusal("Only what we say can be changed here")
    if _is_leased(fresh, now) or fresh.state not in UNSENT:
        raise Refusal(_why_not(fresh, "change"))
    if read and read != fingerprint(found):
        raise Refusal("Somebody changed it while you were writing: read it again, then change it")
    pieces = composing.pieces_of(found, text)
    _check(fresh, pieces, at)
    before = _said(found)
    same = pieces == [one.text for one in found.rows]
    held = fresh.state == OutboxState.HELD and fresh.held_for == HeldFor.APPROVAL
    rule = approvals.needed(by, fresh.source, "replies")
    asks = rule is not None and not (same and (held or found.approved))
    found = parts.take(found, pieces)
    for one in found.rows:
        one.timing = one.timing if at and at == one.at else ""
        one.at, one.due, one.first_try, one.error = at, at or now + delay, None, ""
        one.seen = _newest(fresh) if at or rule else None
        if not (held and same):
            one.state = OutboxState.HELD if asks else OutboxState.WAITING
            one.held_for = HeldFor.APPROVAL if asks else HeldFor.NONE
        one.save(update_fields=["at", "due", "timing", "first_try", "error", "seen", "state", "held_for"])
    if rule and asks:
        ask(fresh, rule, by)
    elif held and not same:
        approvals.withdraw(fresh, by=by, why="its words were changed by somebody who needs no approval")
    audit(fresh, "change", by=by, why=why, before=before, after=_said(found))
    outbox.stir(fresh)
    return fresh


def _said(found: parts.Parts) -> dict[str, Plain]:
    """What the log says of it."""
    words, first = found.text, found.first
    said: dict[str, Plain] = {"words": composing.digest(words), "length": len(words)}
    return {**said, "state": first.state, "at": first.at}


def _check(row: Outbox, pieces: Sequence[str], at: datetime | None) -> None:
    now = timezone.now()
    if at is not None and not now < at <= now + FARTHEST:
        raise Refusal("Choose a time that is still to come, within a year, or send it now")
    if row.post is not None:
        composing.check(row.source, row.post, pieces)


def _newest(row: Outbox) -> int | None:
    if row.post is None or row.post.conversation is None:
        return None
    return row.post.conversation.posts.order_by("-pk").values_list("pk", flat=True).first()


def _fresh(row: Outbox) -> Outbox:
    rows = Outbox.of(row.workspace).select_related("source", "post__author", "post__conversation", "workspace")
    return rows.select_for_update(of=("self",)).get(pk=row.pk)


def _move(
    row: Outbox, allowed: tuple[OutboxState, ...], verb: str, by: Actor, why: str, *, state: OutboxState, **more: object
) -> Outbox:
    free = Outbox.of(row.workspace).filter(unleased(timezone.now()), pk=row.pk, state__in=[*allowed])
    moved = free.update(state=state, **more)
    fresh = Outbox.of(row.workspace).select_related("source", "post").get(pk=row.pk)
    if not moved:
        raise Refusal(_why_not(fresh, verb))
    audit(fresh, verb, by=by, why=why, before={"state": row.state}, after={"state": fresh.state})
    return fresh


def _is_leased(row: Outbox, now: datetime) -> bool:
    return row.lease_until is not None and row.lease_until > now


WISHES = {"retry": "tried again", "change": "changed", "send after all": "sent"}


def _why_not(row: Outbox, verb: str) -> str:
    wish = WISHES.get(verb, "called back")
    if _is_leased(row, timezone.now()):
        return f"It is being sent right now and cannot be {wish}: look again in a moment"
    return f"It cannot be {wish}: {OutboxState(row.state).label.lower()}"
