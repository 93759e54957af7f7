"""Acts on conversations taken back by their entries in the log. What was changed again since is left alone."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from hubbub.store import answers
from hubbub.store.models import Audit, Conversation, ConversationStatus, Kind, Member, Priority, Workspace
from hubbub.ui.api import Refusal

from . import actions, moving

MOST = 400  # two conversations a move


@transaction.atomic
def undo(workspace: Workspace, audits: Sequence[int], *, by: Member) -> int:
    """Take acts back, newest first; gives how many."""
    acts = Audit.of(workspace).filter(pk__in=audits[:MOST], noun="conversation", verb__in=list(_BACK))
    undone = 0
    for act in acts.order_by("-pk"):
        conversation = Conversation.of(workspace).select_related("workspace", "source").filter(pk=act.noun_id).first()
        if conversation is not None and _taken_back(conversation, act, by):
            undone += 1
    return undone


def _taken_back(conversation: Conversation, act: Audit, by: Member) -> bool:
    try:
        with transaction.atomic():
            return bool(_BACK[act.verb](conversation, act, by, f"undo of entry {act.pk}"))
    except Refusal:  # merged meanwhile, or what it was no longer can be
        return False


def _status(conversation: Conversation, act: Audit, by: Member, why: str) -> Audit | None:
    row = actions.locked(conversation)
    stands = {name: _plain(getattr(row, name)) for name in ("status", "snoozed_until") if name in act.after}
    if any(act.after[name] != value for name, value in stands.items()):
        return None
    until = act.before.get("snoozed_until")
    status = ConversationStatus(act.before.get("status", row.status))
    back = actions.set_status(
        conversation, status, by=by, why=why, until=datetime.fromisoformat(until) if until else row.snoozed_until
    )
    waited = [int(pk) for pk in str(act.after.get("waited", "")).split()]
    if back and waited:
        row = actions.locked(conversation)
        answers.wait_again(row, waited)
        row.save(update_fields=["unanswered"])
    return back


def _priority(conversation: Conversation, act: Audit, by: Member, why: str) -> Audit | None:
    if conversation.priority != act.after["priority"]:
        return None
    return actions.set_priority(conversation, Priority(act.before["priority"]), by=by, why=why)


def _kind(conversation: Conversation, act: Audit, by: Member, why: str) -> Audit | None:
    if conversation.kind != act.after["kind"] or conversation.kind_sure is not None:
        return None
    return actions.set_kind(
        conversation, Kind(act.before["kind"]), by=by, why=why, sure=act.before.get("kind_sure", conversation.kind_sure)
    )


def _assign(conversation: Conversation, act: Audit, by: Member, why: str) -> Audit | None:
    return actions.give_back(conversation, act, by=by, why=why)


def _tags(conversation: Conversation, act: Audit, by: Member, why: str) -> Audit | None:
    added, removed = str(act.after.get("added", "")).split(", "), str(act.after.get("removed", "")).split(", ")
    return actions.tag(conversation, add=[one for one in removed if one], remove=added, by=by, why=why)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


_BACK: Mapping[str, Callable[[Conversation, Audit, Member, str], Audit | None]] = {
    "status": _status,
    "priority": _priority,
    "kind": _kind,
    "assign": _assign,
    "tags": _tags,
    "split": moving.take_back,
    "merge": moving.take_back,
}
