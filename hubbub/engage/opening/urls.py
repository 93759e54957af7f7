"""The part's addresses."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.opening, name="opening"),
    path("trial/", views.opening_trial, name="opening_trial"),
    path("start/", views.opening_start, name="opening_start"),
    path("apply/", views.opening_apply, name="opening_apply"),
    path("runs/<int:run>/stop/", views.opening_stop, name="opening_stop"),
]
