"""A Jetstream and a subscribeRepos server on loopback, after the public reference: they hold events, and go on."""

import json
from collections.abc import Sequence
from hashlib import sha256
from threading import Event
from time import sleep
from urllib.parse import parse_qs, urlsplit

import libipld
from websockets.sync.server import ServerConnection

from .ws_server import WsServer

POST = "app.bsky.feed.post"


def record(text: str, at: str = "2026-11-20T12:00:00.000Z", **more: object) -> dict[str, object]:
    """A post as its author writes it."""
    return {"$type": POST, "text": text, "createdAt": at, **more}


def wrote(did: str, rkey: str, given: object, time_us: int, operation: str = "create") -> dict[str, object]:
    """Jetstream's event of a post that was written, or edited."""
    commit = {"rev": "3", "operation": operation, "collection": POST, "rkey": rkey, "record": given, "cid": "bafy"}
    return {"did": did, "time_us": time_us, "kind": "commit", "commit": commit}


def deleted(did: str, rkey: str, time_us: int) -> dict[str, object]:
    """Jetstream's event of a deleted post."""
    commit = {"rev": "3", "operation": "delete", "collection": POST, "rkey": rkey}
    return {"did": did, "time_us": time_us, "kind": "commit", "commit": commit}


def account(did: str, time_us: int, status: str = "") -> dict[str, object]:
    """Jetstream's event of an account that went ("" came back)."""
    told = {"active": not status, "did": did, "seq": 1, "time": "2026-11-20T12:00:00Z"}
    return {"did": did, "time_us": time_us, "kind": "account", "account": told | ({"status": status} if status else {})}


def identity(did: str, time_us: int, handle: str) -> dict[str, object]:
    """Jetstream's event of a handle."""
    told = {"did": did, "handle": handle, "seq": 1, "time": "2026-11-20T12:00:00Z"}
    return {"did": did, "time_us": time_us, "kind": "identity", "identity": told}


class Jet:
    """A server with events, which may be added while it runs. `oldest`: what it keeps begins there."""

    def __init__(self, events: Sequence[dict[str, object]] = ()) -> None:
        self.events = list(events)
        self.oldest = 0
        self.live_only = False  # without a cursor nothing old is told, as the real ones do
        self.cut_after: int | None = None  # so many messages, then the connection breaks
        self.pace = 0.0  # seconds between two messages
        self.cursors: list[str] = []
        self._ended = Event()
        self.server = WsServer(self._play)
        self.url = self.server.url.replace("ws://", "http://")

    def _play(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        parts = urlsplit(connection.request.path)
        assert parts.path == "/subscribe"
        query = parse_qs(parts.query)
        assert query["wantedCollections"] == [POST]
        cursor = query.get("cursor", [""])[0]
        self.cursors.append(cursor)
        since = max(int(cursor or 0), self.oldest)
        at = len(self.events) if self.live_only and not cursor else 0
        sent = 0
        while not self._ended.is_set():
            while at < len(self.events):
                event = self.events[at]
                at += 1
                if int(str(event["time_us"])) >= since:
                    connection.send(json.dumps(event))
                    sent += 1
                    if self.pace:
                        sleep(self.pace)
                    if sent == self.cut_after:
                        connection.socket.shutdown(2)
                        return
            try:
                connection.recv(timeout=0.02)
            except TimeoutError:
                continue

    def stop(self) -> None:
        self._ended.set()
        self.server.stop()


# --- subscribeRepos


def cid(block: bytes) -> bytes:
    """The name of a block, as a link holds it."""
    return b"\x01\x71\x12\x20" + sha256(block).digest()


def varint(number: int) -> bytes:
    """A number as CAR files write it."""
    made = b""
    while True:
        number, low = number >> 7, number & 127
        made += bytes([low | (128 if number else 0)])
        if not number:
            return made


def cbor(value: object) -> bytes:
    """DAG-CBOR with links given as bytes that begin as a CID does."""
    if isinstance(value, dict):
        items = sorted(value.items(), key=lambda item: (len(item[0]), item[0]))
        return head(5, len(items)) + b"".join(cbor(name) + cbor(one) for name, one in items)
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    if isinstance(value, bytes) and len(value) == 36 and value.startswith(b"\x01\x71\x12\x20"):
        return b"\xd8\x2a" + head(2, 37) + b"\0" + value
    return libipld.encode_dag_cbor(value)


def head(kind: int, length: int) -> bytes:
    """The first bytes of an item."""
    if length < 24:
        return bytes([kind << 5 | length])
    if length < 256:
        return bytes([kind << 5 | 24, length])
    return bytes([kind << 5 | 25]) + length.to_bytes(2, "big")


def car(*blocks: bytes) -> bytes:
    """Blocks in a file; the first is its root."""
    begin = cbor({"version": 1, "roots": [cid(blocks[0])]})
    return varint(len(begin)) + begin + b"".join(varint(36 + len(one)) + cid(one) + one for one in blocks)


def frame(kind: str, body: dict[str, object]) -> bytes:
    """A message of subscribeRepos."""
    return cbor({"op": 1, "t": kind}) + cbor(body)


def commit(did: str, seq: int, *ops: tuple[str, str, dict[str, object] | None]) -> bytes:
    """Operations on one repository: action, path, record."""
    blocks = [cbor(given) for _, _, given in ops if given is not None]
    told = [
        {"action": action, "path": path, "cid": cid(cbor(given)) if given is not None else None}
        for action, path, given in ops
    ]
    body: dict[str, object] = {
        "seq": seq,
        "repo": did,
        "ops": told,
        "blocks": car(*(blocks or [cbor({})])),
        "time": "2026-11-20T12:00:00.000Z",
        "rev": "3",
        "tooBig": False,
    }
    return frame("#commit", body)
