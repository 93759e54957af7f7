"""Kill -9 of the worker at random moments while many posts are removed on real servers, and while that is undone: the
network ends as the log says."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from msgspec import Struct

from tests.engine.test_killed import python

from .conftest import WordPress
from .lives import TIMES, fresh
from .misago_peer import Misago

pytestmark = pytest.mark.peer

# 1,000 take about ten minutes on a WordPress that shares two cores with Hubbub; so long nobody wants to wait every time
REMOVALS = int(os.environ.get("REMOVALS", str(60 * TIMES)))

ROOT = Path(__file__).parents[2]
SECRETS = {"password", "token"}

SET_UP = """
import django, json, sys; django.setup()
from datetime import UTC, datetime
from django.utils import timezone
from hubbub.connectors import connector
from hubbub.moderate import actions
from hubbub.store import deeds
from hubbub.store.models import *
told = json.loads(sys.argv[1])
w = Workspace.objects.create(name="Acme", slug="acme")
user = User.objects.invite("alice@example.org", "Alice")
alice = Member.everywhere.create(workspace=w, user=user, role=Role.ADMIN)
open_ = {name: value for name, value in told["settings"].items() if name not in told["secrets"]}
source = Source(workspace=w, name="Site", kind=told["kind"], settings=open_, owned=True,
                due=datetime(2100, 1, 1, tzinfo=UTC), can=sorted(connector(told["kind"]).can))
source.keep_secrets({name: told["settings"][name] for name in told["secrets"] if name in told["settings"]})
source.save()
now = timezone.now()
posts = [Post.everywhere.create(workspace=w, source=source, native_id=str(ident), thread=str(thread), type="comment",
                                text="?", published=now, taken=now) for ident, thread in told["posts"]]
decision = Decision(told["decision"])
batch = deeds.begin(w, BatchKind.BULK, f"{decision.label}: all of them", by=alice, why="spam")
for at in range(0, len(posts), 200):
    pks = [post.pk for post in posts[at:at + 200]]
    actions.decide_many(w, pks, decision, by=alice, why="spam", batch=batch)
"""
UNDO = """
import django; django.setup()
from hubbub.moderate import undoing
from hubbub.store.models import *
w, batch = Workspace.objects.get(), Batch.everywhere.get()
undoing.start(w, undoing.Wish(batch=batch), by=Member.everywhere.get(), why="a mistake")
"""
# in the middle of it a person decides anew about some, whatever became of them so far
MEANWHILE = """
import django; django.setup()
from hubbub.moderate import actions
from hubbub.store.models import *
from hubbub.ui.api import Refusal
alice = Member.everywhere.get()
for post in Post.everywhere.order_by("pk")[::20]:
    wanted = Decision.APPROVED if Batch.everywhere.get().name.startswith("Hidden") else Decision.HIDDEN
    actions.decide(post, wanted, by=alice, why="I have looked at this one")
"""
ENDED = """
import django, json; django.setup()
from collections import Counter
from hubbub.moderate.actions import last_act
from hubbub.store.models import *
one = Undoing.everywhere.order_by("-pk").first()
print(json.dumps({
    "posts": {p.native_id: [p.decision, p.state, last_act(p).verb] for p in Post.everywhere.all()},
    "outbox": Counter(Outbox.everywhere.values_list("state", flat=True)),
    "again": Outbox.everywhere.filter(tries__gt=1).count(),
    "undoing": [one.state, one.total, one.undone, one.left] if one else None,
    "errors": sorted({e[:200] for e in Outbox.everywhere.exclude(error="").values_list("error", flat=True)})[:5],
}))
"""


class Place(Struct, frozen=True):
    """A real server with posts to take away."""

    kind: str
    settings: Mapping[str, str]
    posts: Sequence[tuple[str, str]]  # id, thread
    decision: str
    holds: Callable[[], Mapping[str, str]]  # how each post stands there, in our words
    kills: int
    seconds: float = 1.5  # a life at most


def lives(env: Mapping[str, str], place: Place, *words: str) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.engine.killing", str(place.kills), str(place.seconds), *words],
        env=env,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert f"killed alive: {place.kills}" in told.stdout, told.stderr
    for secret in SECRETS & place.settings.keys():
        assert place.settings[secret] not in told.stderr


def ended(env: Mapping[str, str]) -> dict[str, object]:
    told = json.loads(python(ENDED, env))
    assert isinstance(told, dict)
    return told


def proved(place: Place, data: Path) -> None:
    """Taken away, killed; undone, killed in the middle, decided about, killed again: each time the server agrees."""
    env = fresh(data)
    told = {"kind": place.kind, "settings": place.settings, "secrets": sorted(SECRETS), "posts": place.posts}
    python(SET_UP, env, json.dumps(told | {"decision": place.decision}))
    lives(env, place)
    after = ended(env)
    assert after["outbox"] == {"sent": len(place.posts)}, after["errors"]
    assert int(str(after["again"])) > 0  # the kills did meet acts on their way
    agree(place, after, {place.decision})
    python(UNDO, env)
    lives(env, place, "unfinished")
    python(MEANWHILE, env)
    lives(env, place)
    after = ended(env)
    many = len(place.posts)
    assert after["undoing"][:2] == ["done", many]
    assert sum(after["undoing"][2:]) == many
    assert set(after["outbox"]) <= {"sent", "dropped"}, after["errors"]
    agree(place, after, {"", "approved" if place.decision == "hidden" else "hidden"})


def agree(place: Place, told: Mapping[str, object], decisions: set[str]) -> None:
    """The log, our tables and the server say the same of every post."""
    posts, holds = told["posts"], place.holds()
    assert isinstance(posts, dict)
    assert {decision for decision, _, _ in posts.values()} == decisions
    assert {ident: state for ident, (_, state, _) in posts.items()} == {ident: holds[ident] for ident in posts}
    for decision, state, verb in posts.values():
        said = {"": ("visible", "undo"), "hidden": ("hidden", "hide"), "approved": ("visible", "approve")}
        assert (state, verb) == said.get(decision, ("removed", "remove"))


def test_wordpress(wordpress: WordPress, tmp_path: Path) -> None:
    made = wordpress.side("strangers", wordpress.post, REMOVALS, "1")
    assert isinstance(made, list)
    words = {"1": "visible", "0": "hidden", "trash": "removed", "spam": "spam"}

    def holds() -> Mapping[str, str]:
        return {row["id"]: words[row["state"]] for row in wordpress.comments()}

    posts = [(str(ident), str(wordpress.post)) for ident in made]
    proved(Place("wordpress", wordpress.settings, posts, "removed", holds, kills=10), tmp_path / "data")


def test_misago(misago: Misago, tmp_path: Path) -> None:
    """What is removed in Misago is gone for good; so here posts are hidden and shown again."""
    thread, _ = misago.thread("Pills", "About pills")
    posts = [(str(misago.reply(thread, f"Buy pills, number {number}")), str(thread)) for number in range(REMOVALS // 2)]

    def holds() -> Mapping[str, str]:
        return {str(number): "hidden" if row["hidden"] else "visible" for number, row in misago.posts().items()}

    proved(Place("misago", misago.settings, posts, "hidden", holds, kills=8), tmp_path / "data")
