"""The one page that an author sees: what was decided and why, their appeal, its answer. No account, no script."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hubbub.core.notices import words
from hubbub.store.models import Appeal, Statement, StatementEnd
from hubbub.store.statements import notifying
from hubbub.ui.api import Refusal
from hubbub.ui.visitors import told_apart

from . import appeals_actions, notices
from .appeal_keys import WORKS, opens, path_of, works


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, key: str) -> HttpResponse:
    """The page behind the link; POST appeals."""
    statement, now = opens(key), timezone.now()
    if statement is None or not works(statement, now):
        known = statement is not None
        return _private(render(request, "moderate/appeal_closed.html", {"known": known}, status=410 if known else 404))
    error, status, text = "", 200, request.POST.get("text", "")
    if request.method == "POST":
        try:
            appeals_actions.make(statement, text, sender=told_apart(request, "page visitor"))
        except appeals_actions.TooMany as busy:
            error, status = str(busy), 429
        except Refusal as no:
            error, status = str(no), 422
        else:
            done = HttpResponseRedirect(path_of(statement))
            done.status_code = 303
            return _private(done)
    answer = render(request, "moderate/appealing.html", _context(statement, text, error), status=status)
    if status == 429:
        answer.headers["Retry-After"] = str(int(appeals_actions.HOUR.total_seconds()))
    return _private(answer)


def _context(statement: Statement, text: str, error: str) -> dict[str, object]:
    policy = notices.policy_of(statement)
    return {
        "statement": statement,
        "community": statement.workspace,
        "what": words("")[statement.outcome],
        "until": notices.until(statement, ""),
        "policy": policy,
        "ground": notices.ground(statement, policy, ""),
        "facts": notices.facts(statement, ""),
        "automated": notices.automated(statement, ""),
        "redress": notices.redress(notifying(statement.workspace), ""),
        "appeal": Appeal.of(statement.workspace).filter(statement=statement).first(),
        "lifted": statement.end in (StatementEnd.UNDONE, StatementEnd.APPROVED),
        "last_day": statement.at + WORKS,
        "most": appeals_actions.TEXT_MOST,
        "text": text,
        "error": error,
    }


def _private(answer: HttpResponse) -> HttpResponse:
    """The link is a key: it stands in no search engine, and no page that is left for hears of it."""
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer
