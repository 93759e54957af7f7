"""The addresses of promises; part of the room's."""

from django.urls import path

from . import views, views_hours

urlpatterns = [
    path("promises/", views.promises, name="promises"),
    path("promises/new/", views.promise_new, name="promise_new"),
    path("promises/kept/", views.promises_kept, name="promises_kept"),
    path("promises/kept/conversations/", views.promises_waits, name="promises_waits"),
    path("promises/kept/promises.csv", views.promises_csv, name="promises_csv"),
    path("promises/<int:promise_id>/", views.promise, name="promise"),
    path("promises/<int:promise_id>/retire/", views.promise_retire, name="promise_retire"),
    path("promises/<int:promise_id>/back/", views.promise_back, name="promise_back"),
    path("promises/<int:promise_id>/move/", views.promise_move, name="promise_move"),
    path("hours/", views_hours.hours, name="hours"),
    path("hours/new/", views_hours.hours_new, name="hours_new"),
    path("hours/<int:hours_id>/", views_hours.hours_one, name="hours_one"),
    path("hours/<int:hours_id>/delete/", views_hours.hours_delete, name="hours_delete"),
    path("hours/<int:hours_id>/holidays/", views_hours.holiday_add, name="holiday_add"),
    path("hours/<int:hours_id>/holidays/file/", views_hours.holidays_import, name="holidays_import"),
    path("hours/holidays/<int:holiday_id>/remove/", views_hours.holiday_remove, name="holiday_remove"),
]
