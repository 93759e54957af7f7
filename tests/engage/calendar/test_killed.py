"""Kill -9 of the worker at 20 random moments while 60 planned posts leave: each is posted once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.test_killed import ROOT, environment, python

KILLS, ITEMS = 20, 20

SET_UP = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0, skip_checks=True)
from datetime import timedelta
from django.utils import timezone
from hubbub.store.models import *
from hubbub.engage.calendar import actions
from hubbub.engage.calendar.drafts import Draft, Wording
w = Workspace.objects.create(name="Acme", slug="acme")
a = Member.everywhere.create(workspace=w, user=User.objects.invite("a@example.org"), role="admin")
places = [Source.everywhere.create(workspace=w, name=n, kind="mastodon", can=["post"], length=500) for n in "abc"]
for number in range(ITEMS):
    draft = Draft(f"n{number}", f"Words {number}", tuple(Wording(one) for one in places), due=timezone.now())
    actions.plan(actions.create(w, draft, by=a), by=a)
""".replace("ITEMS", str(ITEMS))
COUNT = """
import django; django.setup()
from hubbub.store.models import *
print(Planned.everywhere.filter(state="posted").count(), PlannedVersion.everywhere.filter(state="posted").count(),
      Outbox.everywhere.filter(verb="post", state="sent").count(), Outbox.everywhere.count())
"""


@pytest.mark.database
@pytest.mark.skipif(os.environ.get("HUBBUB_TEST_DATABASE") == "postgresql", reason="it has a database of its own")
def test_each_planned_post_once(tmp_path: Path) -> None:
    env, paper = environment(tmp_path / "data"), tmp_path / "paper"
    python(SET_UP, env)
    killed = subprocess.run(
        [sys.executable, "-m", "tests.engage.calendar.killed", str(KILLS), str(paper)],
        env=env, cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert f"killed alive: {KILLS}" in killed.stdout, killed.stderr
    keys = paper.read_text().split()
    assert len(keys) == len(set(keys)) == ITEMS * 3
    assert python(COUNT, env).split() == [str(ITEMS), str(ITEMS * 3), str(ITEMS * 3), str(ITEMS * 3)]
