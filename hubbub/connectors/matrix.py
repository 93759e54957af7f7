"""Matrix rooms: read by sync, as it happens; answered, moderated by redaction, bans and silence."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import ClassVar, TypeVar

import msgspec
from msgspec import Struct

from hubbub.core.failures import Broken
from hubbub.core.post import Post

from . import _matrix_acts as acts
from ._connector import (
    Act,
    Batch,
    Declared,
    Destination,
    Done,
    Family,
    Field,
    Found,
    Limits,
    Reads,
    Settings,
    Tested,
    Verb,
)
from ._http import Http
from ._matrix_posts import as_post
from ._matrix_reading import Place, read, stream
from ._matrix_saying import TAKES, places
from ._matrix_server import Homeserver, Messages, RefusedError, path

Given = TypeVar("Given")

OWN: frozenset[Verb] = frozenset({"reply", "message", "post", "edit", "delete", "like", "unlike"})
VERBS: frozenset[Verb] = OWN | {"remove", "mute", "unmute", "ban", "unban"}
LOOKED_AT = 20  # rooms that a check looks into


class _Rooms(Struct, frozen=True):
    joined_rooms: tuple[str, ...]


class _Name(Struct, frozen=True):
    name: str = ""


class _Encryption(Struct, frozen=True):
    algorithm: str = ""


class _Room(Struct, frozen=True):
    room_id: str


class Matrix(Declared):
    """A connector for Matrix. It reads the rooms that its account is in."""

    kind = "matrix"
    label = "Matrix rooms"
    called = "Matrix"
    about = "Rooms on a Matrix server, read as it happens; answer there, take messages away, silence and ban."
    family: ClassVar[Family] = "chats"
    fields = (
        Field("site", "Address of the homeserver", kind="url", placeholder="https://matrix.example.com"),
        Field("token", "Access token", "Or leave it empty and enter user name and password.", "secret", required=False),
        Field("user", "User name", required=False, placeholder="@hubbub:example.com"),
        Field("password", "Password", kind="secret", required=False),
        Field(
            "rooms",
            "Only these rooms",
            "Their addresses (#cakes:example.com) or ids, separated by blanks. Empty: all that the account is in.",
            required=False,
        ),
    )
    can: ClassVar[frozenset[Verb]] = VERBS
    every = 60
    reads: ClassVar[frozenset[Reads]] = frozenset({"poll", "stream", "replies", "mentions", "reports"})
    names: ClassVar[Mapping[Verb, str]] = {
        "message": "Direct chat", "like": "React with 👍",
        "remove": "Redact", "delete": "Redact", "ban": "Ban from the room", "unban": "Unban",
        "mute": "Lower the power level, so that they cannot write", "unmute": "Give the power level back",
    }  # fmt: skip
    limits = Limits(
        length=40_000, counts="bytes", media=TAKES, rate="as the homeserver says (about 10 messages at once)"
    )
    place = "Room"
    keys = (
        "1. Make an account for Hubbub on your homeserver and invite it into the rooms; accept the invitations.\n"
        "2. Make it a moderator of the rooms where it shall redact, silence and ban (power level 50).\n"
        "3. Enter its user name and password here, or an access token: in Element under **All settings → Help & "
        "About → Access Token**. Do not sign that session out, or the token ends."
    )
    notes = (
        "End-to-end encrypted rooms are not read; the source says which they are. When a room is met for the first "
        "time, its newest 5,000 events are read. Edits and redactions are followed; what is redacted cannot be "
        "restored. A ban or silence holds for the room of the message. Where the account is an admin of a Synapse, "
        "what members report comes, too. Files go out as messages of their own, before the words. Pictures are linked "
        "on the server, which may show them only to members."
    )
    tested = (Tested("Synapse 1.163", real=True), Tested("recorded answers of that server"))

    def check(self, settings: Settings, http: Http) -> Found:
        """Sign in and look into the rooms."""
        return _in_words(lambda: _check(Homeserver(settings, http), settings))

    def fetch(self, settings: Settings, cursor: str, http: Http) -> Batch:
        """What happened since; at first what the rooms hold."""
        server = Homeserver(settings, http)
        return _in_words(lambda: read(server, _place(server, settings, cursor), _rooms(server, settings)))

    def streams(self, settings: Settings) -> bool:
        """Always: a sync waits until something happens."""
        del settings
        return True

    def stream(self, settings: Settings, cursor: str, http: Http) -> Iterator[Batch]:
        """What happens, as it happens."""
        server = Homeserver(settings, http)
        try:
            yield from stream(server, _place(server, settings, cursor), _rooms(server, settings))
        except RefusedError as refused:
            raise refused.failure from None

    def act(self, settings: Settings, act: Act, http: Http) -> Done:
        """Send, redact, silence or ban; done already is done."""
        server = Homeserver(settings, http)
        return _in_words(lambda: acts.do(server, act, _rooms(server, settings)))

    def find(self, settings: Settings, act: Act, http: Http) -> Done | None:
        """Our event by the key in its content, or what the room says of message and member."""
        server = Homeserver(settings, http)
        return _in_words(lambda: acts.look(server, act, _rooms(server, settings)))

    def places(self, settings: Settings, http: Http) -> Sequence[Destination]:
        """The rooms where our account is."""
        server = Homeserver(settings, http)
        return _in_words(lambda: places(server, _rooms(server, settings)))


CONNECTOR = Matrix()


def _in_words(ask: Callable[[], Given]) -> Given:
    """A refusal that nobody handled becomes the failure that it stands for."""
    try:
        return ask()
    except RefusedError as refused:
        raise refused.failure from None


def _place(server: Homeserver, settings: Settings, cursor: str) -> Place:
    place = msgspec.json.decode(cursor, type=Place) if cursor else Place()
    known_as = f"{server.address} {settings.get('user', '').strip()} {settings.get('rooms', '').strip()}"
    return place if place.site == known_as else Place(site=known_as)


def _rooms(server: Homeserver, settings: Settings) -> Sequence[str]:
    """The ids of the rooms that the settings name."""
    return [_resolve(server, one) for one in settings.get("rooms", "").replace(",", " ").split()]


def _resolve(server: Homeserver, room: str) -> str:
    if room.startswith("!"):
        return room
    alias = room if room.startswith("#") else f"#{room}"
    try:
        return server.ask(path("directory", "room", alias), _Room).room_id
    except RefusedError as refused:
        if refused.status not in {400, 404}:
            raise
        raise Broken(f"{server.host} knows no room {alias[:80]}. Check its address.") from None


def _check(server: Homeserver, settings: Settings) -> Found:
    me = server.me()
    named = _rooms(server, settings)
    joined = server.ask("v3/joined_rooms", _Rooms).joined_rooms
    if missing := [room for room in named if room not in joined]:
        says = f"{me} is not in {len(missing)} of the rooms on {server.host}."
        raise Broken(f"{says} Invite the account and accept the invitation.")
    rooms = list(named or joined)
    can: set[Verb] = set(OWN)
    secret: list[str] = []
    sample: list[Post] = []
    for room in rooms[:LOOKED_AT]:
        if _state(server, room, "m.room.encryption", _Encryption) is not None:
            name = _state(server, room, "m.room.name", _Name)
            secret.append(name.name if name else room)
            continue
        levels = server.levels(room)
        mine = levels.of(me)
        can |= {"remove"} if mine >= levels.redact else set()
        can |= {"ban", "unban"} if mine >= levels.ban else set()
        can |= {"mute", "unmute"} if mine >= levels.state_default else set()
        if len(sample) < 5:
            page = server.ask(path("rooms", room, "messages"), Messages, {"dir": "b", "limit": 20})
            sample += [post for event in page.chunk if (post := as_post(server, room, event, {}))]
    says = f"{me} is in {len(rooms):,} rooms on {server.host}."
    if secret:
        says += f" End-to-end encrypted and therefore not read: {', '.join(secret)[:200]}."
    newest = sorted(sample, key=lambda post: str(post.published), reverse=True)[:5]
    return Found(says, f"Matrix {server.host}", frozenset(can), me, tuple(newest))


def _state(server: Homeserver, room: str, kind: str, shape: type[Given]) -> Given | None:
    """What stands about a room; None where nothing does."""
    try:
        return server.ask(path("rooms", room, "state", kind, ""), shape)
    except RefusedError as refused:
        if refused.status not in {403, 404}:
            raise
        return None
