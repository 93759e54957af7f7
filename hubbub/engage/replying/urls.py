"""Addresses of replying, within the room."""

from django.urls import path

from . import views

urlpatterns = [
    path("outbox/", views.outbox, name="outbox"),
    path("outbox/<int:pk>/retry/", views.outbox_retry, name="outbox_retry"),
    path("outbox/<int:pk>/drop/", views.outbox_drop, name="outbox_drop"),
    path("<int:pk>/reply/", views.reply, name="reply"),
]
