"""Addresses of saved views and of the inbox's order, within the room."""

from django.urls import path

from . import views

urlpatterns = [
    path("views/", views.saved_views, name="views"),
    path("views/new/", views.view_new, name="view_new"),
    path("views/restore/", views.view_restore, name="view_restore"),
    path("views/<int:view_id>/", views.view_edit, name="view_edit"),
    path("views/<int:view_id>/delete/", views.view_delete, name="view_delete"),
    path("views/<int:view_id>/move/", views.view_move, name="view_move"),
    path("settings/order/", views.order, name="inbox_order"),
]
