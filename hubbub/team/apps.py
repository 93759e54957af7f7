"""The room as Django knows it."""

from django.apps import AppConfig


class TeamConfig(AppConfig):
    """Has no tables: the store does."""

    name = "hubbub.team"
    label = "team"
