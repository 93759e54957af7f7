"""Kill -9 of the worker at 50 random moments during the take-in of 5,000 posts: every post once, nothing lost."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

KILLS = 50
POSTS = 5_000
SILENT = 5  # posts of which a person said something
ROOT = Path(__file__).parents[2]

SET_UP = """
import django, sys; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from hubbub.store.models import *
w = Workspace.objects.create(name="Acme", slug="acme")
Topic.everywhere.create(workspace=w, name="Acme", query="acme")
Rule.everywhere.create(workspace=w, name="Cheap", when="cheap", then="queue", state="live", because="cheap")
Source.everywhere.create(workspace=w, name="File", kind="files", settings={"file": sys.argv[1]}, owned=True)
"""
COUNT = """
import django, json; django.setup()
from collections import Counter
from django.db.models import Sum
from hubbub.store.counting import COLUMNS, Counts
from hubbub.store.models import *
w = Workspace.objects.get()
posts = Post.of(w)
judge = Judge.of(w).latest("since")
held = Counter({(r.source_id, r.topic_id, int(r.hour.timestamp() // 3600), n): getattr(r, n) or 0
                for r in Rollup.of(w) for n in COLUMNS})
days = Counter({(r.source_id, r.day, r.judge_id): r.posts for r in JudgedDay.of(w)})
counts = Counts(w)
counts.add_posts(posts.order_by("pk"))
anew = Counter({(*key, name): number for (key, name), number in counts._posts.items()})
print(json.dumps({
    "posts": posts.count(),
    "ids": posts.values("native_id").distinct().count(),
    "taken": Source.of(w).get().posts_taken,
    "state": Source.of(w).get().state,
    "mentions": Mention.of(w).count(),
    "verdicts": Verdict.of(w).count(),
    "queued": posts.filter(decision="queued").count(),
    "audited": Audit.of(w).filter(noun="post", verb="queue").count(),
    "authors": Author.of(w).count(),
    "people": Person.of(w).count(),
    "counted": Rollup.of(w).filter(topic=None).aggregate(n=Sum("posts"))["n"],
    "counted_for_topic": Rollup.of(w).exclude(topic=None).aggregate(n=Sum("posts"))["n"],
    "in_conversations": posts.exclude(conversation=None).count(),
    "counted_in_conversations": Conversation.of(w).aggregate(n=Sum("post_count"))["n"],
    "conversations": Conversation.of(w).count(),
    "judged": posts.filter(judge=judge, corrected=None).count(),
    "exact": +held == +anew and +days == +Counter(dict(counts._judged)),
    "reread": judge.reread,
    "history": PastJudgement.of(w).values("post").distinct().count() == judge.reread_changed,
    "words": posts.filter(judge=judge, sentiment="positive", corrected="sentiment").count(),
    "copies": posts.exclude(alike=None).count(),
    "firsts": posts.exclude(alike=None).values("alike").distinct().count(),
}))
"""


COPIED = "one and the same advertisement is pasted here by many different hands"
READ_AGAIN = """
import django; django.setup()
from hubbub.engine import plans
from hubbub.measure.actions import correct_many
from hubbub.measure.model_actions import set_languages
from hubbub.store.models import *
w = Workspace.objects.get()
a = Member.everywhere.create(workspace=w, user=User.objects.invite("a@example.org"), role="admin")
correct_many(w, list(Post.of(w).order_by("pk").values_list("pk", flat=True)[:5]), "sentiment", "positive", by=a)
set_languages(w, "sv", by=a)
plans.follow()
"""


def python(code: str, env: Mapping[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *words], env=env, cwd=ROOT, check=True, capture_output=True, text=True
    )
    return done.stdout


def write(path: Path) -> None:
    """Comments in 1,000 threads by 300 people, each fifth speaking of acme, each fiftieth cheap."""
    start = datetime.now(UTC) - timedelta(days=2)
    with path.open("w") as file:
        for at in range(POSTS):
            words = (
                COPIED
                if at % 50 == 7
                else f"post {at}" + (" acme" if at % 5 == 0 else "") + (" cheap" if at % 50 == 0 else "")
            )
            line = {
                "id": f"p{at}",
                "text": words,
                "type": "comment",
                "author": f"user{at % 300}",
                "published": (start + timedelta(seconds=at * 20)).isoformat(),
            }
            if at % 5:
                line["parent"] = f"p{at - at % 5}"
            file.write(json.dumps(line) + "\n")


def environment(data: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HUBBUB_", "DJANGO_"))}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "hubbub.settings",
        "HUBBUB_DATA": str(data),
        "HUBBUB_LOG": "ERROR",
    }


@pytest.mark.database
@pytest.mark.skipif(os.environ.get("HUBBUB_TEST_DATABASE") == "postgresql", reason="its leases end by time; see below")
def test_every_post_once(tmp_path: Path) -> None:
    env = environment(tmp_path / "data")
    write(tmp_path / "posts.jsonl")
    python(SET_UP, env, str(tmp_path / "posts.jsonl"))
    check(env)


@pytest.mark.database
@pytest.mark.skipif(os.environ.get("HUBBUB_TEST_DATABASE") != "postgresql", reason="runs when tests run on PostgreSQL")
def test_every_post_once_where_leases_end_by_time(tmp_path: Path) -> None:
    """On PostgreSQL other workers may be alive, so that what a dead one held waits until its lease ends."""
    import psycopg

    address = os.environ["HUBBUB_DATABASE_URL"]
    with psycopg.connect(address, autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS killed WITH (FORCE)")
        server.execute("CREATE DATABASE killed")
    env = environment(tmp_path / "data") | {
        "HUBBUB_DATABASE_URL": address.replace("/postgres?", "/killed?"),
        "HUBBUB_LEASE_SECONDS": "0.2",
    }
    write(tmp_path / "posts.jsonl")
    python(SET_UP, env, str(tmp_path / "posts.jsonl"))
    check(env)


def kill(env: Mapping[str, str], kills: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.engine.killing", str(kills), "0.35"],
        env=env,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )


def check(env: Mapping[str, str]) -> None:
    killed = kill(env, KILLS)
    assert f"killed alive: {KILLS}, at work: True" in killed.stdout, killed.stderr  # no kill came too late
    assert json.loads(python(COUNT, env)) == {
        "posts": POSTS,
        "ids": POSTS,
        "taken": POSTS,
        "state": "finished",
        "mentions": POSTS / 5,
        "verdicts": POSTS / 50,
        "queued": POSTS / 50,
        "audited": POSTS / 50,
        "authors": 300,
        "people": 300,
        "counted": POSTS,
        "counted_for_topic": POSTS / 5,
        "in_conversations": POSTS,
        "counted_in_conversations": POSTS,
        "conversations": POSTS / 5,
        "judged": POSTS,
        "exact": True,
        "reread": 0,
        "history": True,
        "words": 0,
        "copies": POSTS / 50 - 1,
        "firsts": 1,
    }
    python(READ_AGAIN, env)
    killed = kill(env, 20)
    assert "at work: True" in killed.stdout, killed.stderr  # no kill came too late
    after = json.loads(python(COUNT, env))
    assert {name: after[name] for name in ("posts", "judged", "exact", "reread", "history", "words", "copies")} == {
        "posts": POSTS,
        "judged": POSTS - SILENT,
        "exact": True,
        "reread": POSTS,
        "history": True,
        "words": SILENT,
        "copies": POSTS / 50 - 1,
    }
