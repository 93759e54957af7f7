"""What the room reads: the inbox's lists, who may be given work."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import QuerySet
from msgspec import Struct

from hubbub.core import query as language
from hubbub.store import capped
from hubbub.store.models import Conversation, Member, Role, Workspace
from hubbub.store.search import Before, matching, newest_of, older_than

from .listing import TABS

PAGE = 30
UNCOUNTED = {"done", "all"}  # tabs whose number asks nobody to do anything
CHUNK = 200  # conversations whose newest post is held against a filter at a time
BUDGET = 2_000  # conversations looked at for one page at most


class Inbox(Struct, frozen=True):
    """One page of conversations, newest first."""

    conversations: Sequence[Conversation]
    older: Before | None  # where the next page starts; None at the end
    looked_at: int = 0
    ran_out: bool = False  # the budget ended before the page was full

    @property
    def says(self) -> str:
        """What to tell when the filter has looked far and the page is not full."""
        if not self.ran_out:
            return ""
        return f"Looked through {self.looked_at:,} conversations, found {len(self.conversations):,}: go on with Older"


def rows(member: Member, tab: str) -> QuerySet[Conversation]:
    """The conversations of a tab as this member sees it."""
    everything = Conversation.of(member.workspace)
    match tab:
        case "mine":
            return everything.filter(assignee=member, status__in=["open", "waiting"])
        case "unassigned":
            return everything.filter(assignee=None, status="open")
        case "all":
            return everything
        case _:
            return everything.filter(status=tab)


def belongs(conversation: Conversation, member: Member, tab: str) -> bool:
    """Whether the conversation stands in that tab now."""
    match tab:
        case "mine":
            return conversation.assignee_id == member.pk and conversation.status != "done"
        case "unassigned":
            return conversation.assignee_id is None and conversation.status == "open"
        case "all":
            return True
        case _:
            return conversation.status == tab


def counts(member: Member) -> Mapping[str, str]:
    """Tab → how many, as shown: nothing is counted beyond "999+"."""
    return {tab: capped.shown(capped.count(rows(member, tab))) for tab in TABS if tab not in UNCOUNTED}


def inbox(
    conversations: QuerySet[Conversation],
    query: language.Query | None,
    *,
    now: datetime,
    before: Before | None = None,
    size: int = PAGE,
    budget: int = BUDGET,
) -> Inbox:
    """A page, newest first. With a query: those whose newest post that is not ours matches."""
    # workspace and source by themselves: joined, SQLite would begin with them, and put all conversations in order
    found = conversations.select_related("author", "assignee__user").prefetch_related("workspace", "source")
    newest_first = found.order_by("-last_post", "-id")
    hits: list[Conversation] = []
    looked_at = 0
    while len(hits) <= size:
        wanted = min(CHUNK, budget - looked_at) if query else size + 1
        chunk = list(older_than(newest_first, before, when="last_post")[:wanted])
        looked_at += len(chunk)
        hits += _caught(chunk, query, now) if query else chunk
        if len(chunk) < wanted or len(hits) > size:
            break
        before = _place(chunk[-1])
        if looked_at >= budget:
            return Inbox(hits, before, looked_at, ran_out=True)
    shown = hits[:size]
    return Inbox(shown, _place(shown[-1]) if len(hits) > size else None, looked_at)


def _place(conversation: Conversation) -> Before:
    return Before(conversation.last_post, conversation.pk)


def _caught(chunk: Sequence[Conversation], query: language.Query, now: datetime) -> list[Conversation]:
    newest = newest_of(chunk)
    caught = matching(newest, query, now=now)
    hits = {post.conversation_id for post in newest if post.pk in caught}
    return [conversation for conversation in chunk if conversation.pk in hits]


def responders(workspace: Workspace) -> list[Member]:
    """Who can be given a conversation, by name."""
    members = Member.of(workspace).filter(active=True, user__is_active=True).select_related("user")
    return sorted((one for one in members if one.may(Role.RESPONDER)), key=lambda one: str(one).casefold())
