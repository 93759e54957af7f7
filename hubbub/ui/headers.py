"""Headers that every page carries."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# Everything comes from here; pictures may come from the networks, scripts never.
POLICY = (
    "default-src 'self'; img-src 'self' data: https:; style-src 'self' 'unsafe-inline'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def content_policy(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Adds the Content-Security-Policy."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    return middleware


def no_nul(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a form or an address with the character NUL, which no row can keep, is refused in words."""

    def middleware(request: HttpRequest) -> HttpResponse:
        # calls and what sites send us are read as they came, and looked at there
        given = () if request.path.startswith(("/api/", "/in/")) else (request.GET, request.POST)
        if any("\x00" in value for one in given for values in one.lists() for value in (values[0], *values[1])):
            says = "A text in this form holds the character NUL, which cannot be kept. Go back and leave it out.\n"
            return HttpResponse(says, status=400, content_type="text/plain; charset=utf-8")
        return get_response(request)

    return middleware
