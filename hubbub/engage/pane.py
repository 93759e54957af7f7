"""The pane with the list: tabs, views, filter, rows, and what each row shows."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from django.utils import timezone

from hubbub.store import presence, ranking
from hubbub.store.models import Conversation, Ranking, Role, Sort
from hubbub.ui.access import MemberRequest
from hubbub.ui.lists import Pager

from . import queries
from .current import Current, page
from .forms import assignees
from .listing import TABS
from .naming import suggestions
from .ordering import write_place
from .saved.queries import pinned
from .saved.queries import ranking as ranking_of


def list_pane(request: MemberRequest, found: Current) -> Mapping[str, object]:
    """What `engage/_list.html` shows."""
    inbox = page(found)
    weighed = ranking_of(request.workspace)
    people, teams = queries.colleagues(request.workspace), queries.teams(request.workspace)
    numbers = queries.counts(request.member)
    listing = found.listing
    return {
        **row_context(request, found, inbox.conversations, weighed),
        "view": found.view,
        "filter": found.filter,
        "inbox": inbox,
        "slips": inbox.slips,
        "page": _pager(found, inbox),
        "tabs": [(tab, name, numbers.get(tab, "")) for tab, name in TABS.items()],
        "views": pinned(request.member, found.at),
        "sorts": [(str(value), label) for value, label in Sort.choices],
        "assignees": assignees(people, teams),
        "names": suggestions(people, teams),
        "since": found.at.isoformat(),
        "begun": listing.start,
    }


def row_context(
    request: MemberRequest, found: Current, rows: Sequence[Conversation], weighed: Ranking | None = None
) -> dict[str, object]:
    """What `engage/_row.html` asks for besides its row. `weighed`: how the inbox is put in order, where it was read."""
    now, newest = timezone.now(), ranking.newest(rows)
    here = presence.here(request.workspace, now, conversations=[row.pk for row in rows]) if rows else []
    return {
        "workspace": request.workspace,
        "member": request.member,
        "listing": found.listing,
        "carried": found.listing.query,
        "newest": newest,
        "scores": ranking.explain(rows, now, newest, weighed),
        "present": presence.by_conversation(here, without=request.member),
        "may_act": request.role.may(Role.RESPONDER),
        "now": now,
        "states": found.view is not None or found.listing.tab in ("mine", "all"),
    }


def _pager(found: Current, inbox: queries.Inbox) -> Pager:
    listing = found.listing
    pairs = [*listing.base, ("q", listing.q)]
    first = "?" + urlencode([pair for pair in pairs if pair[1]])
    earlier = ""
    if inbox.older:
        earlier = "?" + urlencode([*(pair for pair in pairs if pair[1]), ("before", write_place(inbox.older))])
    return Pager(later=first if listing.before else "", earlier=earlier, says=inbox.says)
