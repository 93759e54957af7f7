"""A worker takes something that waits to leave in the moment in which it is stopped, with true concurrency."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from hubbub.store import other_account, outbox, planned, planned_lost
from hubbub.store.models import Account, Outbox, Planned, PlannedVersion, Source
from tests.rings import beside
from tests.world import World, make_post, make_source, make_world

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world() -> World:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    return make_world()


@pytest.fixture
def source(world: World) -> Source:
    account = Account.everywhere.create(workspace=world.acme, kind="wordpress", native_id="a", name="@acme")
    return make_source(world.acme, can=["post", "reply"], signed_in=True, our_account=account)


def version(source: Source, state: str, row: Outbox | None = None) -> PlannedVersion:
    now = timezone.now()
    item = Planned.everywhere.create(
        workspace=source.workspace, title="Launch", text="It is here", state=state, created=now, changed=now
    )
    return PlannedVersion.everywhere.create(
        workspace=source.workspace, planned=item, source=source, outbox=row, state="sending" if row else "ready",
        due=now,
    )  # fmt: skip


def signed_out(source: Source, world: World) -> None:
    Account.everywhere.update(state="refused")
    planned.stop_some(timezone.now())


@transaction.atomic
def another(source: Source, world: World) -> None:
    other_account.hold(source, "@acme", by=world.alice)
    planned_lost.leave_account(source, "@acme", by=world.alice)


@pytest.mark.parametrize(("verb", "stop"), [("post", signed_out), ("post", another), ("reply", another)])
def test_what_is_being_sent_is_left_to_who_sends_it(
    world: World, source: Source, verb: str, stop: Callable[[Source, World], None]
) -> None:
    about = make_post(source) if verb == "reply" else None
    row = outbox.put(about, verb, by=world.alice, text="It is here", source=source)
    if verb == "post":
        version(source, "sending", row)

    def taken() -> None:
        Outbox.everywhere.update(lease_until=timezone.now() + timedelta(minutes=5))

    beside(lambda: stop(source, world), taken, lambda: None)
    assert Outbox.everywhere.get().state == "waiting"


def test_what_begins_to_leave_meanwhile_leaves_as_no_other_account(world: World, source: Source) -> None:
    version(source, "planned")
    beside(lambda: another(source, world), lambda: planned.send_due(timezone.now()), lambda: None)
    while planned.settle_some(timezone.now()):
        pass
    assert Outbox.everywhere.get().state == "broken"
    assert Planned.everywhere.get().state == "failed"
