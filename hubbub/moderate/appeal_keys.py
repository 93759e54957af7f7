"""The signed links by which an author comes to a decision about them, without an account."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest
from django.urls import reverse

from hubbub.store import statements
from hubbub.store.models import Statement

WORKS = timedelta(days=183)  # Art. 20 of the Digital Services Act asks for six months
_SIGNER = Signer(salt="hubbub.appeal")


def base_of(request: HttpRequest) -> str:
    """Where people reach us, as this request did."""
    return request.build_absolute_uri("/").rstrip("/")


def key_of(statement: Statement) -> str:
    """What stands in the link."""
    return _SIGNER.sign(str(statement.pk))


def path_of(statement: Statement) -> str:
    """The link without its host."""
    return reverse("appeal", args=[key_of(statement)])


def link_of(statement: Statement, base: str = "") -> str:
    """The whole link. `base`: where people reach us, if the settings do not say; "" where nobody knows."""
    here = settings.ADDRESS or base.rstrip("/")
    return f"{here}{path_of(statement)}" if here else ""


def opens(key: str) -> Statement | None:
    """What the link is about; None: it was made up."""
    try:
        number = _SIGNER.unsign(key)
    except BadSignature:
        return None
    return statements.of_number(int(number)) if number.isdecimal() else None


def works(statement: Statement, now: datetime) -> bool:
    """Whether its six months are not over."""
    return now < statement.at + WORKS
