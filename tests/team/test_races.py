"""Two people at the same door at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from hubbub.store.models import Member, Role, System
from hubbub.team import actions
from hubbub.ui.api import Refusal
from tests.world import World, make_member, make_world

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


def both(first: Callable[[], object], second: Callable[[], object]) -> int:
    """Runs both at once, each on a connection of its own: how many were refused."""
    start = Barrier(2)

    def run(act: Callable[[], object]) -> bool:
        start.wait(timeout=30)
        try:
            act()
        except Refusal:
            return True
        finally:
            connection.close()
        return False

    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(run, [first, second]))


@pytest.fixture
def world() -> World:
    return make_world()


def test_two_clicks_on_one_link_sign_in_once(world: World) -> None:
    for _ in range(10):
        secret = actions.make_sign_in_link(world.alice.user, by=System("tests"), now=timezone.now())

        def click(secret: str = secret) -> None:
            actions.use_sign_in_link(secret, now=timezone.now())

        assert both(click, click) == 1


def test_two_admins_who_remove_each_other_leave_one(world: World) -> None:
    second = make_member(world.acme, "second", Role.ADMIN)
    for _ in range(10):
        refused = both(
            lambda: actions.deactivate(world.alice, by=second),
            lambda: actions.change_role(second, Role.VIEWER, by=world.alice),
        )
        assert refused == 1
        assert Member.of(world.acme).filter(role=Role.ADMIN, active=True).count() == 1
        Member.of(world.acme).filter(pk__in=[world.alice.pk, second.pk]).update(role=Role.ADMIN, active=True)
