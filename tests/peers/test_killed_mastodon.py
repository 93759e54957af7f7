"""Kill -9 of the worker at random moments while it reads, answers and moderates on a Mastodon API: all of it once."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.engine.test_killed import python

from .lives import TIMES, fresh
from .mastodon_peer import Mastodon

pytestmark = pytest.mark.peer

KILLS, SAID, REPLIES = 12 * TIMES, 250 * TIMES, 20 * TIMES
ROOT = Path(__file__).parents[2]

SET_UP = """
import django, json, sys; django.setup()
from django.db import transaction
from django.utils import timezone
from hubbub.store import outbox
from hubbub.store.models import *
told = json.loads(sys.argv[1])
w = Workspace.objects.create(name="Acme", slug="acme")
account = Account(workspace=w, kind="mastodon", host="127.0.0.1", native_id=told["mod"], name="@mod")
account.keep(Keys(fills={"token": "tok_mod"}))
account.save()
def source(read, **more):
    settings = {"site": told["site"], "read": read, "what": ""}
    return Source.everywhere.create(workspace=w, name=read, kind="mastodon", settings=settings, our_account=account,
                                    signed_in=True, can=["reply", "ban"], account=told["mod"], owned=True, **more)
public = source("public")
now = timezone.now()
elsewhere = source("home", state="paused")
def post(native_id):
    return Post.everywhere.create(workspace=w, source=elsewhere, native_id=native_id, type="post", text="?",
                                  published=now, taken=now)
with transaction.atomic():
    asked = [post(number) for number in told["answer"]]
    for number in range(told["replies"]):
        outbox.put(asked[number % len(asked)], "reply", by=System("test"), text=f"Reply number {number}.")
    outbox.put(post(told["gold"]), "ban", by=System("test"), why="gold")
"""
ENDED = """
import django, json; django.setup()
from hubbub.store.models import *
print(json.dumps({
    "source": list(Source.everywhere.filter(name="public").values_list("state", "error")),
    "posts": list(Post.everywhere.filter(source__name="public").values_list("native_id", flat=True)),
    "outbox": [(row.verb, row.state, row.tries, row.result_id, row.error) for row in Outbox.everywhere.order_by("pk")],
}))
"""


def test_read_answered_and_suspended_once(mastodon: Mastodon, tmp_path: Path) -> None:
    said = [mastodon.say("alice", f"Number {number}") for number in range(SAID)]
    gold = mastodon.say("troll", "Buy gold")
    told = {
        "site": mastodon.address,
        "mod": mastodon.person("mod"),
        "answer": said[-10:],
        "gold": gold,
        "replies": REPLIES,
    }
    env = fresh(tmp_path / "data")
    python(SET_UP, env, json.dumps(told))
    killed = subprocess.run(
        [sys.executable, "-m", "tests.engine.killing", str(KILLS), "0.8"],
        env=env,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert f"killed alive: {KILLS}" in killed.stdout, killed.stderr
    ended = json.loads(python(ENDED, env))
    fates = ended["outbox"]
    assert Counter(state for _, state, *_ in fates) == {"sent": REPLIES + 1}, fates
    answers = mastodon.all_of("mod")
    assert len(answers) == REPLIES
    assert {str(answer["id"]) for answer in answers} == {result for verb, _, _, result, _ in fates if verb == "reply"}
    assert len({str(answer["content"]) for answer in answers}) == REPLIES
    assert mastodon.stands(mastodon.person("troll")) == (False, True)
    assert ended["source"] == [["active", ""]]
    assert len(ended["posts"]) == len(set(ended["posts"]))
    assert set(said) <= set(ended["posts"])
    assert "tok_mod" not in killed.stderr
