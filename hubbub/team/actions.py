"""Writes of the team room: members, their roles, sign-in links and API tokens."""

import secrets
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from msgspec import Struct

from hubbub.store.audit import audit, changes
from hubbub.store.models import Actor, ApiToken, Member, Role, SignInLink, User, Workspace
from hubbub.store.models.token import digest
from hubbub.ui.api import Refusal

LINK_HOURS = 72
LONGEST_TOKEN = timedelta(days=366)


class Added(Struct, frozen=True):
    """A new member, and the secret of their sign-in link; empty where they have an account already."""

    member: Member
    secret: str


class Made(Struct, frozen=True):
    """A new token and its secret, which nobody can read again."""

    token: ApiToken
    secret: str


class LinkRefused(Refusal):
    """A sign-in link that opens nothing: unknown, used or past its end."""


@transaction.atomic
def add_member(workspace: Workspace, email: str, role: Role, *, by: Actor, now: datetime, name: str = "") -> Added:
    """Invite `email` to the workspace. Raises Refusal where they are a member already or the address is none.

    The secret of a sign-in link comes back only for people who belong to no other workspace: who holds the link
    is signed in as them, and an admin here has no business there.
    """
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Refusal(f"“{email}” is not an e-mail address: it should look like name@example.org") from None
    user = User.objects.filter(email__iexact=email).first() or User.objects.invite(email, name.strip())
    known = Member.of(workspace).filter(user=user).first()
    if known is not None:
        mend = "change the role in the list" if known.active else "reactivate them in the list"
        raise Refusal(f"{email} is a member of this workspace already: {mend}")
    member = Member.everywhere.create(workspace=workspace, user=user, role=role)
    audit(member, "add", by=by, after={"email": email, "role": str(role)})
    if user.last_login is not None or _belongs_elsewhere(member):
        return Added(member, "")
    return Added(member, make_sign_in_link(user, by=by, now=now))


@transaction.atomic
def change_role(member: Member, role: Role, *, by: Actor, why: str = "") -> None:
    """Give the member another role. Raises Refusal where they are the last admin."""
    member = _locked(member)
    if Role(member.role) is role:
        return
    if role is not Role.ADMIN:
        _keep_an_admin(member)
    before, after = changes(member, role=str(role))
    member.save(update_fields=["role"])
    audit(member, "change role", by=by, why=why, before=before, after=after)


@transaction.atomic
def deactivate(member: Member, *, by: Actor, why: str = "") -> None:
    """Close the workspace to the member, at once; their tokens stop too. Raises Refusal for the last admin."""
    member = _locked(member)
    if not member.active:
        return
    _keep_an_admin(member)
    before, after = changes(member, active=False)
    member.save(update_fields=["active"])
    if not member.user.memberships.filter(active=True).exists():
        SignInLink.objects.filter(user=member.user, used=None).delete()
    audit(member, "deactivate", by=by, why=why, before=before, after=after)


@transaction.atomic
def reactivate(member: Member, *, by: Actor, why: str = "") -> None:
    """Open the workspace to the member again, in the role they had."""
    member = _locked(member)
    if member.active:
        return
    before, after = changes(member, active=True)
    member.save(update_fields=["active"])
    audit(member, "reactivate", by=by, why=why, before=before, after=after)


@transaction.atomic
def change_member(member: Member, *, role: Role | None, active: bool | None, by: Actor, why: str = "") -> None:
    """Role and state in one step, both or neither; None leaves it. Raises Refusal for the last admin."""
    if active is True:
        reactivate(member, by=by, why=why)
    if role is not None:
        change_role(member, role, by=by, why=why)
    if active is False:
        deactivate(member, by=by, why=why)


def renew_link(member: Member, *, by: Actor, now: datetime) -> str:
    """A new sign-in link for a member who lost the way in: its secret. Earlier links stop working.

    Raises Refusal where the member is deactivated, or belongs to other workspaces, whose doors the link would
    open too: they reset their password instead.
    """
    if not member.active:
        raise Refusal(f"{member} is deactivated: reactivate them first")
    if _belongs_elsewhere(member):
        raise Refusal(
            f"{member} belongs to another workspace too, which a link from here would open: "
            "they can reset their password on the sign-in page"
        )
    return make_sign_in_link(member.user, by=by, now=now)


@transaction.atomic
def make_sign_in_link(user: User, *, by: Actor, now: datetime, hours: int = LINK_HOURS) -> str:
    """The secret of a link (`/enter/<secret>/`) that signs the user in once, within `hours`. Shown once."""
    secret = secrets.token_urlsafe(32)
    SignInLink.objects.filter(user=user, used=None).delete()
    SignInLink.objects.create(user=user, hashed=digest(secret), ends=now + timedelta(hours=hours))
    for member in user.memberships.select_related("user").filter(active=True):
        audit(member, "make sign-in link", by=by, after={"ends": now + timedelta(hours=hours)})
    return secret


def use_sign_in_link(secret: str, *, now: datetime) -> User:
    """The user whom the link signs in; it is used up. Raises LinkRefused, saying what to do."""
    hashed = digest(secret)
    # asked and answered in one UPDATE: of two clicks at the same time one gets 1, the other 0
    if not SignInLink.objects.filter(hashed=hashed, used=None, ends__gt=now).update(used=now):
        raise LinkRefused(_why_not(SignInLink.objects.filter(hashed=hashed).first()))
    user = SignInLink.objects.select_related("user").get(hashed=hashed).user
    if not user.is_active:
        raise LinkRefused("This account was closed.")
    return user


def _why_not(link: SignInLink | None) -> str:
    if link is None:
        return "It may be cut off: copy all of it. Or a newer link took its place."
    if link.used is not None:
        return "It was used already: each link opens the door once."
    return f"It ended on {link.ends:%-d %B %Y at %H:%M} UTC."


@transaction.atomic
def make_token(member: Member, name: str, role: Role, ends: datetime, *, by: Actor, now: datetime) -> Made:
    """A key for a script. Raises Refusal where the role is above the member's own or the end is not within a year."""
    name = name.strip()
    if not name:
        raise Refusal("Give the token a name that says what uses it, like “weekly report”")
    if not Role(member.role).may(role):
        raise Refusal(f"A token may do at most what you may: your role is {Role(member.role).word.lower()}")
    if not now < ends <= now + LONGEST_TOKEN:
        raise Refusal("A token ends within a year from today: choose a day after today and within the next 12 months")
    secret = f"hub_{secrets.token_urlsafe(32)}"
    token = ApiToken.everywhere.create(
        workspace=member.workspace, member=member, name=name[:100], role=role, hashed=digest(secret), ends=ends
    )
    audit(token, "make token", by=by, after={"name": token.name, "role": str(role), "ends": ends})
    return Made(token, secret)


@transaction.atomic
def revoke_token(token: ApiToken, *, by: Actor, why: str = "") -> None:
    """Close it for good; its script is answered 401 from now on."""
    if token.revoked:
        return
    before, after = changes(token, revoked=True)
    token.save(update_fields=["revoked"])
    audit(token, "revoke token", by=by, why=why, before=before, after=after)


def _locked(member: Member) -> Member:
    # every admin's row is held, so that two admins who remove each other do it one after the other
    list(Member.of(member.workspace).select_for_update().filter(role=Role.ADMIN).values_list("pk"))
    return Member.of(member.workspace).select_related("user", "workspace").get(pk=member.pk)


def _keep_an_admin(member: Member) -> None:
    others = Member.of(member.workspace).filter(role=Role.ADMIN, active=True, user__is_active=True)
    if Role(member.role) is Role.ADMIN and not others.exclude(pk=member.pk).exists():
        raise Refusal(f"{member} is the last admin of this workspace: make somebody else an admin first")


def _belongs_elsewhere(member: Member) -> bool:
    return member.user.memberships.exclude(workspace=member.workspace).exists()
