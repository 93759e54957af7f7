"""A team, a tag and a run of the opening query, for `tests.furnished`."""

from datetime import timedelta

from hubbub.store.models import Conversation, Member, OpeningRun, Tag, Team
from tests.world import NOON


def furnish_talks(talk: Conversation, admin: Member, own: str) -> dict[str, int]:
    """By noun which row an address may name. `own`: a word of this workspace alone."""
    workspace = talk.workspace
    team = Team.everywhere.create(workspace=workspace, name=f"Desk {own}")
    team.members.add(admin)
    tag = Tag.everywhere.create(workspace=workspace, name=f"press {own}")
    talk.tags.add(tag)
    run = OpeningRun.everywhere.create(
        workspace=workspace, since=NOON - timedelta(days=7), until=NOON, reached=NOON, version=0, days=7,
        by=admin, by_name=f"Alice {own}", at=NOON,
    )  # fmt: skip
    return {"team": team.pk, "tag": tag.pk, "run": run.pk}
