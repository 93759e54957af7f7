"""The list that a request asks for: its tab or saved view as rows, its filter read."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from msgspec import Struct

from hubbub.core import query as language
from hubbub.store import word_lists
from hubbub.store.models import Conversation, Member, SavedView, Sort, Workspace
from hubbub.ui.access import MemberRequest
from hubbub.ui.lists import Filter

from . import queries
from .listing import Listing, listing_of
from .ordering import place, stretches
from .saved.queries import visible


class Current(Struct, frozen=True):
    """What is listed."""

    listing: Listing
    view: SavedView | None
    filter: Filter  # with slips nothing is listed
    query: language.Query | None  # of the view and the filter together
    rows: QuerySet[Conversation]
    workspace: Workspace
    at: datetime  # the moment as of which all of it holds


def current(request: MemberRequest) -> Current:
    """Read from the address, also where a form was posted to it."""
    return current_of(request.member, request.GET)


def current_of(member: Member, given: QueryDict) -> Current:
    """The same for who has no request. A view that is gone counts as the first tab."""
    listing = listing_of(given)
    view = visible(member).filter(pk=listing.view).first() if listing.view else None
    if view is not None:
        listing = listing_of(given, Sort(view.sort))
    elif listing.view:
        bare = given.copy()
        bare.pop("view", None)
        listing = listing_of(bare)
    texts = [text for text in (view.query.strip() if view else "", listing.q) if text]
    query: language.Query | None = None
    slips: tuple[language.Slip, ...] = ()
    wrong = ""
    for text in texts:  # each by itself, so that slips name their places in what was written
        try:
            query = word_lists.read(text, language.Use.VIEW, member.workspace)
        except language.QueryError as error:
            query, slips, wrong = None, tuple(error.slips), text
            break
    if not slips and len(texts) == 2:
        both = " AND ".join(f"({text})" for text in texts)
        query = word_lists.read(both, language.Use.VIEW, member.workspace)
    now = timezone.now()
    rows = queries.rows_of(member, view, now) if view else queries.rows(member, listing.tab)
    filter_ = Filter(wrong or listing.q, query, slips, listing.base)
    return Current(listing, view, filter_, query, rows, member.workspace, now)


def page(found: Current, *, size: int = queries.PAGE) -> queries.Inbox:
    """The page that is asked for."""
    if found.filter.slips:
        return queries.Inbox((), None)
    return queries.inbox(
        found.rows,
        found.query,
        now=found.at,
        sort=found.listing.sort,
        before=found.listing.before,
        size=size,
        workspace=found.workspace,
    )


def following(found: Current, acted: Conversation) -> int | None:
    """The id of the next one in the list after `acted`, which stands where it stood when it was read."""
    if found.filter.slips:
        return None
    if found.query is None:  # nothing has to be read but its place
        parts = stretches(found.rows.exclude(pk=acted.pk), found.listing.sort, place(acted, found.listing.sort))
        return next((pk for _, part in parts for pk in part.values_list("pk", flat=True)[:1]), None)
    rest = queries.inbox(
        found.rows.exclude(pk=acted.pk),
        found.query,
        now=found.at,
        sort=found.listing.sort,
        before=place(acted, found.listing.sort),
        size=1,
        workspace=found.workspace,
    )
    return rest.conversations[0].pk if rest.conversations else None


def belongs(found: Current, acted: Conversation) -> bool:
    """Whether a conversation stands in that list now, as far as its columns say."""
    return found.rows.filter(pk=acted.pk).exists()
