"""allauth's pages, without those that have no place here: people are invited, and admins keep their addresses."""

from django.urls import include, path

from .views import closed

# These stand before allauth's own, so that its names still lead somewhere. E-mail addresses are not changed by
# their owners: a company sign-in connects by address, and an unverified change would let one in as another.
urlpatterns = [
    path("signup/", closed, name="closed_signup"),
    path("email/", closed, name="closed_email"),
    path("confirm-email/", closed, name="closed_confirm_email"),
    path("confirm-email/<str:key>/", closed, name="closed_confirm_email_key"),
    path("login/code/confirm/", closed, name="closed_login_code"),
    path("3rdparty/signup/", closed, name="closed_company_signup"),
    path("social/<path:rest>", closed, name="closed_old_addresses"),
    path("", include("allauth.urls")),
]
