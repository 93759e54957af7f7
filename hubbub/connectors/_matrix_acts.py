"""What can be done in Matrix rooms, each so that a second try does nothing twice."""

from collections.abc import Sequence

import msgspec

from hubbub.core.failures import Broken
from hubbub.core.post import PostState

from ._connector import Act, Done
from ._matrix_server import FOUNDERS, KEY, Event, Homeserver, Messages, RefusedError, parts, path, post_id

PAGES = 5  # of 100 events of ours, that are looked through for one that we sent


class _Sent(msgspec.Struct, frozen=True):
    event_id: str


class _Member(msgspec.Struct, frozen=True):
    membership: str = "leave"


def do(server: Homeserver, act: Act, rooms: Sequence[str]) -> Done:
    """Do it."""
    if act.verb == "post":
        return _say(server, act, _place(act, rooms), {})
    room, event = parts(act.post)
    if act.verb == "reply":
        relates: dict[str, object] = {"m.in_reply_to": {"event_id": event}}
        if act.thread and (root := parts(act.thread)[1]) != event:
            relates |= {"rel_type": "m.thread", "event_id": root, "is_falling_back": False}
        return _say(server, act, room, {"m.relates_to": relates})
    if act.verb == "edit":
        new = _message(act)
        more = {"m.new_content": new, "m.relates_to": {"rel_type": "m.replace", "event_id": event}}
        return replace_id(_say(server, act, room, more), act.post)
    if act.verb in {"remove", "delete"}:
        if (gone := _redacted(server, act)) is None:
            body = {"reason": act.why} if act.why else {}
            server.send("PUT", path("rooms", room, "redact", event, act.key), body)
        return gone or _done(room, event, "removed")
    if act.verb in {"mute", "unmute"}:
        _let_speak(server, room, act.author, speaks=act.verb == "unmute")
    elif look(server, act, rooms) is None:
        body = {"user_id": _author(act)} | ({"reason": act.why} if act.why else {})
        server.send("POST", path("rooms", room, act.verb), body)
    return _done(room, event)


def look(server: Homeserver, act: Act, rooms: Sequence[str]) -> Done | None:
    """Whether it is done already."""
    if act.verb in {"post", "reply", "edit"}:
        room = _place(act, rooms) if act.verb == "post" else parts(act.post)[0]
        found = _sent(server, room, act.key)
        if found is None:
            return None
        return _done(*parts(act.post)) if act.verb == "edit" else _done(room, found)
    room, event = parts(act.post)
    if act.verb in {"remove", "delete"}:
        return _redacted(server, act)
    if act.verb in {"mute", "unmute"}:
        levels = server.levels(room)
        muted = levels.of(_author(act)) < levels.events_default
        return _done(room, event) if muted is (act.verb == "mute") else None
    try:
        member = server.ask(path("rooms", room, "state", "m.room.member", _author(act)), _Member).membership
    except RefusedError as refused:
        if refused.status != 404:
            raise
        member = "leave"
    return _done(room, event) if (member == "ban") is (act.verb == "ban") else None


def _place(act: Act, rooms: Sequence[str]) -> str:
    room = act.thread.partition("/$")[0] or (rooms[0] if len(rooms) == 1 else "")
    if not room:
        raise Broken("It is not known in which room to write. Name the room.")
    return room


def _message(act: Act) -> dict[str, object]:
    if not act.text.strip():
        raise Broken("There are no words to send. Write something.")
    return {"msgtype": "m.text", "body": act.text, KEY: act.key}


def _say(server: Homeserver, act: Act, room: str, more: dict[str, object]) -> Done:
    """Send it; the server takes what comes again under the same key for the same event."""
    answer = server.send("PUT", path("rooms", room, "send", "m.room.message", act.key), _message(act) | more)
    return _done(room, answer.json(_Sent).event_id)


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
    return _done(room, event, "removed") if now.is_redacted else None


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


def _done(room: str, event: str, state: PostState = "visible") -> Done:
    return Done(post_id(room, event), f"https://matrix.to/#/{room}/{event}", state)


def replace_id(done: Done, ident: str) -> Done:
    """The same, about the post that was changed instead of the event that changed it."""
    return _done(*parts(ident), done.state)
