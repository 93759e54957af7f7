"""Pages about the audit log."""

from typing import cast

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from hubbub.store.models import Role
from hubbub.store.sealing import exported, head
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.lists import links, read_before

from .log import as_csv, choices, read_asked
from .log import log as read_log


@page(Role.VIEWER)
def log(request: MemberRequest) -> HttpResponse:
    """Every write, newest first."""
    asked = read_asked(request)
    found = read_log(request.workspace, asked, read_before(request))
    return render(
        request,
        "moderate/log.html",
        {
            "entries": found.entries,
            "asked": asked,
            "choices": choices(request.workspace, asked),
            "page": links(request, found.older),
            "address": request.GET.urlencode(),
            "sealed": head(request.workspace),
        },
    )


@page(Role.VIEWER)
def log_csv(request: MemberRequest) -> HttpResponse:
    """The same as a file, however long it is."""
    lines = as_csv(request.workspace, read_asked(request))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{request.workspace.slug}-log.csv"'
    return cast("HttpResponse", answer)  # Django's two kinds of answer share no type that a view may return


@page(Role.VIEWER)
def log_chain(request: MemberRequest) -> HttpResponse:
    """All that is sealed, with the chain over it, as JSON lines."""
    answer = StreamingHttpResponse(exported(request.workspace), content_type="application/jsonl; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{request.workspace.slug}-log.jsonl"'
    return cast("HttpResponse", answer)
