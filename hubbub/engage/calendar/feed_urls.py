"""The address that calendar programs read; its secret says whose."""

from django.urls import path

from .views_settings import calendar_file

urlpatterns = [path("<str:secret>.ics", calendar_file, name="calendar_file")]
