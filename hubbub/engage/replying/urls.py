"""Addresses of replying, within the room."""

from django.urls import path

from . import views, views_outbox, views_settings

urlpatterns = [
    path("outbox/", views_outbox.outbox, name="outbox"),
    path("outbox/<int:pk>/retry/", views_outbox.outbox_retry, name="outbox_retry"),
    path("outbox/<int:pk>/drop/", views_outbox.outbox_drop, name="outbox_drop"),
    path("outbox/<int:pk>/send/", views_outbox.outbox_send, name="outbox_send"),
    path("outbox/<int:pk>/change/", views_outbox.outbox_change, name="outbox_change"),
    path("outbox/<int:pk>/own/", views_outbox.own, name="outbox_own"),
    path("files/", views.file_add, name="file_add"),
    path("files/<int:pk>/", views.file, name="file"),
    path("settings/replying/", views_settings.replying, name="replying"),
    path("<int:pk>/reply/", views.reply, name="reply"),
    path("<int:pk>/reply/preview/", views.preview, name="reply_preview"),
]
