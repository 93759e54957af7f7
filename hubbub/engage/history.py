"""Everything that was done with a conversation, from the log: who, when, why, in words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from msgspec import Struct

from hubbub.store.hours import zone_of
from hubbub.store.models import Approval, Audit, Conversation, Outbox
from hubbub.store.search import Before

PAGE = 50
MOST = 500  # rows of the outbox, and conversations merged into it, that are asked for
WORDS: Mapping[str, str] = {
    "open": "Open",
    "waiting": "Waiting for them",
    "snoozed": "Snoozed",
    "done": "Done",
    "note": "wrote a note",
    "sent": "Reply sent",
    "broken": "Reply could not be sent",
    "held": "Reply held back",
    "retry": "asked to send again",
    "drop": "called a reply back",
    "change": "changed a reply that had not left",
    "reply": "replied",
    "message": "replied to them alone",
    "edit": "changed a reply that stands there",
    "delete": "deleted a reply that stands there",
}
ASKING: Mapping[str, str] = {  # the same, where it was done with a reply that waits for approval
    "ask approval": "asked for approval",
    "approve": "approved the reply",
    "refuse": "refused the reply",
    "edit": "changed the words that wait for approval",
    "withdraw": "Approval is no longer asked for",
    "approvers": "Others are asked for approval",
}


class Line(Struct, frozen=True):
    """One entry of the log."""

    id: int
    at: datetime
    by: str
    verb: str
    says: str
    why: str
    back: bool  # it can be taken back


class History(Struct, frozen=True):
    """A page, the newest first."""

    lines: Sequence[Line]
    older: Before | None


_BACK = frozenset({"status", "priority", "kind", "assign", "tags", "split", "merge"})


def history(conversation: Conversation, before: Before | None = None, size: int = PAGE) -> History:
    """Of the conversation, of those that were merged into it, of what was sent from it and who approved that."""
    found = Audit.of(conversation.workspace).filter(_about(conversation)).order_by("-id")
    if before:
        found = found.filter(pk__lt=before.id)
    rows = list(found[: size + 1])
    shown = rows[:size]
    older = Before(shown[-1].at, shown[-1].pk) if len(rows) > size else None
    zone = zone_of(conversation.workspace)
    return History([_line(row, conversation, zone) for row in shown], older)


def _about(conversation: Conversation) -> Q:
    talks = [conversation.pk]
    level = talks
    while level and len(talks) < MOST:  # what was merged into what was merged into it
        level = list(Conversation.of(conversation.workspace).filter(merged_into__in=level).values_list("pk", flat=True))
        talks += level
    sent = Outbox.of(conversation.workspace).filter(post__conversation=conversation).order_by("-id")
    rows = list(sent.values_list("pk", flat=True)[:MOST])
    asked = list(_approvals(conversation, rows).values_list("pk", flat=True)[:MOST])
    return (
        Q(noun="conversation", noun_id__in=talks)
        | Q(noun="outbox", noun_id__in=rows)
        | Q(noun="approval", noun_id__in=asked)
    )


def _approvals(conversation: Conversation, rows: Sequence[int]) -> QuerySet[Approval]:
    return Approval.of(conversation.workspace).filter(noun="outbox", noun_id__in=rows).order_by("-id")


def _line(row: Audit, conversation: Conversation, zone: ZoneInfo) -> Line:
    mine = row.noun == "conversation" and row.noun_id == conversation.pk
    return Line(row.pk, row.at, row.by_name, row.verb, _says(row, zone), row.why, mine and row.verb in _BACK)


def _there(moment: str, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(zone):%a %-d %b %Y, %H:%M} ({zone.key})"


def _says(row: Audit, zone: ZoneInfo) -> str:
    before, after = row.before, row.after
    if row.noun == "approval":
        return ASKING.get(row.verb, row.verb)
    match row.verb:
        case "status" | "wake" | "reopen":
            until = f" until {_there(after['snoozed_until'], zone)}" if after.get("snoozed_until") else ""
            return f"{_word(before.get('status', ''))} → {_word(after.get('status', before.get('status', '')))}{until}"
        case "priority":
            return f"Priority {before['priority']} → {after['priority']}"
        case "kind":
            return f"Kind {before.get('kind') or 'none'} → {after.get('kind') or 'none'}"
        case "assign":
            return f"Looked after by {before.get('name')} → {after.get('name')}"
        case "tags":
            parts = [("Tagged", after.get("added")), ("No longer tagged", after.get("removed"))]
            return "; ".join(f"{word} {names}" for word, names in parts if names)
        case "split":
            return f"{_posts(after)} split off into conversation {after.get('into')}"
        case "split off":
            return f"Split off from conversation {after.get('from')}, with {_posts(after)}"
        case "merge" | "rejoin":
            return f"Conversation {after.get('with')} merged into this one, with {_posts(after)}"
        case "merged":
            return f"Merged into conversation {after.get('into')}, with {_posts(after)}"
        case "part":
            return f"Parted again from conversation {after.get('from')}: {_posts(after)}"
        case _:
            return _word(row.verb)


def _posts(after: Mapping[str, object]) -> str:
    number = after.get("posts", 0)
    return "1 post" if number == 1 else f"{number} posts"


def _word(value: str) -> str:
    return WORDS.get(value, value)
