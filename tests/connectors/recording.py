"""What is asked of a Misago, an Isso and a Matrix server while their answers are recorded, and the replay."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from hubbub.connectors import Act, Batch, Http, Settings, Verb, connector
from hubbub.core.failures import Failure

from .conftest import Asked, Reply, Server

RECORDED = Path(__file__).parent.parent / "recorded"
HOST = "http://peer.test"  # stands for the server in what was recorded
Scene = Mapping[str, str]  # what the recorder made on the server beforehand: ids by a name
Step = Callable[[Settings, Http, Scene], object]


def check(kind: str) -> Step:
    return lambda settings, http, scene: connector(kind).check(settings, http)


def fetch(kind: str, *without: str) -> Step:
    """Read to the end; all batches. Without these settings."""

    def read(settings: Settings, http: Http, scene: Scene) -> object:
        kept = {name: value for name, value in settings.items() if name not in without}
        batches: list[Batch] = []
        cursor = ""
        while not batches or batches[-1].more:
            batches.append(connector(kind).fetch(kept, cursor, http))
            cursor = batches[-1].cursor
        return batches

    return read


def act(kind: str, verb: Verb, post: str, *, find: bool = False, **more: Any) -> Step:
    """Do it, or look whether it is done; names of the scene in braces are filled in."""

    def do(settings: Settings, http: Http, scene: Scene) -> object:
        words: dict[str, Any] = {
            name: value.format(**scene) if isinstance(value, str) else value for name, value in more.items()
        }
        one = Act(verb, post.format(**scene), "outbox-17", **words)
        return connector(kind).find(settings, one, http) if find else connector(kind).act(settings, one, http)

    return do


REPLY: dict[str, Any] = {"text": "At eight.\n\nSee you!", "thread": "{thread}", "author": "{author}"}
ON: dict[str, Any] = {"thread": "{thread}", "author": "{author}"}
STEPS: Mapping[str, Mapping[str, Step]] = {
    "misago": {
        "check": check("misago"),
        "fetch": fetch("misago"),
        "fetch as a visitor": fetch("misago", "user", "password"),
        "look for the answer": act("misago", "reply", "{first}", find=True, **REPLY),
        "answer": act("misago", "reply", "{first}", **REPLY),
        "look for the answer again": act("misago", "reply", "{first}", find=True, **REPLY),
        "hide an answer": act("misago", "hide", "{answer}", **ON),
        "hide the first post": act("misago", "hide", "{first}", **ON),
        "restore the first post": act("misago", "restore", "{first}", **ON),
        "approve": act("misago", "approve", "{waiting}", **ON),
        "close": act("misago", "lock", "{first}", **ON),
        "remove": act("misago", "remove", "{answer}", **ON),
        "remove again": act("misago", "remove", "{answer}", **ON),
        "look for the removed": act("misago", "remove", "{answer}", find=True, **ON),
        "hide the removed": act("misago", "hide", "{answer}", **ON),
    },
    "isso": {
        "check": check("isso"),
        "fetch": fetch("isso"),
        "fetch as a visitor": fetch("isso", "password"),
        "look for the answer": act("isso", "reply", "{first}", find=True, **REPLY),
        "answer": act("isso", "reply", "{first}", **REPLY),
        "look for the answer again": act("isso", "reply", "{first}", find=True, **REPLY),
        "approve": act("isso", "approve", "{waiting}", **ON),
        "redact": act("isso", "redact", "{waiting}", text="[removed]", **ON),
        "remove": act("isso", "remove", "{waiting}", **ON),
        "remove again": act("isso", "remove", "{waiting}", **ON),
        "approve the removed": act("isso", "approve", "{waiting}", **ON),
    },
    "matrix": {
        "check": check("matrix"),
        "fetch": fetch("matrix"),
        "look for the answer": act("matrix", "reply", "{first}", find=True, **REPLY),
        "answer": act("matrix", "reply", "{first}", **REPLY),
        "look for the answer again": act("matrix", "reply", "{first}", find=True, **REPLY),
        "remove": act("matrix", "remove", "{waiting}", why="an insult", **ON),
        "remove again": act("matrix", "remove", "{waiting}", **ON),
        "ban": act("matrix", "ban", "{waiting}", why="insults", **ON),
        "ban again": act("matrix", "ban", "{waiting}", **ON),
        "mute the founder": act("matrix", "mute", "{waiting}", author="{founder}"),
    },
}


def play(kind: str, step: str, settings: Settings, http: Http, scene: Scene) -> object:
    """What the step gives, or the failure that it ends in."""
    try:
        return STEPS[kind][step](settings, http, scene)
    except Failure as failure:
        return failure


def played(kind: str, step: str, server: Server, http: Http) -> tuple[object, Scene]:
    """The step on recorded answers: what it was not asked then fails, and all must be asked."""
    recorded = json.loads((RECORDED / kind / "answers.json").read_text())
    left = list(recorded["heard"][step])

    def reply(asked: Asked) -> Reply:
        heard = left.pop(0)
        split = urlsplit(asked.target)
        assert (asked.method, unquote(split.path)) == (heard["method"], unquote(heard["path"]))
        asked_for = {name: value.replace(server.url, HOST) for name, value in parse_qsl(split.query, True)}
        assert asked_for == heard["params"]
        if heard["sent"] is not None:
            assert json.loads(asked.body) == heard["sent"]
        body = heard["body"] if isinstance(heard["body"], str) else json.dumps(heard["body"])
        headers = {name: value.replace(HOST, server.url) for name, value in heard["headers"].items()}
        return Reply(heard["status"], headers, body.replace(HOST, server.url).encode())

    server.answers["*"] = reply
    http.known.clear()  # each step was recorded by one that knew nothing yet
    settings = {**recorded["settings"], "site": server.url}
    result = play(kind, step, settings, http, recorded["scene"])
    assert left == []
    return result, recorded["scene"]
