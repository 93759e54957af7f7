"""What can be done in Matrix rooms, each so that a second try does nothing twice."""

from collections.abc import Sequence

import msgspec

from hubbub.core.failures import Broken

from ._connector import Act, Done
from ._matrix_saying import direct_room, done, like, liked, put, say
from ._matrix_server import FOUNDERS, KEY, Event, Homeserver, Messages, RefusedError, parts, path

PAGES = 5  # of 100 events of ours, that are looked through for one that we sent


class _Member(msgspec.Struct, frozen=True):
    membership: str = "leave"


def do(server: Homeserver, act: Act, rooms: Sequence[str]) -> Done:
    """Do it."""
    if act.verb == "post":
        return say(server, act, _place(act, rooms), {})
    if act.verb == "message":
        return say(server, act, direct_room(server, _author(act), make=True), {})
    if act.verb in {"like", "unlike"}:
        return like(server, act)
    room, event = parts(act.post)
    if act.verb == "reply":
        return say(server, act, room, _answering(act, event))
    if act.verb == "edit":
        return _edit(server, act, room, event)
    if act.verb in {"remove", "delete"}:
        if (gone := _redacted(server, act)) is None:
            body = {"reason": act.why} if act.why else {}
            server.send("PUT", path("rooms", room, "redact", event, act.key), body)
        return gone or done(room, event, "removed")
    if act.verb in {"mute", "unmute"}:
        _let_speak(server, room, act.author, speaks=act.verb == "unmute")
    elif look(server, act, rooms) is None:
        body = {"user_id": _author(act)} | ({"reason": act.why} if act.why else {})
        server.send("POST", path("rooms", room, act.verb), body)
    return done(room, event)


def _answering(act: Act, event: str) -> dict[str, object]:
    """That it answers, in the thread if there is one, and whom: without a mention they may not be told."""
    relates: dict[str, object] = {"m.in_reply_to": {"event_id": event}}
    if act.thread and (root := parts(act.thread)[1]) != event:
        relates |= {"rel_type": "m.thread", "event_id": root, "is_falling_back": False}
    named = {"m.mentions": {"user_ids": [act.author]}} if act.author.startswith("@") else {}
    return {"m.relates_to": relates, **named}


def _edit(server: Homeserver, act: Act, room: str, event: str) -> Done:
    """Other words in place of the first ones."""
    if not act.text.strip():
        raise Broken("There are no words to send. Write something.")
    new: dict[str, object] = {"msgtype": "m.text", "body": act.text, KEY: act.key}
    relates = {"rel_type": "m.replace", "event_id": event}
    put(server, room, "m.room.message", act.key, {**new, "m.new_content": new, "m.relates_to": relates})
    return done(room, event)


def look(server: Homeserver, act: Act, rooms: Sequence[str]) -> Done | None:
    """Whether it is done already."""
    if act.verb in {"like", "unlike"}:
        return liked(server, act)
    if act.verb in {"post", "reply", "edit", "message"}:
        room = _place(act, rooms) if act.verb == "post" else parts(act.post)[0] if act.post else ""
        if act.verb == "message" and not (room := direct_room(server, _author(act), make=False)):
            return None
        found = _sent(server, room, act.key)
        if found is None:
            return None
        return done(*parts(act.post)) if act.verb == "edit" else done(room, found)
    room, event = parts(act.post)
    if act.verb in {"remove", "delete"}:
        return _redacted(server, act)
    if act.verb in {"mute", "unmute"}:
        levels = server.levels(room)
        muted = levels.of(_author(act)) < levels.events_default
        return done(room, event) if muted is (act.verb == "mute") else None
    try:
        member = server.ask(path("rooms", room, "state", "m.room.member", _author(act)), _Member).membership
    except RefusedError as refused:
        if refused.status != 404:
            raise
        member = "leave"
    return done(room, event) if (member == "ban") is (act.verb == "ban") else None


def _place(act: Act, rooms: Sequence[str]) -> str:
    room = act.thread.partition("/$")[0] or (rooms[0] if len(rooms) == 1 else "")
    if not room:
        raise Broken("It is not known in which room to write. Name the room.")
    return room


def _sent(server: Homeserver, room: str, key: str) -> str | None:
    """The event that we sent with this key, among our newest ones in the room."""
    me = server.me()
    mine = msgspec.json.encode({"senders": [me], "types": ["m.room.message"]}).decode()
    asked: dict[str, str | int] = {"dir": "b", "limit": 100, "filter": mine}
    for _ in range(PAGES):
        page = server.ask(path("rooms", room, "messages"), Messages, asked)
        for event in page.chunk:
            if event.sender == me and event.says.key == key:
                return event.event_id
        if not page.end or not page.chunk:
            return None
        asked["from"] = page.end
    return None


def _redacted(server: Homeserver, act: Act) -> Done | None:
    room, event = parts(act.post)
    now = server.ask(path("rooms", room, "event", event), Event)
    return done(room, event, "removed") if now.is_redacted else None


def _let_speak(server: Homeserver, room: str, user: str, *, speaks: bool) -> None:
    """A member under the level that messages need reads on in silence."""
    where = path("rooms", room, "state", "m.room.power_levels", "")
    raw = server.ask(where, dict[str, msgspec.Raw])
    levels = server.levels(room)
    users = {one: level for one, level in levels.users.items() if level < FOUNDERS}
    if levels.of(user) >= levels.of(server.me()):
        raise Broken("This member has as much to say in the room as our account, which therefore cannot silence them.")
    if (levels.of(user) < levels.events_default) is not speaks:
        return
    users.pop(user, None)
    if not speaks:
        users[user] = levels.events_default - 1
    server.send("PUT", where, {**raw, "users": users})


def _author(act: Act) -> str:
    if not act.author.startswith("@"):
        raise Broken("It is not known who wrote the message.")
    return act.author
