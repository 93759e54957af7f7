"""Calls about opportunities, through the same actions as the pages."""

from datetime import datetime
from typing import Literal

from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema

from hubbub.core import query as language
from hubbub.store import word_lists
from hubbub.store.models import Opportunity, PassReason, Role, Source
from hubbub.ui.access import MemberRequest, call

from . import actions, queries

router = Router()
State = Literal["open", "taken", "passed", "lapsed", "over"]
Came = Literal["", "answered", "answer_back", "relation", "done"]


class FitPartOut(Schema):
    """A factor of the fit."""

    what: str
    factor: float
    words: str


class OpportunityOut(Schema):
    """One opportunity."""

    id: int
    state: str
    fit: int
    parts: list[FitPartOut]
    source: int
    thread: str
    post: int
    url: str
    topics: list[str]
    published: datetime
    conversation: int | None
    reason: str

    @classmethod
    def of(cls, one: queries.Listed) -> "OpportunityOut":
        """As the API tells it."""
        row = one.row
        return cls(
            id=row.pk,
            state=row.state,
            fit=one.fit,
            parts=[FitPartOut(what=part.what, factor=part.factor, words=part.words) for part in one.parts],
            source=row.source_id,
            thread=row.thread,
            post=row.post_id,
            url=row.post.url,
            topics=row.topics,
            published=row.published,
            conversation=row.conversation_id,
            reason=row.reason,
        )


class OpportunitiesOut(Schema):
    """One page; `after` asks for the next."""

    items: list[OpportunityOut]
    after: str


class OpportunityTakenOut(Schema):
    """Where it goes on."""

    conversation: int


class PassIn(Schema):
    """What is passed over, and why."""

    opportunities: list[int]
    reason: Literal["", "field", "rules", "nothing", "trouble"] = ""
    why: str = ""


class OpportunitiesMovedOut(Schema):
    """What was changed."""

    changed: list[int]


class BackIn(Schema):
    """What is opened again."""

    opportunities: list[int]
    why: str = ""


class HouseRulesIn(Schema):
    """What a place allows."""

    stance: Literal["", "welcome", "answer", "ask", "closed"]
    note: str = ""
    url: str = ""
    why: str = ""


class HouseRulesOut(Schema):
    """What a place allows."""

    source: int
    stance: str
    note: str
    url: str


class CountOut(Schema):
    """How many."""

    what: str
    number: str  # "999+" where there are more


@router.get("/opportunities", response=OpportunitiesOut, summary="Conversations that we are not in, by their fit")
@call(Role.VIEWER)
def opportunities(
    request: MemberRequest, state: State = "open", came: Came = "", q: str = "", after: str = ""
) -> OpportunitiesOut:
    """`q` is held against the post; `came`: of the taken ones those of which this came."""
    query = word_lists.read(q, language.Use.VIEW, request.workspace) if q.strip() else None
    found = queries.listed(request.workspace, state, query, now=timezone.now(), came=came, after=after)
    return OpportunitiesOut(items=[OpportunityOut.of(one) for one in found.rows], after=found.after)


@router.get("/opportunities/counts", response=list[CountOut], summary="What became of opportunities")
@call(Role.VIEWER)
def counts(request: MemberRequest) -> list[CountOut]:
    """By state, then what came of those that were taken."""
    found = [*queries.counts(request.workspace), *queries.outcomes(request.workspace)]
    return [CountOut(what=one.came or one.state, number=one.shown) for one in found]


@router.post("/opportunities/pass", response=OpportunitiesMovedOut, summary="Pass over opportunities")
@call(Role.RESPONDER)
def pass_over(request: MemberRequest, wish: PassIn) -> OpportunitiesMovedOut:
    """Those that are not open are left alone."""
    reason = PassReason(wish.reason)
    moved = actions.pass_over(request.workspace, wish.opportunities, reason, by=request.member, why=wish.why)
    return OpportunitiesMovedOut(changed=[row.pk for row in moved])


@router.post("/opportunities/back", response=OpportunitiesMovedOut, summary="Open opportunities again")
@call(Role.RESPONDER)
def bring_back(request: MemberRequest, wish: BackIn) -> OpportunitiesMovedOut:
    """What was passed over or let go."""
    moved = actions.bring_back(request.workspace, wish.opportunities, by=request.member, why=wish.why)
    return OpportunitiesMovedOut(changed=[row.pk for row in moved])


@router.post("/opportunities/{pk}/take", response=OpportunityTakenOut, summary="Take an opportunity into the inbox")
@call(Role.RESPONDER)
def take(request: MemberRequest, pk: int) -> OpportunityTakenOut:
    """Its thread becomes a conversation, given to whoever takes it."""
    row = get_object_or_404(Opportunity.of(request.workspace).select_related("workspace"), pk=pk)
    return OpportunityTakenOut(conversation=actions.take(row, by=request.member).pk)


@router.put("/sources/{source_id}/house-rules", response=HouseRulesOut, summary="Write down what a place allows")
@call(Role.RESPONDER)
def house_rules(request: MemberRequest, source_id: int, wish: HouseRulesIn) -> HouseRulesOut:
    """Of a source that is not ours; an empty stance takes it back."""
    source = get_object_or_404(Source.of(request.workspace).select_related("workspace"), pk=source_id)
    row = actions.set_house_rules(source, wish.stance, wish.note, wish.url, by=request.member, why=wish.why)
    if row is None:
        return HouseRulesOut(source=source.pk, stance="", note="", url="")
    return HouseRulesOut(source=source.pk, stance=row.stance, note=row.note, url=row.url)
