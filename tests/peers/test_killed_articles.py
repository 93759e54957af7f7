"""Kill -9 of the worker while it publishes articles with pictures on a real WordPress: each of them stands once."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import httpx2
import pytest

from tests.engine.test_killed import python

from .conftest import WordPress
from .lives import TIMES, fresh
from .test_killed_replies import FATES

pytestmark = pytest.mark.peer

KILLS, ARTICLES = 8 * TIMES, 15
ROOT = Path(__file__).parents[2]

SET_UP = """
import django, sys; django.setup()
from datetime import UTC, datetime
from django.utils import timezone
from hubbub.store import attachments
from hubbub.store.models import *
from tests.pictures import png
site, user, password, articles = sys.argv[1:]
w = Workspace.objects.create(name="Acme", slug="acme")
source = Source(workspace=w, name="Site", kind="wordpress", settings={"site": site, "user": user}, owned=True,
                can=["post"], account="user:1", due=datetime(2100, 1, 1, tzinfo=UTC))
source.keep_secrets({"password": password})
source.save()
now = timezone.now()
for number in range(int(articles)):
    row = Outbox.everywhere.create(workspace=w, source=source, verb="post", title=f"Article {number}",
                                   text="Words.", key=f"key-{number}", by_name="test", created=now,
                                   due=datetime(2100, 1, 1, tzinfo=UTC))
    files = [attachments.keep(w, f"{number} {side}.png", png(8 + number, side), by=None) for side in (5, 6)]
    row.attachments.set(files)
Outbox.everywhere.update(due=now)
"""


def listed(wordpress: WordPress, what: str, field: str) -> Counter[str]:
    """All articles or files, by a field."""
    found = httpx2.get(
        f"{wordpress.address}/wp-json/wp/v2/{what}",
        params={"per_page": 100, "_fields": f"id,{field}"},
        auth=(wordpress.user, wordpress.password),
        trust_env=False,
    )
    return Counter(json.dumps(one[field]) for one in found.json())


def test_every_article_and_picture_once(wordpress: WordPress, tmp_path: Path) -> None:
    env = fresh(tmp_path / "data")
    python(SET_UP, env, wordpress.address, wordpress.user, wordpress.password, str(ARTICLES))
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
    assert Counter(state for state, *_ in fates) == {"sent": ARTICLES}, fates
    titles = listed(wordpress, "posts", "title")
    assert len(titles) == sum(titles.values()) == ARTICLES + 1  # and the one that was there
    files = listed(wordpress, "media", "slug")
    assert len(files) == sum(files.values()) == 2 * ARTICLES
