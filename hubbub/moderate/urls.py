"""The room's addresses."""

from django.urls import URLPattern

app_name = "moderate"
urlpatterns: list[URLPattern] = []
