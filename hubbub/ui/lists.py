"""Lists: their filter in the query language, their pages, and undo of what was done to their rows."""

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.http import HttpRequest
from msgspec import Struct

from hubbub.core import query as language
from hubbub.store import word_lists
from hubbub.store.search import Before, Found

FORM = "%Y%m%dT%H%M%S.%f%z"


class Filter(Struct, frozen=True):
    """What the filter box holds. With slips, `query` is None and the list shows nothing but the slips."""

    text: str
    query: language.Query | None
    slips: Sequence[language.Slip]
    kept: Sequence[tuple[str, str]]  # other parameters of the page that the form carries along


def read_filter(request: HttpRequest, *, kept: Sequence[str] = (), use: language.Use = language.Use.VIEW) -> Filter:
    """The filter of this request (`?q=`); `kept` names the parameters that stay when it changes."""
    text = request.GET.get("q", "").strip()
    carried = [(name, request.GET[name]) for name in kept if request.GET.get(name)]
    if not text:
        return Filter("", None, (), carried)
    try:
        workspace = getattr(request, "workspace", None)  # a page that belongs to none knows no word lists
        query = language.parse(text, use) if workspace is None else word_lists.read(text, use, workspace)
        return Filter(text, query, (), carried)
    except language.QueryError as error:
        return Filter(text, None, error.slips, carried)


class Pager(Struct, frozen=True):
    """Links to the pages around this one."""

    later: str = ""
    earlier: str = ""
    says: str = ""


def read_before(request: HttpRequest, name: str = "before") -> Before | None:
    """The place in the list that this request asks for (`?before=`); nonsense counts as the start."""
    return before_of(request.GET.get(name, ""))


def before_of(text: str) -> Before | None:
    """The place that `write_before` wrote, or None."""
    when, _, number = text.rpartition("-")
    try:
        return Before(datetime.strptime(when, FORM).astimezone(UTC), int(number))
    except (ValueError, OverflowError):
        return None


def write_before(before: Before) -> str:
    """The other way."""
    return f"{before.published.strftime(FORM)}-{before.id}"


def pager(request: HttpRequest, found: Found) -> Pager:
    """Links for a list that `search` filled."""
    says = (
        f"Looked through {found.looked_at:,} posts, found {len(found.posts):,} so far: go on with Older"
        if found.ran_out
        else ""
    )
    return links(request, found.older, says)


def links(request: HttpRequest, older: Before | None, says: str = "") -> Pager:
    """Links for any list that runs newest first."""
    here = request.GET.copy()
    at_start = "before" not in here
    here.pop("before", None)
    rest = list(here.lists())
    first = "?" + urlencode(rest, doseq=True)
    earlier = "?" + urlencode([*rest, ("before", [write_before(older)])], doseq=True) if older else ""
    return Pager(later="" if at_start else first, earlier=earlier, says=says)


def offer_undo(request: HttpRequest, says: str, url: str, fields: Sequence[tuple[str, str]]) -> None:
    """Show "says … Undo" on the next page; the button posts `fields` to `url`."""
    request.session["undo"] = {"says": says, "url": url, "fields": [list(pair) for pair in fields]}


def is_once(request: HttpRequest, *, usual: bool) -> bool:
    """Whether posts that say the same are shown and counted once (`?alike=once`) or all of them (`?alike=all`)."""
    return {"once": True, "all": False}.get(request.GET.get("alike", ""), usual)
