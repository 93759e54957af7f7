"""The page of what posts say: sentiment and intent over time."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from msgspec import Struct

from hubbub.core.facts import INTENTS, SENTIMENTS
from hubbub.store.models import Role, Topic
from hubbub.ui import charts, judged
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.lists import is_once

from . import queries
from .forms import SPANS, USUAL, PeriodForm
from .queries import Compared
from .said import FILTERS, Said, said


class Row(Struct, frozen=True):
    """One class in the period, with the addresses of its posts."""

    word: str
    number: Compared
    url: str
    url_before: str


@page(Role.VIEWER)
def what_is_said(request: MemberRequest) -> HttpResponse:
    """Sentiment and intent, as a picture and as tables."""
    asked = request.GET.copy()
    asked.setlist("topic", [topic for topic in asked.getlist("topic") if topic])  # none: all posts
    form = PeriodForm(asked, workspace=request.workspace, today=timezone.now().date())
    shown: dict[str, object] = {"form": form, "listened": queries.listened(request.workspace)}
    if form.is_valid():
        chosen: list[int] = form.cleaned_data["topic"]
        topic = Topic.of(request.workspace).filter(pk__in=chosen[:1]).first()
        once, fresh = is_once(request, usual=False), "fresh" in request.GET
        report = said(request.workspace, form.cleaned_data["period"], topic, once=once, fresh=fresh)
        if fresh:  # so that the address that stays does not count again whenever it is opened
            return HttpResponseRedirect(f"{request.path}?{_query(request, fresh=None)}", status=303)
        stream = _Stream(reverse("listen:stream", args=[request.workspace.slug]), report)
        shown |= {
            "report": report,
            "picture": _picture(report, stream),
            "sentiments": [_row(report, stream, name) for name in SENTIMENTS],
            "intents": [_row(report, stream, name) for name in INTENTS],
            "others": [_row(report, stream, name) for name in ("toxic", "spam")],
            "days": [(day, [(day.counts[n], stream.url(n, day.day)) for n in SENTIMENTS]) for day in report.days[::-1]],
            "net_line": charts.sparkline(
                [day.net for day in report.days], label=f"Net sentiment day by day, {report.net.written} over all"
            ),
            "negative_line": charts.sparkline(
                [day.negative for day in report.days],
                label=f"Share negative day by day, {report.negative.written} over all",
            ),
            "spans": [
                (
                    days,
                    f"?{_query(request, **{'from': None, 'to': None, 'days': days})}",
                    days == (form.cleaned_data["days"] or USUAL),
                )
                for days in SPANS
            ],
            "once": once,
            "switch": f"?{_query(request, alike='all' if once else 'once')}",
            "counted": report.counted,
            "fresh": f"?{_query(request, fresh=1)}",
            "all_posts": stream.address("", report.period.published),
        }
    return render(request, "measure/said.html", shown, status=200 if form.is_valid() else 422)


def _query(request: MemberRequest, **changed: object) -> str:
    asked = request.GET.copy()
    for name, value in changed.items():
        asked.pop(name, None)
        if value is not None:
            asked[name] = str(value)
    return asked.urlencode()


class _Stream:
    """Addresses of the stream with the posts behind a number."""

    def __init__(self, path: str, report: Said) -> None:
        self._path = path
        place = [("topic", report.topic.pk)] if report.topic else [("all", 1)]
        self._place: list[tuple[str, object]] = [*place, ("alike", "once" if report.once else "all")]

    def address(self, filter_: str, published: str) -> str:
        """The posts of a stretch of time that match a filter."""
        return f"{self._path}?{urlencode([*self._place, ('q', f'{filter_} {published}'.strip())])}"

    def url(self, column: str, day: object) -> str:
        """Those of one column and day."""
        return self.address(FILTERS[column], f"published:[{day} TO {day}]")


def _row(report: Said, stream: _Stream, column: str) -> Row:
    filter_ = FILTERS[column]
    word = judged.WORDS.get(("intent", column), column)
    return Row(
        word,
        report.of(column),
        stream.address(filter_, report.period.published),
        stream.address(filter_, report.period.before.published),
    )


def _picture(report: Said, stream: _Stream) -> SafeString:
    """Bars a day, a panel for each sentiment, all on one scale."""
    if not report.judged.now:
        return SafeString()
    panels = [charts.Panel(f"{name}: {report.of(name).written}", _bars(report, stream, name)) for name in SENTIMENTS]
    words = ", ".join(f"{name} {report.of(name).written}" for name in SENTIMENTS)
    return charts.days_chart(
        panels, label=f"Posts a day by sentiment from {report.period.first} to {report.period.last}, in UTC: {words}."
    )


def _bars(report: Said, stream: _Stream, column: str) -> Sequence[charts.Bar]:
    return [
        charts.Bar(
            day.day,
            day.counts[column],
            None,
            stream.url(column, day.day),
            f"{day.counts[column]:,} {column} of {day.judged:,} judged on {day.day:%a} {day.day.day} {day.day:%b %Y}",
        )
        for day in report.days
    ]
