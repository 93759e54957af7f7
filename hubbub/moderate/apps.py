"""The room as Django knows it."""

from django.apps import AppConfig


class ModerateConfig(AppConfig):
    """Has no tables: the store does."""

    name = "hubbub.moderate"
    label = "moderate"
