"""Pages of promises: the list, one of them, how well they are kept."""

from typing import cast

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from hubbub.core import query as language
from hubbub.store.models import Promise, Role
from hubbub.store.promises import Line, line_of, lines_of
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.lists import links, offer_undo, read_before

from . import actions, kept, queries
from .forms import PromiseForm


def _to(request: MemberRequest, name: str = "engage:promises") -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(name, args=[request.workspace.slug]), status=303)


@page(Role.VIEWER)
def promises(request: MemberRequest) -> HttpResponse:
    """The list in its order, or those that were retired."""
    retired = "retired" in request.GET
    shown = {
        "rows": queries.listed(request.workspace, retired=retired),
        "retired": retired,
        "any_retired": Promise.of(request.workspace).filter(retired__isnull=False).exists(),
        "may_write": request.role.may(Role.MANAGER),
    }
    return render(request, "engage/promises/promises.html", shown)


@page(Role.MANAGER)
def promise_new(request: MemberRequest) -> HttpResponse:
    """Make one."""
    form = PromiseForm(request.POST or None, workspace=request.workspace)
    return _form(request, form, None)


@page(Role.VIEWER, to_write=Role.MANAGER)
def promise(request: MemberRequest, promise_id: int) -> HttpResponse:
    """Change one."""
    row = queries.promise_of(request.workspace, promise_id)
    form = PromiseForm(request.POST or None, workspace=request.workspace, promise=row)
    return _form(request, form, row)


def _form(request: MemberRequest, form: PromiseForm, row: Promise | None) -> HttpResponse:
    tried: queries.Tried | None = None
    slips: tuple[language.Slip, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            if "try" in request.POST:
                tried = _tried(request, form, row)
            elif row is None:
                made = actions.add_promise(request.workspace, form.draft(), by=request.member)
                messages.success(request, f"“{made.name}” is promised from now on.")
                return _to(request)
            else:
                actions.change_promise(row, form.draft(), by=request.member)
                messages.success(request, "Saved. What waits is counted anew in a moment.")
                return _to(request)
        except language.QueryError as error:
            slips = tuple(error.slips)
            form.add_error("query", "This cannot be read; see below.")
        except Refusal as no:
            form.add_error(None, str(no))
    shown = {
        "form": form,
        "promise": row,
        "tried": tried,
        "slips": slips,
        "text": form.data.get("query", "") if form.is_bound else "",
        "may_write": request.role.may(Role.MANAGER),
    }
    return render(request, "engage/promises/promise.html", shown, status=422 if form.errors else 200)


def _tried(request: MemberRequest, form: PromiseForm, row: Promise | None) -> queries.Tried:
    """Nothing is saved. Raises QueryError and Refusal."""
    draft = form.draft()
    query = actions.check_query(request.workspace, draft.query)
    imagined = Promise(
        workspace=request.workspace, name=draft.name, query=draft.query, priorities=list(draft.priorities)
    )
    before = [line for line in lines_of(request.workspace) if row is None or line.promise.place < row.place]
    hours = line_of(Promise(workspace=request.workspace, hours=draft.hours)).hours
    return queries.try_out(Line(imagined, query, hours), before, timezone.now())


@require_POST
@page(Role.MANAGER)
def promise_retire(request: MemberRequest, promise_id: int) -> HttpResponse:
    """It applies no more, with undo."""
    row = queries.promise_of(request.workspace, promise_id)
    actions.retire(row, by=request.member, why=request.POST.get("why", "")[:1000])
    undo = reverse("engage:promise_back", args=[request.workspace.slug, row.pk])
    offer_undo(request, f"“{row.name}” is retired.", undo, [("why", "undone")])
    return _to(request)


@require_POST
@page(Role.MANAGER)
def promise_back(request: MemberRequest, promise_id: int) -> HttpResponse:
    """It applies again."""
    row = queries.promise_of(request.workspace, promise_id)
    actions.bring_back(row, by=request.member, why=request.POST.get("why", "")[:1000])
    messages.success(request, f"“{row.name}” is promised again.")
    return _to(request)


@require_POST
@page(Role.MANAGER)
def promise_move(request: MemberRequest, promise_id: int) -> HttpResponse:
    """One place up or down."""
    row = queries.promise_of(request.workspace, promise_id)
    actions.move(row, request.POST.get("to") == "up", by=request.member)
    return _to(request)


@page(Role.VIEWER)
def promises_kept(request: MemberRequest) -> HttpResponse:
    """Week by week, by promise, member and network."""
    asked, fresh = kept.read_asked(request.GET.dict()), "fresh" in request.GET
    report = kept.report(request.workspace, asked, timezone.now(), fresh=fresh)
    if fresh:  # so that the address that stays does not count again whenever it is opened
        return HttpResponseRedirect(request.path + asked.url(), status=303)
    shown = {
        "asked": asked,
        "report": report,
        "counted": report.counted,
        "fresh": f"{asked.url()}&fresh",
        "lengths": (4, 12, 26, 53),
        "kinds": (("first", "First replies"), ("next", "Next replies"), ("", "Both")),
        "promised": Promise.of(request.workspace).exists(),
        "may_write": request.role.may(Role.MANAGER),
    }
    return render(request, "engage/promises/kept.html", shown)


@page(Role.VIEWER)
def promises_waits(request: MemberRequest) -> HttpResponse:
    """The conversations behind a number."""
    asked = kept.read_asked(request.GET.dict())
    found = kept.behind(request.workspace, asked, read_before(request))
    ends = [(end, name, asked.url(end=end)) for end, name in ENDS.items()]
    shown = {"asked": asked, "rows": found.rows, "page": links(request, found.older), "ends": ends}
    return render(request, "engage/promises/waits.html", shown)


ENDS = {
    "": "All",
    "kept": "In time",
    "broken": "Too late",
    "waiting": "Still waiting",
    "late": "Late, still waiting",
    "running": "Waiting, in time",
    "dropped": "Ended without a reply",
}


@page(Role.VIEWER)
def promises_csv(request: MemberRequest) -> HttpResponse:
    """The same as a table."""
    asked = kept.read_asked(request.GET.dict())
    answer = StreamingHttpResponse(kept.as_csv(request.workspace, asked), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{request.workspace.slug}-promises.csv"'
    return cast("HttpResponse", answer)  # Django's two kinds of answer share no type that a view may return
