"""A Matrix homeserver: where its API is, how it is asked, what its events look like, what its refusals mean."""

import hashlib
import re
from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import quote

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hubbub.core.failures import Broken

from ._answer import Answer, shown
from ._asking import Query
from ._connector import Settings
from ._http import Http
from ._media import Attached
from ._text import plain

Shape = TypeVar("Shape")

REFUSED = frozenset({400, 401, 403, 404})  # Matrix explains these in JSON
KEY = "org.hubbub.key"  # in the content of what we send: which act it was
NOTHING, ABSENT = msgspec.Raw(b""), frozenset({b"", b"null"})
FOUNDERS = 1 << 60  # the level of whoever founded a room, since version 12 of rooms


class Relation(Struct, frozen=True, rename={"reply": "m.in_reply_to"}):
    """How an event stands to another one."""

    rel_type: str = ""
    event_id: str = ""
    key: str = ""  # of a reaction: the sign
    reply: dict[str, str] | None = None


class Content(Struct, frozen=True, rename={"relates": "m.relates_to", "new": "m.new_content", "key": KEY}):
    """What an event says; of other events than messages what we need of them."""

    msgtype: str = ""
    body: str = ""
    format: str = ""
    formatted_body: str = ""
    url: str | None = None
    relates: Relation | None = None
    new: "Content | None" = None
    key: str = ""
    redacts: str = ""
    membership: str = ""
    displayname: str | None = None
    name: str | None = None


class _Replaced(Struct, frozen=True):
    content: Content = Content()
    sender: str = ""


class _Aggregated(Struct, frozen=True, rename={"replaced": "m.replace"}):
    replaced: msgspec.Raw = NOTHING


class _Unsigned(Struct, frozen=True, rename={"relations": "m.relations"}):
    relations: _Aggregated | None = None
    redacted_because: msgspec.Raw = NOTHING


class Event(Struct, frozen=True):
    """Something that happened in a room. Anybody can send anything: what is of another shape counts as empty."""

    type: str
    event_id: str = ""
    sender: str = ""
    origin_server_ts: int = 0
    state_key: str | None = None
    content: msgspec.Raw = msgspec.Raw(b"{}")
    redacts: str = ""
    unsigned: _Unsigned = _Unsigned()

    @property
    def says(self) -> Content:
        """Its content."""
        return _read(bytes(self.content), Content) or Content()

    @property
    def is_redacted(self) -> bool:
        """Whether its words were taken away."""
        return bytes(self.unsigned.redacted_because) not in ABSENT or bytes(self.content) == b"{}"

    @property
    def replaces(self) -> str:
        """The event that this one gives new words to; "" for none."""
        relates = self.says.relates
        return relates.event_id if relates is not None and relates.rel_type == "m.replace" else ""

    @property
    def newest(self) -> Content | None:
        """The words that its author put in place of the first ones, as the server tells along with the event."""
        if self.unsigned.relations is None or bytes(self.unsigned.relations.replaced) in ABSENT:
            return None
        later = _read(bytes(self.unsigned.relations.replaced), _Replaced)
        return later.content.new if later is not None and later.sender == self.sender else None


class Timeline(Struct, frozen=True):
    """What happened in a room since, the oldest first; `limited`: there is more before `prev_batch`."""

    events: tuple[Event, ...] = ()
    limited: bool = False
    prev_batch: str = ""


class _State(Struct, frozen=True):
    events: tuple[Event, ...] = ()


class Joined(Struct, frozen=True):
    """A room that we are in."""

    timeline: Timeline = Timeline()
    state: _State = _State()


class _Rooms(Struct, frozen=True):
    join: dict[str, Joined] = {}
    invite: dict[str, msgspec.Raw] = {}


class Sync(Struct, frozen=True):
    """What happened since."""

    next_batch: str
    rooms: _Rooms = _Rooms()


class Messages(Struct, frozen=True):
    """A page of a room's history, the newest first; no `end`: it is over."""

    chunk: tuple[Event, ...] = ()
    end: str | None = None
    state: tuple[Event, ...] = ()


class Levels(Struct, frozen=True):
    """Who may do what in a room, by number."""

    users: dict[str, int] = {}
    users_default: int = 0
    events_default: int = 0
    state_default: int = 50
    redact: int = 50
    kick: int = 50
    ban: int = 50

    def of(self, user: str) -> int:
        """What a member reaches."""
        return self.users.get(user, self.users_default)


class _Founding(Struct, frozen=True):
    room_version: str = "1"
    additional_creators: tuple[str, ...] = ()


class _Founded(Struct, frozen=True):
    sender: str = ""
    content: _Founding = _Founding()


class _WellKnown(Struct, frozen=True, rename={"server": "m.homeserver"}):
    server: dict[str, str] = {}


class _Versions(Struct, frozen=True):
    versions: tuple[str, ...]


class _Who(Struct, frozen=True):
    user_id: str


class _Content(Struct, frozen=True):
    content_uri: str


class _Token(Struct, frozen=True):
    access_token: str


class _Refusal(Struct, frozen=True):
    errcode: str = ""
    error: str = ""


class RefusedError(Exception):
    """The server refused: its own code, and the failure that follows unless a caller knows better."""

    def __init__(self, status: int, code: str, failure: Broken) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.failure = failure


class Homeserver:
    """One homeserver with the account to ask it with. Methods raise Retry, Broken or RefusedError."""

    def __init__(self, settings: Settings, http: Http) -> None:
        """Raises Broken where the settings cannot be right."""
        self.address = _address(settings.get("site", ""))
        self._token = settings.get("token", "").strip()
        self._user, self._password = settings.get("user", "").strip(), settings.get("password", "")
        if not self._token and not (self._user and self._password):
            raise Broken(f"Enter an access token for {self.host}, or user name and password. Matrix shows nobody else.")
        self._http = http

    @property
    def host(self) -> str:
        """The server, for showing."""
        return shown(self.address)

    def me(self) -> str:
        """Our own user id."""
        return self.ask("v3/account/whoami", _Who).user_id

    def ask(self, path: str, shape: type[Shape], params: Query | None = None) -> Shape:
        """Read something of this shape."""
        return self.send("GET", path, None, params).json(shape)

    def levels(self, room: str) -> Levels:
        """Who may do what in a room; those who founded it, too, whom newer rooms do not list."""
        levels = self.ask(path("rooms", room, "state", "m.room.power_levels", ""), Levels)
        founded = self.ask(path("rooms", room, "state", "m.room.create", ""), _Founded, {"format": "event"})
        version = founded.content.room_version
        if version.isdecimal() and int(version) < 12:
            return levels
        founders = (founded.sender, *founded.content.additional_creators)
        return replace(levels, users=levels.users | dict.fromkeys(founders, FOUNDERS))

    def send(self, method: str, path: str, body: object = None, params: Query | None = None) -> Answer:
        """Ask the client API."""
        return self.send_to(method, f"_matrix/client/{path}", body, params)

    def upload(self, file: Attached) -> str:
        """Keep a file on the server; its address (mxc://…)."""
        headers = {"content-type": file.mime}
        answer = self.send_to("POST", "_matrix/media/v3/upload", file.data, {"filename": file.name}, headers)
        return answer.json(_Content).content_uri

    def send_to(
        self,
        method: str,
        path: str,
        body: object = None,
        params: Query | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask any API of the server; bytes are sent as they are."""
        root = self._root()
        answer = self._request(method, f"{root}/{path}", body, params, headers)
        if answer.status == 401 and not self._token:  # a token from a password ends now and then
            self._http.known.pop(self._key, None)
            answer = self._request(method, f"{root}/{path}", body, params, headers)
        if answer.status in REFUSED:
            raise self._refused(answer)
        return answer

    def media(self, mxc: str | None) -> str:
        """The web address of an uploaded file; "" where it has none."""
        found = re.fullmatch(r"mxc://([\w.:-]+)/([\w-]+)", mxc or "")
        return f"{self.address}/_matrix/media/v3/download/{found[1]}/{found[2]}" if found else ""

    @property
    def _key(self) -> str:
        secret = hashlib.sha256(f"{self._user}\0{self._password}".encode()).hexdigest()
        return f"matrix token {self.address} {secret}"

    def _request(
        self, method: str, url: str, body: object, params: Query | None, more: Mapping[str, str] | None = None
    ) -> Answer:
        token = self._token or self._http.known.get(self._key) or self._sign_in()
        headers = {"authorization": f"Bearer {token}", **(more or {})}
        if isinstance(body, bytes):
            return self._http.request(method, url, body=body, params=params, headers=headers, accept=REFUSED)
        return self._http.request(method, url, json=body, params=params, headers=headers, accept=REFUSED)

    def _sign_in(self) -> str:
        """A token for the password; always as the same device, so that what was sent twice is known again."""
        body = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": self._user},
            "password": self._password,
            "device_id": "HUBBUB",
            "initial_device_display_name": "Hubbub",
        }
        answer = self._http.post(f"{self._root()}/_matrix/client/v3/login", json=body, accept=REFUSED)
        if answer.status in REFUSED:
            refused = self._refused(answer)
            if refused.code == "M_FORBIDDEN":
                raise Broken(f"{self.host} does not accept the user name and password. Enter them anew.", sign_in=True)
            raise refused.failure
        token = answer.json(_Token).access_token
        self._http.known[self._key] = token
        return token

    def _root(self) -> str:
        """Where the API is: as the address itself says, else there."""
        key = f"matrix {self.address}"
        if key not in self._http.known:
            told = self._http.get(f"{self.address}/.well-known/matrix/client", accept={403, 404})
            named = (_read(told.body, _WellKnown) or _WellKnown()).server.get("base_url", "").rstrip("/")
            root = named or self.address
            answer = self._http.get(f"{root}/_matrix/client/versions", accept={404})
            if _read(answer.body, _Versions) is None:
                raise Broken(f"No Matrix server answers at {self.host}. Check the address.")
            self._http.known[key] = root
        return self._http.known[key]

    def _refused(self, answer: Answer) -> RefusedError:
        refusal = _read(answer.body, _Refusal) or _Refusal()
        said = f" Matrix says: {plain(refusal.error)[:200].rstrip('.')}." if refusal.error else ""
        if answer.status == 401:
            says = f"{self.host} does not accept the access token or password. Enter it anew.{said}"
            return RefusedError(401, refusal.errcode, Broken(says, sign_in=True))
        if answer.status == 403:
            says = f"{self.host} does not allow this. Check what the account may do in the room.{said}"
        elif answer.status == 404:
            says = f"{self.host}: there is nothing at this address, or not any more. Check it.{said}"
        else:
            says = f"{self.host} refused (it answered {answer.status}).{said}"
        return RefusedError(answer.status, refusal.errcode, Broken(says))


def post_id(room: str, event: str) -> str:
    """How we name an event: a reply must know the room, too."""
    return f"{room}/{event}"


def parts(ident: str) -> tuple[str, str]:
    """Room and event of a post. Raises Broken."""
    room, slash, event = ident.partition("/$")
    if not slash or not room.startswith("!"):
        raise Broken(f"“{ident[:60]}” does not name a message in a Matrix room.")
    return room, f"${event}"


def path(*pieces: str) -> str:
    """A path of the client API; what comes from elsewhere is quoted."""
    return "v3/" + "/".join(quote(piece, safe="") for piece in pieces)


def _read(body: bytes, shape: type[Shape]) -> Shape | None:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _address(entered: str) -> str:
    entered = entered.strip()
    if not entered:
        raise Broken("The address of the homeserver is missing. Enter it, such as https://matrix.example.com.")
    address = entered if "://" in entered else f"https://{entered}"
    return address.partition("#")[0].partition("?")[0].partition("/_matrix")[0].rstrip("/")
