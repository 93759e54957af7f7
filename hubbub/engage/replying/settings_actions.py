"""How a workspace's answers leave: how long they can be called back, when people are taken to be awake."""

from datetime import timedelta

from django.db import transaction

from hubbub.store.audit import audit, changes
from hubbub.store.models import Member, Replying, Workspace
from hubbub.ui.api import Refusal

LONGEST = 60  # seconds in which what was sent can be called back


def replying_of(workspace: Workspace) -> Replying:
    """The workspace's own, or the defaults, unsaved."""
    return Replying.of(workspace).first() or Replying(workspace=workspace)


def window_of(workspace: Workspace) -> timedelta:
    """How long an answer waits, so that it can be called back."""
    return timedelta(seconds=replying_of(workspace).undo_seconds)


@transaction.atomic
def set_replying(
    workspace: Workspace, *, undo_seconds: int, awake_from: int, awake_to: int, by: Member, why: str = ""
) -> Replying:
    """All of it at once. Hours are those of the day, 0 to 23, in UTC."""
    if not 0 <= undo_seconds <= LONGEST:
        raise Refusal(f"Replies can wait for 0 to {LONGEST} seconds; {undo_seconds} is not among them")
    if not (0 <= awake_from <= 23 and 0 <= awake_to <= 23):
        raise Refusal("Hours of the day go from 0 to 23")
    row, _ = Replying.everywhere.get_or_create(workspace=workspace)
    before, after = changes(row, undo_seconds=undo_seconds, awake_from=awake_from, awake_to=awake_to)
    if after:
        row.save()
        audit(row, "edit", by=by, why=why, before=before, after=after)
    return row
