"""What managers do with the query that opens conversations."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from hubbub.core import query as language
from hubbub.core.opening import START
from hubbub.store import opening, word_lists
from hubbub.store.audit import Plain, audit
from hubbub.store.models import Member, Opening, OpeningRun, OpeningRunState, Workspace
from hubbub.ui.api import Refusal

FARTHEST = 365  # days back


@transaction.atomic
def save(
    workspace: Workspace, query: str, *, by: Member, active: bool = True, why: str = "", was: int | None = None
) -> Opening:
    """The query from now on; `active` False: no conversation begins by itself. `was`: the version that was seen; where
    it is another now, Refusal says so. Raises QueryError where it cannot be read."""
    text = query.strip()
    language.parse(text, language.Use.OPENING, word_lists.of(workspace))
    Workspace.objects.select_for_update(no_key=True).filter(pk=workspace.pk).exists()
    row = Opening.of(workspace).first()
    version = row.version if row else 0
    if was is not None and was != version:
        raise Refusal("Somebody else changed it while you were writing. Look at the newest version, then save again.")
    stood = opening.written(workspace)
    if row is not None and (stood.query, stood.active) == (text, active):
        return row
    if row is None:
        row = Opening(workspace=workspace, version=0)
    row.query, row.active, row.changed = text, active, timezone.now()
    row.version += 1
    row.save()
    workspace.plan_changed()
    before: dict[str, Plain] = {"query": stood.query, "active": stood.active, "version": stood.version}
    audit(row, "change", by=by, why=why, before=before, after={"query": text, "active": active, "version": row.version})
    return row


def start_again(workspace: Workspace, *, by: Member, was: int | None = None) -> Opening:
    """The query that every workspace begins with."""
    return save(workspace, START, by=by, why="back to the start", was=was)


def apply(workspace: Workspace, days: int, *, by: Member) -> OpeningRun:
    """Hold the posts of the last days against it, in steps by the loop: opens conversations, never closes any."""
    if not 1 <= days <= FARTHEST:
        raise Refusal(f"Choose from 1 to {FARTHEST} days")
    if not opening.written(workspace).active:
        raise Refusal("It is switched off: no conversation would begin. Switch it on first.")
    try:
        with transaction.atomic():
            return opening.begin(workspace, days, by=by, now=timezone.now())
    except IntegrityError:
        raise Refusal("One is under way already: wait until it is done, or stop it") from None


@transaction.atomic
def stop(run: OpeningRun, *, by: Member, why: str = "") -> OpeningRun:
    """Go no further. What was opened stays."""
    row = OpeningRun.of(run.workspace).select_for_update(of=("self",)).get(pk=run.pk)
    if row.state != OpeningRunState.RUNNING:
        raise Refusal("It has ended already")
    row.state, row.ended = OpeningRunState.STOPPED, timezone.now()
    row.save(update_fields=["state", "ended"])
    audit(row, "stop", by=by, why=why, after={"looked": row.looked, "opened": row.opened})
    return row
