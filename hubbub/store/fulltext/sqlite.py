"""The index in SQLite: FTS5 over our own tokens, title and text in columns of their own."""

from collections.abc import Mapping, Sequence

from django.db import connection

from hubbub.store.bulk import json

Texts = tuple[list[str], list[str]]


def take(size: int) -> list[int]:
    """The newest keys of the queue, taken out of it, in ascending order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM search_queue ORDER BY key DESC LIMIT %s", [size])
        keys = [row[0] for row in reversed(cursor.fetchall())]
        if keys:
            cursor.execute("DELETE FROM search_queue WHERE key IN (SELECT value FROM json_each(%s))", [json(keys)])
    return keys


def drop(keys: Sequence[int]) -> dict[int, set[str]]:
    """Take what stands under these keys out of the index. Returns the words that were there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rowid, title, text FROM search_posts WHERE rowid IN (SELECT value FROM json_each(%s))",
            [json(keys)],
        )
        there = {key: {*title.split(), *text.split()} for key, title, text in cursor.fetchall()}
        cursor.executemany("DELETE FROM search_posts WHERE rowid = %s", [(key,) for key in there])
    return there


def put(posts: Mapping[int, Texts]) -> dict[int, set[str]]:
    """Index posts; the keys ascend, which FTS5 likes best. Returns the words under each key."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO search_posts (rowid, title, text) VALUES (%s, %s, %s)",
            [(key, " ".join(title), " ".join(text)) for key, (title, text) in posts.items()],
        )
    return {key: {*title, *text} for key, (title, text) in posts.items()}


def count(changes: Sequence[tuple[int, str, int]]) -> None:
    """Add (workspace, word, number of posts) to the word list; numbers may be negative."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO search_words (workspace, word, posts) VALUES (%s, %s, %s)"
            " ON CONFLICT (workspace, word) DO UPDATE SET posts = posts + excluded.posts",
            changes,
        )
        less = [(workspace, word) for workspace, word, number in changes if number < 0]
        cursor.executemany("DELETE FROM search_words WHERE workspace = %s AND word = %s AND posts <= 0", less)
