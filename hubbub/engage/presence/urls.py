"""Addresses of this part, within the room."""

from django.urls import path

from . import views

urlpatterns = [
    path("live/", views.live, name="live"),
    path("<int:pk>/leave/", views.leave, name="leave"),
    path("<int:pk>/draft/", views.draft, name="draft"),
    path("<int:pk>/draft/forget/", views.draft_forget, name="draft_forget"),
]
