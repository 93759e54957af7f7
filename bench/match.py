"""Matching a stream against all topics at once, beside what one would use instead. `python -m bench.match`.

Times are those of the processor, not of the clock: all of it runs on one core, whatever else the machine does.
Hubbub's posts a second hold `read()` and the match: from the post as it came to the keys of its topics. "First pass" is
the first time that an index sees any post at all.
"""

import argparse
import gc
import gzip
import json
import random
import re
import resource
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from hubbub.core.post import Place, Post
from hubbub.core.query import Index, Query, Use, parse, read, tokens

TWEETS = Path(__file__).parent.parent.parent / "shared/data/posts/tweets.jsonl.gz"
NOW = datetime(2026, 1, 31, tzinfo=UTC)
SIZES = (100, 1_000, 10_000, 100_000)
COMMON = ("love", "new", "time", "today", "night", "day", "happy", "good")
BATCH = 500
SLOW = 20.0  # seconds that a slow rival may take; it is then given fewer posts


class Row(Struct, frozen=True):
    """One measurement."""

    what: str
    topics: int
    posts_a_second: float
    first_pass: float | None = None  # posts a second while words and queries are met for the first time
    hits_a_post: float | None = None
    build_seconds: float | None = None
    add_milliseconds: float | None = None
    memory_mb: float | None = None  # of the whole process, at its highest


def posts() -> list[Post]:
    """45,000 tweets where they are at hand, else as many made-up posts with words as frequent as in speech."""
    if TWEETS.exists():
        with gzip.open(TWEETS, "rt", encoding="utf-8") as lines:
            return [Post(id=row["id"], text=row["text"]) for row in map(json.loads, lines)]
    chance = random.Random(1)
    made = list(
        dict.fromkeys("".join(chance.choices("abcdefghiklmnoprstuvw", k=chance.randint(3, 9))) for _ in range(60_000))
    )
    words = [*COMMON, *made]
    weights = [1 / (rank + 3) for rank in range(len(words))]
    drawn = chance.choices(words, weights, k=45_000 * 16)
    return [Post(id=str(n), text=" ".join(drawn[n * 16 : n * 16 + 16])) for n in range(45_000)]


def topics(texts: list[str], count: int) -> list[str]:
    """Queries as people write them: three names, often tied to a common word, and three exclusions."""
    chance = random.Random(7)
    spread = Counter(word for text in texts for word in set(tokens(text)) if word.isascii() and len(word) > 3)
    rare = sorted(word for word, posts in spread.items() if posts <= 2)
    few = sorted(word for word, posts in spread.items() if 3 <= posts <= 6)

    def word() -> str:
        kind = chance.random()
        if kind < 0.25:
            return chance.choice(rare)
        if kind < 0.33:
            return chance.choice(few)
        return "".join(chance.choices("abcdefghiklmnoprstuvw", k=chance.randint(5, 9)))

    def name() -> str:
        kind = chance.random()
        if kind < 0.15:
            return f'"{word()} {word()}"'
        if kind < 0.30:
            return f"#{word()}"
        if kind < 0.40:
            return f"{word()[:7]}*"
        return word()

    def topic() -> str:
        names = f"({name()} OR {name()} OR {name()})"
        tie = chance.random()
        common = chance.choice(COMMON)
        tied = f"{names} AND {common}" if tie < 0.3 else f"{names} NEAR/10 {common}" if tie < 0.6 else names
        return f"{tied} NOT ({word()} OR {word()} OR {word()})"

    return [topic() for _ in range(count)]


class Timing(NamedTuple):
    """Posts a second in the best and in the first of a few passes, and hits a post."""

    best: float
    first: float
    hits: float


def timed(work: Callable[[list[Post]], int], given: list[Post], passes: int = 4) -> Timing:
    """Run some work over the posts, more than once where it is quick."""
    taken: list[float] = []
    hits = 0
    while len(taken) < passes and (len(taken) < 2 or sum(taken) < SLOW):
        gc.collect()
        start = time.process_time()
        hits = work(given)
        taken.append(time.process_time() - start)
        if passes == 1:
            break
    return Timing(len(given) / min(taken), len(given) / taken[0], hits / len(given))


def memory() -> float:
    """The most that this process has held so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def tantivy_batches(given: list[Post], texts: list[str], batch_size: int) -> Row | None:
    """Tantivy, one thread: a batch of posts is indexed in memory, then every query run; None where not installed.

    AND stands for NEAR/10, since its parser knows nearness only between two words.
    """
    try:
        import tantivy
    except ImportError:
        return None
    few = given[:batch_size]
    queries = [_for_tantivy(text) for text in texts]

    def work(batch: list[Post]) -> int:
        schema = tantivy.SchemaBuilder().add_text_field("text").build()
        index = tantivy.Index(schema)
        writer = index.writer(num_threads=1)
        for post in batch:
            writer.add_document(tantivy.Document(text=post.text))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        searcher = index.searcher()
        return sum(
            len(searcher.search(index.parse_query(query, ["text"]), limit=batch_size, count=False).hits)
            for query in queries
        )

    speed, _, hits = timed(work, few, passes=1)
    return Row(f"Tantivy (batches of {batch_size:,})", len(texts), speed, hits_a_post=hits)


def _for_tantivy(text: str) -> str:
    names, _, rest = text[1:].partition(")")
    choices = " OR ".join(_tantivy_name(name.strip().lstrip("#")) for name in names.split(" OR "))
    tie, _, exclusions = rest.partition("NOT")
    common = tie.split()[-1:]
    excluded = " ".join(f"-{word}" for word in exclusions.strip(" ()").split(" OR "))
    return f"+({choices}) {''.join(f'+{word}' for word in common)} {excluded}"


def _tantivy_name(name: str) -> str:
    # Its parser has no wildcard outside phrases: the beginning stands for the word, which is quicker than it should be.
    return name.rstrip("*")


def hyperscan_literals(given: list[Post], texts: list[str]) -> Row | None:
    """Hyperscan over all names at once, the words alone: no ties, no exclusions; None where not installed."""
    try:
        import hyperscan
    except ImportError:
        return None
    names = sorted({name for text in texts for name in re.findall(r'"[^"]+"|#?[a-z0-9]+\*?', text.partition(")")[0])})
    patterns = [re.escape(name.strip('"').rstrip("*")).encode() for name in names]
    start = time.process_time()
    database = hyperscan.Database()
    flags = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_SINGLEMATCH
    database.compile(expressions=patterns, ids=list(range(len(patterns))), elements=len(patterns), flags=flags)
    build = time.process_time() - start
    seen: list[int] = []

    def on_match(number: int, _from: int, _to: int, _flags: int, _context: object) -> None:
        seen.append(number)

    def work(batch: list[Post]) -> int:
        seen.clear()
        for post in batch:
            database.scan(post.text.encode(), match_event_handler=on_match)
        return len(seen)

    speed, first, hits = timed(work, given, passes=2)
    return Row("hyperscan (literals alone)", len(texts), speed, first, hits, build)


def ours(given: list[Post], queries: list[Query], texts: list[str]) -> Row:
    """Hubbub's index over all topics."""
    start = time.process_time()
    index = Index(enumerate(parse(text, Use.TOPIC) for text in texts))
    build = time.process_time() - start
    place = Place()

    def work(batch: list[Post]) -> int:
        return sum(
            len(keys)
            for at in range(0, len(batch), BATCH)
            for keys in index.match_many([read(post, place) for post in batch[at : at + BATCH]], now=NOW)
        )

    speed, first, hits = timed(work, given)
    start = time.process_time()
    index.add(-1, queries[0])
    index.match(read(given[0], place), now=NOW)
    added = (time.process_time() - start) * 1000
    return Row("Hubbub's index", len(texts), speed, first, hits, build, added, memory())


def floor(given: list[Post]) -> Row:
    """Cutting the texts into words and nothing else."""
    return Row(
        "cutting words alone", 0, timed(lambda batch: sum(len(tokens(post.text)) > 0 for post in batch), given)[0]
    )


def expression(query: str) -> re.Pattern[str]:
    """A query as one regular expression, as far as one can say it: its names."""
    names = re.findall(r'"[^"]+"|#?[a-z]+\*?', query.partition(")")[0])
    parts = [re.escape(name.strip('"')).replace(r"\*", r"\w*") for name in names]
    return re.compile(r"(?<!\w)(?:" + "|".join(parts) + r")(?!\w)", re.IGNORECASE)


def one_re_each(given: list[Post], texts: list[str]) -> Row:
    """One compiled expression a topic, each tried on each post; the names alone, without ties and exclusions."""
    patterns = [expression(text) for text in texts]
    few = given[: max(20, min(len(given), 4_000_000 // len(texts)))]

    def work(batch: list[Post]) -> int:
        return sum(pattern.search(post.text) is not None for post in batch for pattern in patterns)

    speed, _, hits = timed(work, few, passes=1)
    return Row("one re a topic (names alone)", len(texts), speed, hits_a_post=hits)


def fts5(given: list[Post], texts: list[str], batch_size: int) -> Row:
    """SQLite's full-text search: a batch of posts is indexed, then every query run."""
    queries = [_for_fts5(text) for text in texts]
    few = given[:batch_size]

    def work(batch: list[Post]) -> int:
        with sqlite3.connect(":memory:") as database:
            database.execute("CREATE VIRTUAL TABLE posts USING fts5(text, tokenize='unicode61')")
            database.executemany("INSERT INTO posts VALUES (?)", ((post.text,) for post in batch))
            return sum(
                len(database.execute("SELECT rowid FROM posts WHERE posts MATCH ?", (q,)).fetchall()) for q in queries
            )

    speed, _, hits = timed(work, few, passes=1)
    return Row(f"SQLite FTS5 (batches of {batch_size:,})", len(texts), speed, hits_a_post=hits)


def _for_fts5(text: str) -> str:
    names, _, rest = text[1:].partition(")")
    choices = [name.strip().lstrip("#") for name in names.split(" OR ")]
    quoted = [c if c[0] == '"' else f'"{c[:-1]}"*' if c[-1] == "*" else f'"{c}"' for c in choices]
    tie, _, exclusions = rest.partition("NOT")
    excluded = " OR ".join(f'"{word}"' for word in exclusions.strip(" ()").split(" OR "))
    kind, _, common = tie.strip().partition(" ")
    if kind == "AND":
        return f'(({" OR ".join(quoted)}) AND "{common}") NOT ({excluded})'
    if kind.startswith("NEAR"):
        pairs = " OR ".join(f'NEAR({name} "{common}", 9)' for name in quoted)
        return f"({pairs}) NOT ({excluded})"
    return f"({' OR '.join(quoted)}) NOT ({excluded})"


def run(sizes: tuple[int, ...] = SIZES, *, rivals: bool = True) -> list[Row]:
    """All measurements, the floor first."""
    given = posts()
    texts = topics([post.text for post in given], max(sizes))
    rows = [floor(given)]
    for size in sizes:
        rows.append(ours(given, [parse(texts[-1], Use.TOPIC)], texts[:size]))
        if rivals and size <= 10_000:
            rows.append(one_re_each(given, texts[:size]))
            rows.append(fts5(given, texts[:size], BATCH))
            rows.append(fts5(given, texts[:size], 20 * BATCH))
            rows += [row for row in (tantivy_batches(given, texts[:size], 20 * BATCH),) if row]
        if rivals:
            rows += [row for row in (hyperscan_literals(given, texts[:size]),) if row]
    return rows


def table(rows: list[Row]) -> str:
    """The rows for people."""
    lines = [
        f"{'':34}{'topics':>9}{'posts/s':>12}{'first pass':>12}{'hits/post':>11}{'build s':>9}{'add ms':>8}{'MB':>7}"
    ]
    for row in rows:
        cells = [
            f"{row.what:34}{row.topics:>9,}{row.posts_a_second:>12,.0f}",
            f"{row.first_pass:>12,.0f}" if row.first_pass is not None else f"{'':12}",
            f"{row.hits_a_post:>11.3f}" if row.hits_a_post is not None else f"{'':11}",
            f"{row.build_seconds:>9.1f}" if row.build_seconds is not None else f"{'':9}",
            f"{row.add_milliseconds:>8.1f}" if row.add_milliseconds is not None else f"{'':8}",
            f"{row.memory_mb:>7,.0f}" if row.memory_mb is not None else "",
        ]
        lines.append("".join(cells).rstrip())
    return "\n".join(lines)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sizes", type=int, nargs="*", default=list(SIZES))
    asked.add_argument("--alone", action="store_true", help="without the rivals")
    options = asked.parse_args()
    for name in ("tantivy", "hyperscan"):
        if not options.alone and find_spec(name) is None:
            sys.stdout.write(f"{name} is not installed: pip install --group bench\n")
    sys.stdout.write(table(run(tuple(options.sizes), rivals=not options.alone)) + "\n")
