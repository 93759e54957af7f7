"""A whole network's stream: read, matched against 1,000 topics and saved, beside the atproto SDK that only decodes it.

A server in another process sends events as Jetstream shapes them. First as fast as they are taken: events a second on
one core, ours and the SDK's. Then twice as many a second as ours takes: how far behind it falls, and its memory.
"""

import argparse
import base64
import hashlib
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

POST = "app.bsky.feed.post"
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
CID = "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"


def main() -> None:
    """Measure and print two small tables."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--events", type=int, default=100_000)
    words.add_argument("--topics", type=int, default=1_000)
    words.add_argument("--seconds", type=float, default=30.0, help="at twice its speed")
    words.add_argument("--part", choices=("serve", "sdk", "ours"), help="what the processes of the benchmark are")
    words.add_argument("--rate", type=float, default=0.0)
    words.add_argument("--port", type=int, default=0)
    given = words.parse_args()
    if given.part == "serve":
        serve(given.events, given.rate)
    elif given.part == "sdk":
        sdk(given.port, given.events)
    elif given.part == "ours":
        ours(given.port, given.events, given.topics)
    else:
        measure(given.events, given.topics, given.seconds)


def measure(events: int, topics: int, seconds: float) -> None:
    """All parts, one after the other; the server on one core, who reads it on another."""
    with Network(events, 0.0) as port:
        mine = _part("ours", port, events, topics)
    with Network(events, 0.0) as port:
        theirs = _part("sdk", port, events, topics)
    print(f"{events:,} events, {topics:,} topics → {mine[-1]['kept']:,} posts kept\n")
    print(f"{'one core':44}{'events/s':>10}{'of CPU time':>13}{'ratio':>8}")
    for name, told in (("atproto SDK: reads and decodes", theirs[-1]), ("ours: reads, matches and saves", mine[-1])):
        rate, by_cpu = events / told["wall"], events / told["cpu"]
        print(f"{name:44}{rate:10,.0f}{by_cpu:13,.0f}{by_cpu / (events / theirs[-1]['cpu']):8.2f}")
    rate = 2 * events / mine[-1]["wall"]
    print(f"\nTwice that, {rate:,.0f} events/s for {seconds:.0f} s:\n{'after':>8}{'behind':>10}{'memory':>10}")
    with Network(int(rate * seconds), rate) as port:
        for line in _part("ours", port, int(rate * seconds), topics, limit=seconds):
            if "lag" in line:
                print(f"{line['after']:6.0f} s{line['lag']:8.1f} s{line['memory']:7.0f} MB")


# --- the processes


class Network:
    """The server, while it is used."""

    def __init__(self, events: int, rate: float) -> None:
        self._words = ["serve", "--events", str(events), "--rate", str(rate)]

    def __enter__(self) -> int:
        self._process = _start(self._words, core=-1)
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


def _part(name: str, port: int, events: int, topics: int, limit: float = 0.0) -> list[dict[str, float]]:
    """What a part tells, line by line; with a `limit` of seconds it is ended then."""
    words = [name, "--port", str(port), "--events", str(events), "--topics", str(topics)]
    process = _start(words, core=0)
    assert process.stdout is not None
    told: list[dict[str, float]] = []
    for line in process.stdout:
        told.append(json.loads(line))
        if "wall" in told[-1] or (limit and told[-1].get("after", 0) >= limit):
            break
    process.kill()
    process.wait()
    return told


def _start(words: list[str], *, core: int) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.firehose", "--part", *words], stdout=subprocess.PIPE, text=True
    )
    os.sched_setaffinity(process.pid, {sorted(os.sched_getaffinity(0))[core]})
    return process


def tell(**figures: float) -> None:
    """To the process that measures."""
    print(json.dumps(figures), flush=True)


# --- the network


def serve(events: int, rate: float) -> None:
    """Send the events, `rate` a second from now on (0: as fast as they are taken), to everyone who asks, for ever."""
    step = 1_000_000 / rate if rate else 20.0  # microseconds between two events
    first = 0  # when the first event happened: at the first connection, where they come by and by
    shapes = list(_shapes(min(events, 50_000)))
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        first = first or time.time_ns() // 1000 - (0 if rate else int(events * step))
        target = _handshake(connection)
        frame = _new_frame if "subscribeEvents" in target else _frame
        cursor = int(parse_qs(urlsplit(target).query).get("cursor", ["0"])[0])
        begin = max(0, int((cursor - first) / step)) if cursor else 0
        with suppress(OSError):  # whoever read it may have had enough
            _send(
                connection,
                shapes,
                (begin, events),
                partial(_when, first, step),
                frame,
                live=rate > 0,
            )
        connection.close()


def _when(first: int, step: float, at: int) -> int:
    return first + int(at * step)


def _send(
    connection: socket.socket,
    shapes: list[tuple[str, dict[str, object]]],
    span: tuple[int, int],
    when: Callable[[int], int],
    frame: Callable[[str, dict[str, object], int, int], bytes],
    *,
    live: bool,
) -> None:
    held = bytearray()
    for at in range(*span):
        did, commit = shapes[at % len(shapes)]
        moment = when(at)
        if live and (early := moment / 1e6 - time.time()) > 0:
            connection.sendall(held)
            held.clear()
            time.sleep(max(early, 0.005))
        held += _framed(frame(did, commit, moment, at))
        if len(held) > 200_000:
            connection.sendall(held)
            held.clear()
    connection.sendall(held)
    connection.sendall(b"\x88\x02\x03\xe8")
    connection.recv(100)


def _shapes(number: int) -> Iterator[tuple[str, dict[str, object]]]:
    """People's commits: 82 of 100 are new posts, of those 4 in 10 answer one; 15 are deletions, 2 edits."""
    from bench import made_up

    chance = random.Random(5)
    vocabulary = [*made_up.COMMON, *made_up.words(20_000, random.Random(1))]
    weights = [1 / (rank + 5) for rank in range(len(vocabulary))]
    drawn = chance.choices(vocabulary, weights, k=number * 16)
    people = ["did:plc:" + "".join(chance.choices(ALPHABET, k=24)) for _ in range(20_000)]
    for at in range(number):
        kind, rkey = chance.random(), "3l" + "".join(chance.choices(ALPHABET, k=11))
        commit: dict[str, object] = {"rev": rkey, "operation": "create", "collection": POST, "rkey": rkey}
        if kind > 0.85:
            yield chance.choice(people), commit | {"operation": "delete"}
            continue
        said = " ".join(drawn[at * 16 : at * 16 + chance.randint(6, 16)])
        record: dict[str, object] = {"$type": POST, "createdAt": "2026-11-22T10:00:00.000Z", "langs": ["en"]}
        record["text"] = said.capitalize() + "."
        if kind < 0.33:
            root = {"cid": CID, "uri": f"at://{chance.choice(people)}/{POST}/3l{rkey[2:][::-1]}"}
            record["reply"] = {"root": root, "parent": root}
        if at % 8 == 0:
            feature = {"$type": "app.bsky.richtext.facet#link", "uri": f"https://site{at % 40}.example/page"}
            record["facets"] = [{"index": {"byteStart": 0, "byteEnd": 4}, "features": [feature]}]
        if at % 6 == 0:
            blob = {"$type": "blob", "ref": {"$link": CID}, "mimeType": "image/jpeg", "size": 345_678}
            record["embed"] = {"$type": "app.bsky.embed.images", "images": [{"alt": said[:40], "image": blob}]}
        operation = "update" if kind > 0.83 else "create"
        yield chance.choice(people), commit | {"operation": operation, "record": record, "cid": CID}


def _frame(did: str, commit: dict[str, object], moment: int, at: int) -> bytes:
    """As /subscribe sends it; ids differ however often the shapes are gone through."""
    rkey = f"{commit['rkey']}{at // 50_000}"
    return _encode({"did": did, "time_us": moment, "kind": "commit", "commit": {**commit, "rkey": rkey}})


def _new_frame(did: str, commit: dict[str, object], moment: int, at: int) -> bytes:
    """As network.bsky.jetstream.subscribeEvents sends it, which the SDK reads."""
    when = datetime.fromtimestamp(moment / 1e6, UTC).isoformat().replace("+00:00", "Z")
    payload = {"$type": "network.bsky.jetstream.subscribeEvents#commit", "did": did, "seq": at + 1, "time": when}
    return _encode({"$type": "message", "payload": {**payload, **commit}})


def _encode(value: object) -> bytes:
    import msgspec

    return msgspec.json.encode(value)


def _framed(data: bytes) -> bytes:
    return (b"\x81\x7e" + len(data).to_bytes(2, "big") if len(data) > 125 else bytes([0x81, len(data)])) + data


def _handshake(connection: socket.socket) -> str:
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(4096)
    lines = head.decode().split("\r\n")
    asked = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    key = next(line.split(": ", 1)[1] for line in lines if line.lower().startswith("sec-websocket-key"))
    sign = base64.b64encode(hashlib.sha1(key.encode() + GUID).digest()).decode()
    protocol = (
        f"sec-websocket-protocol: {asked['sec-websocket-protocol']}\r\n" if "sec-websocket-protocol" in asked else ""
    )
    told = f"HTTP/1.1 101 Yes\r\nupgrade: websocket\r\nconnection: upgrade\r\n{protocol}"
    connection.sendall(f"{told}sec-websocket-accept: {sign}\r\n\r\n".encode())
    return lines[0].split(" ")[1]


# --- who reads it


def sdk(port: int, events: int) -> None:
    """The SDK's own client, uncompressed; every event becomes its model, and nothing is done with it."""
    try:
        from atproto_jetstream import JetstreamClient
    except ImportError:
        sys.exit("atproto is not installed: pip install --group bench")
    client = JetstreamClient(base_uri=f"ws://127.0.0.1:{port}/xrpc", compress=False)
    seen = 0
    began = cpu = 0.0

    def on_message(_message: object) -> None:
        nonlocal seen, began, cpu
        seen += 1
        if seen == 1:
            began, cpu = time.perf_counter(), time.process_time()
        if seen == events:
            tell(wall=time.perf_counter() - began, cpu=time.process_time() - cpu)
            client.stop()

    client.start(on_message)


def ours(port: int, events: int, topics: int) -> None:
    """The engine as a worker runs it, into a fresh SQLite database."""
    with tempfile.TemporaryDirectory(prefix="hubbub-bench-") as folder:
        os.environ |= {"HUBBUB_DATA": str(Path(folder) / "data"), "DJANGO_SETTINGS_MODULE": "hubbub.settings"}
        os.environ |= {"HUBBUB_ALLOW_PRIVATE_HOSTS": "*", "HUBBUB_LOG": "ERROR"}
        import django

        django.setup()
        from django.core.management import call_command
        from django.utils import timezone

        from bench import made_up
        from hubbub.engine import plans, streaming
        from hubbub.store.claim import claim_source
        from hubbub.store.models import Post, Source, Topic, Workspace

        call_command("migrate", verbosity=0)
        workspace = Workspace.objects.create(name="Bench", slug="bench")
        Topic.everywhere.bulk_create(
            Topic(workspace=workspace, name=one.name, kind=one.kind, query=one.query) for one in made_up.topics(topics)
        )
        address = f"http://127.0.0.1:{port}"
        given = {"stream": "jetstream", "address": address, "names": "nowhere://"}  # nobody is asked
        Source.everywhere.create(workspace=workspace, name="Bench", kind="bluesky_stream", settings=given)
        plans.ready(workspace)
        source = claim_source(timezone.now())
        assert source is not None
        began, cpu = time.perf_counter(), time.process_time()
        _tell_now_and_then(source.pk, began)
        streaming.Streams(1).follow(source)
        tell(wall=time.perf_counter() - began, cpu=time.process_time() - cpu, kept=Post.of(workspace).count())


def _tell_now_and_then(pk: int, began: float) -> None:
    """How far behind the source says that it is, and our memory, every five seconds."""
    from threading import Thread

    from django.utils import timezone

    from hubbub.store.models import Source

    def watch() -> None:
        while True:
            time.sleep(5.0)
            behind = Source.everywhere.get(pk=pk).behind(timezone.now())
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            lag = behind.total_seconds() if behind else 0.0
            tell(after=time.perf_counter() - began, lag=lag, memory=pages * os.sysconf("SC_PAGE_SIZE") / 1e6)

    Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    main()
