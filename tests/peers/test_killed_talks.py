"""Kill -9 of the worker at random moments while it reads, answers and removes in a forum, comments, a chat and mail."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from msgspec import Struct

from tests.engine.test_killed import python

from .isso_peer import Isso
from .lives import TIMES, fresh
from .mail_peer import MailServer
from .misago_peer import Misago
from .synapse_peer import Synapse

pytestmark = pytest.mark.peer

KILLS, SAID, REPLIES, REMOVED = 8 * TIMES, 150 * TIMES, 16 * TIMES, 10
ROOT = Path(__file__).parents[2]

SET_UP = """
import django, json, sys; django.setup()
from django.db import transaction
from django.utils import timezone
from hubbub.connectors import Http, connector
from hubbub.store import outbox
from hubbub.store.models import *
told = json.loads(sys.argv[1])
w = Workspace.objects.create(name="Acme", slug="acme")
secrets = {name: told["settings"].pop(name) for name in ("password", "token") if name in told["settings"]}
source = Source(workspace=w, name="Talk", kind=told["kind"], settings=told["settings"], owned=True,
                can=sorted(connector(told["kind"]).can))
source.keep_secrets(secrets)
source.save()
now = timezone.now()
asked = [Post.everywhere.create(workspace=w, source=source, native_id=ident, type="comment", text="?", published=now,
                                taken=now, thread=thread) for ident, thread in told["said"]]
with transaction.atomic():
    for number in range(told["replies"]):
        outbox.put(asked[-1 - number % 5], "reply", by=System("test"), text=f"Reply number {number}.")
    for post in asked[:told["removed"]]:
        outbox.put(post, "remove", by=System("test"), why="spam")
"""
FINISH = """
import django, sys, threading; django.setup()
from django.utils import timezone
from hubbub.engine import loop
from hubbub.store.models import *
stop = threading.Event()
def wait():
    asked = False
    for _ in range(450):
        unsent = Outbox.everywhere.filter(state__in=["waiting", "failed"]).exists()
        if not unsent and not asked:  # our own words are there now: what is only asked now and then is asked again
            asked = True
            Source.everywhere.update(due=timezone.now())
        if Post.everywhere.count() >= int(sys.argv[1]) and not unsent:
            break
        stop.wait(0.2)
    stop.set()
threading.Thread(target=wait, daemon=True).start()
loop.run(stop)
"""
ENDED = """
import django, json; django.setup()
from hubbub.store.models import *
print(json.dumps({
    "posts": list(Post.everywhere.values_list("native_id", flat=True)),
    "outbox": [(row.verb, row.state, row.tries, row.result_id, row.error) for row in Outbox.everywhere.order_by("pk")],
}))
"""


class Talk(Struct, frozen=True):
    """A place where people talk."""

    kind: str
    settings: dict[str, str]
    said: Sequence[tuple[str, str]]  # id and thread of what people said, oldest first
    texts: Callable[[], Sequence[str]]  # of all that stands there now, ours, too
    there: Callable[[], set[str]]  # the ids of what people said that still stands there


def isso_talk(request: pytest.FixtureRequest) -> Talk:
    server: Isso = request.getfixturevalue("isso")
    numbers = server.many(SAID)
    return Talk(
        "isso",
        server.settings,
        [(str(one), "/cakes.html") for one in numbers],
        lambda: [text for mode, text, *_ in server.comments().values() if mode == 1],
        lambda: {str(one) for one, (mode, *_) in server.comments().items() if mode != 4},
    )


def matrix_talk(request: pytest.FixtureRequest) -> Talk:
    server: Synapse = request.getfixturevalue("synapse")
    room = server.room()
    said = [f"{room}/{server.alice.say(room, f'message {number}')}" for number in range(SAID)]
    return Talk(
        "matrix",
        server.settings(room),
        [(one, one) for one in said],
        lambda: server.messages(room),
        lambda: {one for one in said if server.event(room, one.partition("/")[2])["content"]},
    )


def mail_talk(request: pytest.FixtureRequest) -> Talk:
    server: MailServer = request.getfixturevalue("mailbox")
    ann = server.address.replace("support", "ann")
    said = [server.deliver(f"message {number}", sender=ann) for number in range(SAID)]
    return Talk(
        "mail",
        server.settings,
        [(one, one) for one in said],
        lambda: server.texts(ann),
        lambda: set(server.ids()),
    )


def misago_talk(request: pytest.FixtureRequest) -> Talk:
    forum: Misago = request.getfixturevalue("misago")
    numbers = forum.side("many", 5, SAID // 5 - 1)
    assert isinstance(numbers, list)
    threads = {number: str(row["thread"]) for number, row in forum.posts().items()}
    first_last = sorted(numbers, key=lambda one: numbers.index(one) % (SAID // 5) == 0)  # removed: no first posts
    return Talk(
        "misago",
        forum.settings,
        [(str(one), threads[one]) for one in first_last],
        lambda: [str(row["text"]) for row in forum.posts().values()],
        lambda: {str(number) for number in forum.posts()},
    )


@pytest.mark.parametrize("talk", [isso_talk, matrix_talk, mail_talk, misago_talk])
def test_read_answered_and_removed_once(
    talk: Callable[[pytest.FixtureRequest], Talk], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    place = talk(request)
    env = fresh(tmp_path / "data")
    told = {"kind": place.kind, "settings": dict(place.settings), "replies": REPLIES, "removed": REMOVED}
    known = [*place.said[:REMOVED], *place.said[-5:]]
    python(SET_UP, env, json.dumps(told | {"said": known}))
    killed = subprocess.run(
        [sys.executable, "-m", "tests.engine.killing", str(KILLS), "1.5", "unfinished"],
        env=env,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert f"killed alive: {KILLS}" in killed.stdout, killed.stderr
    python(FINISH, env, str(SAID + REPLIES))
    ended = json.loads(python(ENDED, env))
    assert Counter(state for _, state, *_ in ended["outbox"]) == {"sent": REPLIES + REMOVED}, ended["outbox"]
    words = Counter(line for text in place.texts() for line in text.split("\n") if line.startswith("Reply number"))
    bare = Counter({line.rstrip("\u200b\u200c\u200d\u2060"): many for line, many in words.items()})
    assert bare == {f"Reply number {number}.": 1 for number in range(REPLIES)}
    assert place.there() & {one for one, _ in place.said[:REMOVED]} == set()
    assert len(ended["posts"]) == len(set(ended["posts"]))
    results = {result for verb, _, _, result, _ in ended["outbox"] if verb == "reply"}
    # what was removed before it was read has no place here but the row that it was removed by
    assert set(ended["posts"]) == {one for one, _ in place.said} | results
