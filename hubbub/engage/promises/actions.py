"""Writes about promises. Each leaves an audit row, and has all that waits settled anew."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from msgspec import Struct

from hubbub.core import query as language
from hubbub.core.hours import NeverOpen, add
from hubbub.core.promises import LONGEST, LengthError, read_length
from hubbub.store import word_lists
from hubbub.store.audit import Plain, audit
from hubbub.store.hours import shape
from hubbub.store.models import Actor, Hours, Member, Priority, Promise, Role, Team, Workspace
from hubbub.store.promises import changed
from hubbub.ui.api import Refusal

MOST = 50  # promises of a workspace
MOVING = frozenset({"age"})  # fields that change by the clock: what fits must not come and go by itself


class PromiseDraft(Struct, frozen=True):
    """What a form says of a promise."""

    name: str
    query: str = ""
    priorities: Sequence[str] = ()
    first_minutes: int | None = None
    next_minutes: int | None = None
    hours: Hours | None = None
    pauses_snoozed: bool = False
    nudge_percent: int | None = None
    nudge_minutes: int | None = None
    tell_managers: bool = False
    tell: Sequence[Member] = ()
    tell_team: Team | None = None
    raise_to: str = ""
    give_to: Member | None = None


def minutes(text: str) -> int | None:
    """A length as people write it, in minutes. Raises Refusal."""
    try:
        found = read_length(text)
    except LengthError as slip:
        raise Refusal(str(slip)) from None
    return None if found is None else round(found.total_seconds() / 60)


def nudge_of(text: str) -> tuple[int | None, int | None]:
    """“75 %” or “30 min before” as per cent and minutes, one of them None; empty: never. Raises Refusal."""
    plain = text.strip().casefold().removesuffix("before").strip()
    if plain.endswith("%"):
        number = plain.removesuffix("%").strip()
        if not number.isdecimal() or not 1 <= int(number) <= 99:
            raise Refusal(f"“{text.strip()}”: a share of the promised time lies between 1 % and 99 %")
        return int(number), None
    return None, minutes(plain)


@transaction.atomic
def add_promise(workspace: Workspace, draft: PromiseDraft, *, by: Actor, why: str = "") -> Promise:
    """At the end of the list. Those who wait already wait from now on."""
    active = Promise.of(workspace).filter(retired=None)
    if active.count() >= MOST:
        raise Refusal(f"A workspace makes {MOST} promises at most: retire one first")
    last = active.order_by("-place").values_list("place", flat=True).first() or 0
    row = Promise(workspace=workspace, place=last + 1, made=timezone.now())
    _fill(row, draft)
    row.save()
    row.tell.set(draft.tell)
    audit(row, "add", by=by, why=why, after=told(row))
    changed(workspace)
    return row


@transaction.atomic
def change_promise(row: Promise, draft: PromiseDraft, *, by: Actor, why: str = "") -> None:
    """Also for those who wait now: their time is counted again, from when it began."""
    before = told(row)
    _fill(row, draft)
    row.save()
    row.tell.set(draft.tell)
    after = told(row)
    if before != after:
        keys = [key for key in after if before[key] != after[key]]
        old, new = ({key: side[key] for key in keys} for side in (before, after))
        audit(row, "change", by=by, why=why, before=old, after=new)
        changed(row.workspace)


def _fill(row: Promise, draft: PromiseDraft) -> None:
    name = draft.name.strip()
    if not name:
        raise Refusal("The promise needs a name: Complaints, Everything else …")
    if not draft.first_minutes and not draft.next_minutes:
        raise Refusal("Promise something: a time for the first reply, for the next ones, or for both")
    for length in (draft.first_minutes, draft.next_minutes):
        if length and draft.nudge_minutes and draft.nudge_minutes >= length:
            raise Refusal("The reminder would come before the question: give it less time than is promised")
    check_query(row.workspace, draft.query)
    if draft.nudge_percent is not None and not 1 <= draft.nudge_percent <= 99:
        raise Refusal("A share of the promised time lies between 1 % and 99 %")
    if max(draft.first_minutes or 0, draft.next_minutes or 0) > LONGEST * 60:
        raise Refusal(f"{LONGEST:,} hours are the most that can be promised")
    unknown = set(draft.priorities) - set(Priority.values)
    if unknown:
        raise Refusal(f"“{min(unknown)}” is no priority: there are {', '.join(Priority.values)}")
    if draft.raise_to and draft.raise_to not in Priority.values:
        raise Refusal(f"“{draft.raise_to}” is no priority: there are {', '.join(Priority.values)}")
    if draft.give_to and not draft.give_to.may(Role.RESPONDER):
        raise Refusal(f"{draft.give_to} cannot reply: choose somebody who can")
    _reachable(row.workspace, draft)
    row.name, row.query, row.priorities = name, draft.query.strip(), sorted(set(draft.priorities))
    row.first_minutes, row.next_minutes = draft.first_minutes or None, draft.next_minutes or None
    row.hours, row.pauses_snoozed = draft.hours, draft.pauses_snoozed
    row.nudge_percent, row.nudge_minutes = draft.nudge_percent, draft.nudge_minutes
    row.tell_managers, row.tell_team = draft.tell_managers, draft.tell_team
    row.raise_to, row.give_to = draft.raise_to, draft.give_to


def check_query(workspace: Workspace, text: str) -> language.Query | None:
    """What the promise is about. Raises QueryError, and Refusal where it would come and go by the clock."""
    if not text.strip():
        return None
    query = word_lists.read(text, language.Use.VIEW, workspace)
    moving = language.uses_fields(query) & MOVING
    if moving:
        raise Refusal(
            f"“{min(moving)}:” changes by the clock alone, so that a promise would come and go. Leave it out; how long "
            "somebody waits is what the promise itself counts."
        )
    return query


def _reachable(workspace: Workspace, draft: PromiseDraft) -> None:
    for one in (draft.hours, draft.tell_team, draft.give_to, *draft.tell):
        if one is not None and one.workspace_id != workspace.pk:
            raise Refusal("Choose hours, teams and members of this workspace")
    longest = max(draft.first_minutes or 0, draft.next_minutes or 0)
    try:
        add(shape(draft.hours), timezone.now(), timedelta(minutes=longest))
    except NeverOpen:
        raise Refusal("So much time is not worked in these hours for many years: promise less") from None


def told(row: Promise) -> dict[str, Plain]:
    """What the log keeps of it."""
    return {
        "name": row.name,
        "query": row.query,
        "priorities": ", ".join(row.priorities),
        "first_minutes": row.first_minutes,
        "next_minutes": row.next_minutes,
        "hours": row.hours.name if row.hours else "round the clock",
        "pauses_snoozed": row.pauses_snoozed,
        "nudge_percent": row.nudge_percent,
        "nudge_minutes": row.nudge_minutes,
        "tell_managers": row.tell_managers,
        "tell": ", ".join(sorted(str(one) for one in row.tell.select_related("user"))),
        "tell_team": row.tell_team.name if row.tell_team else None,
        "raise_to": row.raise_to,
        "give_to": str(row.give_to) if row.give_to else None,
    }


@transaction.atomic
def retire(row: Promise, *, by: Actor, why: str = "") -> None:
    """It applies to nothing from now on; what it measured stays."""
    if row.retired is None:
        row.retired = timezone.now()
        row.save(update_fields=["retired"])
        audit(row, "retire", by=by, why=why)
        changed(row.workspace)


@transaction.atomic
def bring_back(row: Promise, *, by: Actor, why: str = "") -> None:
    """It applies again, at its old place, as if it had never been away."""
    if row.retired is not None:
        row.retired = None
        row.save(update_fields=["retired"])
        audit(row, "bring back", by=by, why=why)
        changed(row.workspace)


@transaction.atomic
def move(row: Promise, up: bool, *, by: Actor, why: str = "") -> None:
    """One place up or down among those that apply; at the end of the list nothing happens."""
    rows = list(Promise.of(row.workspace).filter(retired=None).select_for_update())
    at = next((number for number, one in enumerate(rows) if one.pk == row.pk), None)
    to = None if at is None else at - 1 if up else at + 1
    if at is None or to is None or not 0 <= to < len(rows):
        return
    rows[at], rows[to] = rows[to], rows[at]
    for number, one in enumerate(rows, 1):
        one.place = number
    Promise.of(row.workspace).bulk_update(rows, ["place"])
    audit(row, "move", by=by, why=why, before={"place": at + 1}, after={"place": to + 1})
    changed(row.workspace)
