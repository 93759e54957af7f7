"""The room's addresses."""

from django.urls import path

from . import views

app_name = "plan"
urlpatterns = [
    path("", views.objectives, name="objectives"),
    path("objectives/new/", views.new_objective, name="new_objective"),
    path("objectives/<int:pk>/edit/", views.edit_objective, name="edit_objective"),
    path("objectives/<int:pk>/archive/", views.archive_objective, name="archive_objective"),
    path("objectives/<int:pk>/restore/", views.restore_objective, name="restore_objective"),
    path("objectives/<int:pk>/kpis/new/", views.new_kpi, name="new_kpi"),
    path("kpis/<int:pk>/remove/", views.remove_kpi, name="remove_kpi"),
    path("kpis/<int:pk>/targets/new/", views.new_target, name="new_target"),
]
