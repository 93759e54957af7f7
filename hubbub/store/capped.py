"""Counts that stop where a page would no longer tell a difference, so that it comes at once."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet

COUNTED = "(SELECT COUNT(*) FROM (…) counted)"  # of what Django wrote
MANY = 1_000  # counted no further than this


def count(rows: QuerySet[Model]) -> int:
    """How many rows there are, `MANY` at most."""
    return rows.order_by()[:MANY].count()


def counts(asked: Sequence[QuerySet[Any]]) -> list[int]:
    """How many rows there are in each, `MANY` at most. One query for all: most of what a small count costs is asking.

    By hand, as Django cannot count a part of a query within another.
    """
    parts: list[str] = []
    given: list[Any] = []
    for rows in asked:
        try:
            sql, own = rows.order_by().values("pk")[:MANY].query.sql_with_params()
        except EmptyResultSet:  # its conditions can never hold
            parts.append("0")
            continue
        parts.append(COUNTED.replace("…", sql))
        given += own
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", given)
        return [int(number) for number in cursor.fetchone()]


def shown(number: int) -> str:
    """A capped count in words: "12", "999+"."""
    return f"{MANY - 1}+" if number >= MANY else str(number)
