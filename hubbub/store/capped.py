"""Counts that stop where a page would no longer tell a difference, so that it comes at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet
from msgspec import Struct

COUNTED = "(SELECT COUNT(*) FROM (…) counted)"  # of what Django wrote
MANY = 1_000  # counted no further than this


class Written(Struct, frozen=True):
    """A count as the database takes it. Writing one takes longer than counting: those that every page asks are kept."""

    sql: str
    given: tuple[Any, ...] = ()

    def about(self, numbers: Mapping[int, int]) -> "Written":
        """The same about other rows: each of these ids in its place."""
        return Written(self.sql, tuple(numbers.get(one, one) if type(one) is int else one for one in self.given))


def count(rows: QuerySet[Model]) -> int:
    """How many rows there are, `MANY` at most."""
    return rows.order_by()[:MANY].count()


def written(rows: QuerySet[Any], most: int = MANY) -> Written:
    """To be counted later, `most` at most. By hand, as Django cannot count a part of a query within another."""
    try:
        sql, given = rows.order_by().values("pk")[:most].query.sql_with_params()
    except EmptyResultSet:  # its conditions can never hold
        return Written("0")
    return Written(COUNTED.replace("…", sql), tuple(given))


def counts(asked: Sequence[QuerySet[Any] | Written]) -> list[int]:
    """How many rows there are in each, `MANY` at most. One query for all, and what is asked twice once: most of what a
    small count costs is asking."""
    parts = [one if isinstance(one, Written) else written(one) for one in asked]
    if not parts:
        return []
    once: list[Written] = []
    for one in parts:
        if one not in once:
            once.append(one)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(one.sql for one in once)}", [value for one in once for value in one.given])
        found = [int(number) for number in cursor.fetchone()]
    return [found[once.index(one)] for one in parts]


def shown(number: int) -> str:
    """A capped count in words: "12", "999+"."""
    return f"{MANY - 1}+" if number >= MANY else str(number)
