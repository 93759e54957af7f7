"""The queue of a source changed by several at once, with true concurrency: nobody waits for another in a ring."""

import pytest
from django.db import connection
from django.utils import timezone

from hubbub.core.slots import Slot
from hubbub.engage.calendar import actions, moving
from hubbub.store.models import Planned, PlannedVersion, Source
from tests.rings import beside
from tests.world import World, make_world

from .planning import launch, networks

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world() -> World:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time: nobody can wait in a ring")
    return make_world()


@pytest.fixture
def sources(world: World) -> list[Source]:
    found = networks(world.acme)[:2]
    for source in found:
        moving.set_slots(source, [Slot(day, 60 * hour) for day in range(7) for hour in (9, 12, 15)], by=world.alice)
    return found


def queued(world: World, *to: Source) -> Planned:
    item = launch(world.alice, *to)
    return actions.plan(moving.enqueue(item, by=world.alice), by=world.alice)


def lock(source: Source) -> None:
    Source.everywhere.select_for_update(no_key=True).get(pk=source.pk)


@pytest.mark.parametrize("many", [False, True])
def test_into_the_queue_while_it_is_reordered(world: World, sources: list[Source], many: bool) -> None:
    """One more time in the queue: whoever puts it there does not hold the item while they wait for the source."""
    items = [queued(world, sources[0]) for _ in range(3)]
    order = [version.pk for version in reversed(moving.queue_of(sources[0], timezone.now()))]
    pks = [item.pk for item in items]

    def again() -> object:
        if many:
            return moving.enqueue_all(world.acme, pks, by=world.alice)
        return moving.enqueue(Planned.everywhere.get(pk=pks[0]), by=world.alice)

    beside(again, lambda: lock(sources[0]), lambda: moving.reorder(sources[0], order, by=world.alice))
    dues = PlannedVersion.everywhere.filter(source=sources[0]).values_list("due", flat=True)
    assert len(set(dues)) == 3


def test_two_queues_with_the_same_items(world: World, sources: list[Source]) -> None:
    """Each holds its own source; both hold the items in one order, whichever their own is."""
    for _ in range(2):
        queued(world, *sources)
    now = timezone.now()
    orders = [[version.pk for version in reversed(moving.queue_of(source, now))] for source in sources]
    first = Planned.everywhere.order_by("pk")[0]
    beside(
        lambda: moving.reorder(sources[1], orders[1], by=world.alice),
        lambda: actions.held(first),
        lambda: moving.reorder(sources[0], orders[0], by=world.alice),
    )
