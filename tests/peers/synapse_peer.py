"""A real Matrix homeserver (Synapse) for the tests, started once a run by synapse.sh."""

import hashlib
import hmac
from itertools import count
from urllib.parse import quote
from uuid import uuid4

import httpx2
import pytest

from .starting import started

PASSWORD = "Passw0rd!x"
NUMBERS = count(1)


class Member:
    """An account and its own client."""

    def __init__(self, address: str, name: str, token: str, user: str) -> None:
        self.id, self.name, self.token = user, name, token
        headers = {"authorization": f"Bearer {token}"}
        self.client = httpx2.Client(
            base_url=f"{address}/_matrix/client/v3", headers=headers, trust_env=False, timeout=30
        )

    def put(self, path: str, body: dict[str, object]) -> dict[str, str]:
        answer = self.client.put(path, json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def post(self, path: str, body: dict[str, object]) -> dict[str, str]:
        answer = self.client.post(path, json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def say(self, room: str, text: str, **more: object) -> str:
        """A message; its event's id."""
        body = {"msgtype": "m.text", "body": text} | more
        return self.put(f"/rooms/{quote(room)}/send/m.room.message/{next(NUMBERS)}{uuid4().hex}", body)["event_id"]

    def edit(self, room: str, event: str, text: str) -> str:
        """New words for a message of ours."""
        relates = {"m.relates_to": {"rel_type": "m.replace", "event_id": event}}
        return self.say(room, f"* {text}", **{"m.new_content": {"msgtype": "m.text", "body": text}}, **relates)

    def redact(self, room: str, event: str) -> None:
        self.put(f"/rooms/{quote(room)}/redact/{quote(event)}/{uuid4().hex}", {})


class Synapse:
    """A real homeserver with a moderator, an admin of the server, and two members; each test has rooms of its own."""

    def __init__(self, address: str) -> None:
        self.address = address
        run = uuid4().hex[:6]
        self.mod, self.alice, self.troll = (
            self.register(f"{name}{run}", admin=name == "mod") for name in ("mod", "alice", "troll")
        )

    def register(self, name: str, *, admin: bool = False) -> Member:
        """An account, by the secret that the server shares with its operator."""
        where = f"{self.address}/_synapse/admin/v1/register"
        nonce = httpx2.get(where, trust_env=False).json()["nonce"]
        words = [nonce, name, PASSWORD, "admin" if admin else "notadmin"]
        mac = hmac.new(b"peers", "\0".join(words).encode(), hashlib.sha1).hexdigest()
        body = {"nonce": nonce, "username": name, "password": PASSWORD, "admin": admin, "mac": mac, "displayname": name}
        made = httpx2.post(where, json=body, trust_env=False)
        assert made.status_code == 200, made.text
        return Member(self.address, name, made.json()["access_token"], made.json()["user_id"])

    def room(self, name: str = "Cakes", *, encrypted: bool = False) -> str:
        """A public room of the moderator's with all members; its id."""
        body: dict[str, object] = {"name": name, "preset": "public_chat"}
        if encrypted:
            content = {"algorithm": "m.megolm.v1.aes-sha2"}
            body["initial_state"] = [{"type": "m.room.encryption", "state_key": "", "content": content}]
        room = self.mod.post("/createRoom", body)["room_id"]
        for member in (self.alice, self.troll):
            member.post(f"/join/{quote(room)}", {})
        return room

    def settings(self, *rooms: str) -> dict[str, str]:
        """What a source needs to read and moderate these rooms."""
        return {"site": self.address, "token": self.mod.token, "rooms": " ".join(rooms)}

    def event(self, room: str, event: str) -> dict[str, object]:
        """An event as the server has it now."""
        return dict(self.mod.client.get(f"/rooms/{quote(room)}/event/{quote(event)}").json())

    def messages(self, room: str) -> list[str]:
        """The words of all messages that stand in a room, oldest first."""
        answer = self.mod.client.get(f"/rooms/{quote(room)}/messages", params={"dir": "f", "limit": 1000}).json()
        return [one["content"]["body"] for one in answer["chunk"] if "body" in one["content"]]


@pytest.fixture(scope="session")
def synapse() -> Synapse:
    return Synapse(started("synapse.sh", "Synapse").strip())
