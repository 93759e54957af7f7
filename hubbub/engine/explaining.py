"""How a query was read: its canonical form, its tree in words, and what the database is asked."""

from collections.abc import Iterator
from datetime import datetime

from django.db import connection

from hubbub.core import query as language
from hubbub.core.query import narrow
from hubbub.core.query.narrow import All, Any, Asked, Need
from hubbub.core.query.tree import And, Cut, Days, Disguised, Listed, Near, Node, Not, Numbers, Or, Raw, Term
from hubbub.store import fulltext, words
from hubbub.store.fulltext import expression
from hubbub.store.fulltext.key import begin_of, end_of
from hubbub.store.models import Workspace
from hubbub.store.narrowing import MOST_EXPANDED, expand, narrowed

SHOWN = 10  # words behind a wildcard that are named
COUNTED = 10_000  # posts that wait to be indexed


def explain(workspace: Workspace, query: language.Query, *, now: datetime) -> Iterator[str]:
    """Line by line."""
    yield f"read as      {language.format(query)}"
    yield from (f"  {line}" for line in tell(query.tree))
    for pattern in narrow.patterns(query):
        found = words.expanded(workspace, pattern, MOST_EXPANDED)
        number = f"more than {MOST_EXPANDED:,}" if len(found) > MOST_EXPANDED else f"{len(found):,}"
        named = f": {', '.join(found[:SHOWN])}{' …' if len(found) > SHOWN else ''}" if found else ""
        yield f"wildcard     {pattern} stands for {number} word{'' if len(found) == 1 else 's'}{named}"
    if waiting := len(fulltext.queued(begin_of(workspace.pk, 0), end_of(workspace.pk), COUNTED + 1)):
        number = f"more than {COUNTED:,}" if waiting > COUNTED else f"{waiting:,}"
        yield f"not indexed  {number} post{'' if waiting == 1 else 's'} yet: these are looked at one by one"
    narrowing = narrowed(workspace, query, now=now)
    need = None if narrowing.words is None else expand(narrowing.words, workspace)
    if narrowing.words is None:
        yield "full text    nothing that can be looked up"
    elif need is None:
        yield "full text    no such words among what is indexed"
    else:
        yield f"full text    {expression.fts5(need) if connection.vendor == 'sqlite' else expression.tsquery(need)}"
    yield f"columns      {_columns(narrowing.fields) if narrowing.fields else 'nothing'}"
    if narrowing.few is not None:
        yield f"few posts    the {len(narrowing.few):,} posts of the people or topics named are looked at one by one"
    yield f"then         {'nothing is left to look at' if narrowing.exact else 'the matcher looks at each'}"


def tell(node: Node) -> list[str]:
    """The tree in words, a part a line, what belongs to it further in."""
    match node:
        case And(parts):
            return ["all of", *_within(parts)]
        case Or(parts):
            return ["any of", *_within(parts)]
        case Not(part):
            return ["not", *_within((part,))]
        case Near(left, right, within, forward):
            order = "in this order" if forward else "in either order"
            return [f"at most {within} steps apart, {order}:", *_within((*left,)), "  and", *_within((*right,))]
        case Term():
            return [_term(node)]
        case Raw(text):
            return [f"exactly the characters {text!r}"]
        case Numbers(field, low, high, low_in, high_in):
            ends = [f"{'at least' if low_in else 'above'} {low:,}"] if low is not None else []
            ends += [f"{'at most' if high_in else 'below'} {high:,}"] if high is not None else []
            unit = " seconds" if field in ("age", "account_age") else ""
            return [f"{field} {' and '.join(ends) or 'known'}{unit}"]
        case Days(field, first, last):
            return [f"{field} from {first or 'ever'} to {last or 'ever'}"]
        case Listed(name):
            return [f"one of the entries of the word list “{name}”"]
        case Disguised():
            return ["one of them in disguise"]
        case _:
            return [f"{node.field} {'like' if node.wild else 'is'} “{node.text}”"]


def _within(parts: tuple[Node, ...]) -> list[str]:
    return [f"  {line}" for part in parts for line in tell(part)]


def _term(term: Term) -> str:
    shown = " ".join(_cut(cut) for cut in term.tokens)
    where = f" in the {term.field}" if term.field else ""
    exact = ", written exactly so" if term.exact else ""
    if len(term.tokens) == 1:
        return f"the word “{shown}”{where}{exact}"
    if term.slack is None:
        return f"the words “{shown}” in a row{where}{exact}"
    return f"the words “{shown}” in any order, at most {term.slack} others between{where}{exact}"


def _cut(cut: Cut) -> str:
    return cut.mark + cut.word


def _columns(need: Need) -> str:
    match need:
        case Asked(leaf, want):
            return ("" if want else "not ") + "; ".join(tell(leaf))
        case All(parts):
            return " and ".join(_columns(part) for part in parts)
        case Any(parts):
            return f"({' or '.join(_columns(part) for part in parts)})"
        case _:
            raise TypeError(need)
