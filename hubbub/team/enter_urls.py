"""Where one-time sign-in links lead."""

from django.urls import path

from .enter import enter

urlpatterns = [path("<str:secret>/", enter, name="enter")]
