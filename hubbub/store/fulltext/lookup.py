"""Reading the index: the keys of posts that hold what is needed, and of those that are not indexed yet."""

from collections.abc import Sequence

from django.db import connection

from hubbub.core.query.narrow import Need

from . import expression
from .key import begin_of, end_of

LARGEST = 900_000  # bytes of a tsquery


def queued(low: int, high: int, most: int) -> list[int]:
    """Keys from `low` up to below `high` that are still to be indexed, the highest first, `most` at most.

    Ask for them before asking the index: what is indexed in between is then seen twice rather than never.
    """
    return _keys(
        "SELECT key FROM search_queue WHERE key >= %s AND key < %s ORDER BY key DESC LIMIT %s", [low, high, most]
    )


def hits(need: Need | None, low: int, high: int, most: int) -> list[int]:
    """Keys from `low` up to below `high` under which the index has what is needed (None: words of which it knows none),
    the highest first, `most` at most.

    All that hold it are among them. Some of the posts may be gone, or changed, since they were indexed.
    """
    if need is None:
        return _wordless(low, high, most)
    if connection.vendor == "sqlite":
        return _keys(
            "SELECT rowid FROM search_posts WHERE search_posts MATCH %s AND rowid >= %s AND rowid < %s"
            " ORDER BY rowid DESC LIMIT %s",
            [expression.fts5(need), low, high, most],
        )
    fit = _keys(
        "SELECT key FROM search_posts WHERE words @@ %s::tsquery AND key >= %s AND key < %s ORDER BY key DESC LIMIT %s",
        [_strict(need), low, high, most],
    )
    unfit = _keys(
        "SELECT key FROM search_posts WHERE fit > 0 AND (fit = 2 OR words @@ %s::tsquery) AND key >= %s AND key < %s"
        " ORDER BY key DESC LIMIT %s",
        [expression.loose(need), low, high, most],
    )
    return sorted({*fit, *unfit}, reverse=True)[:most] if unfit else fit


def _wordless(low: int, high: int, most: int) -> list[int]:
    """Posts with more words than the index can know of."""
    if connection.vendor == "sqlite":
        return []
    return _keys(
        "SELECT key FROM search_posts WHERE fit = 2 AND key >= %s AND key < %s ORDER BY key DESC LIMIT %s",
        [low, high, most],
    )


def _strict(need: Need) -> str:
    """With places, unless long words in many NEARs would make more of it than PostgreSQL takes."""
    query = expression.tsquery(need)
    return query if len(query.encode()) <= LARGEST else expression.loose(need)


def faithful(workspace: int) -> bool:
    """Whether the index holds every post of the workspace whole: PostgreSQL cannot keep all places of a long text."""
    if connection.vendor == "sqlite":
        return True
    return not _keys(
        "SELECT key FROM search_posts WHERE fit > 0 AND key >= %s AND key < %s LIMIT 1",
        [begin_of(workspace, 0), end_of(workspace)],
    )


def _keys(sql: str, given: Sequence[str | int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return [row[0] for row in cursor.fetchall()]
