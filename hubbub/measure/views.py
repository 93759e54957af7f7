"""The room's pages."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from hubbub.store.models import Role
from hubbub.ui import sheets
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.lists import is_once

from . import picture, queries
from .forms import MOST, SPANS, USUAL, PeriodForm


@page(Role.VIEWER)
def mentions(request: MemberRequest) -> HttpResponse:
    """Mentions a day by topic, as a picture and as tables."""
    form = PeriodForm(request.GET, workspace=request.workspace, today=timezone.now().date())
    shown: dict[str, object] = {
        "form": form,
        "has_topics": queries.has_topics(request.workspace),
        "listened": queries.listened(request.workspace),
    }
    if form.is_valid():
        chosen: list[int] = form.cleaned_data["topic"]
        once, fresh = is_once(request, usual=False), "fresh" in request.GET
        report = queries.report(request.workspace, form.cleaned_data["period"], chosen, once=once, fresh=fresh)
        if fresh:  # so that the address that stays does not count again whenever it is opened
            return HttpResponseRedirect(_without_fresh(request), status=303)
        shown |= {
            "report": report,
            "picture": picture.draw(request.workspace, report, once=once),
            "drawn": picture.panels_that_fit(report),
            "spans": _spans(form, chosen, once),
            "chosen": chosen,
            "once": once,
            "switch": _switch(request, once),
            "same": urlencode(_same(report.period, chosen)),
            "counted": report.counted,
            "fresh": _without_fresh(request, "fresh=1"),
        }
    return render(request, "measure/mentions.html", shown, status=200 if form.is_valid() else 422)


def _without_fresh(request: MemberRequest, more: str = "") -> str:
    asked = request.GET.copy()
    asked.pop("fresh", None)
    given = "&".join(part for part in (asked.urlencode(), more) if part)
    return f"{request.path}?{given}" if given else request.path


def _switch(request: MemberRequest, once: bool) -> str:
    asked = request.GET.copy()
    asked["alike"] = "all" if once else "once"
    return f"?{asked.urlencode()}"


def _spans(form: PeriodForm, chosen: Sequence[int], once: bool) -> list[tuple[int, str, bool]]:
    dated = bool(form.cleaned_data["from"] or form.cleaned_data["to"])
    here = None if dated else form.cleaned_data["days"] or USUAL
    topics: list[tuple[str, object]] = [("topic", topic) for topic in chosen]
    topics += [("alike", "once")] if once else []
    return [(days, "?" + urlencode([("days", days), *topics]), days == here) for days in SPANS]


def _same(period: queries.Period, chosen: Sequence[int]) -> list[tuple[str, object]]:
    return [("from", period.first), ("to", period.last), *(("topic", topic) for topic in chosen)]


@page(Role.VIEWER)
def mentions_csv(request: MemberRequest) -> HttpResponse:
    """The table by day for a spreadsheet: one line a day and topic, UTF-8."""
    form = PeriodForm(request.GET, workspace=request.workspace, today=timezone.now().date())
    if not form.is_valid():
        slips = " ".join(str(slip) for slips in form.errors.values() for slip in slips)
        return HttpResponse(slips, status=422, content_type="text/plain; charset=utf-8")
    report = queries.report(request.workspace, form.cleaned_data["period"], form.cleaned_data["topic"], columns=MOST)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    period = report.period
    answer.headers["Content-Disposition"] = f'attachment; filename="mentions-{period.first}-{period.last}.csv"'
    answer.write(sheets.line(["day_utc", "topic_id", "topic", "mentions", "mentions_in_period_before", "posts_read"]))
    for row in reversed(report.days):
        for topic, count in row.mentions:
            before = report.days_before.get((topic.id, row.day), 0)
            cells = (row.day, topic.id, sheets.harmless(topic.name), count, before, row.posts)
            answer.write(sheets.line(cells))
    return answer
