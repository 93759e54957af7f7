"""What became of a report, for whoever made it on a site of our own: by a signed link, without an account."""

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hubbub.store import arrivals, reports
from hubbub.store.models import Report, ReportOutcome, ReportState, Source

SALT = "hubbub report status"
KIND = "site"
# heading, and what it means, as the reporter reads it
OPEN = ("We have your report", "Somebody will look at it. Come back to this page whenever you like.")
ANSWERS: dict[str, tuple[str, str]] = {
    ReportOutcome.UPHELD: (
        "We have acted on your report",
        "Somebody looked at what you reported. It broke the rules of this place, and something was done about it.",
    ),
    ReportOutcome.DISMISSED: (
        "We found no breach of the rules",
        "Somebody looked at what you reported. It does not break the rules of this place, and it may stay.",
    ),
    ReportOutcome.ELSEWHERE: ("Your report was dealt with", "Somebody looked at what you reported and settled it."),
}


def link(request: HttpRequest, source: Source, native: str) -> str:
    """The address at which the one who made this report reads what became of it."""
    sealed = signing.dumps([source.pk, native], salt=SALT)
    path = reverse("inbound:reported", args=[sealed])
    return f"{settings.ADDRESS or request.build_absolute_uri('/').rstrip('/')}{path}"


@never_cache
@require_safe
def reported(request: HttpRequest, sealed: str) -> HttpResponse:
    """Open, acted on, or no breach: in plain words."""
    try:
        pk, native = signing.loads(sealed, salt=SALT)
    except (signing.BadSignature, ValueError):
        raise Http404("This link is not whole: copy all of it.") from None
    source = arrivals.place(pk, KIND)
    if source is None:
        raise Http404("This site is no longer looked after here.")
    found = reports.filed(source, native)
    heading, says = _answer(found)
    context = {"heading": heading, "says": says, "report": found, "site": source.name}
    answer = render(request, "listen/reported.html", context)
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _answer(found: Report | None) -> tuple[str, str]:
    if found is None or found.state == ReportState.OPEN:
        return OPEN
    return ANSWERS.get(found.outcome, OPEN)
