"""The pane with the list: tabs, views, filter, rows, and what each row shows."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from django.utils import timezone

from hubbub.store import capped, presence, ranking
from hubbub.store.models import Conversation, Ranking, Role, Sort, Tag, Team
from hubbub.store.set_up import SetUp, set_up
from hubbub.ui.access import MemberRequest
from hubbub.ui.context import count_along
from hubbub.ui.lists import Pager

from . import queries
from .current import Current, page
from .forms import assignees
from .listing import TABS
from .naming import suggestions
from .ordering import write_place
from .saved.queries import at_once, numbered, pinned_rows
from .saved.queries import ranking as ranking_of


def list_pane(
    request: MemberRequest, found: Current, chosen: int = 0, also: Mapping[str, capped.Written] | None = None
) -> Mapping[str, object]:
    """What `engage/_list.html` shows. `chosen`: the conversation beside it; `also`: counts that are asked along, which
    come back in `around` by their names."""
    workspace, member, listing = request.workspace, request.member, found.listing
    also = also or {}
    inbox, own = page(found), set_up(workspace)
    weighed = own.ranking or ranking_of(workspace)  # which makes the views that a workspace begins with
    vars(request)["zone"] = own.zone
    views = pinned_rows(member, found.at)
    tabs, viewed = queries.counted_tabs(workspace.pk, member.pk), at_once(views, member, found.at)
    words = [Tag.of(workspace), Team.of(workspace)]
    request.waiting, counted = count_along(member, [*tabs.values(), *also.values(), *words, *viewed])
    numbers = dict(zip(tabs, map(capped.shown, counted), strict=False))
    around = dict(zip((*also, "tags", "teams"), counted[len(tabs) :], strict=False))
    members, teams = queries.members(workspace), queries.teams(workspace) if around["teams"] else []
    people = [one for one in members if one.user.is_active]
    pks = {chosen, *(row.pk for row in inbox.conversations)} if around["tags"] else set()
    return {
        **row_context(request, found, inbox.conversations, own, weighed),
        "labels": queries.labels(sorted(pks)) if pks else {},
        "around": around,
        "set_up": own,
        "members": members,
        "teams": teams,
        "view": found.view,
        "filter": found.filter,
        "inbox": inbox,
        "slips": inbox.slips,
        "page": _pager(found, inbox),
        "tabs": [(tab, name, numbers.get(tab, "")) for tab, name in TABS.items()],
        "views": numbered(views, counted[-len(viewed) :] if viewed else [], found.at),
        "sorts": [(str(value), label) for value, label in Sort.choices],
        "assignees": assignees(people, teams),
        "names": suggestions(people, teams),
        "since": found.at.isoformat(),
        "begun": listing.start,
    }


def row_context(
    request: MemberRequest,
    found: Current,
    rows: Sequence[Conversation],
    own: SetUp | None = None,
    weighed: Ranking | None = None,
) -> dict[str, object]:
    """What `engage/_row.html` asks for besides its row and its `labels`. `own`: how the workspace is set up, `weighed`:
    how its inbox is put in order, both where they were read."""
    now, newest = timezone.now(), ranking.newest(rows)
    here = presence.here(request.workspace, now, conversations=[row.pk for row in rows]) if rows else []
    return {
        "workspace": request.workspace,
        "member": request.member,
        "listing": found.listing,
        "carried": found.listing.query,
        "newest": newest,
        "scores": ranking.explain(rows, now, newest, weighed, own.relating if own else None),
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
