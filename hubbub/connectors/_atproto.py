"""An AT Protocol server (PDS) and our account there: signing in with an app password, asking, what refusals mean."""

import hashlib
import math
import time
from base64 import urlsafe_b64decode
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import NoReturn, TypeVar
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from hubbub.core.failures import Broken, Retry

from ._answer import Answer, shown
from ._connector import Field, Settings, Tested
from ._http import Http
from ._pace import asked_to_wait

Given = TypeVar("Given")
Shape = TypeVar("Shape")
Params = Mapping[str, str | int | list[str]]

SERVICE = "https://bsky.social"
REFUSED = frozenset({400, 401, 403, 404, 409, 429})  # the protocol explains these in JSON
EARLY = 120  # seconds before its end at which a token is renewed
KEYS = (
    "1. Sign in at Bluesky with the account that Hubbub is to use, and open **Settings → Privacy and security → App "
    "passwords**.\n"
    "2. Choose **Add app password**, give it a name, for example *Hubbub*, and copy what is shown once.\n"
    "3. Enter it here with the account's handle. You can take it back there at any time.\n\n"
    "Hubbub signs in with app passwords; it does not use the OAuth of the AT Protocol. Where your account lives on a "
    "server (PDS) other than Bluesky's own, enter its address as well."
)
ACCOUNT_FIELDS = (
    Field("handle", "Handle of the account", placeholder="acme.bsky.social"),
    Field(
        "password",
        "App password",
        "Not the one you sign in with: under Settings → Privacy and security → App passwords Bluesky makes one for "
        "Hubbub, which you can take back at any time.",
        kind="secret",
    ),
    Field(
        "service",
        "Address of the account's server",
        "Leave it empty for accounts on Bluesky's own servers.",
        kind="url",
        required=False,
        placeholder=SERVICE,
    ),
)
MAKE_ONE = "Make an app password under Settings → Privacy and security → App passwords, and enter it here"
ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
LONG_AGO = 1_700_000_000_000_000  # microseconds; keys made by us lie within 100 days of it, in November 2023
TRIED = (
    Tested("the AT Protocol's own servers: PDS, AppView and Ozone of @atproto/dev-env 0.6.7", real=True),
    Tested("recorded answers of those servers"),
)
NO_SESSION = frozenset({"ExpiredToken", "InvalidToken", "AuthMissing", "AccountDeactivated"})

_signing_in: defaultdict[str, Lock] = defaultdict(Lock)  # one sign-in at a time for an account of this process


class _Service(Struct, frozen=True, rename="camel"):
    id: str = ""
    service_endpoint: object = ""


class _DidDoc(Struct, frozen=True):
    service: tuple[_Service, ...] = ()

    def pds(self) -> str:
        """Where the account lives; "" where the document does not say."""
        for one in self.service:
            if one.id.endswith("#atproto_pds") and isinstance(one.service_endpoint, str):
                return one.service_endpoint.rstrip("/")
        return ""


class Session(Struct, frozen=True, rename="camel"):
    """What a server gives to whoever signs in."""

    did: str
    access_jwt: str
    refresh_jwt: str
    handle: str = ""
    active: bool = True
    status: str = ""
    did_doc: _DidDoc | None = None
    pds: str = ""  # where we go on asking

    def ends(self) -> float:
        """When the access token ends, in seconds since 1970; infinity where it does not say."""
        try:
            payload = self.access_jwt.split(".")[1]
            claims = msgspec.json.decode(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)), type=_Claims)
        except (IndexError, ValueError, msgspec.MsgspecError):
            return math.inf
        return claims.exp or math.inf


class _Claims(Struct, frozen=True):
    exp: float = 0


class _Refusal(Struct, frozen=True):
    error: str = ""
    message: str = ""


class RefusedError(Exception):
    """The network refused, and said why: its own code, and the failure that follows unless a caller knows better."""

    def __init__(self, code: str, message: str, failure: Broken | Retry) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.failure = failure


class Account:
    """Our account, and the network as it sees it. Methods raise Retry, Broken or RefusedError."""

    def __init__(self, settings: Settings, http: Http) -> None:
        """Raises Broken where the settings cannot be right."""
        self._handle = settings.get("handle", "").strip().removeprefix("@").strip()
        self._password = settings.get("password", "").strip()
        if not self._handle:
            raise Broken("The account's handle is missing. Enter it, such as acme.bsky.social.")
        if not self._password:
            raise Broken(f"The app password is missing. {MAKE_ONE}.")
        entered = settings.get("service", "").strip() or SERVICE
        address = entered if "://" in entered else f"https://{entered}"
        self._service = address.partition("#")[0].partition("?")[0].rstrip("/")
        self._http = http
        who = f"{self._service}\0{self._handle}\0{self._password}"
        self._key = f"atproto {hashlib.sha256(who.encode()).hexdigest()[:24]}"

    @property
    def host(self) -> str:
        """The server that we sign in at, for showing."""
        return shown(self._service)

    @property
    def entered(self) -> str:
        """The handle as it was entered."""
        return self._handle

    @property
    def did(self) -> str:
        """Our own identity, whatever the handle is."""
        return self.session().did

    def get(self, method: str, shape: type[Shape], params: Params | None = None, *, proxy: str = "") -> Shape:
        """Read; `proxy` is the service that our server passes the question on to ("did:…#atproto_labeler")."""
        return self._ask("GET", method, params or {}, None, proxy).json(shape)

    def post(self, method: str, shape: type[Shape], body: object, *, proxy: str = "") -> Shape:
        """Write."""
        answer = self._ask("POST", method, {}, body, proxy)
        return answer.json(shape) if answer.body else msgspec.convert({}, shape)

    def upload(self, data: bytes, mime: str, shape: type[Shape]) -> Shape:
        """Keep a file in our repository; it is kept for good once a record names it."""
        return self._ask("POST", "com.atproto.repo.uploadBlob", {}, data, "", mime).json(shape)

    def _ask(self, verb: str, method: str, params: Params, body: object, proxy: str, mime: str = "") -> Answer:
        headers = {"atproto-proxy": proxy} if proxy else {}
        headers |= {"content-type": mime} if mime else {}
        kind = "reading" if verb == "GET" else "writing"
        for fresh in (False, True):
            session = self.session(renew=fresh)
            answer = self._send(verb, session.pds, method, params, body, session.access_jwt, headers, kind)
            if answer.status not in REFUSED:
                return answer
            if fresh or _refusal(answer).error not in NO_SESSION:
                break
        raise _refused(answer)

    def session(self, *, renew: bool = False) -> Session:
        """The session that is there, renewed before it ends; else a new one, by one sign-in for all who wait."""
        before = self._http.known.get(self._key, "")
        with _signing_in[self._key]:
            kept = self._http.known.get(self._key, "")
            if kept:
                session = msgspec.json.decode(kept, type=Session)
                if session.ends() - EARLY > time.time() and (not renew or kept != before):
                    return session
                del self._http.known[self._key]
                session = self._refreshed(session) or self._signed_in(self._service)
            else:
                session = self._signed_in(self._service)
            self._http.known[self._key] = msgspec.json.encode(session).decode()
            return session

    def _refreshed(self, old: Session) -> Session | None:
        """A new session for the old one; None where the network has ended it."""
        answer = self._send("POST", old.pds, "com.atproto.server.refreshSession", {}, None, old.refresh_jwt, {}, "sign")
        if answer.status in REFUSED:
            return None
        session = answer.json(Session)
        return self._placed(session, old.pds) if session.active else None

    def _signed_in(self, service: str, *, moved: bool = False) -> Session:
        body = {"identifier": self._handle, "password": self._password}
        answer = self._send("POST", service, "com.atproto.server.createSession", {}, body, "", {}, "sign")
        if answer.status in REFUSED:
            self._no_entry(answer, moved=moved)
        try:
            session = msgspec.json.decode(answer.body, type=Session)
        except msgspec.MsgspecError:
            raise Broken(
                f"{shown(service)} does not speak the AT Protocol. Check the address of the account's server."
            ) from None
        placed = self._placed(session, service)
        if session.active:
            return placed
        if not moved and shown(placed.pds) != shown(service):
            return self._signed_in(placed.pds, moved=True)
        raise Broken(
            f"The account is not active on {shown(service)} ({session.status or 'deactivated'}). Reactivate it in "
            "Bluesky, or use another one.",
            sign_in=True,
        )

    def _placed(self, session: Session, asked: str) -> Session:
        """The session with the address to go on with: where the account's own document says that it lives."""
        named = session.did_doc.pds() if session.did_doc else ""
        same = not named or shown(named).replace("localhost", "127.0.0.1") == shown(asked)
        return msgspec.structs.replace(session, pds=asked if same else named, did_doc=None)

    def _no_entry(self, answer: Answer, *, moved: bool) -> NoReturn:
        refusal = _refusal(answer)
        if refusal.error == "RateLimitExceeded" or answer.status == 429:
            raise self._slow_down(answer.url, None)
        if refusal.error == "AccountTakedown":
            raise Broken(f"{answer.host} has taken this account down. Use another one.", sign_in=True)
        if refusal.error == "AuthFactorTokenRequired":
            raise Broken(f"That is the account's own password. {MAKE_ONE}.", sign_in=True)
        if not refusal.error and answer.status == 404:
            raise Broken(f"{answer.host} does not speak the AT Protocol. Check the address of the account's server.")
        if answer.status == 403:
            raise Broken(f"{answer.host} does not allow this account to sign in.", sign_in=True)
        if moved:
            raise Broken(
                f"The account has moved to {answer.host}. Make an app password there, and enter it here together with "
                "that address.",
                sign_in=True,
            )
        raise Broken(
            f"{answer.host} does not accept the handle and the app password. {MAKE_ONE}; where the handle has changed "
            "or the account has moved to another server, enter the new one.",
            sign_in=True,
        )

    def _send(
        self,
        verb: str,
        service: str,
        method: str,
        params: Params,
        body: object,
        token: str,
        headers: Mapping[str, str],
        kind: str,
    ) -> Answer:
        """Ask unless the network told this account to wait; what several sources ask counts together there."""
        wait = f"{self._key} {kind} waits"
        until = float(self._http.known.get(wait, "0"))
        if (left := until - time.time()) > 0:
            raise self._slow_down(service, timedelta(minutes=math.ceil(left / 60)))
        sent = {**headers, "accept": "application/json"}
        if token:
            sent["authorization"] = f"Bearer {token}"
        url = _address(service, method, params)
        if isinstance(body, bytes):
            answer = self._http.request(verb, url, body=body, headers=sent, accept=REFUSED)
        else:
            answer = self._http.request(verb, url, json=body, headers=sent, accept=REFUSED)
        if answer.status == 429:
            now = datetime.now(UTC)
            if (asked := asked_to_wait(answer.headers, now) or _until_reset(answer.headers, now)) is not None:
                self._http.known[wait] = str(time.time() + asked.total_seconds())
            raise self._slow_down(service, asked)
        return answer

    @staticmethod
    def _slow_down(service: str, after: timedelta | None) -> Retry:
        return Retry(f"{shown(service)} asks us to slow down: this account had too many requests.", after=after)


def in_words(ask: Callable[[], Given]) -> Given:
    """A refusal that nobody handled becomes the failure that it stands for."""
    try:
        return ask()
    except RefusedError as refused:
        raise refused.failure from refused


def tid(key: str) -> str:
    """A record key in the form that the network wants, the same for the same key and never in the future."""
    number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8])
    bits = ((LONG_AGO + (number >> 21)) << 10) | (number & 1023)
    return "".join(ALPHABET[bits >> shift & 31] for shift in range(60, -1, -5))


def utc(text: str) -> datetime | None:
    """A time as the network writes it; None where none stands there."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def now_text() -> str:
    """The time as records have it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _address(service: str, method: str, params: Params) -> str:
    """The question's address; what is asked with several values stands there several times."""
    query = urlencode(params, doseq=True)
    return f"{service}/xrpc/{method}" + (f"?{query}" if query else "")


def _refusal(answer: Answer) -> _Refusal:
    try:
        return msgspec.json.decode(answer.body, type=_Refusal)
    except msgspec.MsgspecError:
        return _Refusal()


def _until_reset(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """What `ratelimit-reset` says, in seconds since 1970."""
    reset = headers.get("ratelimit-reset", "")
    if not reset.isdecimal():
        return None
    moment = datetime.fromtimestamp(min(int(reset), now.timestamp() + 86_400), UTC)
    return max(moment - now, timedelta(seconds=1))


def _refused(answer: Answer) -> RefusedError:
    refusal = _refusal(answer)
    said = f" It says: {refusal.message[:200]}" if refusal.message else ""
    if answer.status == 401 or refusal.error in NO_SESSION:
        failure: Broken | Retry = Broken(
            f"{answer.host} no longer accepts the sign-in of this account (app password).{said}",
            sign_in=refusal.error in NO_SESSION,
        )
    elif answer.status == 403:
        failure = Broken(f"{answer.host} does not allow this account to do it.{said}")
    elif answer.status == 404:
        failure = Broken(f"{answer.host} does not know the question. Check the address of the server.{said}")
    else:
        failure = Broken(f"{answer.host} refused (it answered {answer.status}).{said}")
    return RefusedError(refusal.error, refusal.message, failure)
