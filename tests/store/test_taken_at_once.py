"""A worker takes something that waits to leave in the moment in which it is stopped, with true concurrency."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from hubbub.store import other_account, outbox, planned
from hubbub.store.models import Account, Outbox, Planned, PlannedVersion, Source
from tests.rings import beside
from tests.world import World, make_source, make_world

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world() -> World:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    return make_world()


def signed_out(source: Source, world: World) -> None:
    planned.stop_some(timezone.now())


@transaction.atomic
def another(source: Source, world: World) -> None:
    other_account.hold(source, "@acme", by=world.alice)


@pytest.mark.parametrize("stop", [signed_out, another])
def test_what_is_being_sent_is_left_to_who_sends_it(world: World, stop: Callable[[Source, World], None]) -> None:
    source = make_source(world.acme, can=["post"], signed_in=True)
    source.our_account = Account.everywhere.create(
        workspace=world.acme, kind=source.kind, native_id="a", name="@acme", state="refused"
    )
    source.save()
    row = outbox.put(None, "post", by=world.alice, text="It is here", source=source)
    item = Planned.everywhere.create(
        workspace=world.acme, title="Launch", state="sending", created=timezone.now(), changed=timezone.now()
    )
    PlannedVersion.everywhere.create(workspace=world.acme, planned=item, source=source, state="sending", outbox=row)

    def taken() -> None:
        Outbox.everywhere.update(lease_until=timezone.now() + timedelta(minutes=5))

    beside(lambda: stop(source, world), taken, lambda: None)
    assert Outbox.everywhere.get().state == "waiting"
