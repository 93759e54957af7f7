"""What people do with ideas: put one away, bring it back, plan a post about it."""

from django.db import transaction
from django.utils import timezone

from hubbub.engage.calendar import actions as planning
from hubbub.engage.calendar.drafts import Draft
from hubbub.store.audit import audit
from hubbub.store.models import Asked, Member, Planned, PlannedState

LINKED = 20  # questions that are linked to the post that answers them


@transaction.atomic
def put_away(asked: Asked, *, by: Member, why: str = "") -> Asked:
    """It is not shown again, however often it is asked, until somebody brings it back."""
    row = Asked.of(asked.workspace).select_for_update().get(pk=asked.pk)
    if row.put_away is None:
        row.put_away, row.put_away_by = timezone.now(), by
        row.save(update_fields=["put_away", "put_away_by"])
        audit(row, "put away", by=by, why=why)
    return row


@transaction.atomic
def bring_back(asked: Asked, *, by: Member, why: str = "") -> Asked:
    """It is shown again."""
    row = Asked.of(asked.workspace).select_for_update().get(pk=asked.pk)
    if row.put_away is not None:
        row.put_away, row.put_away_by = None, None
        row.save(update_fields=["put_away", "put_away_by"])
        audit(row, "bring back", by=by, why=why)
    return row


@transaction.atomic
def plan_about(asked: Asked, *, by: Member) -> Planned:
    """A draft that the newest of these questions are linked to. Where one is planned already, that one, unless it was
    dropped."""
    row = Asked.of(asked.workspace).select_for_update(of=("self",)).select_related("planned").get(pk=asked.pk)
    if row.planned is not None and row.planned.state != PlannedState.DROPPED:
        return row.planned
    posts = list(row.posts.order_by("-published")[:LINKED])
    # no words of theirs: what somebody deletes may not live on in a note; the posts themselves are linked
    notes = f"{row.people} people asked about “{row.says}” ({row.questions} questions in 30 days)."
    draft = Draft(title=f"What people ask: {row.says}"[:150], notes=notes, about=tuple(posts))
    row.planned = planning.create(row.workspace, draft, by=by, why=f"{row.people} people asked")
    row.save(update_fields=["planned"])
    audit(row, "plan", by=by, after={"planned": row.planned.pk})
    return row.planned
