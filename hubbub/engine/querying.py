"""`hubbub query`: stored posts that match a query, one JSON object a line, and how the query was read."""

from collections.abc import Iterator
from datetime import datetime
from typing import TextIO

import msgspec
from django.db import DatabaseError
from django.utils import timezone
from msgspec import Struct
from rich.console import Console

from hubbub.core import query as language
from hubbub.store import word_lists
from hubbub.store.hit_count import count
from hubbub.store.models import Post, Workspace
from hubbub.store.search import Before, Found, search

from .explaining import explain

PAGE = 500  # posts read at a time


class QueryRefused(Exception):
    """The command cannot answer; the text says why and what would be right."""


class Wanted(Struct, frozen=True):
    """What the command was asked for."""

    text: str
    workspace: str = ""  # its name; "": the only one
    limit: int = 100  # posts; 0: all
    count: bool = False  # their number alone
    explain: bool = False


def query_posts(wanted: Wanted, *, out: TextIO, told: Console) -> None:
    """Print what matches, newest first. Raises QueryRefused."""
    workspace, now = only_or_named(wanted.workspace), timezone.now()
    try:
        query = language.parse(wanted.text, language.Use.VIEW, word_lists.of(workspace))
    except language.QueryError as error:
        raise QueryRefused(str(error)) from None
    if wanted.explain:
        for line in explain(workspace, query, now=now):
            told.print(line, markup=False, soft_wrap=True)
    if wanted.count:
        _count(workspace, query, now, out, told)
        return
    hits = looked_at = 0
    for found in _pages(workspace, query, now, wanted.limit):
        looked_at += found.looked_at
        for post in found.posts:
            out.write(_line(post, found) + "\n")
        hits += len(found.posts)
        more = found.older is not None
    out.flush()
    if wanted.explain:
        told.print(
            f"looked at    {looked_at:,} posts, of which {hits:,} match{', so far' if more else ''}", markup=False
        )
    elif more:
        told.print(f"The newest {hits:,}; there may be more: --limit 0 prints all", markup=False)


def only_or_named(named: str) -> Workspace:
    """The workspace of that name; "": the only one there is. Raises QueryRefused."""
    try:
        known = list(Workspace.objects.order_by("pk"))
    except DatabaseError:
        raise QueryRefused("there is no database here yet. Run hubbub up first, or name its folder by --data") from None
    fit = [one for one in known if named.casefold() in (one.name.casefold(), one.slug)] if named else known
    if len(fit) == 1:
        return fit[0]
    names = ", ".join(f"“{one.name}”" for one in known[:10]) or "none yet; run hubbub up first"
    if not named:
        raise QueryRefused(f"which workspace? Name one by --workspace. There are: {names}")
    raise QueryRefused(f"there is no workspace “{named}”. There are: {names}")


def _pages(workspace: Workspace, query: language.Query, now: datetime, limit: int) -> Iterator[Found]:
    """Page after page until there are enough."""
    before: Before | None = None
    left = limit
    while True:
        size = min(PAGE, left) if limit else PAGE
        found = search(Post.of(workspace), query, now=now, before=before, size=size, workspace=workspace)
        if found.slips:
            raise QueryRefused("\n".join(str(slip) for slip in found.slips))
        yield found
        left -= len(found.posts)
        before = found.older
        if before is None or (limit and left <= 0):
            return


def _line(post: Post, found: Found) -> str:
    author = post.author
    line = {
        "id": post.native_id,
        "published": post.published,
        "source": post.source.name,
        "author": (author.handle or author.name) if author else "",
        "title": post.title,
        "text": post.text,
        "url": post.url,
        "spans": [[span.field, span.start, span.end] for span in found.spans[post.pk]],
    }
    return msgspec.json.encode(line).decode()


def _count(workspace: Workspace, query: language.Query, now: datetime, out: TextIO, told: Console) -> None:
    counted = count(Post.of(workspace), query, now=now, workspace=workspace)
    if counted.slips:
        raise QueryRefused("\n".join(str(slip) for slip in counted.slips))
    exact = not (counted.more or counted.unfinished)
    out.write(msgspec.json.encode({"count": counted.number, "exact": exact}).decode() + "\n")
    out.flush()
    if not exact:
        told.print(f"There are {counted}", markup=False)
