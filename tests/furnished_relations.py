"""A relationship, one of its stages, and a suggestion, for `tests.furnished`."""

from hubbub.store.models import Activity, Post, Suggestion
from tests.relating import make_relationship
from tests.world import NOON


def furnish_relations(post: Post, own: str) -> dict[str, int]:
    """By noun which row an address may name. `own`: a word of this workspace alone."""
    if post.author is None:
        return {}
    person = post.author.person
    row = make_relationship(person, next_step=f"Write to them {own}", notes=f"Met at {own}", worth=own)
    Activity.everywhere.create(workspace=post.workspace, person=person, posts_90=1, counted=NOON)
    suggestion = Suggestion.everywhere.create(
        workspace=post.workspace, person=person, kind="review", reason=f"Praises {own}", posts=[post.pk], found=NOON
    )
    return {"relationship": row.pk, "stage": row.stage_id, "suggestion": suggestion.pk}
