"""Kill -9 of the worker at random moments while it reads, answers and moderates on the AT Protocol's own servers."""

import json
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.engine.test_killed import python

from .atproto_peer import AtProto, Person, strong
from .lives import TIMES, fresh

pytestmark = pytest.mark.peer

KILLS, SAID, REPLIES, TAKEN_DOWN = 10 * TIMES, 160 * TIMES, 30 * TIMES, 8 * TIMES
ROOT = Path(__file__).parents[2]

SET_UP = """
import django, json, sys; django.setup()
from django.db import transaction
from django.utils import timezone
from hubbub.connectors import connector
from hubbub.store import outbox
from hubbub.store.models import *
told = json.loads(sys.argv[1])
w = Workspace.objects.create(name="Acme", slug="acme")
def source(kind, account, **settings):
    password = settings.pop("password")
    made = Source(workspace=w, name=kind, kind=kind, settings=settings, owned=True, account=account,
                  can=sorted(connector(kind).can))
    made.keep_secrets({"password": password})
    made.save()
    return made
ours, ozone = source("bluesky", told["did"], **told["us"]), source("ozone", "", **told["mod"])
now = timezone.now()
def post(source, uri):
    return Post.everywhere.create(workspace=w, source=source, native_id=uri, type="comment", text="?", published=now,
                                  taken=now, thread=told["thread"])
with transaction.atomic():
    asked = [post(ours, uri) for uri in told["answer"]]
    for number in range(told["replies"]):
        outbox.put(asked[number % len(asked)], "reply", by=System("test"), text=f"Reply number {number}.")
    for uri in told["remove"]:
        outbox.put(post(ozone, uri), "remove", by=System("test"), why="gold")
"""
FINISH = """
import django, threading; django.setup()
from hubbub.engine import loop
from hubbub.store.models import *
stop = threading.Event()
def wait():
    from datetime import timedelta
    from django.utils import timezone
    for _ in range(600):
        late = timezone.now() + timedelta(seconds=5)
        unread = Source.everywhere.filter(due__lt=late) | Source.everywhere.filter(last_success=None)
        unsent = Outbox.everywhere.filter(state__in=["waiting", "failed"])
        if not (unread.exists() or unsent.exists()):
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
    "sources": [(row.kind, row.state, row.error) for row in Source.everywhere.order_by("pk")],
    "posts": list(Post.everywhere.filter(source__kind="bluesky").values_list("native_id", flat=True)),
    "ours": Post.everywhere.filter(source__kind="bluesky", ours=True).count(),
    "states": dict(Post.everywhere.filter(source__kind="ozone").values_list("native_id", "state")),
    "outbox": [(row.verb, row.state, row.tries, row.result_id, row.error) for row in Outbox.everywhere.order_by("pk")],
    "reports": Report.everywhere.filter(source__kind="ozone").values_list("native_id", "state").count(),
    "open": Report.everywhere.filter(source__kind="ozone", state="open").count(),
}))
"""


def speakers(atproto: AtProto) -> tuple[Person, Person, Person]:
    us, ann, mod = (atproto.person(name) for name in ("us", "ann", "mod"))
    atproto.make_moderator(mod)
    return us, ann, mod


def test_read_answered_and_removed_once(atproto: AtProto, tmp_path: Path) -> None:
    us, ann, mod = speakers(atproto)
    thread = us.say("Tell us what you think")
    atproto.flush()
    at = datetime.now(UTC) - timedelta(hours=2)
    words = [ann.words(f"post {number}", thread, at=at + timedelta(seconds=number // 20)) for number in range(SAID)]
    said = ann.say_all(words)
    atproto.flush()
    reported = [ann.report(strong(one), "gold") for one in said[:TAKEN_DOWN]]
    told = {
        "us": us.settings,
        "mod": {**mod.settings, "labeler": atproto.labeler},
        "did": us.did,
        "thread": thread.uri,
        "answer": [one.uri for one in said[-10:]],
        "remove": [one.uri for one in said[:TAKEN_DOWN]],
        "replies": REPLIES,
    }
    env = fresh(tmp_path / "data")
    python(SET_UP, env, json.dumps(told))
    killed = subprocess.run(
        [sys.executable, "-m", "tests.engine.killing", str(KILLS), "2.5", "unfinished"],
        env=env,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert f"killed alive: {KILLS}, at work: True" in killed.stdout, killed.stderr
    python(FINISH, env)
    atproto.flush()
    ended = json.loads(python(ENDED, env))
    assert [(kind, state, error) for kind, state, error in ended["sources"]] == [
        ("bluesky", "active", ""),
        ("ozone", "active", ""),
    ]
    assert Counter(state for _, state, *_ in ended["outbox"]) == {"sent": REPLIES + TAKEN_DOWN}, ended["outbox"]
    assert any(tries > 1 for _, _, tries, *_ in ended["outbox"])  # the kills did meet work on its way
    ours = us.records()
    assert Counter(one["value"]["text"] for one in ours if "reply" in one["value"]) == {
        f"Reply number {number}.": 1 for number in range(REPLIES)
    }
    results = {result for verb, _, _, result, _ in ended["outbox"] if verb == "reply"}
    assert results == {one["uri"] for one in ours} - {thread.uri}
    for one in said[:TAKEN_DOWN]:
        kinds = Counter(event["event"]["$type"].rpartition("#")[2] for event in atproto.events(mod, one.uri))
        assert kinds["modEventTakedown"] == 1
        assert ended["states"][one.uri] == "removed"
    assert len(ended["posts"]) == len(set(ended["posts"]))
    read = {one.uri for one in said} | {one["uri"] for one in ours}
    assert {one.uri for one in said[TAKEN_DOWN:]} <= set(ended["posts"]) <= read
    assert ended["reports"] >= len(reported)
    assert us.password not in killed.stderr
