"""Posts a second from a file into SQLite through all stages, beside inserting the same rows raw."""

import argparse
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

SETTINGS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA cache_size=-65536",
    "PRAGMA foreign_keys=ON",
)
GIVEN = ("user", "workspace", "source", "topic", "rule", "judge")  # there before the first post
TABLES = (
    "person",
    "author",
    "conversation",
    "post",
    "mention",
    "verdict",
    "rollup",
    "audit",
    "outbox",
    "band",
    "judgedday",
)


def main() -> None:
    """Measure and print a small table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--posts", type=int, default=50_000)
    words.add_argument("--topics", type=int, default=1_000)
    words.add_argument("--rules", type=int, default=50)
    words.add_argument("--cpu", action="store_true", help="count processor time: steadier on a busy machine")
    given = words.parse_args()
    if given.cpu:
        global clock  # noqa: PLW0603  # one choice for the whole run
        clock = time.process_time
    with tempfile.TemporaryDirectory(prefix="hubbub-bench-") as folder:
        measure(Path(folder), given.posts, given.topics, given.rules)


clock = time.perf_counter


def measure(folder: Path, posts: int, topics: int, rules: int) -> None:
    """Both ways, one after the other, into fresh databases in `folder`."""
    os.environ["HUBBUB_DATA"] = str(folder / "data")
    os.environ["DJANGO_SETTINGS_MODULE"] = "hubbub.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from bench import made_up

    made_up.write_posts(folder / "posts.jsonl", posts)
    call_command("migrate", verbosity=0)
    empty = folder / "empty.sqlite3"
    connection.cursor().execute("VACUUM INTO %s", [str(empty)])
    ours = _through_all_stages(folder / "posts.jsonl", topics, rules)
    connection.close()
    raw, rows = _raw(settings.DATA / "hubbub.sqlite3", empty)
    print(f"{posts:,} posts, {topics:,} topics, {rules} rules → {rows['post']:,} posts, {rows['mention']:,} mentions,")
    print(f"{rows['verdict']:,} verdicts, {rows['conversation']:,} conversations, {sum(rows.values()):,} rows in all\n")
    print(f"{'':34}{'seconds':>9}{'posts/s':>10}{'ratio':>8}")
    print(f"{'raw executemany of the same rows':34}{raw:9.2f}{posts / raw:10,.0f}{1:8.2f}")
    print(f"{'take_in, from file, all stages':34}{ours:9.2f}{posts / ours:10,.0f}{ours / raw:8.2f}")


def _through_all_stages(path: Path, topics: int, rules: int) -> float:
    from django.utils import timezone

    from bench import made_up
    from hubbub.connectors import Batch
    from hubbub.connectors.files import read_posts
    from hubbub.core.post import Post
    from hubbub.engine import plans
    from hubbub.engine.take_in import take_in
    from hubbub.store.models import Rule, Source, Topic, Workspace

    workspace = Workspace.objects.create(name="Bench", slug="bench")
    Topic.everywhere.bulk_create(
        Topic(workspace=workspace, name=topic.name, kind=topic.kind, query=topic.query)
        for topic in made_up.topics(topics)
    )
    Rule.everywhere.bulk_create(
        Rule(
            workspace=workspace,
            name=rule.name,
            when=rule.when,
            then=rule.then,
            label=rule.label,
            because=rule.because,
            state="live",
        )
        for rule in made_up.rules(rules)
    )
    source = Source.everywhere.create(workspace=workspace, name="Bench", kind="files", owned=True)
    plans.ready(workspace)  # a worker makes its plan ready once, not once a batch
    began = clock()
    read: Iterator[Post] = (post for post in read_posts(path) if isinstance(post, Post))
    while batch := list(islice(read, 1000)):
        take_in(source, Batch(posts=batch, cursor=""), now=timezone.now())
    return clock() - began


def _raw(full: Path, empty: Path) -> tuple[float, dict[str, int]]:
    """Seconds to insert what take_in wrote: executemany, one transaction per 1,000 rows, the same indexes."""
    held: dict[str, list[tuple[object, ...]]] = {}
    with sqlite3.connect(full) as database:
        for table in GIVEN + TABLES:
            held[table] = database.execute(f"SELECT * FROM store_{table} ORDER BY id").fetchall()
    database = sqlite3.connect(empty, isolation_level=None)
    for setting in SETTINGS:
        database.execute(setting)
    for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        database.execute(f"DROP TRIGGER {trigger}")  # raw inserts queue nothing for the search index
    for table in GIVEN:
        _insert(database, table, held.pop(table))
    began = clock()
    for table, rows in held.items():
        _insert(database, table, rows)
    seconds = clock() - began
    database.close()
    return seconds, {table: len(rows) for table, rows in held.items()}


def _insert(database: sqlite3.Connection, table: str, rows: list[tuple[object, ...]]) -> None:
    if rows:
        marks = ",".join("?" * len(rows[0]))
        for at in range(0, len(rows), 1000):
            database.execute("BEGIN IMMEDIATE")
            database.executemany(f"INSERT INTO store_{table} VALUES ({marks})", rows[at : at + 1000])
            database.execute("COMMIT")


if __name__ == "__main__":
    main()
