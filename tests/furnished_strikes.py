"""A strike, a proposal and a report that waits, for `tests.furnished`."""

from hubbub.store.models import Post, Proposal, Report, Strike
from tests.world import NOON


def furnish_strikes(post: Post, own: str) -> dict[str, int]:
    """By noun which row an address may name. `own`: a word of this workspace alone."""
    workspace = post.workspace
    strike = Strike.everywhere.create(
        workspace=workspace, author=post.author, post=post, points=3, given=NOON, by_name=f"Dora {own}",
        why=f"Sells pills {own}",
    )  # fmt: skip
    proposal = Proposal.everywhere.create(
        workspace=workspace, author=post.author, post=post, verb="warn", threshold=2, points=3, at=NOON
    )
    report = Report.of(workspace).filter(post=post).get()
    return {"strike": strike.pk, "proposal": proposal.pk, "report": report.pk}
