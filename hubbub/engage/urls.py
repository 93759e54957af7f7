"""The room's addresses."""

from django.urls import URLPattern

app_name = "engage"
urlpatterns: list[URLPattern] = []
