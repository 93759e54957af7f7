"""What the pages about teams read."""

from collections.abc import Sequence

from django.db.models import Count
from msgspec import Struct

from hubbub.store.models import Conversation, Member, Role, Team, Workspace


class Row(Struct, frozen=True):
    """A team, who is in it, and how much of what it looks after is not done."""

    team: Team
    members: Sequence[Member]
    open: int


def teams(workspace: Workspace) -> list[Row]:
    """By name."""
    open_ = Conversation.of(workspace).filter(status="open", team__isnull=False).order_by()
    numbers = dict(open_.values("team").annotate(number=Count("pk")).values_list("team", "number"))
    found = Team.of(workspace).prefetch_related("members__user").order_by("name")
    return [
        Row(team, sorted(team.members.all(), key=lambda one: str(one).casefold()), numbers.get(team.pk, 0))
        for team in found
    ]


def choices(workspace: Workspace) -> list[Member]:
    """Who can be in a team, by name."""
    members = Member.of(workspace).filter(active=True, user__is_active=True).select_related("user")
    return sorted((one for one in members if one.may(Role.RESPONDER)), key=lambda one: str(one).casefold())
