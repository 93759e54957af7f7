"""What is offered after an @ while a note is written."""

import pytest

from hubbub.engage import naming
from hubbub.engage.queries import colleagues, teams
from hubbub.store.models import Role, Team
from tests.world import World, make_member

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def test_a_colleague_is_written_as_they_are_shown(world: World) -> None:
    for local, name in (("ann", "Ann B"), ("sam1", "Sam"), ("sam2", "Sam"), ("support", "Team-Mate")):
        user = make_member(world.acme, local, Role.RESPONDER).user
        user.name = name
        user.save()
    nameless = make_member(world.acme, "nn", Role.RESPONDER)
    nameless.user.name = ""
    nameless.user.save()
    Team.everywhere.create(workspace=world.acme, name="First line")
    offered = naming.suggestions(colleagues(world.acme), teams(world.acme))
    assert {"Alice", '"Ann B"', "sam1@example.org", "sam2@example.org", "Team-Mate", '"First line"'} <= {
        write for write, _ in offered
    }
    assert [write for write, who in offered if who == nameless.user.email] == [nameless.user.email]
    for write, who in offered:  # whatever is offered names exactly whom it says
        told = naming.told_in(world.acme, f"Do you know, @{write}?")
        assert [str(one) for one in told] == ([] if who.startswith("team ") else [who])
