"""Reads of the team room."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404
from msgspec import Struct

from hubbub.store.models import ApiToken, Member, Role, Workspace

# what a role is for, each line with the least role that may; shown on the members page
MAY: tuple[tuple[str, Role], ...] = (
    ("See posts, conversations, the queue, figures and objectives", Role.VIEWER),
    ("Make API tokens of their own, up to their own role", Role.VIEWER),
    ("Reply, assign, write notes, set a conversation's state", Role.RESPONDER),
    ("Approve, hide, remove and restore posts", Role.MODERATOR),
    ("Set up sources, topics, rules, objectives and targets", Role.MANAGER),
    ("Add members, change roles, see and revoke everybody's tokens", Role.ADMIN),
)


class MayRow(Struct, frozen=True):
    """One line of the roles table: for each role, from least to most, whether it may."""

    what: str
    roles: Sequence[bool]


class TokenRow(Struct, frozen=True):
    """A token as the list shows it."""

    token: ApiToken
    state: str  # "open", "ended", "revoked" or "closed" (its member is deactivated)
    role: Role  # what it may do today: never more than its member


def members(workspace: Workspace) -> QuerySet[Member]:
    """Active ones first, then by e-mail address."""
    return Member.of(workspace).select_related("user").order_by("-active", "user__email")


def member_of(workspace: Workspace, pk: int) -> Member:
    """The member, with user and workspace. Raises Http404."""
    found = Member.of(workspace).select_related("user", "workspace").filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such member in this workspace")
    return found


def roles_table() -> list[MayRow]:
    """What each role may do."""
    return [MayRow(what, [role.may(least) for role in Role]) for what, least in MAY]


def tokens_seen_by(member: Member, role: Role) -> QuerySet[ApiToken]:
    """All tokens of the workspace for an admin, else the member's own; newest first."""
    rows = ApiToken.of(member.workspace).select_related("member__user").order_by("-pk")
    return rows if role.may(Role.ADMIN) else rows.filter(member=member)


def token_seen_by(member: Member, role: Role, pk: int) -> ApiToken:
    """One of those. Raises Http404."""
    found = tokens_seen_by(member, role).filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such token, or it is not yours")
    return found


def token_rows(tokens: Iterable[ApiToken], now: datetime) -> list[TokenRow]:
    """The tokens with where they stand."""
    return [
        TokenRow(token, _state(token, now), min(Role(token.role), Role(token.member.role), key=lambda role: role.rank))
        for token in tokens
    ]


def _state(token: ApiToken, now: datetime) -> str:
    if token.revoked:
        return "revoked"
    if token.ends <= now:
        return "ended"
    return "open" if token.opens(now) else "closed"
