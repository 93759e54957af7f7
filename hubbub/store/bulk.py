"""Inserting many rows at once, past the model layer: what a stream of posts needs (bench/take_in.py shows why)."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from sqlite3 import Cursor
from typing import TypeAlias, TypeVar

import msgspec
from django.db import connection, models
from django.db.models.expressions import RawSQL

Cell: TypeAlias = str | int | float | bool | datetime | None
Row = TypeVar("Row", bound=models.Model)

_encode = msgspec.json.Encoder().encode


def among(values: Collection[str]) -> RawSQL:
    """For `field__in=`: many values as one parameter, which Django compiles in a fraction of the time."""
    if connection.vendor == "sqlite":
        return RawSQL("SELECT value FROM json_each(%s)", [json(list(values))])
    return RawSQL("SELECT unnest(%s::text[])", [list(values)])


def numbered(ids: Sequence[int]) -> RawSQL:
    """For `field__in=`: many ids as one parameter."""
    if connection.vendor == "sqlite":
        return RawSQL("SELECT value FROM json_each(%s)", [json(list(ids))])
    return RawSQL("SELECT unnest(%s::bigint[])", [list(ids)])


def held(rows: models.QuerySet[Row]) -> models.QuerySet[Row]:
    """The rows, nobody else's to change until the transaction ends; locked in one order, so that no two wait for each
    other. Rows that name them can be added meanwhile. SQLite: the transaction holds the only write lock, and to ask
    for an order would lead its planner to walk through the whole workspace."""
    if connection.vendor == "sqlite":
        return rows
    return rows.select_for_update(of=("self",), no_key=True).order_by("pk")


def reserve(model: type[models.Model], number: int) -> Sequence[int]:
    """`number` new ids of the model's table. Call it inside the transaction that inserts them.

    SQLite: the transaction holds the only write lock, so the next ids are free. PostgreSQL: taken from the sequence.
    """
    if not number:
        return ()
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
            row = cursor.fetchone()
            first = (row[0] if row else 0) + 1
            return range(first, first + number)
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, number])
        return [row[0] for row in cursor.fetchall()]


def insert(model: type[models.Model], fields: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    """Insert rows given in the order of `fields` (names of model fields, "id" among them); moments and JSON are
    given through `moment` and `json`. The database's own constraints hold; the model's Python defaults do not."""
    if not rows:
        return
    columns = _columns(model, fields)
    names = ", ".join(columns)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            marks = ", ".join("?" * len(columns))
            # the cursor below Django's: its own rewrites the placeholders of every row
            Cursor.executemany(cursor.cursor, f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608
            return
        with cursor.cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def update(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Set `fields` on rows by id; each row holds the values in that order and then the id."""
    sets = ", ".join(f"{column} = %s" for column in _columns(model, fields))
    table = connection.ops.quote_name(model._meta.db_table)
    given = list(rows)
    if given:
        with connection.cursor() as cursor:
            cursor.executemany(f"UPDATE {table} SET {sets} WHERE id = %s", given)  # noqa: S608


def increase(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Add to `fields` of rows by id; each row holds the numbers in that order and then the id. What was null counts
    as 0. Rows are changed in the order given. Nothing falls below 0: a count that was lost, by a restored backup say,
    must not keep what it counts from being saved for ever."""
    most = "MAX" if connection.vendor == "sqlite" else "GREATEST"
    sets = ", ".join(f"{column} = {most}(COALESCE({column}, 0) + %s, 0)" for column in _columns(model, fields))
    table = connection.ops.quote_name(model._meta.db_table)
    given = list(rows)
    if given and sets:
        with connection.cursor() as cursor:
            cursor.executemany(f"UPDATE {table} SET {sets} WHERE id = %s", given)  # noqa: S608


def _columns(model: type[models.Model], fields: Sequence[str]) -> list[str]:
    known = {field.name: field.column for field in model._meta.concrete_fields}
    return [connection.ops.quote_name(known[name]) for name in fields]


def moments() -> Callable[[datetime], Cell]:
    """The function that gives a moment as this database takes it: Django keeps UTC as text in SQLite."""
    return _text if connection.vendor == "sqlite" else _itself


def _text(when: datetime) -> str:
    if when.tzinfo is not UTC:
        when = when.astimezone(UTC)
    return when.isoformat(" ")[:-6]  # without "+00:00"


def _itself(when: datetime) -> datetime:
    return when


def moment(when: datetime) -> Cell:
    """One moment; for many take `moments` once."""
    return moments()(when)


def json(value: object) -> str:
    """A JSON field's text."""
    return _encode(value).decode()
