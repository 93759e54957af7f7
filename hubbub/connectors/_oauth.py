"""Signing in at a network by OAuth 2.0: what a connector declares, and the steps from a network's page to its tokens.

A connector of a network that has OAuth declares where, and can say who it was that signed in. This is all it takes:

    class Tracker(Declared):
        fields = (Field("token", "Access token", kind="secret", required=False), …)
        oauth = OAuth(
            scopes=("notifications", "public_repo"),
            authorize="https://tracker.example/login/oauth/authorize",
            token="https://tracker.example/login/oauth/access_token",
            client=("client", "client_secret"),  # two of its fields: here nobody can register an app by a program
        )

        def who(self, settings: Settings, http: Http) -> Who:
            me = http.get("https://api.tracker.example/user", headers=…settings["token"]…).json(_Me)
            return Who(str(me.id), f"@{me.login}")

The form then offers “Sign in”; the access token fills the field named by `fills` at every call and is renewed before it
ends. Everything else (state, PKCE, the way back, sealing, renewing, signing in again) is done by the house. Where each
server of a network is its own provider, `server` names the field with its address, and the addresses are paths on it.
"""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Literal, Protocol, runtime_checkable
from urllib.parse import urlencode, urlsplit

from msgspec import Struct, field

from hubbub.core.failures import Broken

from ._connector import Settings
from ._http import Http

NAME = "Hubbub"  # as networks show the app to the one who signs in
METADATA = "/.well-known/oauth-authorization-server"  # RFC 8414
REFUSED = frozenset({400, 401, 403})  # of a token address: what was given is not taken, with the reason as JSON

How = Literal["form", "basic"]


class OAuth(Struct, frozen=True):
    """Where and for what a network lets people sign in. Addresses are whole, or paths on the server."""

    scopes: tuple[str, ...]  # what is asked for
    authorize: str  # the page on which a person agrees
    token: str  # where a code becomes tokens, and old tokens new ones
    register: str = ""  # where an app is registered by a program, as Mastodon has it; "": a person does that by hand
    revoke: str = ""  # where a token is given back
    server: str = ""  # the declared field that holds the server's address; "": the network has one place
    discover: bool = (
        False  # ask the server for its addresses (RFC 8414); those given here serve where it has no such page
    )
    client: tuple[str, str] = ("", "")  # the declared fields that hold the app's id and secret, where made by hand
    moderating: tuple[str, ...] = ()  # asked for in addition by whoever moderates there
    fills: str = "token"  # the declared field that the access token fills
    separator: str = " "  # between scopes
    how: How = "form"  # how the app's secret travels to the token address
    ask: Mapping[str, str] = {}  # more for the address of the page: {"duration": "permanent"}


class Who(Struct, frozen=True):
    """Our account on a network."""

    id: str  # the network's own; an author id, as in `Found.account`
    name: str  # as people know it: "@acme@mastodon.social"


@runtime_checkable
class SigningIn(Protocol):
    """A connector of a network that has OAuth."""

    oauth: ClassVar[OAuth]

    def who(self, settings: Settings, http: Http) -> Who:
        """Whose the token in `settings` is. Raises Retry or Broken."""


class App(Struct, frozen=True):
    """What the network knows this Hubbub as."""

    id: str
    secret: str = ""


class Provider(Struct, frozen=True):
    """The addresses of one server."""

    authorize: str
    token: str
    register: str = ""
    by: Literal["mastodon", "rfc7591"] = "mastodon"  # the form of `register`
    revoke: str = ""
    issuer: str = ""  # what `iss` must say on the way back (RFC 9207); "": not known


class Tokens(Struct, frozen=True):
    """What a network gave us. `ends` is of the access token; None: it does not end by itself."""

    access: str
    refresh: str = ""  # "": it cannot be renewed, or the one before stays good
    ends: datetime | None = None


class Way(Struct, frozen=True):
    """One sign-in under way: what must be known again when the person comes back."""

    state: str
    verifier: str
    page: str  # the address on the network, where the person goes


class _Metadata(Struct, frozen=True):
    issuer: str = ""
    authorization_endpoint: str = ""
    token_endpoint: str = ""
    revocation_endpoint: str = ""
    registration_endpoint: str = ""  # RFC 7591
    app_registration_endpoint: str = ""  # Mastodon's own


class _Registered(Struct, frozen=True):
    client_id: str
    client_secret: str = ""


class _Given(Struct, frozen=True):
    access_token: str = ""
    refresh_token: str | None = None
    expires_in: float | None = None
    lasts: float | None = field(default=None, name="expires")  # Stack Exchange's word for it


def address(oauth: OAuth, settings: Settings) -> str:
    """The server that the settings name: scheme and host. Raises Broken where none can be read."""
    given = (settings.get(oauth.server, "") if oauth.server else oauth.authorize).strip()
    parts = urlsplit(given if "://" in given else f"https://{given}")
    if not given or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Broken("The address of the server is missing. It looks like https://mastodon.social.")
    try:
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        raise Broken("The address of the server cannot be read. It looks like https://mastodon.social.") from None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{port}"


def provider(oauth: OAuth, settings: Settings, http: Http) -> Provider:
    """Where the server wants us to go. Raises Retry or Broken.

    A server can only name addresses of its own: one that named another's could have codes sent to itself.
    """
    base = address(oauth, settings)

    def whole(path: str) -> str:
        return f"{base}{path}" if path.startswith("/") else path

    declared = Provider(whole(oauth.authorize), whole(oauth.token), whole(oauth.register), revoke=whole(oauth.revoke))
    if not oauth.discover:
        return declared
    answer = http.get(f"{base}{METADATA}", accept={400, 401, 403, 404, 405, 406, 410, 422})
    if answer.status != 200 or answer.body.lstrip().startswith(b"<"):
        return declared
    told = answer.json(_Metadata)
    by: Literal["mastodon", "rfc7591"] = "mastodon"
    register = told.app_registration_endpoint
    if not register and told.registration_endpoint:
        register, by = told.registration_endpoint, "rfc7591"
    found = Provider(
        told.authorization_endpoint or declared.authorize,
        told.token_endpoint or declared.token,
        register or declared.register,
        by,
        told.revocation_endpoint or declared.revoke,
        told.issuer,
    )
    for there in (found.authorize, found.token, found.register, found.revoke):
        if there and urlsplit(there)[:2] != urlsplit(base)[:2]:
            raise Broken(
                f"{urlsplit(base).netloc} leads to {urlsplit(there).netloc} for signing in. Enter that as the address "
                "of the server if it is where your account is."
            )
    return found


def app(oauth: OAuth, there: Provider, settings: Settings, back: str, scopes: tuple[str, ...], http: Http) -> App:
    """The app that we are there: as a person registered it, or registered now. Raises Retry or Broken."""
    name, secret = oauth.client
    if name:
        known = App(settings.get(name, "").strip(), settings.get(secret, "").strip())
        if not known.id:
            raise Broken(
                "The app's id is missing. Register an app on the network with the address of the way back shown here, "
                "and enter its id and secret."
            )
        return known
    if not there.register:
        raise Broken("This server does not let Hubbub register itself. Enter an access token instead.")
    asked = oauth.separator.join(scopes)
    if there.by == "mastodon":
        form = {"client_name": NAME, "redirect_uris": back, "scopes": asked}
        made = http.post(there.register, form=form).json(_Registered)
    else:
        made = http.post(
            there.register,
            json={
                "client_name": NAME,
                "redirect_uris": [back],
                "scope": asked,
                "grant_types": ["authorization_code", "refresh_token"],
                "response_types": ["code"],
                "token_endpoint_auth_method": "client_secret_post" if oauth.how == "form" else "client_secret_basic",
            },
        ).json(_Registered)
    return App(made.client_id, made.client_secret)


def begin(oauth: OAuth, there: Provider, known: App, back: str, scopes: tuple[str, ...]) -> Way:
    """A new way to the network's page, with a state and a verifier (PKCE, S256) that nobody can guess."""
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        **oauth.ask,
        "response_type": "code",
        "client_id": known.id,
        "redirect_uri": back,
        "scope": oauth.separator.join(scopes),
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    joint = "&" if "?" in there.authorize else "?"
    return Way(state, verifier, f"{there.authorize}{joint}{urlencode(asked)}")


def exchange(
    oauth: OAuth, token: str, known: App, *, code: str, verifier: str, back: str, http: Http, now: datetime
) -> Tokens:
    """The tokens for the code that the person brought back. Raises Retry or Broken."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    return _tokens(oauth.how, token, known, form, http, now)


def refresh(how: How, token: str, known: App, old: str, http: Http, now: datetime) -> Tokens:
    """New tokens for an old refresh token. Raises Retry, or Broken(sign_in=True) where it is no longer taken."""
    return _tokens(how, token, known, {"grant_type": "refresh_token", "refresh_token": old}, http, now)


def give_back(how: How, revoke: str, known: App, access: str, http: Http) -> None:
    """Tell the network that we need the token no longer. Raises Retry or Broken."""
    form, auth = _as_app(how, known, {"token": access})
    http.post(revoke, form=form, auth=auth, accept=REFUSED)  # refused: it is gone already


def _as_app(how: How, known: App, form: dict[str, str]) -> tuple[dict[str, str], tuple[str, str] | None]:
    if how == "basic":
        return form, (known.id, known.secret)
    return {**form, "client_id": known.id} | ({"client_secret": known.secret} if known.secret else {}), None


def _tokens(how: How, token: str, known: App, form: dict[str, str], http: Http, now: datetime) -> Tokens:
    sent, auth = _as_app(how, known, form)
    answer = http.post(token, form=sent, auth=auth, headers={"accept": "application/json"}, accept=REFUSED)
    given = answer.json(_Given) if answer.status not in REFUSED else _Given()
    if not given.access_token:  # some say no with 200 and an error inside
        raise Broken(f"{answer.host} does not accept this sign-in any more. Sign in again.", sign_in=True)
    lasts = given.expires_in if given.lasts is None else given.lasts
    ends = now + timedelta(seconds=min(lasts, 10 * 365 * 86_400)) if lasts and lasts > 0 else None
    return Tokens(given.access_token, given.refresh_token or "", ends)
