"""The query language: one way to say "posts like these", for topics, rules, views, alerts and KPIs."""

from .errors import QueryError, Slip
from .evaluate import holds, matches, spans
from .fields import FIELDS, PLACE, Field, Use
from .format import format  # noqa: A004 - the field's word
from .index import Index
from .parser import parse
from .reading import Reading, Span, read, tokens
from .tree import Query, uses_fields

__all__ = [
    "FIELDS",
    "PLACE",
    "Field",
    "Index",
    "Query",
    "QueryError",
    "Reading",
    "Slip",
    "Span",
    "Use",
    "format",
    "holds",
    "matches",
    "parse",
    "read",
    "spans",
    "tokens",
    "uses_fields",
]
