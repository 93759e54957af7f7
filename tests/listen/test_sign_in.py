"""Signing in at a network from a source's form: there, back, once, by the one who began it; and again later."""

import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from hubbub.connectors._pace import SHARED
from hubbub.listen import signing
from hubbub.store.models import Account, AccountState, Audit, Keys, Outbox, OutboxState, Role, Source, SourceState
from tests.connectors.conftest import Server
from tests.connectors.provider import Provider
from tests.world import World, make_member, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NEW = "/w/acme/listen/sources/new/"
BACK = "/w/acme/listen/sources/sign-in/back/"
FAR = timedelta(days=1)


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server()
    yield one
    one.stop()


@pytest.fixture
def provider(server: Server, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Provider:
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1"]
    monkeypatch.setattr(SHARED, "_rate", 1e6)  # nobody is burdened here
    return Provider(server)


def form(provider: Provider, **more: str) -> dict[str, str]:
    return {"kind": "mastodon", "set-site": provider.url, "set-read": "notifications", "set-what": "", **more}


def begin(client: Client, provider: Provider, do: str = "sign-in", at: str = NEW) -> str:
    """Press the button, follow to the page with the link; the network's address."""
    answer = client.post(at, form(provider, do=do))
    assert answer.status_code == 303, answer.content.decode()
    page = client.get(answer["Location"])
    assert page.status_code == 200
    return network_address(page.content.decode())


def network_address(page: str) -> str:
    found = re.search(r'href="([^"]*/oauth/authorize[^"]*)"', page)
    assert found, page
    return found[1].replace("&amp;", "&")


def come_back(client: Client, address: str) -> str:
    """Where the page after it leads; what it said stands in the next page."""
    parts = urlsplit(address)
    answer = client.get(f"{parts.path}?{parts.query}")
    assert answer.status_code == 303, answer.content.decode()
    return str(answer["Location"])


def signed_in(client: Client, provider: Provider) -> Source:
    """The whole way, and the source saved."""
    there = come_back(client, provider.agree(begin(client, provider)))
    page = client.get(there).content.decode()
    number = re.search(r'name="account" value="(\d+)"', page)
    assert number
    saved = client.post(NEW, form(provider, account=number[1], do="save"))
    assert saved.status_code == 303, saved.content.decode()
    return Source.everywhere.get(pk=int(str(saved["Location"]).rstrip("/").rpartition("/")[2]))


def test_there_and_back_and_the_form_goes_on(world: World, provider: Provider) -> None:
    client = world.client()
    address = begin(client, provider)
    asked = dict(parse_qsl(urlsplit(address).query))
    assert asked["redirect_uri"] == f"http://testserver{BACK}"
    assert asked["scope"] == "read write"
    there = come_back(client, provider.agree(address))
    account = Account.of(world.acme).get()
    assert there == f"{NEW}?kind=mastodon&account={account.pk}"
    page = client.get(there).content.decode()
    assert f"Signed in as @person7@{provider.host}" in page
    assert f'value="{provider.url}"' in page  # what was typed is still there
    assert re.search(r'value="notifications"\s+selected', page)
    assert 'name="set-token"' not in page
    assert "access-0" not in page
    entry = Audit.of(world.acme).get(noun="account")
    assert (entry.verb, entry.by_member, entry.after) == ("sign in", world.alice, {"scopes": "read write", "new": True})


def test_the_source_uses_the_accounts_keys(world: World, provider: Provider) -> None:
    source = signed_in(world.client(), provider)
    account = Account.of(world.acme).get()
    assert (source.our_account, source.signed_in, source.sealed) == (account, True, b"")
    assert source.whole_settings()["token"] == "access-0"
    assert "like" in source.can
    assert (source.account, source.length) == ("7", 1234)
    assert (account.host, account.native_id, account.name) == (provider.host, "7", f"@person7@{provider.host}")
    assert account.renew_at is not None
    assert timedelta(minutes=35) < account.renew_at - timezone.now() <= timedelta(minutes=40)
    page = world.client().get(f"/w/acme/listen/sources/{source.pk}/").content.decode()
    assert account.name in page
    assert "access-0" not in page


def test_a_moderator_asks_for_more(world: World, provider: Provider) -> None:
    asked = dict(parse_qsl(urlsplit(begin(world.client(), provider, "sign-in-moderating")).query))
    assert asked["scope"].split() == [
        *("read", "write", "admin:read:accounts", "admin:read:reports", "admin:write:accounts", "admin:write:reports")
    ]


def refused(client: Client, address: str, says: str) -> None:
    parts = urlsplit(address)
    answer = client.get(f"{parts.path}?{parts.query}")
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Account.everywhere.exists()


NOT_BEGUN = "This browser has begun no such sign-in"


def test_a_wrong_state_is_refused(world: World, provider: Provider) -> None:
    client = world.client()
    begin(client, provider)
    refused(client, f"{BACK}?{urlencode({'code': 'x', 'state': 'another'})}", NOT_BEGUN)
    refused(client, f"{BACK}?code=x", NOT_BEGUN)


def test_a_state_is_good_once(world: World, provider: Provider, server: Server) -> None:
    client = world.client()
    address = provider.agree(begin(client, provider))
    come_back(client, address)
    Account.everywhere.all().delete()
    many = len(server.asked)
    refused(client, address, NOT_BEGUN)
    assert len(server.asked) == many  # the network is not even asked


def test_a_failed_way_is_used_up_too(world: World, provider: Provider) -> None:
    client = world.client()
    address = provider.agree(begin(client, provider))
    provider.busy = True
    assert come_back(client, address) == f"{NEW}?kind=mastodon"
    provider.busy = False
    refused(client, address, NOT_BEGUN)


def test_another_browser_is_refused(world: World, provider: Provider) -> None:
    address = provider.agree(begin(world.client(), provider))
    refused(world.client(), address, NOT_BEGUN)


def test_another_member_in_the_same_browser_is_refused(world: World, provider: Provider) -> None:
    """The session outlives the sign-out here, as it would where a stolen one is used."""
    client = world.client()
    address = provider.agree(begin(client, provider))
    ways = client.session[signing.WAYS]
    other = world.client(make_member(world.acme, "mallory", Role.ADMIN))
    session = other.session
    session[signing.WAYS] = ways
    session.save()
    refused(other, address, NOT_BEGUN)


def test_another_workspace_is_refused(world: World, provider: Provider) -> None:
    make_member(world.bravo, "zoe", Role.ADMIN)
    client = world.client()
    address = provider.agree(begin(client, provider)).replace("/acme/", "/bravo/")
    parts = urlsplit(address)
    assert client.get(f"{parts.path}?{parts.query}").status_code == 404
    assert not Account.everywhere.exists()


def test_after_ten_minutes_it_is_too_late(world: World, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "LASTS", timedelta(seconds=-1))
    client = world.client()
    answer = client.post(NEW, form(provider, do="sign-in"))
    page = client.get(answer["Location"])
    assert page.status_code == 422
    assert "more than ten minutes ago" in page.content.decode()


def test_consent_that_was_refused(world: World, provider: Provider, server: Server) -> None:
    client = world.client()
    state = dict(parse_qsl(urlsplit(begin(client, provider)).query))["state"]
    many = len(server.asked)
    there = come_back(client, f"{BACK}?{urlencode({'error': 'access_denied', 'state': state})}")
    page = client.get(there).content.decode()
    assert "was told not to let Hubbub in" in page
    assert f'value="{provider.url}"' in page
    assert len(server.asked) == many
    assert not Account.everywhere.exists()


def test_an_answer_of_another_server_is_refused(world: World, provider: Provider) -> None:
    client = world.client()
    there = come_back(client, provider.agree(begin(client, provider), iss="https://evil.example/"))
    assert "came from another server" in client.get(there).content.decode()
    assert not provider.good


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MODERATOR])
def test_only_who_may_add_sources_signs_in(world: World, provider: Provider, role: Role) -> None:
    client = world.client(world.roles[role])
    assert client.get(f"{BACK}?code=x&state=y").status_code == 403


def test_no_server_no_way(world: World, provider: Provider) -> None:
    page = world.client().post(NEW, {"kind": "mastodon", "do": "sign-in", "set-read": "hashtag"})
    assert page.status_code == 422
    assert "address of the server is missing" in page.content.decode()


def test_keys_are_sent_to_no_other_server(world: World, provider: Provider, server: Server) -> None:
    client = world.client()
    source = signed_in(client, provider)
    elsewhere = {**form(provider, do="save"), "set-site": "http://127.0.0.1:1"}
    for at in (NEW, f"/w/acme/listen/sources/{source.pk}/edit/"):
        page = client.post(at, {**elsewhere, "account": str(source.our_account_id)})
        assert page.status_code == 422
        assert "is signed in at" in page.content.decode()


def test_another_workspaces_account_is_as_if_it_were_not_there(world: World, provider: Provider) -> None:
    source = signed_in(world.client(), provider)
    client = world.client(world.bob)
    page = client.get(f"/w/bravo/listen/sources/new/?kind=mastodon&account={source.our_account_id}").content.decode()
    assert "person7" not in page
    assert client.post(f"/w/bravo/listen/accounts/{source.our_account_id}/sign-in/").status_code == 404


def test_settings_change_and_the_sign_in_stays(world: World, provider: Provider) -> None:
    client = world.client()
    source = signed_in(client, provider)
    edit = f"/w/acme/listen/sources/{source.pk}/edit/"
    assert 'name="set-token"' not in client.get(edit).content.decode()
    changed = {**form(provider, do="save"), "set-read": "hashtag", "set-what": "acme", "name": "Acme there"}
    assert client.post(edit, changed).status_code == 303
    source.refresh_from_db()
    assert (source.signed_in, source.sealed, source.name) == (True, b"", "Acme there")
    assert source.settings["read"] == "hashtag"


def test_a_key_of_its_own_in_place_of_the_sign_in(world: World, provider: Provider) -> None:
    client = world.client()
    source = signed_in(client, provider)
    provider.good["typed"] = "8"
    edit = f"/w/acme/listen/sources/{source.pk}/edit/"
    page = client.get(f"{edit}?account=0").content.decode()
    assert 'name="set-token"' in page
    saved = client.post(edit, {**form(provider, do="save"), "account": "0", "set-token": "typed"})
    assert saved.status_code == 303, saved.content.decode()
    source.refresh_from_db()
    assert (source.signed_in, source.whole_settings()["token"]) == (False, "typed")
    account = Account.of(world.acme).get()  # the one that was left is forgotten with its keys
    assert (account.native_id, account.signed_in) == ("8", False)
    assert source.our_account == account


def test_a_typed_in_key_shares_the_account_of_a_sign_in(world: World, provider: Provider) -> None:
    client = world.client()
    signed_in(client, provider)
    provider.good["typed"] = "7"
    saved = client.post(NEW, {**form(provider, do="save", name="Second"), "set-token": "typed"})
    assert saved.status_code == 303, saved.content.decode()
    first, second = Source.of(world.acme).order_by("pk")
    assert first.our_account == second.our_account
    assert (second.signed_in, second.whole_settings()["token"]) == (False, "typed")


def test_with_its_last_source_an_account_is_forgotten(world: World, provider: Provider) -> None:
    client = world.client()
    source = signed_in(client, provider)
    client.post(f"/w/acme/listen/sources/{source.pk}/delete/")
    assert not Account.of(world.acme).exists()
    assert Audit.of(world.acme).filter(noun="account", verb="delete").exists()


# --- again


@pytest.fixture
def signed_out(world: World, provider: Provider) -> Account:
    """An account that its network refused; two sources read as it, and a reply waits."""
    account = Account(
        workspace=world.acme, kind="mastodon", host=provider.host, native_id="7", name="@person7",
        state=AccountState.REFUSED, error="It says no.",
    )  # fmt: skip
    account.keep(Keys(fills={"token": "old"}, scopes=("read",)))
    account.save()
    given = {"kind": "mastodon", "settings": {"site": provider.url, "read": "home"}, "our_account": account}
    given |= {"signed_in": True, "error": "It says no.", "failures": 1}
    source = make_source(world.acme, "First", **given)
    make_source(world.acme, "Second", **given, state=SourceState.BROKEN)
    row = {"workspace": world.acme, "source": source, "post": make_post(source), "verb": "reply", "by_name": "x"}
    row |= {"created": timezone.now(), "due": timezone.now() + FAR}
    Outbox.everywhere.create(**row, key="failed", state=OutboxState.FAILED, tries=3, first_try=timezone.now() - FAR)
    Outbox.everywhere.create(**row, key="later", state=OutboxState.WAITING)
    return account


@pytest.mark.parametrize("at", ["/w/acme/listen/sources/", "one"])
def test_one_button_for_all_that_waits(world: World, signed_out: Account, at: str) -> None:
    first = Source.of(world.acme).order_by("pk")[0]
    page = world.client().get(f"/w/acme/listen/sources/{first.pk}/" if at == "one" else at).content.decode()
    assert page.count("Sign in again") == 1
    assert f"/w/acme/listen/accounts/{signed_out.pk}/sign-in/" in page
    viewer = world.client(world.roles[Role.VIEWER]).get("/w/acme/listen/sources/").content.decode()
    assert "must be signed in again" in viewer
    assert "Sign in again" not in viewer


def again(client: Client, account: Account) -> str:
    answer = client.post(f"/w/acme/listen/accounts/{account.pk}/sign-in/")
    assert answer.status_code == 303
    return network_address(client.get(answer["Location"]).content.decode())


def test_signing_in_again_sets_all_going(world: World, provider: Provider, signed_out: Account) -> None:
    client = world.client()
    address = again(client, signed_out)
    assert dict(parse_qsl(urlsplit(address).query))["scope"] == "read"  # what was asked for the last time
    come_back(client, provider.agree(address))
    signed_out.refresh_from_db()
    assert (signed_out.state, signed_out.error) == (AccountState.ACTIVE, "")
    now = timezone.now()
    for source in Source.of(world.acme):
        assert (source.state, source.error, source.failures) == (SourceState.ACTIVE, "", 0)
        assert source.due <= now
        assert source.whole_settings()["token"] == "access-0"
    assert {row.key: row.due <= now for row in Outbox.of(world.acme)} == {"failed": True, "later": False}
    assert Outbox.of(world.acme).get(key="failed").first_try is None  # the days without a sign-in are no tries


def test_signing_in_again_as_somebody_else_changes_nothing(
    world: World, provider: Provider, signed_out: Account
) -> None:
    client = world.client()
    provider.person = "8"
    there = come_back(client, provider.agree(again(client, signed_out)))
    assert "this was about @person7" in client.get(there).content.decode().replace("&#x27;", "'")
    signed_out.refresh_from_db()
    assert (signed_out.state, signed_out.keys().fills) == (AccountState.REFUSED, {"token": "old"})


def test_a_typed_in_key_that_is_refused_leads_to_the_settings(world: World) -> None:
    source = make_source(world.acme, error="It says no.", wants_sign_in=True)
    page = world.client().get("/w/acme/listen/sources/").content.decode()
    assert f'<a href="/w/acme/listen/sources/{source.pk}/edit/">Sign in again</a>' in page


# --- nothing leaks


def test_no_secret_in_logs_pages_addresses_and_audit(
    world: World, provider: Provider, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = world.client()
    provider.person = "7"
    source = signed_in(client, provider)
    secrets = ["access-0", "refresh-0", "secret of app-0"]
    pages = [
        client.get(url).content.decode()
        for url in (
            f"/w/acme/listen/sources/{source.pk}/",
            f"/w/acme/listen/sources/{source.pk}/edit/",
            "/w/acme/listen/sources/",
            "/w/acme/moderate/log/",
        )
    ]
    rows = [str(row) for row in Audit.of(world.acme).values()] + [str(row) for row in Source.of(world.acme).values()]
    session = str(dict(client.session.items()))
    told = "\n".join([caplog.text, *pages, *rows, session, *(asked.target for asked in server.asked)])
    assert [secret for secret in secrets if secret in told] == []
    sealed = bytes(Account.of(world.acme).get().sealed)
    assert b"access-0" not in sealed
