"""Where one-time sign-in links lead."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
