"""The two addresses of a site of our own that are open to the world: for its signed messages, and for its visitors."""

from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from msgspec import DecodeError, Struct, ValidationError, json

from hubbub.connectors.site import MOST, UnsignedError, believed, origins, told
from hubbub.core.failures import Broken
from hubbub.store import arrivals
from hubbub.store.keys import SealBroken
from hubbub.store.models import Source
from hubbub.ui.api import problem
from hubbub.ui.visitors import told_apart

from .views_reported import link

KIND = "site"
BYTES = 1_000_000  # of a signed message
A_MINUTE = 600  # signed messages of one site
VISITOR_BYTES = 60_000
OF_ONE_VISITOR = 5  # in LATELY
OF_ALL_VISITORS = 200  # in an hour
LATELY = timedelta(minutes=10)
REASON, WORDS, NAME, MAIL, ID = 2_000, 10_000, 200, 254, 500  # characters that a visitor's answers may have


@csrf_exempt
@require_http_methods(["POST"])
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """A signed message of the site: kept now, taken in by the loop. 202 says that it is not lost any more."""
    source = arrivals.place(pk, KIND)
    if source is None:
        return _nowhere()
    if too_large := _too_large(request, BYTES):
        return too_large
    now = timezone.now()
    try:
        key = believed(source.whole_settings().get("key", ""), request.headers, request.body, now=now)
    except UnsignedError as unsigned:
        return problem(401, str(unsigned))
    except SealBroken:
        return _later("This Hubbub cannot open its keys: whoever runs it has to restore the sealing key.", 3600, 503)
    if arrivals.lately(source, now - timedelta(minutes=1), most=A_MINUTE, public=False) >= A_MINUTE:
        return _later(f"More than {A_MINUTE} messages in a minute. Put up to {MOST} lines into one message.", 60)
    said = told(request.body, at=now)
    refused = [{"where": slip.where, "why": slip.why} for slip in said.refused]
    if not said.items:
        return problem(422, f"Nothing of it can be taken. {refused[0]['where']}: {refused[0]['why']}", errors=refused)
    new = arrivals.keep(source, request.body, key=f"message {key}", items=said.items, now=now)
    answer: dict[str, object] = {"taken": said.items if new else 0, "known": not new, "refused": refused}
    if said.reports:  # for the site to pass on to those who reported
        answer["status"] = {one.id: link(request, source, one.id) for one in said.reports}
    return HttpResponse(json.encode(answer), status=202, content_type="application/json")


class Visitor(Struct, frozen=True):
    """What the script on a page of the site sends."""

    key: str
    kind: str
    text: str = ""
    post: str = ""
    url: str = ""
    name: str = ""
    email: str = ""
    website: str = ""  # no person sees this field; whoever fills it in is none


@csrf_exempt
@require_http_methods(["POST", "OPTIONS"])
def visitor(request: HttpRequest, pk: int) -> HttpResponse:
    """A report or feedback by somebody who visits the site; nobody vouches for what it says."""
    source = arrivals.place(pk, KIND)
    if source is None:
        return _nowhere()
    origin = request.headers.get("origin", "")
    if origin not in _origins(source):
        says = (
            f"{origin[:200] or 'A page without an address'} is none of this site's addresses. Whoever runs the site "
            "can add it to the source's settings, under “Its other addresses”."
        )
        return problem(403, says)
    answer = HttpResponse(status=204) if request.method == "OPTIONS" else _heard(request, source)
    answer.headers["Access-Control-Allow-Origin"] = origin
    answer.headers["Vary"] = "Origin"
    if request.method == "OPTIONS":
        answer.headers["Access-Control-Allow-Methods"] = "POST"
        answer.headers["Access-Control-Allow-Headers"] = "content-type"
        answer.headers["Access-Control-Max-Age"] = "86400"
    return answer


def _heard(request: HttpRequest, source: Source) -> HttpResponse:
    if too_large := _too_large(request, VISITOR_BYTES):
        return too_large
    try:
        given = json.decode(request.body, type=Visitor)
    except (DecodeError, ValidationError) as error:
        return problem(400, f"This is not what the script sends: {error}")
    public = str(source.settings.get("public", ""))
    if not public or not compare_digest(public.encode(), given.key.encode()):
        return problem(403, "The public key is not this source's. Copy the script tag from its page.")
    if given.website:
        return _thanks()  # a machine filled in what no person sees: it is told nothing
    if unfit := _unfit(given):
        return problem(422, unfit)
    now, sender = timezone.now(), told_apart(request, "visitor")
    if arrivals.lately(source, now - LATELY, most=OF_ONE_VISITOR, public=True, sender=sender) >= OF_ONE_VISITOR:
        return _later("You have sent several already. Please wait some minutes.", int(LATELY.total_seconds()))
    hour = timedelta(hours=1)
    if arrivals.lately(source, now - hour, most=OF_ALL_VISITORS, public=True) >= OF_ALL_VISITORS:
        return _later("Many write to us at this moment. Please try again later.", int(hour.total_seconds()))
    line = _line(given, sender)
    arrivals.keep(source, json.encode(line), key=line["id"], items=1, now=now, public=True, sender=sender)
    return _thanks(link(request, source, line["id"]) if given.kind == "report" else "")


def _unfit(given: Visitor) -> str:
    """Why it cannot be taken; "" where it can."""
    if given.kind not in {"report", "feedback"}:
        return "“kind” is report or feedback."
    longest = REASON if given.kind == "report" else WORDS
    sizes = {"text": longest, "post": ID, "url": 2_000, "name": NAME, "email": MAIL}
    for field, most in sizes.items():
        if len(getattr(given, field)) > most:
            return f"“{field}” has more than {most:,} characters. Please shorten it."
    if given.kind == "feedback" and not given.text.strip():
        return "Please write something."
    if given.kind == "report" and not given.post.strip():
        return "“post” is missing: the id of what is reported."
    mail = given.email.strip()
    if mail and (mail.count("@") != 1 or not all(mail.split("@")) or any(char.isspace() for char in mail)):
        return "This is not an e-mail address. It looks like ann@example.org, or may be left empty."
    return ""


def _line(given: Visitor, sender: str) -> dict[str, str]:
    """As the site itself would send it, but for an account: the same by the same visitor is the same report."""
    ident = sha256(json.encode([sender, given.kind, given.post, given.text, given.email])).hexdigest()[:32]
    words = {"report": given.post, "why": given.text} if given.kind == "report" else {"feedback": given.text}
    return {**words, "id": f"visitor:{ident}", "url": given.url, "name": given.name, "email": given.email.strip()}


def _origins(source: Source) -> list[str]:
    given: Mapping[str, object] = source.settings
    try:
        return origins({name: str(value) for name, value in given.items()})
    except Broken:
        return []


def _too_large(request: HttpRequest, most: int) -> HttpResponse | None:
    length = request.headers.get("content-length", "") or "0"
    if not length.isdecimal() or int(length) > most:
        return problem(413, f"A message may have {most:,} bytes, and this one has {length[:20]}. Send it in parts.")
    return None


def _nowhere() -> HttpResponse:
    return problem(404, "No site is taken in at this address. Copy the address from the source's page.")


def _later(says: str, seconds: int, status: int = 429) -> HttpResponse:
    answer = problem(status, says)
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _thanks(status: str = "") -> HttpResponse:
    """`status`: where a reporter can read what became of it."""
    told = {"taken": 1, **({"status": status} if status else {})}
    return HttpResponse(json.encode(told), status=202, content_type="application/json")
