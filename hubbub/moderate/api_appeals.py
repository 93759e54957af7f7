"""Calls about statements of reasons, notices to authors, appeals, and the transparency report."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router

from hubbub.store.models import Appeal, AppealState, Role, Statement
from hubbub.ui.access import MemberRequest, call
from hubbub.ui.api import Refusal
from hubbub.ui.lists import before_of, write_before

from . import appeals_actions, appeals_queries, notices, notices_actions, statements, transparency
from . import shapes_appeals as shapes
from .appeal_keys import base_of

router = Router()


def _statement(request: MemberRequest, pk: int) -> Statement:
    rows = Statement.of(request.workspace).select_related("workspace", "post", "source", "author")
    return get_object_or_404(rows, pk=pk)


@router.get("/statements", response=shapes.StatementsOut, summary="Statements of reasons")
@call(Role.VIEWER)
def list_statements(
    request: MemberRequest,
    since: date | None = None,
    until: date | None = None,
    outcome: str = "",
    policy: str = "",
    end: str = "",
    notice: str = "",
    before: str = "",
) -> shapes.StatementsOut:
    """Newest first; days are in UTC, both belong to the period."""
    asked = statements.Asked(since, until, outcome, policy, end=end, notice=notice)
    found = statements.listed(request.workspace, asked, before_of(before))
    older = write_before(found.older) if found.older else None
    return shapes.StatementsOut(items=[shapes.StatementOut.of(row) for row in found.rows], before=older)


@router.get("/statements/file", summary="Statements with the columns of the DSA Transparency Database")
@call(Role.VIEWER)
def statements_file(
    request: MemberRequest, since: date | None = None, until: date | None = None, form: str = "jsonl"
) -> HttpResponse:
    """`form`: jsonl or csv. Nothing in it tells who an author is."""
    if form not in ("jsonl", "csv"):
        raise Refusal(f"“{form}” is no form: say jsonl or csv")
    asked = statements.Asked(since, until)
    if form == "csv":
        lines, kind = statements.as_csv(request.workspace, asked), "text/csv"
    else:
        lines, kind = statements.as_jsonl(request.workspace, asked), "application/jsonl"
    return HttpResponse("".join(lines), content_type=f"{kind}; charset=utf-8")


@router.get("/statements/{pk}", response=shapes.StatementOut, summary="A statement of reasons")
@call(Role.VIEWER)
def statement(request: MemberRequest, pk: int) -> shapes.StatementOut:
    """One of them."""
    return shapes.StatementOut.of(_statement(request, pk))


@router.get("/statements/{pk}/notice", response=shapes.DraftOut, summary="The notice to its author, as it would go out")
@call(Role.VIEWER)
def notice_draft(request: MemberRequest, pk: int) -> shapes.DraftOut:
    """Changes nothing."""
    found = _statement(request, pk)
    return shapes.DraftOut.of(notices.draft(found, notices.KINDS[found.outcome], base=base_of(request)))


@router.post("/statements/{pk}/notice", response=shapes.NoticeOut, summary="Send or keep the notice to its author")
@call(Role.MODERATOR)
def notice_send(request: MemberRequest, pk: int, wish: shapes.NoticeIn) -> shapes.NoticeOut:
    """Through the outbox, where its network has a way."""
    found = _statement(request, pk)
    return shapes.NoticeOut.of(notices_actions.send(found, by=request.member, base=base_of(request), text=wish.text))


@router.post("/statements/{pk}/silence", response=shapes.StatementOut, summary="Send no notice about it")
@call(Role.MODERATOR)
def notice_skip(request: MemberRequest, pk: int) -> shapes.StatementOut:
    """It can be sent later all the same."""
    notices_actions.skip(_statement(request, pk), by=request.member)
    return shapes.StatementOut.of(_statement(request, pk))


@router.get("/notices/templates", response=list[shapes.TemplateOut], summary="The texts of notices")
@call(Role.VIEWER)
def templates(request: MemberRequest) -> list[shapes.TemplateOut]:
    """By kind and language."""
    return [shapes.TemplateOut.of(one) for one in notices.templates(request.workspace)]


@router.put("/notices/templates", response=shapes.TemplateOut, summary="Write a text of notices")
@call(Role.MANAGER)
def write_template(request: MemberRequest, wish: shapes.TemplateIn) -> shapes.TemplateOut:
    """Refused where it names a placeholder that is not known."""
    made = notices_actions.write(
        request.workspace, wish.kind, wish.language, wish.text, by=request.member, why=wish.why
    )
    return shapes.TemplateOut.of(made)


@router.get("/appeals", response=shapes.AppealsOut, summary="Appeals by authors")
@call(Role.VIEWER)
def appeals(request: MemberRequest, state: str = "", before: str = "") -> shapes.AppealsOut:
    """`state` open: those that wait, oldest first; else newest first."""
    if state and state not in AppealState.values:
        raise Refusal(f"“{state}” is no state: say {', '.join(AppealState.values)}")
    found = appeals_queries.listed(request.workspace, request.member, state=state, before=before_of(before))
    older = write_before(found.older) if found.older else None
    return shapes.AppealsOut(items=[shapes.AppealOut.of(one.appeal) for one in found.lines], before=older)


@router.get("/appeals/{pk}", response=shapes.AppealOut, summary="An appeal")
@call(Role.VIEWER)
def appeal(request: MemberRequest, pk: int) -> shapes.AppealOut:
    """One of them."""
    return shapes.AppealOut.of(get_object_or_404(Appeal.of(request.workspace), pk=pk))


@router.post("/appeals/{pk}/answer", response=shapes.AppealOut, summary="Uphold a decision, or take it back")
@call(Role.MODERATOR)
def answer(request: MemberRequest, pk: int, wish: shapes.AppealAnswerIn) -> shapes.AppealOut:
    """Refused to whoever made the decision, where anybody else can answer."""
    found = get_object_or_404(Appeal.of(request.workspace).select_related("workspace"), pk=pk)
    done = appeals_actions.decide(found, overturn=wish.overturn, by=request.member, why=wish.why, base=base_of(request))
    return shapes.AppealOut.of(done)


@router.get("/transparency", response=shapes.TransparencyOut, summary="The transparency report for a period")
@call(Role.VIEWER)
def transparency_report(
    request: MemberRequest, since: date | None = None, until: date | None = None
) -> shapes.TransparencyOut:
    """The last 30 days where no period is named; a year at most."""
    first, last = transparency.period(since, until, timezone.now().date())
    made = transparency.report(request.workspace, first, last)
    return shapes.TransparencyOut.of(made, dict(transparency.DEFINITIONS))
