"""Calls about strikes, what they propose, and members' reports; the same actions as the pages."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Status

from hubbub.store import strikes as counted
from hubbub.store.models import Moderation, Person, Proposal, ProposalState, Report, Role, Strike
from hubbub.store.queue.ranking import settings_of
from hubbub.ui.access import MemberRequest, call
from hubbub.ui.api import Refusal
from hubbub.ui.lists import before_of, write_before

from . import reports_actions, strikes_actions
from . import shapes_strikes as shapes
from . import strikes_queries as queries
from .api_queue import named
from .shapes_deeds import ReasonIn
from .views_reports import STATES as REPORT_STATES

router = Router()


@router.get("/people/{pk}/strikes", response=shapes.StrikesOut, summary="A person's strikes")
@call(Role.VIEWER)
def strikes(request: MemberRequest, pk: int) -> shapes.StrikesOut:
    """By all their identities, newest first, at most 200; withdrawn ones among them."""
    return _record(_person(request, pk))


def _person(request: MemberRequest, pk: int) -> Person:
    return get_object_or_404(Person.of(request.workspace).select_related("workspace"), pk=pk)


def _record(person: Person) -> shapes.StrikesOut:
    now = timezone.now()
    rows = [shapes.StrikeOut.of(row) for row in queries.given(person, now)]
    return shapes.StrikesOut(person=person.pk, points=counted.points(person, now), strikes=rows)


@router.post("/people/{pk}/strikes", response={201: shapes.StrikesOut}, summary="Give strike points by hand")
@call(Role.MODERATOR)
def give_strike(request: MemberRequest, pk: int, wish: shapes.StrikeIn) -> Status[shapes.StrikesOut]:
    """With a reason; `policy` by its slug."""
    person, policy = _person(request, pk), named(request.workspace, wish.policy)
    strikes_actions.give(person, wish.points, by=request.member, why=wish.why, policy=policy, days=wish.days)
    return Status(201, _record(person))


@router.post("/strikes/{pk}/withdraw", response=shapes.StrikesOut, summary="Withdraw a strike")
@call(Role.MODERATOR)
def withdraw_strike(request: MemberRequest, pk: int, wish: ReasonIn) -> shapes.StrikesOut:
    """For good; answers with the person's record."""
    found = get_object_or_404(Strike.of(request.workspace).select_related("author"), pk=pk)
    strikes_actions.withdraw(found, by=request.member, why=wish.why)
    return _record(_person(request, found.author.person_id))


@router.get("/proposals", response=shapes.ProposalsOut, summary="What strike points propose")
@call(Role.VIEWER)
def proposals(request: MemberRequest, state: str = "open", before: str = "") -> shapes.ProposalsOut:
    """open, accepted, declined or overtaken; newest first."""
    if state not in ProposalState.values:
        raise Refusal(f"{state!r} is no state: say {', '.join(ProposalState.values)}")
    rows, older = queries.proposed(request.workspace, timezone.now(), state, before=before_of(before))
    found = [shapes.ProposalOut.of(row) for row in rows]
    return shapes.ProposalsOut(proposals=found, before=write_before(older) if older else None)


def _proposal(request: MemberRequest, pk: int) -> Proposal:
    return get_object_or_404(Proposal.of(request.workspace).select_related("author", "workspace"), pk=pk)


def _shown(request: MemberRequest, found: Proposal) -> shapes.ProposalOut:
    row = _proposal(request, found.pk)
    points = counted.points(_person(request, row.author.person_id), timezone.now())
    return shapes.ProposalOut.of(queries.Proposed(row, points, ""))


@router.post("/proposals/{pk}/accept", response=shapes.ProposalOut, summary="Do what is proposed")
@call(Role.MODERATOR)
def accept_proposal(request: MemberRequest, pk: int, wish: shapes.AcceptIn) -> shapes.ProposalOut:
    """Through the outbox; refused where the network cannot."""
    found = _proposal(request, pk)
    strikes_actions.accept(found, by=request.member, why=wish.why)
    return _shown(request, found)


@router.post("/proposals/{pk}/decline", response=shapes.ProposalOut, summary="Decline a proposal")
@call(Role.MODERATOR)
def decline_proposal(request: MemberRequest, pk: int, wish: ReasonIn) -> shapes.ProposalOut:
    """It comes again only when the points fell below and came back."""
    found = _proposal(request, pk)
    strikes_actions.decline(found, by=request.member, why=wish.why)
    return _shown(request, found)


@router.get("/thresholds", response=shapes.Thresholds, summary="How many strike points propose what")
@call(Role.VIEWER)
def thresholds(request: MemberRequest) -> shapes.Thresholds:
    """Of this workspace."""
    return _thresholds(settings_of(request.workspace))


def _thresholds(own: Moderation) -> shapes.Thresholds:
    return shapes.Thresholds(
        warn_at=own.warn_at, mute_at=own.mute_at, mute_hours=own.mute_hours, ban_at=own.ban_at
    )  # fmt: skip


@router.put("/thresholds", response=shapes.Thresholds, summary="Set how many strike points propose what")
@call(Role.MANAGER)
def set_thresholds(request: MemberRequest, wish: shapes.Thresholds) -> shapes.Thresholds:
    """All four; null switches one off."""
    return _thresholds(strikes_actions.set_thresholds(request.workspace, wish.dict(), by=request.member))


@router.get("/reports", response=shapes.ReportsOut, summary="What members reported")
@call(Role.VIEWER)
def reports(
    request: MemberRequest, state: str = "open", post: int | None = None, reporter: int | None = None, before: str = ""
) -> shapes.ReportsOut:
    """open, upheld, dismissed, elsewhere or all; about a post, by a person; newest first."""
    if state not in dict(REPORT_STATES):
        raise Refusal(f"{state!r} is no state: say {', '.join(dict(REPORT_STATES))}")
    asked = "" if state == "all" else state
    found = queries.told(request.workspace, asked, post=post, person=reporter, before=before_of(before))
    rows = [shapes.ReportedOut.of(row) for row in found.rows]
    return shapes.ReportsOut(reports=rows, before=write_before(found.older) if found.older else None)


@router.post("/reports/{pk}/answer", response=shapes.ReportedOut, summary="Answer a report by hand")
@call(Role.MODERATOR)
def answer_report(request: MemberRequest, pk: int, wish: shapes.AnswerIn) -> shapes.ReportedOut:
    """upheld or dismissed; a decision about its post answers it by itself."""
    found = get_object_or_404(Report.of(request.workspace).select_related("workspace"), pk=pk)
    reports_actions.answer(found, wish.outcome, by=request.member, why=wish.why)
    row = Report.of(request.workspace).select_related("reporter", "source").get(pk=pk)
    return shapes.ReportedOut.of(queries.weighed(request.workspace, [row])[0])
