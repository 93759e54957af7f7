"""What people do with conversations: states, priority, kind, who looks after them, tags, notes. Each leaves an audit
row, and stirs the conversation, so that its promise and its place are worked out anew."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from django.db import transaction
from django.utils import timezone

from hubbub.store import answers
from hubbub.store.audit import audit, changes
from hubbub.store.models import (
    Actor,
    Audit,
    Conversation,
    ConversationStatus,
    Kind,
    Member,
    Note,
    NotificationKind,
    Outbox,
    Priority,
    Role,
    Tag,
    Team,
    Workspace,
)
from hubbub.store.notifying import notify
from hubbub.ui.api import Refusal

from . import tagging
from .naming import told_in

LONGEST = 10_000  # characters of a note
MOST = 200  # conversations in one bulk act
FARTHEST = timedelta(days=3660)  # of a snooze

Act: TypeAlias = Callable[[Conversation], Audit | None]


@transaction.atomic
def set_status(
    conversation: Conversation,
    status: ConversationStatus,
    *,
    by: Actor,
    why: str = "",
    until: datetime | None = None,
    answer: Outbox | None = None,
) -> Audit | None:
    """Open, waiting for them, snoozed `until` a moment, or done. None where it stood so already. `answer`: that with
    which it is set; where it is called back, so is the state."""
    snoozed = _until(until) if status == ConversationStatus.SNOOZED else None
    row = locked(conversation)
    since = row.unanswered
    before, after = changes(row, status=str(status), snoozed_until=snoozed)
    if not after:
        return None
    row.closed = timezone.now() if status == ConversationStatus.DONE else None
    if status == ConversationStatus.DONE and (waited := answers.close(row)):
        before["unanswered"], after["waited"] = since, " ".join(map(str, waited))
    if answer is not None:
        after["outbox"] = answer.pk
    _save(row, conversation, "status", "closed", "snoozed_until", "unanswered")
    return audit(row, "status", by=by, why=why, before=before, after=after)


def _until(until: datetime | None) -> datetime:
    now = timezone.now()
    if until is None:
        raise Refusal("Say until when it is to sleep")
    if until <= now:
        raise Refusal("That moment is over: choose a later one")
    if until > now + FARTHEST:
        raise Refusal("That is more than ten years away: choose an earlier one")
    return until


@transaction.atomic
def set_priority(conversation: Conversation, priority: Priority, *, by: Actor, why: str = "") -> Audit | None:
    """How urgent it is. None where it stood so already."""
    row = locked(conversation)
    before, after = changes(row, priority=str(priority))
    if not after:
        return None
    _save(row, conversation, "priority")
    return audit(row, "priority", by=by, why=why, before=before, after=after)


@transaction.atomic
def set_kind(
    conversation: Conversation, kind: Kind, *, by: Actor, why: str = "", sure: float | None = None
) -> Audit | None:
    """What it is about, as a person says it; saying what was guessed makes it certain. `sure`: it is a guess again,
    where what a person said is taken back."""
    row = locked(conversation)
    before, after = changes(row, kind=str(kind), kind_sure=sure)
    if not after:
        return None
    _save(row, conversation, "kind", "kind_sure")
    return audit(row, "kind", by=by, why=why, before={"kind": row.kind, **before}, after={"kind": row.kind, **after})


@transaction.atomic
def assign(conversation: Conversation, to: Member | Team | None, *, by: Actor, why: str = "") -> Audit | None:
    """Give it to a member, to a team (until somebody of it takes it), or to nobody. None where it stood so already.

    Whoever it is given to is told, unless they did it themselves."""
    _may_have(conversation, to)
    row = locked(conversation)
    member = to if isinstance(to, Member) else None
    # a member takes it for their team
    team = to if isinstance(to, Team) else row.team if member else None
    if (row.assignee_id, row.team_id) == (_id(member), _id(team)):
        return None
    act = _give(row, member, team, by=by, why=why)
    conversation.assignee, conversation.team = member, team
    told = [member] if member else list(team.members.select_related("user")) if team else []
    others = [one for one in told if one.user_id != (by.user_id if isinstance(by, Member) else None)]
    whom = f"your team {team}" if team and not member else "you"
    says = f"{by} gave {whom} a conversation with {row.author or 'somebody'} on {row.source}"
    notify(others, NotificationKind.ASSIGNED, says, about=row, key=str(act.pk))
    return act


def _may_have(conversation: Conversation, to: Member | Team | None) -> None:
    if to is not None and to.workspace_id != conversation.workspace_id:
        raise Refusal("Only members of this workspace can be given a conversation")
    if isinstance(to, Member) and not to.may(Role.RESPONDER):
        raise Refusal(f"{to} cannot reply: their role is {Role(to.role).word.lower()}. Choose another.")
    if isinstance(to, Team) and not to.members.filter(active=True).exists():
        raise Refusal(f"Nobody is in the team {to} yet: add members first, or choose another")


def _give(row: Conversation, member: Member | None, team: Team | None, *, by: Actor, why: str) -> Audit:
    before = _held(row.assignee, row.team)
    row.assignee, row.team, row.stirred = member, team, True
    row.save(update_fields=["assignee", "team", "stirred"])
    return audit(row, "assign", by=by, why=why, before=before, after=_held(member, team))


def _held(member: Member | None, team: Team | None) -> dict[str, int | str | None]:
    return {"assignee": _id(member), "team": _id(team), "name": str(member or team or "nobody")}


def _id(row: Member | Team | None) -> int | None:
    return row.pk if row else None


@transaction.atomic
def give_back(conversation: Conversation, act: Audit, *, by: Member, why: str) -> Audit | None:
    """Take an assignment back: to whom it was given before, where it is still as that act left it."""
    row = locked(conversation)
    if (row.assignee_id, row.team_id) != (act.after.get("assignee"), act.after.get("team")):
        return None
    member = Member.of(row.workspace).filter(pk=act.before.get("assignee")).first()
    team = Team.of(row.workspace).filter(pk=act.before.get("team")).first()
    return _give(row, member, team, by=by, why=why)


@transaction.atomic
def tag(
    conversation: Conversation,
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
    by: Actor,
    why: str = "",
) -> Audit | None:
    """Put tags on, take tags off, by their names; new ones are made on the fly. None where nothing changed."""
    row = locked(conversation)
    has = {one.name.casefold(): one for one in row.tags.all()}
    off = [has[name] for name in dict.fromkeys(tagging.folded(one) for one in remove) if name in has]
    wanted = [one for one in tagging.cleaned(add) if one.casefold() not in has]
    if len(has) - len(off) + len(wanted) > tagging.MOST:
        raise Refusal(f"A conversation has {tagging.MOST} tags at most: take one off first")
    on = tagging.named(row.workspace, wanted, by=by)
    if not on and not off:
        return None
    row.tags.add(*on)
    row.tags.remove(*off)
    _save(row, conversation)
    said = {"added": _names(on), "removed": _names(off)}
    after = {"tags": _names(row.tags.all()), **{key: value for key, value in said.items() if value}}
    return audit(row, "tags", by=by, why=why, before={"tags": _names(has.values())}, after=after)


def _names(tags: Iterable[Tag]) -> str:
    return ", ".join(sorted((one.name for one in tags), key=str.casefold))


@transaction.atomic
def note(conversation: Conversation, text: str, *, by: Member, why: str = "") -> Note:
    """A remark for colleagues; whom it names is told. The same words twice in a row by the same member are one note (a
    double click)."""
    words = words_of(text, "note")
    row = locked(conversation)
    newest = row.notes.order_by("-at", "-id").first()
    if newest and newest.by == by and newest.text == words:
        return newest
    made = Note.everywhere.create(
        workspace_id=row.workspace_id, conversation=row, by=by, by_name=str(by)[:200], text=words, at=timezone.now()
    )
    named = [one for one in told_in(row.workspace, words) if one.pk != by.pk]
    says = f"{by} named you in a note on a conversation with {row.author or 'somebody'} on {row.source}"
    notify(named, NotificationKind.MENTIONED, says, about=row, key=f"note {made.pk}")
    row.stirred = True
    row.save(update_fields=["stirred"])
    audit(row, "note", by=by, why=why, after={"note": made.pk, **({"named": len(named)} if named else {})})
    return made


def words_of(text: str, what: str) -> str:
    """Without what surrounds them, each line ended by one character, though forms send two: so they are counted as the
    writer saw them, and are the same as their draft. Raises Refusal where nothing can be seen, or too much."""
    words = text.replace("\r\n", "\n").strip()
    if not any(char.isprintable() and not char.isspace() for char in words):
        raise Refusal(f"The {what} is empty: write something first")
    if len(words) > LONGEST:
        raise Refusal(f"The {what} has {len(words):,} characters; {LONGEST:,} is the most. Shorten it.")
    return words


def chosen(workspace: Workspace, pks: Sequence[int]) -> list[Conversation]:
    """The conversations of a bulk act, in one order. Unknown ids, and what was merged, are passed over."""
    if len(pks) > MOST:
        raise Refusal(f"{len(pks)} conversations were chosen; {MOST} at a time is the most")
    found = Conversation.of(workspace).filter(pk__in=pks, merged_into=None)
    return list(found.select_related("workspace", "source", "author").order_by("pk"))


@transaction.atomic
def each(workspace: Workspace, pks: Sequence[int], act: Act) -> list[Audit]:
    """The same act for many, all or none of them; those that stood so already leave no row."""
    done = [act(one) for one in chosen(workspace, pks)]
    return [row for row in done if row]


def set_status_of(
    workspace: Workspace,
    pks: Sequence[int],
    status: ConversationStatus,
    *,
    by: Actor,
    why: str = "",
    until: datetime | None = None,
) -> list[Audit]:
    """A state for many."""
    return each(workspace, pks, lambda one: set_status(one, status, by=by, why=why, until=until))


def assign_all(
    workspace: Workspace, pks: Sequence[int], assignee: Member | Team | None, *, by: Actor, why: str = ""
) -> list[Audit]:
    """Many to one."""
    return each(workspace, pks, lambda one: assign(one, assignee, by=by, why=why))


def locked(conversation: Conversation) -> Conversation:
    """Its row, held until the transaction ends; drafts and posts can be added meanwhile. Raises Refusal where it was
    merged into another."""
    rows = Conversation.of(conversation.workspace).select_for_update(of=("self",), no_key=True)
    row = rows.get(pk=conversation.pk)
    if row.merged_into_id:
        raise Refusal("This conversation was merged into another: act there")
    return row


def _save(row: Conversation, given: Conversation, *fields: str) -> None:
    """Save what was set, and show it on the row that the caller holds."""
    row.stirred = True
    row.save(update_fields=[*fields, "stirred"])
    for name in fields:
        setattr(given, name, getattr(row, name))
