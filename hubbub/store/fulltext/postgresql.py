"""The index in PostgreSQL: a tsvector of our own tokens (title: weight A) under a GIN index."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db import connection

Texts = tuple[list[str], list[str]]

LOCK = 0x4875626275620001  # one worker indexes at a time
LAST = 16_000  # the last position that is surely kept; further ones would all be taken for one
MOST = 250  # places of one word that are surely kept
LARGEST = 900_000  # bytes of one tsvector
LONGEST = 500  # characters of a token that are kept: no lexeme may have more than 2,046 bytes


def take(size: int) -> list[int]:
    """The newest keys of the queue, taken out of it, in ascending order; none while another worker is at it.

    They go first: who changes a post after this waits for our end and queues it again. What somebody is changing right
    now is passed over.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return []
        cursor.execute(
            "DELETE FROM search_queue WHERE key IN"
            " (SELECT key FROM search_queue ORDER BY key DESC LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING key",
            [size],
        )
        return sorted(row[0] for row in cursor.fetchall())


def drop(keys: Sequence[int]) -> dict[int, set[str]]:
    """Take what stands under these keys out of the index. Returns the words that were there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM search_posts WHERE key = ANY(%s) RETURNING key, tsvector_to_array(words)", [list(keys)]
        )
        return {key: set(words) for key, words in cursor.fetchall()}


def put(posts: Mapping[int, Texts]) -> dict[int, set[str]]:
    """Index posts. Returns the words under each key, as far as they are kept."""
    held: dict[int, set[str]] = {}
    with connection.cursor() as cursor, cursor.cursor.copy("COPY search_posts (key, words, fit) FROM STDIN") as copy:
        for key, (title, text) in posts.items():
            words, fit = vector(title, text)
            copy.write_row((key, words, fit))
            held[key] = {token[:LONGEST] for token in (*title, *text)} if words else set()
    return held


def vector(title: list[str], text: list[str]) -> tuple[str, int]:
    """A tsvector as PostgreSQL reads it, and how much of the post it holds (see `install`)."""
    places: dict[str, list[str]] = defaultdict(list)
    for at, token in enumerate(title, 1):
        places[token[:LONGEST]].append(f"{at}A")
    for at, token in enumerate(text, len(title) + 2):  # a step between, so that no phrase reaches over
        places[token[:LONGEST]].append(str(at))
    if sum(len(token.encode()) + 2 for token in places) > LARGEST:
        return "", 2
    if len(title) + len(text) + 2 > LAST or max(map(len, places.values()), default=0) > MOST:
        return " ".join(f"'{token}'" for token in places), 1
    return " ".join(f"'{token}':{','.join(at)}" for token, at in places.items()), 0


def count(changes: Sequence[tuple[int, str, int]]) -> None:
    """Add (workspace, word, number of posts) to the word list; numbers may be negative."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO search_words (workspace, word, posts)"
            " SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bigint[])"
            " ON CONFLICT (workspace, word) DO UPDATE SET posts = search_words.posts + excluded.posts",
            [[row[0] for row in changes], [row[1] for row in changes], [row[2] for row in changes]],
        )
        less = [row for row in changes if row[2] < 0]
        if less:
            cursor.execute(
                "DELETE FROM search_words AS known USING unnest(%s::bigint[], %s::text[]) AS gone (workspace, word)"
                " WHERE known.workspace = gone.workspace AND known.word = gone.word AND known.posts <= 0",
                [[row[0] for row in less], [row[1] for row in less]],
            )
