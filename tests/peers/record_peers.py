"""Records what real servers answer, for tests/connectors: `python -m tests.peers.record_peers misago isso matrix`."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from hubbub.connectors import Answer, Http
from tests.connectors.recording import HOST, RECORDED, STEPS, play

from .isso_peer import HERE, Isso
from .misago_peer import Misago
from .synapse_peer import Synapse

KEPT = ("content-type", "location", "set-cookie")
SECRETS = ("password", "token")
UNSENT = ("/api/auth/", "/login/", "/_matrix/client/v3/login")  # what was sent there is not kept


class Recorder(Http):
    """Keeps every answer with what was asked; never what was sent to sign in."""

    def __init__(self) -> None:
        super().__init__(allow_private=True)
        self.heard: list[dict[str, Any]] = []

    def request(self, method: str, url: str, **rest: Any) -> Answer:
        answer = super().request(method, url, **rest)
        split = urlsplit(url)
        params = {**dict(parse_qsl(split.query)), **(rest.get("params") or {})}
        is_json = answer.kind == "application/json"
        self.heard.append(
            {
                "method": method,
                "path": split.path or "/",
                "params": {name: str(value) for name, value in params.items()},
                "sent": None if split.path in UNSENT else rest.get("json"),
                "status": answer.status,
                "headers": {name: value for name, value in answer.headers.items() if name in KEPT},
                "body": _without_pictures(json.loads(answer.body))
                if is_json
                else _shortened(split.path, answer.text()),
            }
        )
        return answer


def _without_pictures(found: Any) -> Any:
    """Without the many addresses of avatars, which nothing reads."""
    if isinstance(found, list):
        return [_without_pictures(one) for one in found]
    if isinstance(found, dict):
        return {name: _without_pictures(value) for name, value in found.items() if name != "avatars"}
    return found


def _shortened(path: str, page: str) -> str:
    return page if path == "/admin/" else page[:300]


def misago(script: str) -> tuple[str, dict[str, str], Mapping[str, str]]:
    forum = Misago(*script.split())
    forum.reset()
    thread, first = forum.thread("Cakes", "Which cake is best?")
    answer, waiting = forum.reply(thread, "apple pie", "troll"), forum.reply(thread, "cheap flour", "troll", "yes")
    forum.end()
    numbers = {"thread": thread, "first": first, "answer": answer, "waiting": waiting, "author": 2}
    return forum.address, forum.settings, {name: str(number) for name, number in numbers.items()}


def isso(script: str) -> tuple[str, dict[str, str], Mapping[str, str]]:
    server = Isso(*script.split())
    server.reset()
    first = server.say("Is the **cake** good?")
    server.approve(first, server.say("I think so", name="Bob", parent=first))
    waiting = server.say("idiots", name="Troll", page="bread")
    return server.address, server.settings, {
        "thread": "/cakes.html", "first": str(first), "waiting": str(waiting), "author": ""
    }  # fmt: skip


def matrix(script: str) -> tuple[str, dict[str, str], Mapping[str, str]]:
    server = Synapse(script.strip())
    room = server.room()
    first = server.alice.say(room, "Which cake is best?")
    server.alice.edit(room, first, "Which cake is the best?")
    server.troll.redact(room, server.troll.say(room, "a slip"))
    waiting = server.troll.say(room, "idiots")
    scene = {name: f"{room}/{event}" for name, event in (("first", first), ("waiting", waiting), ("thread", first))}
    return server.address, server.settings(room), {**scene, "author": server.troll.id, "founder": server.mod.id}


SCENES: Mapping[str, tuple[str, Callable[[str], tuple[str, dict[str, str], Mapping[str, str]]]]] = {
    "misago": ("misago.sh", misago),
    "isso": ("isso.sh", isso),
    "matrix": ("synapse.sh", matrix),
}


def record(kind: str) -> None:
    """Start the server, set the scene, play the steps, write what was heard."""
    script, set_scene = SCENES[kind]
    started = subprocess.run([HERE / script], capture_output=True, text=True, check=True)
    address, settings, scene = set_scene(started.stdout)
    heard = {}
    for step in STEPS[kind]:
        recorder = Recorder()  # knows nothing yet, so that each step can be replayed alone
        play(kind, step, settings, recorder, scene)
        heard[step] = recorder.heard
    kept = {name: "secret" if name in SECRETS else value for name, value in settings.items()}
    text = json.dumps({"settings": kept, "scene": scene, "heard": heard}, indent=1, ensure_ascii=False)
    for secret in (settings[name] for name in SECRETS if name in settings):
        text = text.replace(secret, "secret")
    (RECORDED / kind).mkdir(exist_ok=True)
    (RECORDED / kind / "answers.json").write_text(text.replace(address, HOST) + "\n")
    about = "`answers.json`: what a real server answered to the steps in `tests/connectors/recording.py`, by step.\n"
    about += f"Recorded from our own `tests/peers/{script}` by `python -m tests.peers.record_peers {kind}`.\n"
    (RECORDED / kind / "README.md").write_text(about)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        record(name)
