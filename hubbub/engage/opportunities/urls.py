"""The addresses of opportunities; part of the room's."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.opportunities, name="opportunities"),
    path("pass/", views.opportunities_pass, name="opportunities_pass"),
    path("back/", views.opportunities_back, name="opportunities_back"),
    path("settings/", views.scouting, name="scouting"),
    path("places/", views.places, name="places"),
    path("places/<int:source_id>/", views.house_rules, name="house_rules"),
    path("<int:opportunity_id>/take/", views.opportunity_take, name="opportunity_take"),
]
