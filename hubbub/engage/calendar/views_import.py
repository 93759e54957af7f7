"""The page that takes planned posts from a file."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render

from hubbub.store.models import Role
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal

from . import importing
from .views import back


@page(Role.RESPONDER)
def import_file(request: MemberRequest) -> HttpResponse:
    """Try a file, see what is wrong line by line, take it in."""
    if request.method != "POST":
        return _page(request)
    plan = "plan" in request.POST
    file = request.FILES.get("file")
    text = file.read() if file else request.POST.get("text", "").encode()
    if not text.strip():
        return _page(request, error="Choose a file first.")
    try:
        lines = importing.read(request.workspace, text)
        lines = importing.tried(request.workspace, lines, plan=plan, by=request.member)
        wrong = [line for line in lines if line.error]
        if wrong or request.POST.get("act") != "take":
            return _page(request, lines=lines, text=text.decode("utf-8-sig"), plan=plan)
        made = importing.take_in(request.workspace, lines, plan=plan, by=request.member)
    except Refusal as no:
        return _page(request, error=str(no))
    messages.success(request, f"{len(made)} taken in.")
    return back(request)


def _page(
    request: MemberRequest,
    *,
    lines: list[importing.Line] | None = None,
    text: str = "",
    plan: bool = False,
    error: str = "",
) -> HttpResponse:
    shown = {
        "columns": importing.COLUMNS,
        "lines": lines,
        "wrong": [line for line in lines or () if line.error],
        "text": text,
        "plan": plan,
        "error": error,
    }
    return render(request, "engage/calendar/import.html", shown, status=422 if error else 200)
