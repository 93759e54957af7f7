"""Pages about statements of reasons and the notices that tell of them: lists, sending one, templates, settings."""

from typing import cast

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from hubbub.core.grounds import CATEGORIES, ILLEGAL, category
from hubbub.core.notices import PLACEHOLDERS
from hubbub.store import policies
from hubbub.store.models import Ground, Notice, NoticeKind, Policy, Role, Statement, StatementEnd, Way
from hubbub.store.statements import notifying
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.lists import links, read_before

from . import notices, notices_actions, statements
from .appeal_keys import base_of, link_of
from .views import see


def _statement(request: MemberRequest, pk: int) -> Statement:
    rows = Statement.of(request.workspace).select_related(
        "workspace", "post", "source", "author__person", "sanction", "rule", "within", "appeal"
    )
    return get_object_or_404(rows, pk=pk)


def _url(request: MemberRequest, name: str, *args: int) -> str:
    return reverse(f"moderate:{name}", args=[request.workspace.slug, *args])


@page(Role.VIEWER)
def statements_list(request: MemberRequest) -> HttpResponse:
    """All of them, newest first, filtered by the address."""
    asked = statements.read_asked(request.GET.dict())
    found = statements.listed(request.workspace, asked, read_before(request))
    context = {
        "rows": found.rows,
        "asked": asked,
        "address": _kept(request.GET),
        "outcomes": list(statements.OUTCOMES.items()),
        "ends": [("stands", "Stands"), ("wrong", "Taken back as wrong"), *StatementEnd.choices[1:]],
        "policies": policies.policies(request.workspace),
        "page": links(request, found.older),
    }
    return render(request, "moderate/statements.html", context)


def _kept(given: QueryDict) -> str:
    here = given.copy()
    here.pop("before", None)
    return here.urlencode()


def _download(request: MemberRequest, kind: str) -> HttpResponse:
    asked = statements.read_asked(request.GET.dict())
    write, mime = (statements.as_csv, "text/csv") if kind == "csv" else (statements.as_jsonl, "application/jsonl")
    answer = StreamingHttpResponse(write(request.workspace, asked), content_type=f"{mime}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{request.workspace.slug}-statements.{kind}"'
    return cast("HttpResponse", answer)  # Django's two kinds of answer share no type that a view may return


@page(Role.VIEWER)
def statements_csv(request: MemberRequest) -> HttpResponse:
    """The same as a table, with the columns of the DSA Transparency Database."""
    return _download(request, "csv")


@page(Role.VIEWER)
def statements_jsonl(request: MemberRequest) -> HttpResponse:
    """The same as JSON lines."""
    return _download(request, "jsonl")


@page(Role.VIEWER)
def statement(request: MemberRequest, pk: int) -> HttpResponse:
    """One statement, and the notice that goes out, as it would read."""
    return _statement_page(request, _statement(request, pk))


def _statement_page(request: MemberRequest, found: Statement, text: str = "", error: str = "") -> HttpResponse:
    sent = list(Notice.of(request.workspace).filter(statement=found).select_related("sent").order_by("pk"))
    told = any(one.appeal_id is None for one in sent)
    policy = notices.policy_of(found)
    context = {
        "statement": found,
        "policy": policy,
        "ground": notices.ground(found, policy, ""),
        "facts": notices.facts(found, ""),
        "automated": notices.automated(found, ""),
        "until": notices.until(found, ""),
        "redress": notices.redress(notifying(request.workspace), ""),
        "parts": list(found.parts.select_related("post")[:50]),
        "notices": sent,
        "ours": notices.to_ourselves(found),
        "draft": None if told else notices.draft(found, notices.KINDS[found.outcome], base=base_of(request)),
        "text": text,
        "error": error,
        "link": link_of(found, base_of(request)),
        "may_decide": request.role.may(Role.MODERATOR),
    }
    return render(request, "moderate/statement.html", context, status=422 if error else 200)


@page(Role.MODERATOR)
@require_POST
def notice_send(request: MemberRequest, pk: int) -> HttpResponse:
    """Send it as it stands in the form."""
    found, text = _statement(request, pk), request.POST.get("text", "")
    try:
        made = notices_actions.send(found, by=request.member, base=base_of(request), text=text)
    except Refusal as no:
        return _statement_page(request, found, text, str(no))
    says = f"{found.source} is asked to deliver it." if made.sent_id else "It is kept here, to be handed over."
    messages.success(request, f"The notice is done. {says}")
    return see(_url(request, "statement", pk))


@page(Role.MODERATOR)
@require_POST
def notice_skip(request: MemberRequest, pk: int) -> HttpResponseRedirect:
    """Tell nobody."""
    try:
        notices_actions.skip(_statement(request, pk), by=request.member, why=request.POST.get("why", "").strip())
        messages.success(request, "No notice goes out about this.")
    except Refusal as no:
        messages.error(request, str(no))
    return see(_url(request, "notices"))


@page(Role.MODERATOR)
@require_POST
def notice_hand(request: MemberRequest, pk: int) -> HttpResponseRedirect:
    """It was handed over in another way."""
    kept = get_object_or_404(Notice.of(request.workspace).select_related("workspace"), pk=pk)
    try:
        notices_actions.hand_over(kept, by=request.member)
        messages.success(request, "Noted: its author has it.")
    except Refusal as no:
        messages.error(request, str(no))
    return see(_url(request, "statement", kept.statement_id))


@page(Role.VIEWER)
def notices_list(request: MemberRequest) -> HttpResponse:
    """What waits to be sent, what is kept to be handed over, what went out lately."""
    waits = statements.listed(request.workspace, statements.Asked(notice="waits"), read_before(request))
    lately = Notice.of(request.workspace).select_related("statement__post", "statement__author", "statement__source")
    rows = lately.select_related("sent").order_by("-pk")
    context = {
        "waits": waits.rows,
        "page": links(request, waits.older),
        "kept": list(rows.filter(sent=None, handed=None)[:50]),
        "sent": list(rows.exclude(sent=None)[:20]),
        "may_decide": request.role.may(Role.MODERATOR),
        "may_change": request.role.may(Role.MANAGER),
    }
    return render(request, "moderate/notices.html", context)


@page(Role.MANAGER)
def notice_settings(request: MemberRequest) -> HttpResponse:
    """How authors are told, and what the law says of each policy."""
    error = ""
    if request.method == "POST":
        given = request.POST
        hours = given.get("goal_hours", "")
        try:
            notices_actions.configure(
                request.workspace,
                by=request.member,
                way=given.get("way", ""),
                outcomes=given.getlist("outcomes"),
                by_rules=given.getlist("by_rules"),
                goal_hours=int(hours) if hours.isdecimal() and len(hours) < 6 else 0,
                redress=given.get("redress", ""),
            )
        except Refusal as no:
            error = str(no)
        else:
            messages.success(request, "Saved.")
            return see(_url(request, "notice_settings"))
    known = {one.policy_id: one for one in Ground.of(request.workspace)}
    grounds = [
        (one, known.get(one.pk) or Ground(policy=one, illegal=one.slug in ILLEGAL, category=category(one.slug)))
        for one in policies.policies(request.workspace)
    ]
    context = {
        "settings": notifying(request.workspace),
        "ways": Way.choices,
        "outcomes": [(one, statements.OUTCOMES[one]) for one in notices_actions.OUTCOMES],
        "grounds": grounds,
        "categories": list(CATEGORIES.items()),
        "error": error,
    }
    return render(request, "moderate/notice_settings.html", context, status=422 if error else 200)


@page(Role.MANAGER)
@require_POST
def policy_ground(request: MemberRequest, pk: int) -> HttpResponseRedirect:
    """What a policy is to the law."""
    found, given = get_object_or_404(Policy.of(request.workspace), pk=pk), request.POST
    try:
        notices_actions.ground(
            found, illegal=given.get("illegal") == "on", law=given.get("law", ""),
            category=given.get("category", ""), by=request.member,
        )  # fmt: skip
        messages.success(request, f"“{found}”: saved.")
    except Refusal as no:
        messages.error(request, str(no))
    return see(_url(request, "notice_settings"))


@page(Role.MANAGER)
def notice_templates(request: MemberRequest) -> HttpResponse:
    """The texts; one is written, and tried with a real post before it is saved."""
    given, error, tried = request.POST, "", None
    asked = given or request.GET
    kind = asked.get("kind", "") if asked.get("kind", "") in NoticeKind.values else NoticeKind.REMOVE.value
    language = asked.get("language", "").strip().lower()[:3]
    found = notices.templates(request.workspace)
    known = next((one for one in found if (one.kind, one.language) == (kind, language)), None)
    text = given.get("text", known.text if known else "")
    if request.method == "POST":
        try:
            if given.get("do") == "try":
                tried = notices.tried(request.workspace, kind, language, text, base_of(request))
            else:
                notices_actions.write(request.workspace, kind, given.get("language", ""), text, by=request.member)
                messages.success(request, "The text is saved.")
                return see(f"{_url(request, 'notice_templates')}?kind={kind}&language={language}")
        except Refusal as no:
            error = str(no)
    context = {
        "templates": found, "kind": kind, "language": language, "text": text, "known": known,
        "kinds": NoticeKind.choices, "placeholders": PLACEHOLDERS.items(), "tried": tried, "error": error,
    }  # fmt: skip
    return render(request, "moderate/notice_templates.html", context, status=422 if error else 200)
