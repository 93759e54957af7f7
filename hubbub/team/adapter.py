"""How allauth behaves here: nobody signs up, people are invited."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest


class Invited(DefaultAccountAdapter):  # type: ignore[misc]
    """Only invited people have an account."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class InvitedByProvider(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """A company sign-in opens an account only to those who were invited by that e-mail address."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:
        return False
