"""The room's addresses."""

from django.urls import URLPattern

app_name = "team"
urlpatterns: list[URLPattern] = []
