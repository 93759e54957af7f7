"""Reading the index: the keys of a workspace that fit an expression, and those that are not indexed yet."""

from django.db import connection


def queued(low: int, high: int, most: int) -> list[int]:
    """Keys from `low` up to below `high` that are still to be indexed, the highest first, `most` at most.

    Ask for them before asking the index: what is indexed in between is then seen twice rather than never.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key FROM search_queue WHERE key >= %s AND key < %s ORDER BY key DESC LIMIT %s", [low, high, most]
        )
        return [row[0] for row in cursor.fetchall()]
