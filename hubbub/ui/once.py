"""A secret on its way from the request that made it to the next page, which shows it once."""

from django.conf import settings
from django.http import HttpRequest
from msgspec import Struct, json

from hubbub.store.keys import seal, unseal

PLACE = "shown_once"


class Shown(Struct, frozen=True):
    """What to show: what it is, and the secret itself."""

    what: str
    secret: str


def show_once(request: HttpRequest, what: str, secret: str) -> None:
    """Keep it for the next page. Sealed, because sessions lie in the database and secrets must not."""
    body = json.encode(Shown(what, secret)).decode()
    request.session[PLACE] = seal(body, settings.SEALING_KEY).decode()


def shown_once(request: HttpRequest) -> Shown | None:
    """What was kept; from now on it is gone."""
    sealed: str | None = request.session.pop(PLACE, None)
    return json.decode(unseal(sealed.encode(), settings.SEALING_KEY), type=Shown) if sealed else None
