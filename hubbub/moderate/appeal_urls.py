"""Where an author appeals, over the signed link of a notice."""

from django.urls import path

from . import views_appealing

urlpatterns = [path("<str:key>/", views_appealing.appeal, name="appeal")]
