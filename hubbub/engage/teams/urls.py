"""The part's addresses."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.teams, name="teams"),
    path("add/", views.team_add, name="team_add"),
    path("<int:team>/", views.team_change, name="team_change"),
    path("<int:team>/delete/", views.team_delete, name="team_delete"),
]
