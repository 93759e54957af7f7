"""Counts that stop where a page would no longer tell a difference, so that it comes at once."""

from django.db.models import Model, QuerySet

MANY = 1_000  # counted no further than this


def count(rows: QuerySet[Model]) -> int:
    """How many rows there are, `MANY` at most."""
    return rows.order_by()[:MANY].count()


def shown(number: int) -> str:
    """A capped count in words: "12", "999+"."""
    return f"{MANY - 1}+" if number >= MANY else str(number)
