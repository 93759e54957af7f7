"""The addresses that are open to the world: what sites of our own send, and what became of a report."""

from django.urls import path

from . import views_inbound, views_reported

app_name = "inbound"
urlpatterns = [
    path("reports/<str:sealed>/", views_reported.reported, name="reported"),
    path("<int:pk>/", views_inbound.message, name="message"),
    path("<int:pk>/visitor", views_inbound.visitor, name="visitor"),
]
