"""Our accounts on networks: their limit is shared, their keys stay fresh, one refusal holds all back, once."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from hubbub.connectors import Act, Batch, Done, Http
from hubbub.connectors._pace import Pace
from hubbub.core.failures import Broken, Retry
from hubbub.core.post import Post
from hubbub.engine import accounts, listening, outbox
from hubbub.store import outbox as door_out
from hubbub.store.claim import claim_outbox, claim_source, free_leases
from hubbub.store.models import Account, AccountState, Audit, Keys, Outbox, OutboxState, Source, SourceState
from tests.connectors.conftest import Server
from tests.connectors.provider import Provider
from tests.world import World, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

SAYS_NO = Broken("example.social answered 401: it does not accept the token.", sign_in=True)


@dataclass
class Network:
    """Fails as told, and spends its limit as told."""

    every = 300
    failure: Exception | None = None
    spent: datetime | None = None
    tokens: list[str] = field(default_factory=list)

    def fetch(self, settings: dict[str, str], cursor: str, http: Http) -> Batch:
        self._asked(settings, http)
        return Batch([Post("1", "hello")], "1")

    def act(self, settings: dict[str, str], act: Act, http: Http) -> Done:
        self._asked(settings, http)
        return Done("r1")

    def find(self, settings: dict[str, str], act: Act, http: Http) -> None:
        return None

    def _asked(self, settings: dict[str, str], http: Http) -> None:
        self.tokens.append(settings.get("token", ""))
        http.spent_until = self.spent
        if self.failure:
            raise self.failure


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    network = Network()
    monkeypatch.setattr(listening, "connector", lambda kind: network)
    monkeypatch.setattr(outbox, "connector", lambda kind: network)
    return network


def make_account(world: World, **more: object) -> Account:
    keys = Keys(
        fills={"token": "access-0"}, refresh="refresh-0", app="app-0", app_secret="secret of app-0",
        token=str(more.pop("address", "")),
    )  # fmt: skip
    given = {"workspace": world.acme, "kind": "mastodon", "host": "example.social", "native_id": "7", "name": "@acme"}
    account = Account(**{**given, **more})
    account.keep(keys)
    account.save()
    return account


def sources(world: World, account: Account, **more: object) -> list[Source]:
    """Two that are due, the first one first."""
    given = {"kind": "mastodon", "our_account": account, "signed_in": True, "can": ["reply"], **more}
    due = timezone.now() - timedelta(minutes=2)
    return [
        make_source(world.acme, f"Source {number}", due=due + timedelta(seconds=number), **given) for number in (1, 2)
    ]


def read(source: Source) -> Source:
    claimed = claim_source(timezone.now())
    assert claimed == source
    listening.listen_to(claimed, Http())
    source.refresh_from_db()
    return source


# --- the limit


@pytest.mark.parametrize("how", ["too many", "spent"])
def test_one_source_over_the_limit_and_all_rest(world: World, network: Network, how: str) -> None:
    account = make_account(world)
    first, second = sources(world, account, signed_in=False)  # a key that was typed in shares the limit, too
    elsewhere = make_source(world.acme, "Elsewhere", due=timezone.now())
    row = door_out.put(make_post(second), "reply", by=world.alice, text="Hi")
    now = timezone.now()
    network.failure = Retry("asks us to slow down", after=timedelta(minutes=5)) if how == "too many" else None
    network.spent = now + timedelta(minutes=5) if how == "spent" else None
    read(first)
    account.refresh_from_db()
    assert account.resting_until is not None
    assert timedelta(minutes=4) < account.resting_until - now <= timedelta(minutes=5, seconds=5)
    assert account.error
    network.failure = network.spent = None
    assert claim_source(timezone.now()) == elsewhere
    assert claim_source(timezone.now()) is None
    assert claim_outbox(timezone.now()) is None
    later = account.resting_until + timedelta(seconds=1)
    assert claim_outbox(later) == row
    assert claim_source(later) == second


def test_a_rest_is_never_made_shorter(world: World) -> None:
    account = make_account(world)
    now = timezone.now()
    for minutes in (10, 5):
        accounts.rest(account, now + timedelta(minutes=minutes), "busy")
    account.refresh_from_db()
    assert account.resting_until == now + timedelta(minutes=10)
    accounts.rest(account, now + timedelta(days=300), "busy")
    account.refresh_from_db()
    assert account.resting_until is not None
    assert account.resting_until <= timezone.now() + timedelta(days=1)


def test_after_a_rest_all_is_well(world: World, network: Network) -> None:
    account = make_account(world, resting_until=timezone.now() - timedelta(seconds=1), error="busy")
    first, _ = sources(world, account)
    read(first)
    account.refresh_from_db()
    assert account.error == ""


def test_a_failure_of_another_kind_rests_nobody(world: World, network: Network) -> None:
    account = make_account(world)
    first, second = sources(world, account)
    network.failure = Retry("answered 503")
    read(first)
    assert claim_source(timezone.now()) == second


# --- refused


def test_one_refusal_holds_all_back_and_is_noted_once(
    world: World, network: Network, caplog: pytest.LogCaptureFixture
) -> None:
    account = make_account(world)
    first, second = sources(world, account)
    row = door_out.put(make_post(second), "reply", by=world.alice, text="Hi")
    network.failure = SAYS_NO
    caplog.set_level(logging.WARNING)
    read(first)
    account.refresh_from_db()
    assert (account.state, account.error) == (AccountState.REFUSED, str(SAYS_NO))
    assert (first.state, first.wants_sign_in) == (SourceState.ACTIVE, False)
    assert claim_source(timezone.now()) is None
    assert claim_outbox(timezone.now()) is None
    row.refresh_from_db()
    assert row.state == OutboxState.WAITING
    assert len(Audit.of(world.acme).filter(noun="account", verb="signed out")) == 1
    assert len([line for line in caplog.messages if "must be signed in again:" in line]) == 1


def test_a_reply_that_meets_the_refusal_waits(world: World, network: Network) -> None:
    account = make_account(world)
    first, _ = sources(world, account)
    row = door_out.put(make_post(first), "reply", by=world.alice, text="Hi")
    network.failure = SAYS_NO
    claimed = claim_outbox(timezone.now())
    assert claimed == row
    assert outbox.deliver(claimed, Http()) == OutboxState.FAILED
    account.refresh_from_db()
    assert account.state == AccountState.REFUSED
    assert claim_outbox(timezone.now() + timedelta(hours=2)) is None


@pytest.mark.parametrize("by", ["source", "outbox"])
def test_a_typed_in_key_that_is_refused_concerns_its_source_alone(world: World, network: Network, by: str) -> None:
    account = make_account(world)
    first, second = sources(world, account, signed_in=False)
    network.failure = SAYS_NO
    if by == "source":
        read(first)
    else:
        door_out.put(make_post(first), "reply", by=world.alice, text="Hi")
        claimed = claim_outbox(timezone.now())
        assert claimed is not None
        assert outbox.deliver(claimed, Http()) == OutboxState.BROKEN
        first.refresh_from_db()
    account.refresh_from_db()
    assert account.state == AccountState.ACTIVE
    assert first.wants_sign_in
    network.failure = None
    if by == "source":
        read(second)
        Source.of(world.acme).filter(pk=first.pk).update(due=timezone.now() - timedelta(seconds=1))
        assert not read(first).wants_sign_in


# --- renewing, against a provider whose refresh tokens are good once


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server()
    yield one
    one.stop()


@pytest.fixture
def provider(server: Server) -> Provider:
    provider = Provider(server)
    provider.apps["app-0"] = {}
    provider.good["access-0"] = provider.renewable["refresh-0"] = "7"
    return provider


@pytest.fixture
def http() -> Iterator[Http]:
    with Http(allow_private=["127.0.0.1"], pace=Pace(1e6, 1_000_000), sleep=lambda _: None) as door:
        yield door


def due_account(world: World, provider: Provider, **more: object) -> Account:
    now = timezone.now()
    given = {"ends": now + timedelta(minutes=20), "renew_at": now - timedelta(seconds=1), **more}
    return make_account(world, address=f"{provider.url}/oauth/token", **given)


def test_keys_are_renewed_before_they_end(world: World, provider: Provider, http: Http) -> None:
    account = due_account(world, provider)
    assert not accounts.renew_one(http)  # no source reads as it
    first, _ = sources(world, account)
    assert accounts.renew_one(http)
    account.refresh_from_db()
    assert account.keys().fills == {"token": "access-1"}
    assert account.keys().refresh == "refresh-1"
    assert (account.renewed, account.lease_until, account.state) == (1, None, AccountState.ACTIVE)
    assert account.renew_at is not None
    assert account.ends is not None
    assert timezone.now() + timedelta(minutes=35) < account.renew_at < account.ends - timedelta(minutes=15)
    assert not accounts.renew_one(http)
    first.refresh_from_db()
    assert first.whole_settings()["token"] == "access-1"


def test_what_has_ended_is_renewed_before_it_is_used(
    world: World, provider: Provider, http: Http, network: Network
) -> None:
    account = due_account(world, provider, ends=timezone.now() - timedelta(hours=1))
    sources(world, account)
    claimed = claim_source(timezone.now())
    assert claimed is not None
    listening.listen_to(claimed, http)
    assert network.tokens == ["access-1"]


def test_a_token_refused_early_is_renewed_once_and_tried_again(
    world: World, provider: Provider, http: Http, network: Network
) -> None:
    account = due_account(world, provider, renew_at=timezone.now() + timedelta(minutes=10))
    first, _ = sources(world, account)
    network.failure = SAYS_NO
    claimed = claim_source(timezone.now())
    assert claimed is not None
    listening.listen_to(claimed, http)
    account.refresh_from_db()
    first.refresh_from_db()
    assert account.state == AccountState.ACTIVE
    assert "was renewed; it is tried again" in first.error
    network.failure = None
    Source.of(world.acme).update(due=timezone.now())
    claimed = claim_source(timezone.now())
    assert claimed is not None
    listening.listen_to(claimed, http)
    assert network.tokens == ["access-0", "access-1"]


def test_a_refresh_token_that_is_refused_asks_to_sign_in(world: World, provider: Provider, http: Http) -> None:
    account = due_account(world, provider)
    sources(world, account)
    provider.renewable.clear()
    assert accounts.renew_one(http)
    account.refresh_from_db()
    assert (account.state, account.lease_until) == (AccountState.REFUSED, None)
    assert "Sign in again" in account.error
    assert claim_source(timezone.now()) is None
    assert not accounts.renew_one(http)


def test_keys_that_cannot_be_opened_are_tried_again_in_a_while(
    world: World, provider: Provider, http: Http, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    account = due_account(world, provider)
    sources(world, account)
    settings.SEALING_KEY = "another key, another key, another key"
    assert accounts.renew_one(http)
    assert "cannot be renewed" in caplog.text
    account.refresh_from_db()
    assert account.lease_until is None
    assert not accounts.renew_one(http)  # not again and again
    assert provider.refreshed == 0


def test_a_network_that_is_busy_is_asked_again_in_a_while(world: World, provider: Provider, http: Http) -> None:
    account = due_account(world, provider)
    sources(world, account)
    provider.busy = True
    assert accounts.renew_one(http)
    account.refresh_from_db()
    assert (account.state, account.lease_until, account.keys().refresh) == (AccountState.ACTIVE, None, "refresh-0")
    assert account.renew_at is not None
    assert account.renew_at > timezone.now() + timedelta(minutes=4)


def test_whoever_was_killed_while_renewing_is_followed_by_another(world: World, provider: Provider, http: Http) -> None:
    account = due_account(world, provider, lease_until=timezone.now() + timedelta(minutes=5))
    sources(world, account)
    assert not accounts.renew_one(http)
    free_leases(timezone.now())
    assert accounts.renew_one(http)


def test_no_secret_in_the_log(world: World, provider: Provider, http: Http, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    account = due_account(world, provider)
    sources(world, account)
    accounts.renew_one(http)
    Account.everywhere.update(renew_at=timezone.now())
    provider.renewable.clear()
    accounts.renew_one(http)
    account.refresh_from_db()
    told = caplog.text + account.error + "".join(str(row) for row in Audit.of(world.acme).values())
    assert not [word for word in ("access-", "refresh-", "secret of") if word in told]


@pytest.mark.django_db(transaction=True)
def test_many_workers_burn_no_refresh_token(world: World, provider: Provider, http: Http) -> None:
    """All find the token ended at once; the network takes each refresh token once."""
    account = due_account(world, provider, ends=timezone.now() - timedelta(minutes=1))
    first, _ = sources(world, account)
    begin, seen = Barrier(4), []

    def work() -> None:
        try:
            source = Source.everywhere.get(pk=first.pk)
            assert source.our_account is not None
            begin.wait()
            for _ in range(10_000):
                try:
                    with accounts.acting(source, http) as (settings, _door):
                        seen.append(settings["token"])
                        return
                except accounts.SignedOut:
                    seen.append("signed out")
                    return
                except Retry:  # another one is at it
                    source = Source.everywhere.get(pk=first.pk)
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == ["access-1"] * 4
    assert provider.refreshed == 1
    account.refresh_from_db()
    assert account.state == AccountState.ACTIVE
    assert Outbox.everywhere.count() == 0
