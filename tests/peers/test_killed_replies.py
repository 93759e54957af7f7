"""Kill -9 of the worker at random moments during many replies to a real WordPress: every reply once."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.engine.test_killed import python

from .conftest import WordPress
from .lives import TIMES, fresh

pytestmark = pytest.mark.peer

KILLS, REPLIES, COMMENTS = 15 * TIMES, 60 * TIMES, 10
ROOT = Path(__file__).parents[2]

SET_UP = """
import django, sys; django.setup()
from datetime import UTC, datetime
from django.db import transaction
from django.utils import timezone
from hubbub.store import outbox
from hubbub.store.models import *
site, user, password, article, replies, *comments = sys.argv[1:]
w = Workspace.objects.create(name="Acme", slug="acme")
source = Source(workspace=w, name="Site", kind="wordpress", settings={"site": site, "user": user}, owned=True,
                can=["reply"], account="user:1", due=datetime(2100, 1, 1, tzinfo=UTC))
source.keep_secrets({"password": password})
source.save()
now = timezone.now()
posts = [Post.everywhere.create(workspace=w, source=source, native_id=number, type="comment", text="?", published=now,
                                taken=now, thread=article) for number in comments]
with transaction.atomic():
    for number in range(int(replies)):
        outbox.put(posts[number % len(posts)], "reply", by=System("test"), text=f"Reply number {number}.")
"""
FATES = """
import django, json; django.setup()
from hubbub.store.models import Outbox
print("\\n".join(f"{row.state} {row.tries} {row.result_id} {row.error}" for row in Outbox.everywhere.order_by("pk")))
"""


def test_every_reply_once(wordpress: WordPress, tmp_path: Path) -> None:
    comments = [wordpress.say(f"Question {number}", name=f"Guest {number}") for number in range(COMMENTS)]
    for comment in comments:
        wordpress.side("state", comment, "approve")
    env = fresh(tmp_path / "data")
    site = (wordpress.address, wordpress.user, wordpress.password, str(wordpress.post))
    python(SET_UP, env, *site, str(REPLIES), *map(str, comments))
    killed = subprocess.run(
        [sys.executable, "-m", "tests.engine.killing", str(KILLS), "0.8"],
        env=env,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert f"killed alive: {KILLS}, at work: True" in killed.stdout, killed.stderr
    fates = [line.split(" ", 3) for line in python(FATES, env).splitlines()]
    assert Counter(state for state, *_ in fates) == {"sent": REPLIES}, fates
    assert sum(int(tries) > 1 for _, tries, *_ in fates) > KILLS // 10  # the kills did meet replies on their way
    replies = [row for row in wordpress.comments() if row["text"].startswith("Reply number")]
    assert Counter(row["text"] for row in replies) == {f"Reply number {number}.": 1 for number in range(REPLIES)}
    assert {row["id"] for row in replies} == {result for _, _, result, _ in fates}
    assert wordpress.password not in killed.stderr
