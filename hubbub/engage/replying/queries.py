"""What is read of the outbox."""

from collections.abc import Mapping, Sequence

from django.db.models import QuerySet
from msgspec import Struct

from hubbub.store import capped
from hubbub.store.models import Outbox, OutboxState, Workspace
from hubbub.store.outbox import UNSENT
from hubbub.store.search import Before

MOST_SCHEDULED = 200


class OutboxPage(Struct, frozen=True):
    """One page of the outbox, newest first."""

    rows: Sequence[Outbox]
    older: Before | None


TABS = {
    "": "All",
    "held": "Held",
    "scheduled": "Scheduled",
    "waiting": "Waiting",
    "sent": "Sent",
    "failed": "Failed",
    "broken": "Needs a look",
    "dropped": "Called back",
}


def scheduled(rows: QuerySet[Outbox]) -> QuerySet[Outbox]:
    """What leaves at a time that somebody chose."""
    return rows.filter(state=OutboxState.WAITING, at__isnull=False, tries=0)


def outbox(workspace: Workspace, state: str = "", before: Before | None = None, size: int = 50) -> OutboxPage:
    """All rows, or those of one tab: newest first; scheduled ones by their time."""
    rows = Outbox.of(workspace).select_related("workspace", "source", "post__conversation", "post__author", "follows")
    found = rows.prefetch_related("attachments").order_by("-id")
    if state == "scheduled":
        return OutboxPage(list(scheduled(found).order_by("due", "id")[:MOST_SCHEDULED]), None)
    if state:
        found = found.filter(state=state)
    if before:
        found = found.filter(id__lt=before.id)
    shown = list(found[: size + 1])
    last = shown[size - 1] if len(shown) > size else None
    return OutboxPage(shown[:size], Before(last.created, last.pk) if last else None)


def outbox_counts(workspace: Workspace) -> Mapping[str, str]:
    """State → how many, for the states in which somebody still waits for something."""
    rows = Outbox.of(workspace)
    counted = {str(state): rows.filter(state=state) for state in UNSENT} | {"scheduled": scheduled(rows)}
    return {name: capped.shown(capped.count(found)) for name, found in counted.items()}
