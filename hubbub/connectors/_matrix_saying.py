"""What we say in Matrix rooms: words and files, to all or to one alone, and a thumb."""

from collections.abc import Sequence

import msgspec

from hubbub.core.failures import Broken
from hubbub.core.post import PostState

from ._connector import Act, Destination, Done
from ._matrix_server import KEY, Event, Homeserver, RefusedError, parts, path, post_id
from ._media import Attached, MediaLimits, fits
from ._pictures import size_of

THUMB = "👍"
MOST = 50  # rooms whose names are looked up
TAKES = MediaLimits(many=10, kinds={"*": 50_000_000}, alt=1000, verbs=frozenset({"post", "reply", "message"}))


class _Sent(msgspec.Struct, frozen=True):
    event_id: str


class _Room(msgspec.Struct, frozen=True):
    room_id: str


class _Rooms(msgspec.Struct, frozen=True):
    joined_rooms: tuple[str, ...] = ()


class _Reactions(msgspec.Struct, frozen=True):
    chunk: tuple[Event, ...] = ()


def say(server: Homeserver, act: Act, room: str, relates: dict[str, object]) -> Done:
    """Send it; the server takes what comes again under the same key for the same event.

    Files go first, each an event of its own, and the words last: once these stand there, everything does.
    """
    if not act.text.strip() and not act.media:
        raise Broken("There are no words to send. Write something.")
    fits(act.media, TAKES, network=server.host, verb=act.verb)
    contents = [_file(server, one) for one in act.media]
    if act.text.strip():
        contents.append({"msgtype": "m.text", "body": act.text})
    keys = [*(f"{act.key}.{number}" for number in range(len(contents) - 1)), act.key]
    for key, content in zip(keys, contents, strict=True):
        event = put(server, room, "m.room.message", key, content | relates)
    return done(room, event)


def put(server: Homeserver, room: str, kind: str, key: str, content: dict[str, object]) -> str:
    """One event; its id."""
    return server.send("PUT", path("rooms", room, "send", kind, key), content | {KEY: key}).json(_Sent).event_id


def _file(server: Homeserver, file: Attached) -> dict[str, object]:
    info: dict[str, object] = {"mimetype": file.mime, "size": len(file.data)}
    if size := size_of(file.data):
        info |= {"w": size[0], "h": size[1]}
    kind = file.mime.partition("/")[0]
    msgtype = f"m.{kind}" if kind in {"image", "video", "audio"} else "m.file"
    return {
        "msgtype": msgtype, "body": file.alt or file.name, "filename": file.name, "url": server.upload(file),
        "info": info,
    }  # fmt: skip


def direct_room(server: Homeserver, user: str, *, make: bool) -> str:
    """The room in which we talk with somebody alone, made where there is none; "" where it is not to be made."""
    me = server.me()
    where = path("user", me, "account_data", "m.direct")
    try:
        known = server.ask(where, dict[str, list[str]])
    except RefusedError as refused:
        if refused.status != 404:
            raise
        known = {}
    joined = server.ask("v3/joined_rooms", _Rooms).joined_rooms
    if here := [room for room in known.get(user, []) if room in joined]:
        return here[-1]
    if not make:
        return ""
    body = {"is_direct": True, "invite": [user], "preset": "trusted_private_chat"}
    room = server.send("POST", "v3/createRoom", body).json(_Room).room_id
    server.send("PUT", where, {**known, user: [*known.get(user, []), room]})
    return room


def like(server: Homeserver, act: Act) -> Done:
    """A thumb on a message, or ours taken off."""
    room, event = parts(act.post)
    ours = _thumb(server, room, event)
    if act.verb == "like" and not ours:
        relates = {"rel_type": "m.annotation", "event_id": event, "key": THUMB}
        put(server, room, "m.reaction", act.key, {"m.relates_to": relates})
    if act.verb == "unlike" and ours:
        server.send("PUT", path("rooms", room, "redact", ours, act.key), {})
    return done(room, event)


def liked(server: Homeserver, act: Act) -> Done | None:
    """Whether our thumb is there, or off, as asked."""
    room, event = parts(act.post)
    return done(room, event) if bool(_thumb(server, room, event)) is (act.verb == "like") else None


def _thumb(server: Homeserver, room: str, event: str) -> str:
    me = server.me()
    where = path("rooms", room, "relations", event, "m.annotation", "m.reaction").replace("v3/", "v1/", 1)
    for one in server.ask(where, _Reactions, {"limit": 100}).chunk:
        if one.sender == me and not one.is_redacted and one.says.relates and one.says.relates.key == THUMB:
            return one.event_id
    return ""


def places(server: Homeserver, rooms: Sequence[str]) -> list[Destination]:
    """The rooms where our account is, or those of them that the settings name."""
    joined = server.ask("v3/joined_rooms", _Rooms).joined_rooms
    return [
        Destination(room, _name(server, room)) for room in [one for one in joined if not rooms or one in rooms][:MOST]
    ]


def _name(server: Homeserver, room: str) -> str:
    try:
        return server.ask(path("rooms", room, "state", "m.room.name", ""), _Named).name or room
    except RefusedError as refused:
        if refused.status not in {403, 404}:
            raise
        return room


class _Named(msgspec.Struct, frozen=True):
    name: str = ""


def done(room: str, event: str, state: PostState = "visible") -> Done:
    """What stands there."""
    return Done(post_id(room, event), f"https://matrix.to/#/{room}/{event}", state)
