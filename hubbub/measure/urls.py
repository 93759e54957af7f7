"""The room's addresses."""

from django.urls import path

from . import views

app_name = "measure"
urlpatterns = [
    path("", views.mentions, name="mentions"),
    path("mentions.csv", views.mentions_csv, name="mentions_csv"),
]
