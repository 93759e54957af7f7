"""What changed for an open page since it asked last: rows of its list, its conversation, who is here.

Where nothing changed, this asks the database two short questions: what was settled since, and who is here. Everything
that changes a conversation has it settled a moment later (`hubbub.store.settling`), so that one column tells of all.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from msgspec import Struct

from hubbub.engage.current import Current, current
from hubbub.engage.ordering import key
from hubbub.engage.pane import row_context
from hubbub.engage.queries import PAGE, labels, shown
from hubbub.engage.thread import conversation_outbox
from hubbub.store import presence
from hubbub.store.models import Conversation, ConversationStatus, Member, OutboxState
from hubbub.store.outbox import ANSWERS
from hubbub.store.talks import asked
from hubbub.ui.access import MemberRequest
from hubbub.ui.ids import id_of, ids_of

from . import actions

MOST = 200  # changed conversations that are looked at in one answer
SHOWN = 100  # rows of a page
OVERLAP = timedelta(seconds=3)  # what was settled in a transaction that ended later than its clock says

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json]"


class Wish(Struct, frozen=True):
    """What a page tells of itself."""

    since: datetime | None = None  # `until` of the answer before; None: the page was just made
    shown: Sequence[int] = ()  # the rows of its list, in their order
    here: int = 0  # the conversation that is open; 0: none
    writing: bool = False
    seen_row: int = 0  # the newest of our replies that the page shows


def asked_of(request: MemberRequest) -> Wish:
    """Read from a form; nonsense counts as nothing."""
    return wish_of(request.POST)


def wish_of(given: QueryDict) -> Wish:
    """The same for who has the form alone."""
    pks = ids_of(given.get("shown", "").split(",")[:SHOWN])
    here, row = given.get("here", ""), given.get("seen_row", "")
    return Wish(
        _moment(given.get("since", "")),
        pks,
        id_of(here) or 0,
        given.get("writing") == "1",
        id_of(row) or 0,
    )


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def changes(request: MemberRequest, wish: Wish, *, now: datetime) -> dict[str, Json]:
    """See the keys; `until` is what the page says as `since` the next time."""
    member = request.member
    everybody = presence.here(member.workspace, now)
    own = next((one for one in everybody if (one.member, one.conversation) == (member.pk, wish.here)), None)
    here = None
    if wish.here and (own is None or not presence.holds(own, now, writing=wish.writing)):
        here = _open(request, wish)
        if here is not None:
            actions.see(here, by=member, writing=wish.writing)
    answer: dict[str, Json] = {"until": now.isoformat(), "people": _others(everybody, member)}
    since = wish.since or now
    moved = _moved(request, wish, since - OVERLAP)
    if moved:
        here = here or _open(request, wish)
        answer |= _list(request, wish, moved, here)
        if here is not None and here.pk in moved and moved[here.pk] > since - OVERLAP:
            answer |= {"thread": moved[here.pk].isoformat(), "answered": _answered(here, wish, member)}
    return answer


def _open(request: MemberRequest, wish: Wish) -> Conversation | None:
    """The conversation that the page shows; None: none, or it is gone."""
    found = Conversation.of(request.workspace).filter(pk=wish.here).select_related("workspace")
    return found.first() if wish.here else None


def people(member: Member, now: datetime) -> list[Json]:
    """Everybody else in the workspace who has a conversation open."""
    return _others(presence.here(member.workspace, now), member)


def _others(everybody: Sequence[presence.Here], member: Member) -> list[Json]:
    return [
        {"conversation": one.conversation, "name": one.name, "writing": one.writing}
        for one in everybody
        if one.member != member.pk
    ]


def _moved(request: MemberRequest, wish: Wish, since: datetime) -> Mapping[int, datetime]:
    rows = Conversation.of(request.workspace).filter(settled__gt=since).order_by("-settled").only("settled")
    found = {row.pk: row.settled for row in rows[:MOST] if row.settled}
    if len(found) == MOST:  # more changed at once than is told: what the page shows is told all the same
        found |= {row.pk: row.settled for row in rows.filter(pk__in=[*wish.shown, wish.here]) if row.settled}
    return found


def _list(
    request: MemberRequest, wish: Wish, moved: Mapping[int, datetime], here: Conversation | None
) -> dict[str, Json]:
    """`rows`: what shown rows look like now; `gone`: shown rows that left the list, with why; `fresh`: conversations
    that came into it where the page would show them; `left`: those that are in it no more."""
    found = current(request)
    if found.filter.slips:
        return {}
    there = _standing(found, list(moved))
    rows = {pk: there[pk] for pk in wish.shown if pk in there}
    gone = [pk for pk in wish.shown if pk in moved and pk not in there]
    answer: dict[str, Json] = {
        "rows": _rendered(request, found, list(rows.values()), here),
        "gone": {str(pk): words for pk, words in _gone(request, gone).items()},
        "left": [pk for pk in moved if pk not in there],
    }
    if found.listing.before is None:
        answer["fresh"] = _fresh(found, wish, [one for pk, one in there.items() if pk not in wish.shown])
    return answer


def _standing(found: Current, pks: Sequence[int]) -> dict[int, Conversation]:
    rows = list(shown(found.rows.filter(pk__in=pks)))
    if found.query is not None:
        rows = asked(None, found.query, now=found.at).caught(rows)
    return {row.pk: row for row in rows}


def _fresh(found: Current, wish: Wish, rows: Sequence[Conversation]) -> list[Json]:
    if len(wish.shown) >= PAGE:
        last = found.rows.filter(pk=wish.shown[-1]).first()
        if last is not None:
            end = key(last, found.listing.sort)
            rows = [row for row in rows if key(row, found.listing.sort) < end]
    return [row.pk for row in rows]


def _rendered(
    request: MemberRequest, found: Current, rows: Sequence[Conversation], here: Conversation | None
) -> dict[str, Json]:
    if not rows:
        return {}
    # the row of the open conversation has no keys of its own: they would be pressed instead of those beside it
    slug = request.workspace.slug
    place = reverse("engage:conversation", args=[slug, here.pk]) if here else reverse("engage:inbox", args=[slug])
    said = {**row_context(request, found, rows), "labels": labels([row.pk for row in rows])}
    context = {**said, "conversation": here, "back": place + found.listing.query}
    return {str(row.pk): render_to_string("engage/_row.html", {**context, "row": row}, request) for row in rows}


def _gone(request: MemberRequest, pks: Sequence[int]) -> dict[int, str]:
    rows = Conversation.of(request.workspace).filter(pk__in=pks).select_related("assignee__user")
    words = {
        row.pk: ConversationStatus(row.status).label + (f", {row.assignee}" if row.assignee else "") for row in rows
    }
    return {pk: words.get(pk, "Not here any more") for pk in pks}


def _answered(here: Conversation, wish: Wish, member: Member) -> str:
    """That a colleague answered since the page was made; the form asks again when it is sent."""
    replies = (
        conversation_outbox(here).filter(verb__in=ANSWERS, pk__gt=wish.seen_row).exclude(state=OutboxState.DROPPED)
    )
    other = replies.exclude(by_member=member).order_by("-id").first()
    return f"{other.by_name} has just replied. Read that before you send yours." if other else ""
