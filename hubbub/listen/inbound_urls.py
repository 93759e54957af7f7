"""The addresses that are open to the world: what sites of our own send."""

from django.urls import path

from . import views_inbound

app_name = "inbound"
urlpatterns = [
    path("<int:pk>/", views_inbound.message, name="message"),
    path("<int:pk>/visitor", views_inbound.visitor, name="visitor"),
]
