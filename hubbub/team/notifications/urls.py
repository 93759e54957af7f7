"""The addresses of notifications; part of the room's."""

from django.urls import path

from . import views

urlpatterns = [
    path("notifications/", views.notifications, name="notifications"),
    path("notifications/read/", views.notifications_read, name="notifications_read"),
    path("notifications/unread/", views.notifications_unread, name="notifications_unread"),
    path("notifications/telling/", views.telling, name="telling"),
    path("notifications/addresses/new/", views.address_add, name="address_add"),
    path("notifications/addresses/<int:address_id>/", views.address_change, name="address_change"),
    path("notifications/<int:notification_id>/", views.notification, name="notification"),
]
