"""Addresses of approvals, within the room."""

from django.urls import path

from . import views

urlpatterns = [
    path("approvals/", views.approvals, name="approvals"),
    path("approvals/<int:pk>/", views.approval, name="approval"),
    path("approvals/<int:pk>/vote/", views.approval_vote, name="approval_vote"),
    path("settings/approving/", views.approving, name="approving"),
    path("settings/approving/<int:pk>/", views.approving_rule, name="approving_rule"),
]
