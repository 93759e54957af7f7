"""What the room reads: the inbox's lists, who may be given work."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from django.db.models import Q, QuerySet
from msgspec import Struct

from hubbub.core import query as language
from hubbub.store import bulk, capped
from hubbub.store.models import (
    Conversation,
    ConversationStatus,
    Member,
    Promised,
    Role,
    SavedView,
    Sort,
    Team,
    ViewStatus,
    Whose,
    Workspace,
)
from hubbub.store.talks import Asked, asked

from .listing import TABS
from .ordering import Place, place, stretches, until

PAGE = 30
UNCOUNTED = {"done", "all"}  # tabs whose number asks nobody to do anything
CHUNK = 200  # conversations whose newest post is held against a filter at a time
BUDGET = 2_000  # conversations looked at for one page at most
WINDOW = 10_000  # conversations that the database holds against columns at a time
PASSED = 30_000  # and passes over for one page at most
SOON = timedelta(hours=1)  # a promise that ends within it is about to break

UNFINISHED = (ConversationStatus.OPEN, ConversationStatus.WAITING, ConversationStatus.SNOOZED)
STATUSES: Mapping[str, Sequence[str]] = {
    ViewStatus.OPEN: ("open",),
    ViewStatus.UNFINISHED: UNFINISHED,
    ViewStatus.WAITING: ("waiting",),
    ViewStatus.SNOOZED: ("snoozed",),
    ViewStatus.DONE: ("done",),
}


class Inbox(Struct, frozen=True):
    """One page of conversations."""

    conversations: Sequence[Conversation]
    older: Place | None  # where the next page starts; None at the end
    looked_at: int = 0
    ran_out: bool = False  # the budget ended before the page was full
    slips: Sequence[language.Slip] = ()  # what cannot be searched for; then there are no conversations

    @property
    def says(self) -> str:
        """What to tell when the filter has looked far and the page is not full."""
        if not self.ran_out:
            return ""
        return f"Looked through {self.looked_at:,} conversations, found {len(self.conversations):,}: go on with Older"


def rows(member: Member, tab: str) -> QuerySet[Conversation]:
    """The conversations of a tab as this member sees it. What was merged into another stands there."""
    everything = Conversation.of(member.workspace)
    match tab:
        case "mine":
            return everything.filter(assignee=member, status__in=["open", "waiting"])
        case "unassigned":
            return everything.filter(assignee=None, status="open")
        case "all":
            return everything.filter(merged_into=None)
        case "done":
            return everything.filter(status="done", merged_into=None)
        case _:
            return everything.filter(status=tab)


def rows_of(member: Member, view: SavedView, now: datetime) -> QuerySet[Conversation]:
    """The conversations that fit a saved view's columns; its query is held against them besides."""
    found = Conversation.of(member.workspace)
    if view.status == ViewStatus.ALL:
        found = found.filter(merged_into=None)
    else:
        among = STATUSES[view.status]
        found = found.filter(status=among[0]) if len(among) == 1 else found.filter(status__in=among)
        if view.status == ViewStatus.DONE:
            found = found.filter(merged_into=None)
    match view.whose:
        case Whose.ME:
            found = found.filter(assignee=member)
        case Whose.MY_TEAMS:
            found = found.filter(team__in=member.teams.values("pk"))
        case Whose.NOBODY:
            found = found.filter(assignee=None)
    if view.kind:
        found = found.filter(kind=view.kind)
    match view.promised:
        case Promised.SOON:
            found = found.filter(due__gt=now, due__lte=now + SOON)
        case Promised.BROKEN:
            found = found.filter(due__lte=now)
        case Promised.NONE:
            found = found.filter(due=None)
    return found


def counts(member: Member) -> Mapping[str, str]:
    """Tab → how many, as shown: nothing is counted beyond "999+"."""
    asked = counted_tabs(member.workspace_id, member.pk)
    return {tab: capped.shown(number) for tab, number in zip(asked, capped.counts(list(asked.values())), strict=True)}


@lru_cache(1_024)
def counted_tabs(workspace: int, member: int) -> Mapping[str, capped.Written]:
    """The counts of the tabs that have a number. By ids."""
    who = Member(pk=member, workspace=Workspace(pk=workspace))
    return {tab: capped.written(rows(who, tab)) for tab in TABS if tab not in UNCOUNTED}


def inbox(
    conversations: QuerySet[Conversation],
    query: language.Query | None,
    *,
    now: datetime,
    sort: Sort = Sort.NEWEST,
    before: Place | None = None,
    size: int = PAGE,
    budget: int = BUDGET,
    workspace: Workspace | None = None,
) -> Inbox:
    """A page. With a query: those whose newest post that is not ours matches; with the `workspace` named its search
    index is used, without they are held against the query one by one."""
    found = shown(conversations)
    if query is None:
        if workspace is not None:
            found = found.prefetch_related(None).prefetch_related("source")
        page = _plain(found, sort, before, size)
        if workspace is not None:  # it is known: nobody has to ask for it
            for row in page.conversations:
                row.workspace = workspace
        return page
    wish = asked(workspace, query, now=now)
    if wish.slips:
        return Inbox((), None, slips=wish.slips)
    if wish.few is not None:
        return _few(found, wish, sort, before, size)
    return _along(found, wish, sort, before, size, budget)


def shown(conversations: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """With what a row shows; its tags are `labels`."""
    # workspace and source by themselves: joined, SQLite would begin with them, and put all conversations in order
    found = conversations.select_related("author", "assignee__user", "team")
    return found.prefetch_related("workspace", "source")


def labels(conversations: Sequence[int]) -> Mapping[int, Sequence[str]]:
    """Of conversations of one workspace, by their ids: their tags. One query."""
    found: dict[int, list[str]] = {}
    rows = Conversation.tags.through.objects.filter(conversation__in=conversations).order_by("pk")
    for conversation, name in rows.values_list("conversation", "tag__name"):
        found.setdefault(conversation, []).append(name)
    return found


def _plain(found: QuerySet[Conversation], sort: Sort, before: Place | None, size: int) -> Inbox:
    page: list[Conversation] = []
    for _, part in stretches(found, sort, before):
        page += part[: size + 1 - len(page)]
        if len(page) > size:
            break
    kept = page[:size]
    return Inbox(kept, place(kept[-1], sort) if len(page) > size else None)


def _few(found: QuerySet[Conversation], wish: Asked, sort: Sort, before: Place | None, size: int) -> Inbox:
    """All that can match are known: they are read in their order until the page is full."""
    fit = found.filter(pk__in=bulk.numbered(wish.few or ()))
    pks = [pk for _, part in stretches(fit, sort, before) for pk in part.values_list("pk", flat=True)]
    hits: list[Conversation] = []
    at = 0
    for wanted in _sizes(size):
        rows = found.in_bulk(pks[at : at + wanted])
        hits += wish.caught([rows[pk] for pk in pks[at : at + wanted] if pk in rows])
        at += wanted
        if len(hits) > size or at >= len(pks):
            break
    kept = hits[:size]
    return Inbox(kept, place(kept[-1], sort) if len(hits) > size else None, min(at, len(pks)))


def _sizes(size: int) -> Iterator[int]:
    """How many rows are read at a time: what may fill the page, and more where it did not."""
    wanted = size + 10
    while True:
        yield min(wanted, CHUNK)
        wanted *= 2


def _along(
    found: QuerySet[Conversation], wish: Asked, sort: Sort, before: Place | None, size: int, budget: int
) -> Inbox:
    """Along the list, until the page is full or enough was looked at."""
    hits: list[Conversation] = []
    looked_at = passed = 0
    sizes = _sizes(size)
    for at, part in stretches(found, sort, before):
        rest = part
        while True:
            chunk, seen, end = _chunk(rest, wish.fit, at, sort, min(next(sizes), budget - looked_at))
            looked_at, passed = looked_at + len(chunk), passed + seen
            hits += wish.caught(chunk)
            if len(hits) > size:
                kept = hits[:size]
                return Inbox(kept, place(kept[-1], sort), max(looked_at, passed))
            if end is None:
                break  # this stretch has ended
            if looked_at >= budget or passed >= PASSED:
                return Inbox(hits, end, max(looked_at, passed), ran_out=True)
            rest = next(iter(stretches(found, sort, end)))[1]
    return Inbox(hits, None, max(looked_at, passed))


def _chunk(
    rest: QuerySet[Conversation], fit: Q | None, at: int, sort: Sort, wanted: int
) -> tuple[list[Conversation], int, Place | None]:
    """Some that may match, how many were passed, and where to go on; None: the stretch has ended."""
    if fit is None:
        chunk = list(rest[:wanted])
        return chunk, len(chunk), place(chunk[-1], sort) if len(chunk) == wanted else None
    # the window's end, by the index alone
    bottom = list(rest.select_related(None).prefetch_related(None)[WINDOW - 1 : WINDOW])
    last = place(bottom[0], sort) if bottom else None
    window = rest.filter(until(at, sort, last)) if last else rest
    chunk = list(window.filter(fit)[:wanted])
    if len(chunk) == wanted:
        return chunk, len(chunk), place(chunk[-1], sort)
    return chunk, WINDOW if last else len(chunk), last


def members(workspace: Workspace) -> list[Member]:
    """All who belong to it, also those who cannot sign in at present, by name."""
    found = Member.of(workspace).filter(active=True).select_related("user")
    return sorted(found, key=lambda one: str(one).casefold())


def colleagues(workspace: Workspace) -> list[Member]:
    """All who are there, by name."""
    return [one for one in members(workspace) if one.user.is_active]


def responders(workspace: Workspace) -> list[Member]:
    """Who can be given a conversation, by name."""
    return [one for one in colleagues(workspace) if one.may(Role.RESPONDER)]


def teams(workspace: Workspace) -> list[tuple[int, str]]:
    """Ids and names, by name."""
    return list(Team.of(workspace).order_by("name").values_list("pk", "name"))
