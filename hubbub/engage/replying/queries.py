"""What is read of the outbox."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from hubbub.store import capped
from hubbub.store.models import Outbox, OutboxState, Workspace
from hubbub.store.search import Before


class OutboxPage(Struct, frozen=True):
    """One page of the outbox, newest first."""

    rows: Sequence[Outbox]
    older: Before | None


def outbox(workspace: Workspace, state: str = "", before: Before | None = None, size: int = 50) -> OutboxPage:
    """All rows, or those in one state."""
    found = Outbox.of(workspace).select_related("source", "post__conversation", "post__author").order_by("-id")
    if state:
        found = found.filter(state=state)
    if before:
        found = found.filter(id__lt=before.id)
    shown = list(found[: size + 1])
    last = shown[size - 1] if len(shown) > size else None
    return OutboxPage(shown[:size], Before(last.created, last.pk) if last else None)


def outbox_counts(workspace: Workspace) -> Mapping[str, str]:
    """State → how many, for the states in which somebody still waits for something."""
    unsent = (OutboxState.WAITING, OutboxState.FAILED, OutboxState.BROKEN)
    rows = Outbox.of(workspace)
    return {str(state): capped.shown(capped.count(rows.filter(state=state))) for state in unsent}
