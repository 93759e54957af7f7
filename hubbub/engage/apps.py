"""The room as Django knows it."""

from django.apps import AppConfig


class EngageConfig(AppConfig):
    """Has no tables: the store does."""

    name = "hubbub.engage"
    label = "engage"
