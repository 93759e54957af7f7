"""Signing in at a network, step by step, against a provider that is strict."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from hubbub.connectors import Http, OAuth, SigningIn, connector, connectors, oauth
from hubbub.core.failures import Broken, Retry

from .conftest import Reply, Server
from .provider import HOUR, Provider, told

NOW = datetime(2026, 11, 22, tzinfo=UTC)
BACK = "https://hubbub.example/w/acme/listen/sources/sign-in/back/"
MASTODON = connector("mastodon")
assert isinstance(MASTODON, SigningIn)
HOW = MASTODON.oauth
SCOPES = ("read", "write")


def way(provider: Provider, http: Http, how: OAuth = HOW) -> tuple[oauth.Provider, oauth.App, oauth.Way]:
    settings = {"site": provider.url}
    there = oauth.provider(how, settings, http)
    app = oauth.app(how, there, settings, BACK, SCOPES, http)
    return there, app, oauth.begin(how, there, app, BACK, SCOPES)


def code_of(address: str) -> str:
    return dict(parse_qsl(urlsplit(address).query))["code"]


@pytest.mark.parametrize("discover", [True, False], ids=["says where", "old, and says nothing"])
def test_there_and_back_and_on(server: Server, http: Http, discover: bool) -> None:
    provider = Provider(server, discover=discover)
    there, app, begun = way(provider, http)
    assert provider.apps[app.id] == {"client_name": "Hubbub", "redirect_uris": BACK, "scopes": "read write"}
    code = code_of(provider.agree(begun.page))
    given = oauth.exchange(HOW, there.token, app, code=code, verifier=begun.verifier, back=BACK, http=http, now=NOW)
    assert given == oauth.Tokens("access-0", "refresh-0", NOW + timedelta(seconds=HOUR))
    who = MASTODON.who({"site": provider.url, "token": given.access}, http)
    assert (who.id, who.name) == ("7", f"@person7@{provider.host}")
    fresh = oauth.refresh("form", there.token, app, given.refresh, http, NOW)
    assert fresh.access == "access-1"
    with pytest.raises(Broken, match="Sign in again") as burnt:
        oauth.refresh("form", there.token, app, given.refresh, http, NOW)
    assert burnt.value.sign_in
    oauth.give_back("form", f"{provider.url}/oauth/revoke", app, fresh.access, http)
    assert b"access-1" in server.asked[-1].body


def test_no_two_ways_are_alike(server: Server, http: Http) -> None:
    provider = Provider(server)
    ways = [way(provider, http)[2] for _ in range(3)]
    assert len({one.state for one in ways} | {one.verifier for one in ways}) == 6
    assert all(len(one.state) >= 40 and 43 <= len(one.verifier) <= 128 for one in ways)
    assert all(one.verifier not in one.page for one in ways)


@pytest.mark.parametrize("wrong", ["verifier", "code", "back"])
def test_a_code_alone_is_worth_nothing(server: Server, http: Http, wrong: str) -> None:
    provider = Provider(server)
    there, app, begun = way(provider, http)
    given = {"code": code_of(provider.agree(begun.page)), "verifier": begun.verifier, "back": BACK}
    given[wrong] = "another"
    with pytest.raises(Broken, match="does not accept this sign-in") as refused:
        oauth.exchange(HOW, there.token, app, http=http, now=NOW, **given)
    assert refused.value.sign_in
    assert not provider.good


@pytest.mark.parametrize(
    "part", ["authorization_endpoint", "token_endpoint", "revocation_endpoint", "app_registration_endpoint"]
)
def test_a_server_names_only_addresses_of_its_own(server: Server, http: Http, part: str) -> None:
    server.answers["/.well-known/oauth-authorization-server"] = told({part: "https://evil.example/oauth"})
    with pytest.raises(Broken, match=r"leads to evil\.example for signing in"):
        oauth.provider(HOW, {"site": server.url}, http)


@pytest.mark.parametrize(
    ("settings", "says"),
    [({}, "missing"), ({"site": "ftp://x.example"}, "missing"), ({"site": "https://x.example:port"}, "cannot be read")],
)
def test_an_address_is_needed(settings: Mapping[str, str], says: str, http: Http) -> None:
    with pytest.raises(Broken, match=says):
        oauth.provider(HOW, settings, http)


@pytest.mark.parametrize(
    ("reply", "fails"),
    [
        (Reply(500), Retry),
        (Reply(429, {"retry-after": "60"}), Retry),
        (told({"error": "bad_verification_code"}), Broken),  # some say no with 200
        (told({"error": "invalid_client"}, 401), Broken),
        (Reply(403, {}, b"<html>"), Broken),
        (Reply(200, {}, b"<html>"), Broken),
    ],
)
def test_a_token_address_that_says_no(server: Server, http: Http, reply: Reply, fails: type[Exception]) -> None:
    server.answers["/token"] = reply
    with pytest.raises(fails) as caught:
        oauth.refresh("form", f"{server.url}/token", oauth.App("id", "s3cret"), "old-token", http, NOW)
    assert "s3cret" not in str(caught.value)
    assert "old-token" not in str(caught.value)


# --- networks that know no registration, as another connector declares them

TRACKER = OAuth(
    scopes=("notifications", "repo"),
    authorize="https://tracker.example/login/oauth/authorize?x=1",
    token="https://tracker.example/login/oauth/access_token",
    client=("client", "client_secret"),
    separator=",",
    ask={"duration": "permanent"},
)


def test_an_app_that_a_person_registered(http: Http) -> None:
    there = oauth.provider(TRACKER, {}, http)
    app = oauth.app(TRACKER, there, {"client": " abc ", "client_secret": "s"}, BACK, TRACKER.scopes, http)
    page = oauth.begin(TRACKER, there, app, BACK, TRACKER.scopes).page
    asked = dict(parse_qsl(urlsplit(page).query))
    told = {name: asked[name] for name in ("x", "client_id", "scope", "duration", "redirect_uri")}
    assert told == {
        "x": "1",
        "client_id": "abc",
        "scope": "notifications,repo",
        "duration": "permanent",
        "redirect_uri": BACK,
    }
    assert "client_secret" not in asked
    with pytest.raises(Broken, match="app's id is missing"):
        oauth.app(TRACKER, there, {}, BACK, TRACKER.scopes, http)


def test_registration_as_the_standard_has_it(server: Server, http: Http) -> None:
    server.answers["/.well-known/oauth-authorization-server"] = told(
        {"registration_endpoint": f"{server.url}/register"}
    )
    server.answers["/register"] = told({"client_id": "abc"}, 201)
    there = oauth.provider(HOW, {"site": server.url}, http)
    assert oauth.app(HOW, there, {}, BACK, SCOPES, http) == oauth.App("abc")
    assert b'"redirect_uris":["https://hubbub.example' in server.asked[-1].body


@pytest.mark.parametrize(("how", "basic"), [("form", False), ("basic", True)])
def test_how_the_apps_secret_travels(server: Server, http: Http, how: oauth.How, basic: bool) -> None:
    server.answers["/token"] = told({"access_token": "new", "expires": 60})
    given = oauth.refresh(how, f"{server.url}/token", oauth.App("id", "s3cret"), "old", http, NOW)
    assert given == oauth.Tokens("new", "", NOW + timedelta(minutes=1))
    asked = server.asked[-1]
    assert (b"client_secret=s3cret" in asked.body) is not basic
    assert asked.headers.get("authorization", "").startswith("Basic ") is basic
    assert "s3cret" not in asked.target


@pytest.mark.parametrize(
    "network", [one for one in connectors().values() if isinstance(one, SigningIn)], ids=lambda one: one.kind
)
def test_what_is_declared_fits_the_form(network: Any) -> None:
    fields = {field.name: field.kind for field in network.fields}
    how = network.oauth
    assert fields[how.fills] == "secret"
    assert not how.server or fields[how.server] == "url"
    assert all(not name or name in fields for name in how.client)
    assert how.scopes
    for address in (how.authorize, how.token, how.register, how.revoke):
        assert not address or address.startswith("/" if how.server else "https://")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_what_is_written_does_not_follow_to_another_host(server: Server, http: Http, status: int) -> None:
    """It may hold a secret: an app's, or a code that becomes a token."""
    other = Server()
    server.answers["/token"] = Reply(status, {"location": f"{other.url}/token"})
    with pytest.raises(Broken, match="has moved to http://127") as caught:
        http.post(f"{server.url}/token", form={"client_secret": "s3cret"})
    assert "s3cret" not in str(caught.value)
    assert other.asked == []
    other.stop()
