"""Who may open a page or make a call: one decorator for pages, one for API calls."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from ninja.security import HttpBearer

from hubbub.store.models import ApiToken, Member, Role, Workspace
from hubbub.store.models.token import digest

USED_STEP = timedelta(minutes=1)  # a busy script costs one write a minute, not one a call

Rest = ParamSpec("Rest")
Answer = TypeVar("Answer")


class MemberRequest(HttpRequest):
    """A request whose sender is known as a member of the workspace that it is about."""

    member: Member
    workspace: Workspace
    role: Role  # of this request: an API token may carry less than its member
    waiting: Mapping[str, int]  # what the page's menu counts, where the page has counted it along with its own


class Forbidden(Exception):
    """The role is not enough. `needed` is the least that is."""

    def __init__(self, needed: Role) -> None:
        super().__init__(f"This needs the role {needed.word.lower()}")
        self.needed = needed


def page(
    needed: Role, *, to_write: Role | None = None
) -> Callable[
    [Callable[Concatenate[MemberRequest, Rest], HttpResponse]],
    Callable[Concatenate[HttpRequest, str, Rest], HttpResponse],
]:
    """The one door to a room's page. Its URL carries the workspace's slug; the view gets a MemberRequest.

    `to_write`: the role for everything but looking (POST), where that is another.
    Nobody signed in: to the sign-in page. Not a member: 404, as if it were not there. Too small a role: 403,
    saying which role is needed.
    """

    def decorate(
        view: Callable[Concatenate[MemberRequest, Rest], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, str, Rest], HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, workspace: str, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            member = (
                Member.everywhere.select_related("workspace", "user")
                .filter(workspace__slug=workspace, user=request.user, active=True)
                .first()
            )
            if member is None:
                raise Http404("There is no such workspace, or you are not a member of it")
            known = _known(request, member, Role(member.role))
            least = needed if request.method in {"GET", "HEAD"} else to_write or needed
            if not known.role.may(least):
                return render(request, "ui/forbidden.html", {"needed": least}, status=403)
            return view(known, *args, **kwargs)

        guarded.needs = needed  # type: ignore[attr-defined]  # read by the test that walks every URL
        guarded.needs_to_write = to_write or needed  # type: ignore[attr-defined]
        # Django passes the workspace by its name, which Concatenate cannot say
        return cast("Callable[Concatenate[HttpRequest, str, Rest], HttpResponse]", guarded)

    return decorate


def _known(request: HttpRequest, member: Member, role: Role) -> MemberRequest:
    request.member = member  # type: ignore[attr-defined]
    request.workspace = member.workspace  # type: ignore[attr-defined]
    request.role = role  # type: ignore[attr-defined]
    return request  # type: ignore[return-value]


class Token(HttpBearer):
    """`Authorization: Bearer …` with a member's token."""

    def authenticate(self, request: HttpRequest, token: str) -> Member | None:
        """The member, or None (401) where the token is unknown, revoked or past its end."""
        now = timezone.now()
        found = (
            ApiToken.everywhere.select_related("member__workspace", "member__user").filter(hashed=digest(token)).first()
        )
        if found is None or not found.opens(now):
            return None
        if found.last_used is None or now - found.last_used > USED_STEP:
            ApiToken.everywhere.filter(pk=found.pk).update(last_used=now)
        smaller = min(Role(found.role), Role(found.member.role), key=lambda role: role.rank)
        _known(request, found.member, smaller)
        return found.member


def call(
    needed: Role,
) -> Callable[[Callable[Concatenate[MemberRequest, Rest], Answer]], Callable[Concatenate[MemberRequest, Rest], Answer]]:
    """The same for an API call, under the router's decorator. Raises Forbidden, answered as 403."""

    def decorate(
        view: Callable[Concatenate[MemberRequest, Rest], Answer],
    ) -> Callable[Concatenate[MemberRequest, Rest], Answer]:
        @wraps(view)
        def guarded(request: MemberRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> Answer:
            if not request.role.may(needed):
                raise Forbidden(needed)
            return view(request, *args, **kwargs)

        guarded.needs = needed  # type: ignore[attr-defined]
        return guarded

    return decorate
