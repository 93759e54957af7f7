"""What all rooms' API calls share: the sign at the door, and errors in one form (RFC 9457)."""

import logging
import re
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Annotated

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from msgspec import json
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import Field

from hubbub.core.query import QueryError

from .access import Forbidden, Token

# the number of a row in a call's body or query; larger ones fit no database
RowId = Annotated[int, Field(ge=0, le=2**63 - 1)]

log = logging.getLogger(__name__)


class Refusal(Exception):
    """An action's "no", in words: the input was understood and cannot be done. Pages show it, the API answers 422."""


def problem(status: int, detail: str, **more: object) -> HttpResponse:
    """An answer of type application/problem+json."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return HttpResponse(json.encode(body), status=status, content_type="application/problem+json")


# what the framework answers by itself, in words for whoever writes the script
WORDS = {
    400: "This request cannot be understood: send JSON as the page /api/docs describes it",
    403: "This request was refused",
    404: "There is no such call: /api/docs lists all of them",
    405: "This address does not take that method",
    413: "This request is larger than Hubbub takes",
    500: "Hubbub made a mistake: the log on the server says what happened, and nothing was saved",
}


def speak_to_scripts(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: under /api/ every error is a problem in the form of RFC 9457, also those that no call raised."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = _unfit(request) or get_response(request)
        plain = response.headers.get("Content-Type", "") != "application/problem+json"
        if not (request.path.startswith("/api/") and response.status_code >= 400 and plain):
            return response
        status = response.status_code
        answer = problem(status, WORDS.get(status, HTTPStatus(status).description or HTTPStatus(status).phrase))
        if "Allow" in response.headers:
            answer.headers["Allow"] = response.headers["Allow"]
        return answer

    return middleware


# as JSON writes it; an escaped backslash before it makes it plain text
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def _unfit(request: HttpRequest) -> HttpResponse | None:
    """Why a request to the API is not even looked at: it is too large, or holds a character that no row can keep."""
    if not request.path.startswith("/api/"):
        return None
    try:
        body = b"" if (request.content_type or "").startswith("multipart/") else request.body
    except RequestDataTooBig:
        return problem(413, WORDS[413])
    if "%00" in request.META.get("QUERY_STRING", "") or NUL.search(body):
        return problem(400, "A text in this request holds the character NUL, which cannot be kept: leave it out")
    return None


def _place(parts: Sequence[str | int]) -> str:
    """Where in a request something is wrong: "body.name", without our own name of the body."""
    kept = [parts[0], *parts[2:]] if parts[0] == "body" and len(parts) > 2 else parts
    return ".".join(str(part) for part in kept)


def make_api(version: str) -> NinjaAPI:
    """The API with its errors; rooms' routers are added in `hubbub.urls`."""
    api = NinjaAPI(
        title="Hubbub",
        version=version,
        description="What the pages can do, a script can too. Make a token on the page “API tokens”.",
        auth=Token(),
        docs_url="/docs",
        openapi_url="/openapi.json",
        urls_namespace="api",
    )

    @api.exception_handler(AuthenticationError)
    def _nobody(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
        answer = problem(401, "Send a valid token: Authorization: Bearer …")
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer

    @api.exception_handler(Forbidden)
    def _role(_request: HttpRequest, error: Forbidden) -> HttpResponse:
        return problem(403, f"{error}; this token has a smaller one")

    @api.exception_handler(Http404)
    def _missing(_request: HttpRequest, error: Http404) -> HttpResponse:
        said = "" if str(error).endswith("matches the given query.") else str(error)  # Django's own words
        return problem(404, said or "There is no such thing in this workspace")

    @api.exception_handler(ValidationError)
    def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
        slips = [{"where": _place(slip["loc"]), "says": slip["msg"]} for slip in error.errors]
        return problem(422, "; ".join(f"{slip['where']}: {slip['says']}" for slip in slips), errors=slips)

    @api.exception_handler(QueryError)
    def _query(_request: HttpRequest, error: QueryError) -> HttpResponse:
        slips = [
            {"line": slip.line, "column": slip.column, "found": slip.found, "says": slip.says, "mend": slip.mend}
            for slip in error.slips
        ]
        return problem(422, str(error), errors=slips)

    @api.exception_handler(Refusal)
    def _refused(_request: HttpRequest, error: Refusal) -> HttpResponse:
        return problem(422, str(error))

    @api.exception_handler(HttpError)
    def _other(_request: HttpRequest, error: HttpError) -> HttpResponse:
        unread = str(error).startswith("Cannot parse request body")  # ninja's words, which name no mend
        return problem(error.status_code, WORDS[400] if unread else str(error))

    return api
