"""Opportunities, one in each state, and house rules of a place."""

from django.utils import timezone

from hubbub.store.models import HouseRules, Member, Opportunity, Post, Scouting, Source
from tests.world import make_post


def furnish_opportunities(place: Source, by: Member, own: str) -> dict[str, int]:
    """`place`: a source that is not ours; `own`: a word of this workspace alone."""
    workspace, now = place.workspace, timezone.now()
    HouseRules.everywhere.create(
        workspace=workspace, source=place, stance="answer", note=f"Say who you are {own}", by=by, at=now
    )
    Scouting.everywhere.create(workspace=workspace)
    parts = [{"what": "topic", "factor": 0.7, "words": "a rival is spoken of"}]
    rows = []
    for number, state in enumerate(("open", "passed"), 901):
        post: Post = make_post(place, f"Which coffee do you like? {own}", number, thread=f"opportunity {number}")
        row = Opportunity.everywhere.create(
            workspace=workspace, source=place, thread=post.thread, post=post, topics=[f"Field {own}"], parts=parts,
            static=0.7, order=float(number), published=post.published, found=now, state=state,
            at=None if state == "open" else now,
        )  # fmt: skip
        rows.append(row)
    return {"opportunity": rows[0].pk}
