"""The part's addresses."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.tags, name="tags"),
    path("<int:tag>/", views.tag_change, name="tag_change"),
]
