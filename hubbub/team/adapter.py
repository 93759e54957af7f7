"""How allauth behaves here: nobody signs up, people are invited."""

import logging

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.http import HttpRequest
from django.shortcuts import render

from hubbub.store.models import User

log = logging.getLogger(__name__)


class Invited(DefaultAccountAdapter):  # type: ignore[misc]
    """Only invited people have an account."""

    def is_open_for_signup(self, *_asked: object) -> bool:
        """Never."""
        return False


class InvitedByProvider(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """A company sign-in opens the account of whoever was invited by an address that the company vouches for."""

    def is_open_for_signup(self, *_asked: object) -> bool:
        """Never: an account is found in `pre_social_login` or there is none."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Connect the company account to the invited user, the first time it comes. Turns all others away."""
        if sociallogin.is_existing:
            return
        user = invited(sociallogin)
        if user is None:
            log.warning("A company sign-in was turned away: no active member has its address")
            raise _turned_away(request, "Nobody was invited by the address that your company account gave us.")
        if request.user.is_authenticated and request.user != user:
            raise _turned_away(request, "That company account has another address than the account you are in.")
        sociallogin.connect(request, user)


def invited(sociallogin: SocialLogin) -> User | None:
    """The active member whose address the provider says it has verified."""
    # `is True`: a provider that sends the text "false" must not pass for one that says yes
    vouched = [address.email.lower() for address in sociallogin.email_addresses if address.verified is True]
    return User.objects.filter(email__in=vouched, is_active=True, memberships__active=True).first()


def _turned_away(request: HttpRequest, why: str) -> ImmediateHttpResponse:
    return ImmediateHttpResponse(render(request, "socialaccount/not_invited.html", {"why": why}, status=403))
