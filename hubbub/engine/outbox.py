"""Delivering what leaves us: each row once, tried again while that may help, given up in the open."""

import logging
from datetime import datetime, timedelta
from secrets import SystemRandom

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from msgspec import convert

from hubbub.connectors import Act, Connector, Done, Http, Verb, connector
from hubbub.core.backoff import wait
from hubbub.core.failures import Broken, Failure, Retry
from hubbub.store import answers, parts
from hubbub.store.audit import audit
from hubbub.store.claim import LEASE
from hubbub.store.cleaning import ident, text, web
from hubbub.store.keys import SealBroken
from hubbub.store.models import HeldFor, Outbox, OutboxState, Post, Source, System
from hubbub.store.models.source import LeaseLost
from hubbub.store.outbox import ANSWERS, LEADS, OWN, hold_conversation, stir

from . import answering, fallout
from .accounts import acting

log = logging.getLogger(__name__)

CHANCE = SystemRandom()  # by which tries are spread, so that not all come back at once
FIRST, MOST = timedelta(seconds=10), timedelta(hours=1)  # between two tries
GIVE_UP = timedelta(days=1)  # after the first try
LOOP = System("Hubbub")

# state → where it may go from there, by the loop (here) or by hand (engage's actions)
MOVES: dict[OutboxState, frozenset[OutboxState]] = {
    OutboxState.HELD: frozenset({OutboxState.WAITING, OutboxState.DROPPED}),
    # back to "held": the conversation went on, or its words were changed and need approval again
    OutboxState.WAITING: frozenset(
        {OutboxState.SENT, OutboxState.FAILED, OutboxState.BROKEN, OutboxState.DROPPED, OutboxState.HELD}
    ),
    OutboxState.FAILED: frozenset(
        {OutboxState.SENT, OutboxState.WAITING, OutboxState.BROKEN, OutboxState.DROPPED, OutboxState.HELD}
    ),
    # to "sent" by a worker that lost its lease on the way: what arrived has arrived
    OutboxState.BROKEN: frozenset({OutboxState.WAITING, OutboxState.DROPPED, OutboxState.SENT, OutboxState.HELD}),
    OutboxState.DROPPED: frozenset({OutboxState.SENT}),
    OutboxState.SENT: frozenset(),
}
if set(MOVES) != set(OutboxState):
    raise AssertionError("every outbox state needs its moves")


def deliver(row: Outbox, http: Http) -> OutboxState:
    """Try one claimed row. Its fate is saved on it; only a bug raises."""
    if row.seen is not None and not row.tries and _overtaken(row):
        return OutboxState.HELD
    again = row.tries > 0  # an earlier try may have arrived although its answer did not
    row.tries += 1
    row.first_try = row.first_try or timezone.now()
    if not _leased(row).update(tries=row.tries, first_try=row.first_try):
        return _let_go(row)
    try:
        done = _send(row, http, again=again)
    except LeaseLost:
        return _let_go(row)
    except Retry as busy:
        return _failed(row, busy, after=busy.after)
    except Broken as refused:
        if refused.sign_in:
            Source.everywhere.filter(pk=row.source_id).update(wants_sign_in=True)
        return _broken(row, str(refused))
    except SealBroken as sealed:
        return _broken(row, str(sealed))
    except Exception as bug:  # a bug in one connector must not stop what others deliver; it stays visible on the row
        log.exception("Delivering outbox row %s failed", row.pk)
        return _broken(row, f"Hubbub made a mistake here ({type(bug).__name__}); the log has the details")
    return _sent(row, done)


def _overtaken(row: Outbox) -> bool:
    """Hold an answer that waited for its moment, where the conversation went on meanwhile: its writer is asked."""
    with transaction.atomic():
        hold_conversation(row)
        why = answering.overtaken(row)
        changed = {"state": OutboxState.HELD, "held_for": HeldFor.OVERTAKEN, "error": why, "lease_until": None}
        if not why or not _leased(row).update(**changed):
            return False
        parts.stand(row, OutboxState.HELD, held_for=HeldFor.OVERTAKEN, error=why)
        audit(row, "held", by=LOOP, why=why)
        stir(row)
        answering.tell(row, f"{why}: look whether the reply on {row.source} still fits", f"held {row.pk} {row.seen}")
    return True


def _send(row: Outbox, http: Http, *, again: bool) -> Done:
    act = _act(row)
    network: Connector = connector(row.source.kind)
    if act.media and act.verb not in network.limits.media.verbs:  # it would go out without them
        raise Broken(f"{network.label} takes no files with this. Take them off, or put a link to them into the text")
    with acting(row.source, http) as (settings, door):
        if again:
            if arrived := network.find(settings, act, door):
                return arrived
            _renew(row)  # looking took its time, and two workers must never act at once
        return network.act(settings, act, door)


def _act(row: Outbox) -> Act:
    """The row as its connector sees it. Raises Broken where what it was for is gone."""
    post, before = row.post, row.follows
    if post is None and before is None and row.verb != "post":
        raise Broken("The post that this was for is gone")
    author = row.author or (post.author if post else None)
    about = before.result_id if before else post.native_id if post else ""
    return Act(
        verb=convert(row.verb, Verb),
        post=about,
        key=row.key,
        text=row.text,
        thread=post.thread if post else row.thread,
        author=author.native_id if author else "",
        title=row.title,
        label=row.label,
        until=row.until,
        why=row.why,
        media=answering.attached(row),
        since=row.created,  # not the first try's time: that begins anew when a person tries again
    )


def _renew(row: Outbox) -> None:
    """A whole lease from now on. Raises LeaseLost."""
    if row.lease_until is None:  # not claimed: delivered by hand, in a test
        return
    until = timezone.now() + LEASE
    if not _leased(row).update(lease_until=until):
        raise LeaseLost(f"Outbox row {row.pk} is in other hands")
    row.lease_until = until


def _leased(row: Outbox) -> QuerySet[Outbox]:
    """The row, while it is still ours to deliver: what another worker or a person did meanwhile is left alone."""
    unsent = [OutboxState.WAITING, OutboxState.FAILED]
    return Outbox.everywhere.filter(pk=row.pk, lease_until=row.lease_until, state__in=unsent)


def _let_go(row: Outbox) -> OutboxState:
    log.warning("Outbox row %s is in other hands or gone; nothing was done with it here", row.pk)
    return OutboxState(row.state)


def _sent(row: Outbox, done: Done) -> OutboxState:
    now = timezone.now()
    with transaction.atomic():
        hold_conversation(row)
        fallout.hold(row)
        row.state, row.error, row.sent, row.lease_until = OutboxState.SENT, "", now, None
        row.result_id, row.result_url = ident(done.id), web(done.url)
        # whoever holds the row by now: it has arrived, and must not be sent again
        fields = ("state", "error", "sent", "result_id", "result_url", "lease_until")
        if not Outbox.everywhere.filter(pk=row.pk).update(**{name: getattr(row, name) for name in fields}):
            return _let_go(row)  # deleted with its source
        if row.verb in ANSWERS:
            answers.sent(row, now=now)
        elif row.verb == "edit":
            answering.edited(row)
            stir(row)
        elif row.post is not None and (row.verb in LEADS or row.verb == "delete"):
            _settle_state(row, done)
        fallout.arrived(row)
        audit(row, "sent", by=LOOP, why=row.why, after={"verb": row.verb, "result": row.result_url or row.result_id})
    return row.state


def _settle_state(row: Outbox, done: Done) -> None:
    """What stands there now, unless another act on the same post is still on its way."""
    later = Outbox.of(row.workspace).filter(
        post=row.post, pk__gt=row.pk, state__in=[OutboxState.WAITING, OutboxState.FAILED], verb__in=LEADS
    )
    hidden = row.verb == "hide" and done.state == "pending"  # some networks know "hidden" only as "held"
    if row.post_id is not None and not later.exists():
        Post.of(row.workspace).filter(pk=row.post_id).update(state="hidden" if hidden else done.state)
        answers.stir([row.post_id])


def _failed(row: Outbox, failure: Failure, *, after: timedelta | None) -> OutboxState:
    now = timezone.now()
    if row.first_try and now - row.first_try >= GIVE_UP:
        return _broken(row, f"Given up after a day and {row.tries} tries. The last answer: {failure}")
    pause = max(wait(row.tries, CHANCE.random(), first=FIRST, most=MOST), after or timedelta())
    error, due = text(str(failure)), now + pause
    if not _leased(row).update(state=OutboxState.FAILED, error=error, due=due, lease_until=None):
        return _let_go(row)
    log.warning("Outbox row %s: %s; tried %s times, next at %s", row.pk, failure, row.tries, _clock(due))
    return OutboxState.FAILED


def _broken(row: Outbox, why: str) -> OutboxState:
    why = text(why)
    with transaction.atomic():
        hold_conversation(row)
        fallout.hold(row)
        if not _leased(row).update(state=OutboxState.BROKEN, error=why, lease_until=None):
            return _let_go(row)
        audit(row, "broken", by=LOOP, why=why)
        fallout.refused(row, why)
        if row.verb in OWN:
            answering.failed(row)
    log.warning("Outbox row %s needs a look: %s", row.pk, why)
    return OutboxState.BROKEN


def _clock(when: datetime) -> str:
    return f"{when:%H:%M:%S}"
