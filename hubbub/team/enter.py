"""The door for one-time sign-in links."""

from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from .actions import LinkRefused, use_sign_in_link


@never_cache
@require_GET  # HEAD is refused: programs that look a link over must not use it up
def enter(request: HttpRequest, secret: str) -> HttpResponse:
    """Sign the link's user in, once; where a second factor is set up, it is asked for."""
    try:
        user = use_sign_in_link(secret, now=timezone.now())
    except LinkRefused as no:
        return render(request, "team/link_refused.html", {"why": str(no)}, status=410)
    if request.user.is_authenticated and request.user != user:
        logout(request)
    if not user.has_usable_password():
        messages.info(request, "You came in by a one-time link. Set a password in the menu to come back without one.")
    answer: HttpResponse = perform_login(request, user, email_verification="none", redirect_url="/")
    return answer
