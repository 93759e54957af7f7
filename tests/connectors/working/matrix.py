"""A Matrix homeserver with one room of many messages."""

import json
from pathlib import Path
from urllib.parse import parse_qsl

from hubbub.connectors.matrix import OWN

from ..conftest import Asked, Reply, Server
from . import MANY, Works

ROOM, ME = "!room:example.com", "@hubbub:example.com"
TOP = MANY + 1  # where the newest sync stands


def working(_tmp_path: Path, server: Server) -> Works:
    def event(number: int) -> dict[str, object]:
        content = {"msgtype": "m.text", "body": f"post {number}"}
        who = {"type": "m.room.message", "sender": "@ann:example.com", "origin_server_ts": 1_700_000_000_000 + number}
        return {**who, "event_id": f"$e{number}", "content": content}

    def give(body: object) -> Reply:
        return Reply(200, {"content-type": "application/json"}, json.dumps(body).encode())

    def sync(asked: Asked) -> Reply:
        if "since" in dict(parse_qsl(asked.target.partition("?")[2])):
            return give({"next_batch": f"s{TOP}"})
        events = [event(number) for number in range(MANY - 49, MANY + 1)]
        timeline = {"events": events, "limited": True, "prev_batch": f"t{MANY - 49}"}
        return give({"next_batch": f"s{TOP}", "rooms": {"join": {ROOM: {"timeline": timeline}}}})

    def messages(asked: Asked) -> Reply:
        query = dict(parse_qsl(asked.target.partition("?")[2]))
        before = int(query.get("from", f"t{TOP}")[1:])
        chunk = [event(number) for number in range(before - 1, max(0, before - 1 - int(query["limit"])), -1)]
        left = before - len(chunk)
        return give({"chunk": chunk, "end": f"t{left}" if left > 1 else None})

    api, room = "/_matrix/client", f"/_matrix/client/v3/rooms/{ROOM.replace('!', '%21').replace(':', '%3A')}"
    server.answers[f"{api}/versions"] = give({"versions": ["v1.11"]})
    server.answers[f"{api}/v3/account/whoami"] = give({"user_id": ME})
    server.answers[f"{api}/v3/joined_rooms"] = give({"joined_rooms": [ROOM]})
    server.answers[f"{room}/state/m.room.power_levels/"] = give({"users": {ME: 0}})
    server.answers[f"{room}/state/m.room.create/"] = give(
        {"sender": "@ann:example.com", "content": {"room_version": "10"}}
    )
    server.answers[f"{api}/v3/sync"] = sync
    server.answers[f"{room}/messages"] = messages
    return Works({"site": server.url, "token": "t"}, says="is in 1 rooms", can=OWN)
