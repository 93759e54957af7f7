"""Those who are to answer are told before a promise breaks; others are told, and take over, once it is broken.

Each happens once for each wait, claimed by a conditional UPDATE in the transaction that tells: a worker that is killed
leaves nothing half done. After a downtime what would have been said before the break is said with it.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from hubbub.engage import actions
from hubbub.store import waits
from hubbub.store.audit import audit
from hubbub.store.hours import zone_of
from hubbub.store.models import (
    Conversation,
    Member,
    NotificationKind,
    Priority,
    Promise,
    Role,
    System,
    Wait,
    WaitKind,
)
from hubbub.store.notifying import notify
from hubbub.ui.api import Refusal

STEP = 50  # waits looked at in one go


def nudge(now: datetime) -> bool:
    """For the loop: tell those on it that a promise is about to break. False: none is."""
    pks = waits.nudges(now, STEP)
    for pk in pks:
        with transaction.atomic():
            wait = waits.claim_nudge(pk, now)
            if wait is not None:
                _nudge(wait)
    return bool(pks)


def escalate(now: datetime) -> bool:
    """For the loop: pass broken promises on. False: none broke."""
    pks = waits.breaks(now, STEP)
    for pk in pks:
        with transaction.atomic():
            wait = waits.claim_break(pk, now)
            if wait is not None:
                _escalate(wait)
    return bool(pks)


def _nudge(wait: Wait) -> None:
    talk = wait.conversation
    says = f"{_who(talk)}: {_what(wait)} is promised by {_when(wait)}"
    notify(those_on(talk), NotificationKind.PROMISE, says, about=talk, key=f"wait {wait.pk} nudge")


def _escalate(wait: Wait) -> None:
    promise, talk = wait.promise, wait.conversation
    on_it = those_on(talk)
    told = _told(promise)
    done = _take_over(wait)
    says = f"{_who(talk)}: {_what(wait)} was promised by {_when(wait)}, and nobody replied"
    notify(told, NotificationKind.ESCALATED, says + done, about=talk, key=f"wait {wait.pk} broken")
    known = {one.pk for one in told}
    others = [one for one in on_it if one.pk not in known]
    notify(others, NotificationKind.PROMISE, says + done, about=talk, key=f"wait {wait.pk} broken")
    by = _by(promise)
    why = f"{_what(wait)} was promised by {_when(wait)}"
    audit(talk, "escalate", by=by, why=why, after={"wait": wait.pk, "told": len(told) + len(others)})
    Conversation.of(talk.workspace).filter(pk=talk.pk).update(stirred=True)  # its place hangs on what is broken


def _take_over(wait: Wait) -> str:
    """Raise and reassign, as the promise says; what was done, in words that follow the others."""
    promise, talk, by = wait.promise, wait.conversation, _by(wait.promise)
    why, words = "the promise was broken", []
    try:
        if promise.raise_to and _rank(promise.raise_to) > _rank(talk.priority):
            actions.set_priority(talk, Priority(promise.raise_to), by=by, why=why)
            words.append(f"it is {Priority(promise.raise_to).label.lower()} now")
        if promise.give_to and promise.give_to != talk.assignee:
            actions.assign(talk, promise.give_to, by=by, why=why)
            words.append(f"{promise.give_to} looks after it now")
    except Refusal as no:  # whoever was to take it cannot any more; the others are told all the same
        words.append(f"it could not be given to {promise.give_to}: {no}")
    return f"; {'; '.join(words)}" if words else ""


def _rank(priority: str) -> int:
    return Priority.values.index(priority)


def _by(promise: Promise) -> System:
    return System(f"the promise “{promise.name}”")


def _told(promise: Promise) -> list[Member]:
    """Those whom the promise names, once each."""
    active = Member.of(promise.workspace).filter(active=True, user__is_active=True).select_related("user")
    found = list(active.filter(pk__in=promise.tell.values("pk")))
    if promise.tell_team:
        found += active.filter(teams=promise.tell_team)
    if promise.tell_managers:
        found += [one for one in active if one.may(Role.MANAGER)]
    return list({one.pk: one for one in found}.values())


def those_on(talk: Conversation) -> Sequence[Member]:
    """Who is to answer: the assignee, else the team, else everybody who may."""
    active = Member.of(talk.workspace).filter(active=True, user__is_active=True).select_related("user")
    # none has the id 0; "no team" would be everybody in none
    for some in (active.filter(pk=talk.assignee_id or 0), active.filter(teams=talk.team_id or 0)):
        able = [one for one in some if one.may(Role.RESPONDER)]
        if able:
            return able
    return [one for one in active if one.may(Role.RESPONDER)]


def _who(talk: Conversation) -> str:
    return f"{talk.author or 'Somebody'} on {talk.source}"


def _what(wait: Wait) -> str:
    return "a first reply" if wait.kind == WaitKind.FIRST else "the next reply"


def _when(wait: Wait) -> str:
    zone = zone_of(wait.conversation.workspace)
    return f"{wait.due.astimezone(zone):%a %-d %b, %H:%M} ({zone.key})" if wait.due else "now"
