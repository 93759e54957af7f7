"""Server time of the inbox with 100,000 open conversations, on both databases: the list in each order, views and their
numbers, filters, the next conversation, done; beside an order worked out while it is read. And many people in it at
once over the real server (`--people`): each looks, types, keeps drafts, answers and finishes while the page polls."""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from bench.inbox_people import crowd
from bench.queue import BACKEND, _spread, _start, _timed

if TYPE_CHECKING:  # Django is set up only when the database is chosen
    from django.test import Client

    from hubbub.store.models import Source, Workspace

CHUNK = 20_000
ROUNDS = 40
KINDS = ("complaint", "question", "request", "compliment", "review", "")


def main() -> None:
    """Without --database both are measured, each in a process of its own, because Django knows one."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--conversations", type=int, default=100_000)
    words.add_argument("--people", type=int, default=0, help="so many at once; 0: 50 on PostgreSQL, 5 on SQLite")
    words.add_argument("--seconds", type=int, default=30, help="for how long they work")
    words.add_argument("--only", choices=["pages", "people"])
    words.add_argument("--database", choices=["sqlite", "postgresql"])
    given = words.parse_args()
    if given.database is None:
        for database in ("sqlite", "postgresql"):
            subprocess.run([sys.executable, "-m", "bench.inbox", *sys.argv[1:], "--database", database], check=True)
        return
    with tempfile.TemporaryDirectory(prefix="hubbub-bench-") as folder:
        Path(folder).chmod(0o755)
        _start(Path(folder), given.database)
        began = time.perf_counter()
        people = given.people or (50 if given.database == "postgresql" else 5)
        workspace = fill(given.conversations, people)
        load = os.getloadavg()[0]
        print(f"\n{given.database}: {given.conversations:,} open, {3 * given.conversations:,} posts", end=" ")
        print(f"(made in {time.perf_counter() - began:.0f} s), {ROUNDS} rounds, load {load:.1f}", flush=True)
        if given.only != "people":
            print(f"{'':56}{'median ms':>10}{'p95 ms':>9}{'of it our processor, median':>30}")
            for name, median, slow, ours in measure(workspace):
                print(f"{name:56}{median:10.1f}{slow:9.1f}{ours:30.1f}", flush=True)
        if given.only != "pages":
            crowd(Path(folder), people, given.seconds)


def fill(conversations: int, people: int) -> "Workspace":
    """That many open conversations of three posts each, by 5,000 authors over 25 days, and members who answer."""
    from django.db import connection
    from django.utils import timezone

    from bench.queue import _authors
    from hubbub.store import fulltext, settling
    from hubbub.store.models import Conversation, Member, Role, Source, User, Workspace

    workspace = Workspace.objects.create(name="Bench", slug="bench", guided=True)
    for at in range(people):
        user = User.objects.invite("bench@example.org" if at == 0 else f"person{at}@example.org", f"Person {at}")
        Member.everywhere.create(workspace=workspace, user=user, role=Role.ADMIN)
    given = {"kind": "wordpress", "owned": True, "can": ["reply", "hide", "approve"], "state": "paused"}
    source = Source.everywhere.create(workspace=workspace, name="Forum", **given)
    authors = _authors(source, 5_000)
    for first in range(0, conversations, CHUNK):
        _chunk(source, authors, first, min(CHUNK, conversations - first), conversations)
    while fulltext.step(CHUNK):
        pass
    began, some = time.perf_counter(), Conversation.everywhere.order_by("pk")[:2_000].values("pk")
    Conversation.everywhere.filter(pk__in=list(some.values_list("pk", flat=True))).update(stirred=True)
    while settling.step(timezone.now()):
        pass
    print(f"put in order: {2_000 / (time.perf_counter() - began):,.0f} conversations/s", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return workspace


def _chunk(source: "Source", authors: range, first: int, number: int, whole: int) -> None:
    from django.db import transaction
    from django.utils import timezone

    from bench import made_up
    from hubbub.core import priority as order
    from hubbub.store import bulk, intake
    from hubbub.store.models import Conversation, Member, Post

    chance, place, now = random.Random(first), source.workspace_id, timezone.now()
    members = list(Member.of(source.workspace).values_list("pk", flat=True))
    vocabulary = made_up.words(3_000, random.Random(1))
    with transaction.atomic():
        talks = bulk.reserve(Conversation, number)
        rows, posts = [], []
        ids = iter(bulk.reserve(Post, 3 * number))
        for at, pk in enumerate(talks):
            last = now - timedelta(minutes=25 * 24 * 60 * (1 - (first + at) / whole))
            author, text = chance.choice(authors), ""
            for post in range(3):
                text = " ".join(chance.choices(vocabulary, k=20))
                when = bulk.moment(last - timedelta(minutes=2 - post))
                posts.append(
                    (
                        *(next(ids), place, source.pk, f"{first + at}.{post}", author, "comment", "", text, ""),
                        *(when, when, "en", "", "", False, False, "visible", at % 90, *[None] * 4),
                        *("[]", "[]", False, False, "approved", when, pk),
                        *(post == 2 or None, None, None, None, *intake.NOTHING_HELD),
                    )
                )
            moment = bulk.moment(last)
            due = bulk.moment(now + timedelta(minutes=chance.randint(-600, 6_000))) if at % 3 == 0 else None
            assignee = chance.choice(members) if at % 2 else None
            kind, priority = chance.choice(KINDS), chance.choice(("normal",) * 8 + ("high", "urgent"))
            case = order.Case(last, last, None, kind, followers=author, priority=priority)
            score = order.score(case, order.Weights(), now).place
            rows.append(
                (
                    *(pk, place, source.pk, str(first + at), "", moment, assignee, "open", author, moment, 3),
                    *(text[:100], None, None, False, kind, priority, moment, due, score, bulk.moment(now)),
                )
            )
        fields = ("id", "workspace", "source", "thread", "subject", "opened", "assignee", "status", "author")
        more = ("last_post", "post_count", "snippet", "answered", "closed", "stirred", "kind", "priority")
        bulk.insert(Conversation, (*fields, *more, "unanswered", "due", "score", "settled"), rows)
        bulk.insert(Post, intake.POST, posts)


def measure(workspace: "Workspace") -> "Iterator[tuple[str, float, float, float]]":
    """What; median and 95th percentile of the server's time, and the median of our processor's, in milliseconds."""
    from django.test import Client, override_settings
    from django.utils import timezone

    from hubbub.engage.saved import queries as saved
    from hubbub.store.models import Member, SavedView, User

    import_module("hubbub.wsgi")  # which reads what pages are made of, as in every web process
    client = Client()
    client.force_login(User.objects.get(email="bench@example.org"), backend=BACKEND)
    base = "/w/bench/engage/"
    saved.ranking(workspace)  # makes the views that a workspace begins with
    view = SavedView.of(workspace).get(name="Complaints")
    from bench import made_up

    word = made_up.words(3_000, random.Random(1))[17]
    pages = {
        "the list by priority": base,
        "the list, newest": f"{base}?sort=newest",
        "the list, waiting longest": f"{base}?sort=oldest",
        "the list by time left on the promise": f"{base}?sort=promise",
        "mine": f"{base}?tab=mine",
        "unassigned": f"{base}?tab=unassigned",
        "a saved view: complaints": f"{base}?view={view.pk}",
        "a filter that many match": f"{base}?q=likes:>80",
        "a filter that few match": f"{base}?q={word}+AND+{word[:4]}*+AND+likes:>88",
        "a filter that finds nothing": f"{base}?q=nosuchwordatall",
    }
    with override_settings(ALLOWED_HOSTS=["*"]):
        for name, address in pages.items():
            yield name, *_spread([_timed(lambda a=address: client.get(a)) for _ in range(ROUNDS)])  # type: ignore[misc]
        live = {"since": timezone.now().isoformat(), "shown": ",".join(map(str, range(1, 31))), "here": "1"}
        yield (
            "what an open page asks every 2 s",
            *_spread([_timed(lambda: client.post(f"{base}live/", live)) for _ in range(ROUNDS)]),
        )
        yield "a conversation", *_spread([_read(client, base) for _ in range(ROUNDS)])
        yield (
            "next: done, from the key to the next one on screen",
            *_spread([_done(client, base) for _ in range(ROUNDS)]),
        )
        yield "done: the POST alone", *_spread([_posted(client, base) for _ in range(ROUNDS)])
        member = Member.of(workspace).order_by("pk")[0]
        yield (
            "the numbers of all views",
            *_spread([_timed(lambda: saved.pinned(member, timezone.now())) for _ in range(ROUNDS)]),
        )
        yield (
            "in its place: the order worked out while it is read",
            *_spread([_timed(lambda: _naive(workspace)) for _ in range(5)]),
        )


def _first() -> int:
    from hubbub.store.models import Conversation

    return Conversation.everywhere.filter(status="open").order_by("-score", "-id").values_list("pk", flat=True)[0]


def _read(client: "Client", base: str) -> tuple[float, float]:
    pk = _first()
    return _timed(lambda: client.get(f"{base}{pk}/"))


def _done(client: "Client", base: str) -> tuple[float, float]:
    pk = _first()
    return _timed(lambda: client.post(f"{base}{pk}/status/", {"status": "done", "here": pk}, follow=True))


def _posted(client: "Client", base: str) -> tuple[float, float]:
    pk = _first()
    return _timed(lambda: client.post(f"{base}{pk}/status/", {"status": "done", "here": pk}))


def _naive(workspace: "Workspace") -> object:
    """Points from a CASE and the age, for all open ones, sorted: what is usually written."""
    from django.db.models import Case, F, Value, When
    from django.db.models.functions import Now

    from hubbub.store.models import Conversation

    worth = Case(
        *(When(kind=kind, then=Value(points)) for kind, points in (("complaint", 2.0), ("question", 1.5))),
        default=Value(0.0),
    )
    urgent = Case(When(priority="urgent", then=Value(8.0)), When(priority="high", then=Value(4.0)), default=Value(0.0))
    rows = (
        Conversation.of(workspace).filter(status="open").annotate(points=worth + urgent, waited=Now() - F("unanswered"))
    )
    return list(rows.select_related("author").order_by("-points", "-waited", "-id")[:31])


if __name__ == "__main__":
    main()
