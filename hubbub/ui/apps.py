"""The app that carries the shared templates, tags and styles."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Has no tables."""

    name = "hubbub.ui"
    label = "ui"
