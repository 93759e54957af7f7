"""Where everybody reads a community's guidelines, if its managers have switched that on."""

from django.urls import path

from . import views_policies

urlpatterns = [
    path("<slug:community>/", views_policies.guidelines, name="guidelines"),
    path("<slug:community>/guidelines.md", views_policies.guidelines_markdown, name="guidelines_markdown"),
    path("<slug:community>/guidelines.txt", views_policies.guidelines_text, name="guidelines_text"),
]
