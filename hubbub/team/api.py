"""The room's calls for scripts; each does its thing through the same action as the page."""

from datetime import datetime, timedelta

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from hubbub.store.models import ApiToken, Member, Role
from hubbub.ui.access import MemberRequest, call

from . import actions, queries
from .notifications.api import router as notifications_router

router = Router()
router.add_router("", notifications_router)


class MemberOut(Schema):
    """A member of the token's workspace."""

    id: int
    email: str
    name: str
    role: Role
    active: bool
    joined: datetime


class MeOut(MemberOut):
    """Whose token this is, and what it may do here."""

    workspace: str
    token_role: Role


class MembersOut(Schema):
    """A page of members; `next` is the `after` of the page that follows."""

    items: list[MemberOut]
    next: int | None


class MemberIn(Schema):
    """Somebody to invite."""

    email: str = Field(max_length=254)
    name: str = Field("", max_length=100)
    role: Role


class MemberChange(Schema):
    """What may be changed of a member; what is left out stays."""

    role: Role | None = None
    active: bool | None = None
    why: str = Field("", max_length=1000)


class AddedOut(MemberOut):
    """The new member; the link signs them in once and is not shown again. Empty where they have an account."""

    sign_in_link: str


class LinkOut(Schema):
    """A link that signs a member in once, until `ends`; it is not shown again, and earlier ones stop working."""

    sign_in_link: str
    ends: datetime


class TokenOut(Schema):
    """A token without its secret."""

    id: int
    name: str
    member: str
    role: Role
    state: str
    ends: datetime
    last_used: datetime | None


class TokensOut(Schema):
    """A page of tokens, newest first; `next` is the `before` of the page that follows."""

    items: list[TokenOut]
    next: int | None


def _member(member: Member) -> MemberOut:
    user = member.user
    return MemberOut(
        id=member.pk,
        email=user.email,
        name=user.name,
        role=Role(member.role),
        active=member.active,
        joined=member.joined,
    )


def _token(token: ApiToken, now: datetime) -> TokenOut:
    row = queries.token_rows([token], now)[0]
    return TokenOut(
        id=token.pk,
        name=token.name,
        member=token.member.user.email,
        role=row.role,
        state=row.state,
        ends=token.ends,
        last_used=token.last_used,
    )


@router.get("/me", response=MeOut, summary="Whose token this is")
@call(Role.VIEWER)
def me(request: MemberRequest) -> MeOut:
    """The member, their workspace and what the token may do."""
    return MeOut(**_member(request.member).dict(), workspace=request.workspace.slug, token_role=request.role)


@router.get("/members", response=MembersOut, summary="Members of the workspace")
@call(Role.VIEWER)
def list_members(request: MemberRequest, after: int = 0, limit: int = 100) -> MembersOut:
    """All members, also deactivated ones, in the order in which they were added; at most 500 a page."""
    limit = max(1, min(limit, 500))
    found = list(queries.members(request.workspace).filter(pk__gt=after).order_by("pk")[: limit + 1])
    more = found[limit - 1].pk if len(found) > limit else None
    return MembersOut(items=[_member(member) for member in found[:limit]], next=more)


@router.post("/members", response={201: AddedOut}, summary="Invite somebody")
@call(Role.ADMIN)
def add_member(request: MemberRequest, body: MemberIn) -> Status[AddedOut]:
    """By e-mail address; answers with a sign-in link to hand over."""
    added = actions.add_member(
        request.workspace, body.email, body.role, name=body.name, by=request.member, now=timezone.now()
    )
    return Status(201, AddedOut(**_member(added.member).dict(), sign_in_link=_link(request, added.secret)))


def _link(request: HttpRequest, secret: str) -> str:
    return request.build_absolute_uri(reverse("enter", args=[secret])) if secret else ""


@router.patch(
    "/members/{int:member_id}", response=MemberOut, summary="Change a member's role, close or open the door to them"
)
@call(Role.ADMIN)
def change_member(request: MemberRequest, member_id: int, body: MemberChange) -> MemberOut:
    """Another role, deactivated or active again."""
    member = queries.member_of(request.workspace, member_id)
    actions.change_member(member, role=body.role, active=body.active, by=request.member, why=body.why)
    return _member(queries.member_of(request.workspace, member_id))


@router.post("/members/{int:member_id}/link", response=LinkOut, summary="Make a new sign-in link for a member")
@call(Role.ADMIN)
def new_link(request: MemberRequest, member_id: int) -> LinkOut:
    """To hand over to who lost the way in. Refused for who belongs to another workspace too."""
    now = timezone.now()
    secret = actions.renew_link(queries.member_of(request.workspace, member_id), by=request.member, now=now)
    return LinkOut(sign_in_link=_link(request, secret), ends=now + timedelta(hours=actions.LINK_HOURS))


@router.get("/tokens", response=TokensOut, summary="API tokens, without their secrets")
@call(Role.VIEWER)
def list_tokens(request: MemberRequest, before: int | None = None, limit: int = 100) -> TokensOut:
    """Your own; with an admin's token everybody's. Secrets are never shown again. At most 500 a page."""
    limit = max(1, min(limit, 500))
    rows = queries.tokens_seen_by(request.member, request.role)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: limit + 1])
    more = found[limit - 1].pk if len(found) > limit else None
    now = timezone.now()
    return TokensOut(items=[_token(token, now) for token in found[:limit]], next=more)


@router.post("/tokens/{int:token_id}/revoke", response=TokenOut, summary="Revoke a token")
@call(Role.VIEWER)
def revoke_token(request: MemberRequest, token_id: int) -> TokenOut:
    """Closes it for good."""
    token = queries.token_seen_by(request.member, request.role, token_id)
    actions.revoke_token(token, by=request.member)
    return _token(token, timezone.now())
