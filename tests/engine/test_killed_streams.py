"""Kill -9 of the worker at random moments while it reads a stream: every post once, as its author left it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.connectors.jetstream import POST, Jet, account, deleted, record, wrote

from .test_killed import ROOT, environment, python

KILLS = 20
EVENTS = 3_000
SECOND = 1_000_000
SPAMMER, OTHERS = "did:plc:spam", [f"did:plc:{name}" for name in ("ann", "ben", "cat", "dan")]

SET_UP = """
import django, json, sys; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from hubbub.store.models import *
w = Workspace.objects.create(name="Acme", slug="acme")
Topic.everywhere.create(workspace=w, name="Acme", query="acme")
Source.everywhere.create(workspace=w, name="Stream", kind="bluesky_stream", settings=json.loads(sys.argv[1]))
"""
COUNT = """
import django, json; django.setup()
from collections import Counter
from hubbub.store.counting import COLUMNS, Counts
from hubbub.store.models import *
w = Workspace.objects.get()
posts = Post.of(w).order_by("native_id")
held = Counter({(r.source_id, r.topic_id, int(r.hour.timestamp() // 3600), n): getattr(r, n) or 0
                for r in Rollup.of(w) for n in COLUMNS})
counts = Counts(w)
counts.add_posts(posts)
anew = Counter({(*key, name): number for (key, name), number in counts._posts.items()})
source = Source.of(w).get()
print(json.dumps({
    "posts": {p.native_id.rpartition("/")[2]: [p.text, p.state] for p in posts},
    "taken": source.posts_taken, "exact": +held == +anew, "error": source.error + source.stream_error,
    "split": [p.native_id for p in posts.exclude(parent="") if p.state == "visible" and p.conversation_id !=
              Post.of(w).get(native_id=p.parent).conversation_id and p.conversation_id],
}))
"""


def story() -> tuple[list[dict[str, object]], dict[str, list[str]]]:
    """Events a second apart, and what stands here when all of them were read: key → text, state."""
    began = int(datetime.now(UTC).timestamp() - 2 * EVENTS) * SECOND
    events: list[dict[str, object]] = []
    left: dict[str, list[str]] = {}
    for at in range(EVENTS):
        did, key, now = OTHERS[at % 4], f"k{at:05}", began + at * SECOND
        when = datetime.fromtimestamp(now / SECOND, UTC).isoformat()
        match at % 10:
            case 0:
                events.append(wrote(did, key, record(f"acme number {at}", when), now))
                left[key] = [f"acme number {at}", "visible"]
            case 1:  # an edit of the one before
                text = f"acme as it was meant {at}"
                events.append(wrote(OTHERS[(at - 1) % 4], f"k{at - 1:05}", record(text, when), now, "update"))
                left[f"k{at - 1:05}"] = [text, "visible"]
            case 2:  # its parent comes after it
                parent = {"uri": f"at://{OTHERS[(at + 1) % 4]}/{POST}/k{at + 1:05}", "cid": "x"}
                answer = record(f"acme, I agree {at}", when, reply={"root": parent, "parent": parent})
                events.append(wrote(did, key, answer, now))
                left[key] = [f"acme, I agree {at}", "visible"]
            case 3 | 4:
                events.append(wrote(did, key, record(f"what about acme {at}", when), now))
                left[key] = [f"what about acme {at}", "visible"]
            case 5:  # the one before goes
                events.append(deleted(OTHERS[(at - 1) % 4], f"k{at - 1:05}", now))
                left[f"k{at - 1:05}"] = ["", "removed"]
            case 6:
                if at < EVENTS / 2:
                    events.append(wrote(SPAMMER, key, record(f"buy acme {at}", when), now))
                    left[key] = ["", "removed"]
                elif at < EVENTS / 2 + 10:
                    events.append(account(SPAMMER, now, "takendown"))
            case 7:
                events.append(deleted(did, "unknown", now))
            case _:
                events.append(wrote(did, key, record(f"nothing of it {at}", when), now))
    return events, left


@pytest.mark.database
@pytest.mark.skipif(os.environ.get("HUBBUB_TEST_DATABASE") == "postgresql", reason="its leases end by time; see below")
def test_every_post_of_a_stream_once(tmp_path: Path) -> None:
    check(environment(tmp_path / "data"))


@pytest.mark.database
@pytest.mark.skipif(os.environ.get("HUBBUB_TEST_DATABASE") != "postgresql", reason="runs when tests run on PostgreSQL")
def test_every_post_of_a_stream_once_where_leases_end_by_time(tmp_path: Path) -> None:
    import psycopg

    address = os.environ["HUBBUB_DATABASE_URL"]
    with psycopg.connect(address, autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS killed_stream WITH (FORCE)")
        server.execute("CREATE DATABASE killed_stream")
    env = environment(tmp_path / "data") | {
        "HUBBUB_DATABASE_URL": address.replace("/postgres?", "/killed_stream?"),
        "HUBBUB_LEASE_SECONDS": "1.5",
    }
    check(env)


def check(env: Mapping[str, str]) -> None:
    events, left = story()
    jet = Jet(events)
    jet.pace = 0.001
    env = {**env, "HUBBUB_ALLOW_PRIVATE_HOSTS": "*"}
    python(SET_UP, env, json.dumps({"stream": "jetstream", "address": jet.url, "names": "nowhere://"}))
    last = f"{events[-1]['time_us']} {events[-1]['did']}/k{EVENTS - 1:05}"
    killed = subprocess.run(
        [sys.executable, "-m", "tests.engine.killing_streams", str(KILLS), last],
        env=env,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    jet.stop()
    assert f"killed alive: {KILLS}" in killed.stdout, killed.stderr
    assert len(set(jet.cursors)) > 3  # it went on from several places
    found = json.loads(python(COUNT, env))
    posts = found.pop("posts")
    unseen = left.keys() - posts.keys()  # deleted before the batch in which they came was saved
    assert {key: left[key] for key in unseen} == {key: ["", "removed"] for key in unseen}
    assert posts == {key: fate for key, fate in left.items() if key not in unseen}
    assert found == {"taken": len(posts), "exact": True, "error": "", "split": []}
