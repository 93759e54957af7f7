"""How a workspace is set up: what there is once in each, read in one question by pages that need several of these."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, models
from msgspec import Struct, json

from .hours import OUTSIDE
from .models import Hours, Ranking, Relating, Replying, Workspace


class SetUp(Struct, frozen=True):
    """Where nothing was set yet: unsaved rows with the values of the start."""

    ranking: Ranking | None  # None: not made yet
    relating: Relating
    replying: Replying
    zone: ZoneInfo


# which columns of which rows; those of Relating that the loop writes are left out
READ: Sequence[tuple[type[models.Model], Sequence[str], str]] = (
    (Ranking, [field.attname for field in Ranking._meta.concrete_fields], ""),
    (Relating, ["id", "workspace_id", "weights", "levels", "suggests"], ""),
    (Replying, [field.attname for field in Replying._meta.concrete_fields], ""),
    (Hours, ["id", "zone"], "standard"),
)


def set_up(workspace: Workspace) -> SetUp:
    """One query."""
    with connection.cursor() as cursor:
        cursor.execute(_sql(), [workspace.pk])
        row = list(cursor.fetchone())
    found: list[Any] = []
    for model, names, _ in READ:
        found.append(_made(model, names, row[: len(names)]))
        row = row[len(names) :]
    ranking, relating, replying, hours = found
    return SetUp(
        ranking,
        relating or Relating(workspace=workspace),
        replying or Replying(workspace=workspace),
        ZoneInfo(hours.zone if hours else OUTSIDE),
    )


@cache
def _sql() -> str:
    """By hand, as no row of a workspace leads to these in Django: they lead to it."""
    columns, joins = [], []
    for at, (model, names, condition) in enumerate(READ):
        columns += [f'"t{at}"."{name}"' for name in names]
        also = f' AND "t{at}"."{condition}"' if condition else ""
        joins.append(f'LEFT JOIN "{model._meta.db_table}" "t{at}" ON "t{at}"."workspace_id" = "w"."id"{also}')
    return " ".join(["SELECT", ", ".join(columns), 'FROM "store_workspace" "w"', *joins, 'WHERE "w"."id" = %s'])


def _made(model: type[models.Model], names: Sequence[str], cells: Sequence[object]) -> models.Model | None:
    """A row; None where there is none."""
    if cells[0] is None:
        return None
    fields = [model._meta.get_field(name) for name in names]
    values = [
        json.decode(cell) if isinstance(field, models.JSONField) and isinstance(cell, str) else cell
        for field, cell in zip(fields, cells, strict=True)
    ]
    return model.from_db(connection.alias, list(names), values)
