"""Sign-ins that were let go are given back: once, with patience, and never for ever."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
from django.conf import settings
from django.utils import timezone
from msgspec import json

from hubbub.connectors import Http
from hubbub.connectors._pace import Pace
from hubbub.engine.farewells import give_one_back
from hubbub.listen.account_actions import let_go
from hubbub.store.keys import seal
from hubbub.store.models import Account, Farewell, Keys
from tests.connectors.conftest import Reply, Server
from tests.world import World, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def server() -> Iterator[Server]:
    here = Server()
    yield here
    here.stop()


@pytest.fixture
def http() -> Iterator[Http]:
    pace = Pace(rate=1e6, burst=1_000_000)
    with Http(allow_private=["127.0.0.1"], pace=pace, sleep=lambda _: None) as door:
        yield door


def account(world: World, revoke: str) -> Account:
    keys = Keys(
        fills={"token": "access-0"}, refresh="refresh-0", app="app-0", app_secret="secret-0", revoke=revoke
    )  # fmt: skip
    row = Account(workspace=world.acme, kind="mastodon", host="m.test", native_id="7", name="@acme@m.test")
    row.keep(keys)
    row.save()
    return row


def test_whoever_is_let_go_is_signed_out_at_the_network(world: World, server: Server, http: Http) -> None:
    server.answers["/oauth/revoke"] = Reply(200, {}, b"{}")
    row = account(world, f"{server.url}/oauth/revoke")
    let_go(world.acme, row.pk, by=world.alice)
    assert not Account.everywhere.exists()
    assert server.asked == []  # nothing is sent while a person waits
    assert give_one_back(http)
    (asked,) = server.asked
    assert dict(parse_qsl(asked.body.decode())) == {
        "token": "access-0", "client_id": "app-0", "client_secret": "secret-0"
    }  # fmt: skip
    assert not Farewell.everywhere.exists()
    assert not give_one_back(http)


def test_an_account_that_is_still_used_stays(world: World, server: Server, http: Http) -> None:
    row = account(world, f"{server.url}/oauth/revoke")
    source = make_source(world.acme, our_account=row)
    let_go(world.acme, row.pk, by=world.alice)
    assert Account.everywhere.get() == row
    assert source.pk
    assert not give_one_back(http)


def test_where_there_is_no_address_the_keys_are_just_forgotten(world: World, http: Http) -> None:
    let_go(world.acme, account(world, "").pk, by=world.alice)
    assert not Account.everywhere.exists()
    assert not give_one_back(http)


@pytest.mark.parametrize(
    ("answer", "age", "left"),
    [
        (Reply(503), timedelta(), 1),  # tried again later
        (Reply(503), timedelta(days=2), 0),  # not for ever
        (Reply(401), timedelta(), 0),  # gone already
        (Reply(404), timedelta(), 0),  # there is no such address
    ],
)
def test_a_network_that_does_not_answer(
    world: World, server: Server, http: Http, answer: Reply, age: timedelta, left: int
) -> None:
    server.answers["/oauth/revoke"] = answer
    keys = Keys(fills={"token": "access-0"}, app="app-0", revoke=f"{server.url}/oauth/revoke")
    now = timezone.now()
    sealed = seal(json.encode(keys).decode(), settings.SEALING_KEY)
    Farewell.everywhere.create(workspace=world.acme, name="@acme", sealed=sealed, made=now - age, due=now)
    assert give_one_back(http)
    assert Farewell.everywhere.count() == left
    assert not give_one_back(http)  # what is left waits for its next turn


def test_keys_that_nobody_can_read_any_more_are_forgotten(world: World, http: Http) -> None:
    now = timezone.now()
    Farewell.everywhere.create(workspace=world.acme, name="@acme", sealed=b"nonsense", made=now, due=now)
    assert give_one_back(http)
    assert not Farewell.everywhere.exists()
