"""The room's addresses."""

from django.urls import path

from . import views

app_name = "plan"
urlpatterns = [
    path("", views.objectives, name="objectives"),
    path("objectives/new/", views.new_objective, name="new_objective"),
    path("objectives/<int:objective_id>/edit/", views.edit_objective, name="edit_objective"),
    path("objectives/<int:objective_id>/archive/", views.archive_objective, name="archive_objective"),
    path("objectives/<int:objective_id>/restore/", views.restore_objective, name="restore_objective"),
    path("objectives/<int:objective_id>/kpis/new/", views.new_kpi, name="new_kpi"),
    path("kpis/<int:kpi_id>/remove/", views.remove_kpi, name="remove_kpi"),
    path("kpis/<int:kpi_id>/targets/new/", views.new_target, name="new_target"),
]
