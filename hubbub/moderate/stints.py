"""How long this person has decided without a pause: kept in the session, for a gentle word about a break."""

from datetime import datetime

from django.http import HttpRequest
from msgspec import Struct, ValidationError, convert, to_builtins

from hubbub.core.care import Stint, wants_a_break, went_on
from hubbub.ui.access import MemberRequest

from .queue_actions import care_of

KEY = "stint"


class Rest(Struct, frozen=True):
    """What the reminder says."""

    minutes: int
    posts: int


def _stint(request: HttpRequest) -> Stint | None:
    try:
        return convert(request.session.get(KEY), Stint | None)
    except ValidationError:  # written by another version
        return None


def count(request: HttpRequest, now: datetime, posts: int = 1) -> None:
    """So many more posts were decided."""
    request.session[KEY] = to_builtins(went_on(_stint(request), now.timestamp(), posts))


def begin_anew(request: HttpRequest) -> None:
    """The reminder was read."""
    request.session.pop(KEY, None)


def reminder(request: MemberRequest, now: datetime) -> Rest | None:
    """What to say, where this person has been at it for as long as they set; None: nothing."""
    stint = _stint(request)
    if stint is None:
        return None
    care = care_of(request.member)
    late = wants_a_break(stint, now.timestamp(), minutes=care.break_minutes, posts=care.break_posts)
    return Rest(stint.minutes, stint.posts) if late else None
