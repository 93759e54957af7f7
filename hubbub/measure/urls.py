"""The room's addresses."""

from django.urls import URLPattern

app_name = "measure"
urlpatterns: list[URLPattern] = []
